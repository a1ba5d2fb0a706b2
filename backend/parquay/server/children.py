"""Children of the server: processes that are started again whenever they end.

They hang on pipes, on which notifications go both ways, see `events.pipes`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from parquay.catalog.notifications import Heard
from parquay.events.pipes import READ_BYTES, ChannelLines, encoded
from parquay.settings import Settings

RESPAWN_SECONDS = 1.0
SPAWN = "import sys; from parquay.cli import main; sys.exit(main())"

log = logging.getLogger(__name__)


class Children:
    """The children, as a `Notifier`: what one of them tells goes to this process and to the others."""

    def __init__(self, commands: Sequence[list[str]]) -> None:
        self._children = [Child(command, self._heard) for command in commands]
        self._on_heard: Heard = lambda _channels: None

    def __iter__(self) -> Iterator[Child]:
        return iter(self._children)

    def notify(self, channels: Iterable[str]) -> None:
        """Notify every child."""
        for child in self._children:
            child.send(encoded(channels))

    def subscribe(self, heard: Heard) -> None:
        """Call ``heard`` with what a child tells."""
        self._on_heard = heard

    def close(self) -> None:
        """Do nothing: a child is not heard once it has ended."""

    def _heard(self, source: Child, channels: list[str]) -> None:
        data = encoded(channels)
        for child in self._children:
            if child is not source:
                child.send(data)
        self._on_heard(channels)


class Child:
    """A child process that is started again whenever it ends by itself."""

    def __init__(self, arguments: list[str], on_heard: Callable[[Child, list[str]], None]) -> None:
        self._arguments = arguments
        self._on_heard = on_heard
        self._process: asyncio.subprocess.Process | None = None
        self._loop = asyncio.get_running_loop()
        self._stopping = False

    async def run(self) -> None:
        """Keep it running until it is terminated."""
        while not self._stopping:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                SPAWN,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            await self._listen(self._process)
            if not self._stopping:
                log.warning("child ended", extra={"fields": {"child": self._arguments[0]}})
                await asyncio.sleep(RESPAWN_SECONDS)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        stdout, lines = process.stdout, ChannelLines()
        while stdout is not None and (data := await stdout.read(READ_BYTES)):
            if channels := lines.channels(data):
                self._on_heard(self, channels)
        await process.wait()

    def send(self, data: bytes) -> None:
        """Send notifications down; may be called from any thread."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._write, data)

    def _write(self, data: bytes) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(data)

    def terminate(self) -> None:
        """Ask it to end, for good."""
        self._stopping = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    async def wait(self, seconds: float) -> None:
        """Wait for the end of the child, and kill it after ``seconds``."""
        if self._process is None:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def child_commands(settings: Settings) -> list[list[str]]:
    """Return the arguments of each child that the settings ask for."""
    processes = min(1, settings.workers) if settings.redis_url else settings.workers  # Celery starts its own
    workers = [["worker", "--child"]] * processes
    return [*workers, *[["serve", "--child"]] * (settings.processes - 1)]
