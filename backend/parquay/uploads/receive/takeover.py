"""One writer for each upload, and a quick, safe change from one to the next.

Safety does not depend on anything here: the row's epoch fences a stale writer and the store's lock keeps its
bytes out. This registry makes the change quick: it knows which upload is being written in this process, whether
bytes still come, and it can ask the writer to checkpoint or to stop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from parquay.errors import Busy, ParquayError, Unavailable
from parquay.ids import new_id
from parquay.telemetry import uploads_active

ACTIVE_SECONDS = 1.0
"""A writer that received something this recently is not interrupted."""

TAKEOVER_SECONDS = 2.0
"""How long a newcomer waits for the writer before it is told to come back."""

QUIET_SECONDS = 0.25
"""A writer that received nothing for this long has nothing left in the buffers before it."""

ENDING_SECONDS = 0.6
CHECKPOINT_SECONDS = 0.3
"""How long a reader waits for a busy writer to end, and then for its checkpoint: less than a second together."""

TAKEN_OVER = "taken_over"
REMOVED = "removed"
SHUTDOWN = "shutdown"

log = logging.getLogger(__name__)


class ActiveWriter:
    """The request that writes an upload now."""

    def __init__(self, file_id: str) -> None:
        self.file_id = file_id
        self.epoch = 0
        self.stopped: str | None = None
        self.checkpoint_wanted: asyncio.Future[None] | None = None
        self.done = asyncio.Event()
        self._last_byte = time.monotonic()
        self._wake: Callable[[], None] | None = None

    def touch(self) -> None:
        """Note that bytes arrived."""
        self._last_byte = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since bytes arrived."""
        return time.monotonic() - self._last_byte

    def on_wake(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called when the writer should look up from waiting for bytes."""
        self._wake = wake
        if self.stopped:
            wake()

    def stop(self, reason: str) -> None:
        """Ask the writer to take a last checkpoint and end."""
        self.stopped = self.stopped or reason
        self._wake_writer()

    def checkpoint(self) -> asyncio.Future[None]:
        """Ask the writer to make durable what it has; the future resolves when that is done."""
        if self.checkpoint_wanted is None:
            self.checkpoint_wanted = asyncio.get_running_loop().create_future()
            self._wake_writer()
        return self.checkpoint_wanted

    def checkpointed(self) -> None:
        """Tell those who asked that everything received is durable."""
        if self.checkpoint_wanted is not None:
            if not self.checkpoint_wanted.done():
                self.checkpoint_wanted.set_result(None)
            self.checkpoint_wanted = None

    def _wake_writer(self) -> None:
        if self._wake is not None:
            self._wake()


class WriterRegistry:
    """The writers of this process.

    Attributes:
        process: the name under which it writes.
    """

    def __init__(self) -> None:
        self.process = new_id()
        self._active: dict[str, ActiveWriter] = {}
        self._pending: dict[str, set[asyncio.Event]] = {}
        self._draining = False

    @property
    def draining(self) -> bool:
        """Whether the process is about to end and takes no more uploads."""
        return self._draining

    def check_open(self) -> None:
        """Refuse new work while draining.

        Raises:
            Unavailable: ``shutting_down`` (503).
        """
        if self._draining:
            raise Unavailable("The server is shutting down.", "shutting_down", retry_after=2)

    @contextmanager
    def pending(self, file_id: str) -> Iterator[None]:
        """Note a request that wants to write, from its first line on.

        Its sender may be gone before it becomes the writer, and ask how far the upload is: that question came second.
        """
        arrival = asyncio.Event()
        self._pending.setdefault(file_id, set()).add(arrival)
        try:
            yield
        finally:
            arrival.set()
            self._pending[file_id].discard(arrival)
            if not self._pending[file_id]:
                del self._pending[file_id]

    @asynccontextmanager
    async def hold(self, file_id: str) -> AsyncIterator[ActiveWriter]:
        """Become the writer of an upload in this process; a silent writer is stopped, a busy one waited for.

        Raises:
            Busy: another request is still receiving bytes for it (423).
            Unavailable: the process is draining (503).
        """
        self.check_open()
        await self._evict(file_id)
        active = self._active[file_id] = ActiveWriter(file_id)
        for arrival in self._pending.get(file_id, ()):
            arrival.set()
        uploads_active.inc()
        try:
            yield active
        finally:
            uploads_active.dec()
            del self._active[file_id]
            active.checkpointed()
            active.done.set()

    async def wait_durable(self, file_id: str) -> None:
        """Wait a moment until what the current writer received is durable, so that the row tells the truth.

        The sender of a writer that still takes in bytes may be gone already, with the rest in the buffers between: it
        is given time to come to its end, so that the answer is the offset at which the next writer can start.
        """
        deadline = time.monotonic() + ENDING_SECONDS
        if file_id not in self._active:
            for arrival in list(self._pending.get(file_id, ())):
                await _within(deadline - time.monotonic(), arrival)
        active = self._active.get(file_id)
        if active is None:
            return
        while not active.done.is_set() and active.silence < QUIET_SECONDS and (left := deadline - time.monotonic()) > 0:
            await _within(min(left, QUIET_SECONDS - active.silence + 0.01), active.done)
        if not active.done.is_set():
            await asyncio.wait({active.checkpoint()}, timeout=CHECKPOINT_SECONDS)

    async def stop(self, file_id: str, reason: str) -> None:
        """End an upload's writer, if there is one, and wait for its last checkpoint."""
        active = self._active.get(file_id)
        if active is not None:
            active.stop(reason)
            await _within(TAKEOVER_SECONDS, active.done)

    async def drain(self, seconds: float) -> None:
        """Refuse new writers and end the running ones within ``seconds``."""
        self._draining = True
        running = list(self._active.values())
        for active in running:
            active.stop(SHUTDOWN)
        if running:
            await asyncio.wait({asyncio.ensure_future(active.done.wait()) for active in running}, timeout=seconds)

    def running(self) -> dict[str, ActiveWriter]:
        """Return the writers of this process by upload id."""
        return dict(self._active)

    async def _evict(self, file_id: str) -> None:
        deadline = time.monotonic() + TAKEOVER_SECONDS
        while (active := self._active.get(file_id)) is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Busy("Another request is writing to this upload.", retry_after=1)
            if active.silence >= ACTIVE_SECONDS:
                active.stop(TAKEN_OVER)
            await _within(min(left, max(ACTIVE_SECONDS - active.silence, 0.05)), active.done)


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


async def watch(
    writers: WriterRegistry,
    epochs: Callable[[list[str]], dict[str, int]],
    seconds: float,
    answer: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Stop writers whose upload was taken over or removed by another process; look every ``seconds``.

    ``answer``: does what other processes ask of the running writers.
    """
    while True:
        await asyncio.sleep(seconds)
        running = {file_id: active for file_id, active in writers.running().items() if active.epoch}
        if not running:
            continue
        try:
            current = await asyncio.to_thread(epochs, list(running))
            if answer is not None:
                await answer()
        except ParquayError as error:
            log.warning("other processes' writers are not seen", extra={"fields": {"code": error.code}})
            continue
        for file_id, active in running.items():
            if current.get(file_id) != active.epoch:
                active.stop(TAKEN_OVER if file_id in current else REMOVED)
