"""`parquay serve`: the API in this process, more API processes and conversion workers as children.

The children hang on pipes, on which notifications go both ways, see `events.pipes`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from parquay import allocator, telemetry, wiring
from parquay.catalog.duties import Duty
from parquay.catalog.notifications import JOBS, Heard
from parquay.events.pipes import READ_BYTES, ChannelLines, ParentPipe, encoded
from parquay.jobs import hook
from parquay.jobs.worker import Worker
from parquay.settings import Settings, SettingsError
from parquay.storage.local.private import OTHERS
from parquay.uploads.receive.takeover import watch
from parquay.wiring import Services

if TYPE_CHECKING:
    from parquay.http1.listener import Listener
    from parquay.web.live.sampling import Sampler

DRAIN_SECONDS = 5.0
CHILD_SECONDS = 6.0
RESPAWN_SECONDS = 1.0
SWEEP_SECONDS = 60.0
TIDY_SECONDS = 600.0
WATCH_SECONDS = 0.25
NICENESS = 10
"""Added to a worker's priority number, so that conversion never slows an upload."""

MAX_PIECE_BYTES, MAX_FREED_BYTES = 4 << 20, 64 << 20
"""Bytes of the largest freed piece of memory that the C library keeps, and of all that it keeps.

Its own rule would also keep those of a password hash (19 MiB).
"""

SPAWN = "import sys; from parquay.cli import main; sys.exit(main())"

log = logging.getLogger(__name__)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    os.umask(OTHERS)
    allocator.keep_pieces(MAX_PIECE_BYTES, MAX_FREED_BYTES)
    telemetry.configure_logging(settings.log_level)
    with _only_server(settings):
        services = wiring.build(settings)
        wiring.prepare(services)
        try:
            _run(services, primary=True)
        finally:
            services.close()
    return 0


def serve_child(settings: Settings) -> int:
    """Serve as one of several API processes, hanging on the first one's pipes; return the exit code."""
    os.umask(OTHERS)
    allocator.keep_pieces(MAX_PIECE_BYTES, MAX_FREED_BYTES)
    telemetry.configure_logging(settings.log_level)
    services = wiring.build(settings, migrate=False)
    try:
        _run(services, primary=False)
    finally:
        services.close()
    return 0


def _run(services: Services, *, primary: bool) -> None:
    import uvloop

    _allow_handles()
    uvloop.run(_Service(services, primary=primary).run())


def _allow_handles() -> None:
    """Let this process open as many files and connections as it may: an upload in progress has three."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(OSError, ValueError):  # some systems name more than they allow
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def work(settings: Settings, *, child: bool = False) -> int:
    """Convert files until SIGTERM or SIGINT; return the exit code. ``child``: hang on the server's pipes."""
    os.umask(OTHERS)
    from parquay.jobs import convert

    telemetry.configure_logging(settings.log_level)
    if settings.redis_url:
        return _work_by_celery(settings, child=child)
    services = wiring.build(settings, migrate=not child)
    if not child:
        services.uploads.small.restore()
    worker = convert.worker(services)
    services.catalog.notifications.subscribe(JOBS, worker.wake)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    if child:
        services.catalog.notifications.attach(ParentPipe())
    else:
        services.catalog.listen()
    allocator.give_back()
    try:
        worker.run()
    finally:
        services.close()
    return 0


def _work_by_celery(settings: Settings, *, child: bool) -> int:
    from parquay.jobs import celery_worker

    address = wiring.redis_address(settings)
    assert address is not None
    if child:
        ParentPipe().subscribe(lambda _channels: None)  # ends this process with the server
    else:
        services = wiring.build(settings)
        services.uploads.small.restore()
        services.close()
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    return celery_worker.run(address, partial(wiring.build, settings, migrate=False), max(1, settings.workers))


class _Service:
    """One API process; the primary one also keeps the children."""

    def __init__(self, services: Services, *, primary: bool) -> None:
        self._services = services
        self._primary = primary
        self._children: _Children | None = None
        self._stop = asyncio.Event()
        from parquay.app import create_app  # the web framework: twenty megabytes that a worker does without

        self._app = create_app(services)
        self._hooking: Worker | None = None

    async def run(self) -> None:
        loop, settings = asyncio.get_running_loop(), self._services.settings
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        from parquay.http1.listener import Listener

        listener = Listener(self._app, settings.host, settings.port, fast_path=self._app.fast_path)
        serving = asyncio.create_task(listener.serve())
        tasks = [asyncio.create_task(job) for job in self._background()]
        self._connect()
        self._start_hooks()
        await self._announce(listener, serving)
        gc.collect()
        allocator.give_back()
        gc.freeze()  # what is loaded by now stays: looking through it for garbage would stop the loop now and then
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await self._shut_down(listener, serving, tasks)

    def _background(self) -> list[Coroutine[Any, Any, None]]:
        settings = self._services.settings
        jobs: list[Coroutine[Any, Any, None]] = []
        jobs.append(self._services.uploads.small.run())
        jobs.append(self._sampler().run())
        jobs.append(self._duty("expiry").run(partial(self._services.uploads.expirer.run, SWEEP_SECONDS)))
        jobs.append(self._duty("retention").run(partial(self._services.tables.retention.run, TIDY_SECONDS)))
        if self._primary:
            self._children = _Children(_commands(settings))
            jobs.extend(child.run() for child in self._children)
        uploads = self._services.uploads
        if uploads.remote is not None:
            jobs.append(watch(uploads.writers, uploads.files.epochs, WATCH_SECONDS, uploads.remote.answer))
        return jobs

    def _sampler(self) -> Sampler:
        from parquay.web.live.sampling import Sampler

        services = self._services
        return Sampler(
            services.catalog,
            services.events.samples,
            services.events.jobs,
            services.uploads.queue,
            services.uploads.writers,
            duty=self._duty("samples"),
            random_samples=services.events.random,
        )

    def _duty(self, name: str) -> Duty:
        return Duty(self._services.leases, name)

    def _start_hooks(self) -> None:
        if self._primary and self._services.uploads.hooks:
            self._hooking = hook.worker(self._services)
            self._services.catalog.notifications.subscribe(JOBS, self._hooking.wake)
            threading.Thread(target=self._hooking.run, name="hooks", daemon=True).start()

    def _connect(self) -> None:
        catalog = self._services.catalog
        if self._children is not None:
            catalog.notifications.attach(self._children, relays=True)
            catalog.listen()
        else:
            catalog.notifications.attach(ParentPipe())
        address = wiring.redis_address(self._services.settings)
        if address is not None and self._primary:
            from parquay.jobs.celery_app import JobMessages

            catalog.notifications.attach(JobMessages(address), relays=True)

    async def _announce(self, listener: Listener, serving: asyncio.Task[None]) -> None:
        listening = asyncio.create_task(listener.listens.wait())
        await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if serving.done():
            serving.result()
        if not self._primary:
            return
        settings = self._services.settings
        lines = [f"Parquay is ready: open {_url(settings)}"]
        lines += [f"Sign in with the demo account: {name} / {word}" for name, word in settings.demo_accounts[:1]]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    async def _shut_down(
        self, listener: Listener, serving: asyncio.Task[None], tasks: list[asyncio.Task[None]]
    ) -> None:
        self._app.drain()
        if self._hooking is not None:
            self._hooking.stop()
        children = self._children or ()
        for child in children:
            child.terminate()
        await self._services.events.hub.stop()
        await self._services.uploads.writers.drain(DRAIN_SECONDS)
        await asyncio.sleep(0.2)  # the last answers are on their way out
        listener.stop()
        await asyncio.wait({serving}, timeout=DRAIN_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(child.wait(CHILD_SECONDS) for child in children))


class _Children:
    """The children, as a `Notifier`: what one of them tells goes to this process and to the others."""

    def __init__(self, commands: Sequence[list[str]]) -> None:
        self._children = [_Child(command, self._heard) for command in commands]
        self._on_heard: Heard = lambda _channels: None

    def __iter__(self) -> Iterator[_Child]:
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

    def _heard(self, source: _Child, channels: list[str]) -> None:
        data = encoded(channels)
        for child in self._children:
            if child is not source:
                child.send(data)
        self._on_heard(channels)


class _Child:
    """A child process that is started again whenever it ends by itself."""

    def __init__(self, arguments: list[str], on_heard: Callable[[_Child, list[str]], None]) -> None:
        self._arguments = arguments
        self._on_heard = on_heard
        self._process: asyncio.subprocess.Process | None = None
        self._loop = asyncio.get_running_loop()
        self._stopping = False

    async def run(self) -> None:
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


@contextlib.contextmanager
def _only_server(settings: Settings) -> Iterator[None]:
    """Make sure that no other server has the port or the data directory.

    The server's own sockets share their port so that several API processes can listen on it, hence another
    server there would go unnoticed; so would one that writes the same files.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            detail = f"PARQUAY_HOST, PARQUAY_PORT: cannot listen on {_url(settings)}: {error.strerror}"
            raise SettingsError(detail) from None
    settings.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(settings.root / "server.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise SettingsError(f"PARQUAY_DATA_DIR: another server is using {settings.root}") from None
    try:
        yield
    finally:
        os.close(handle)


def _commands(settings: Settings) -> list[list[str]]:
    processes = min(1, settings.workers) if settings.redis_url else settings.workers  # Celery starts its own
    workers = [["worker", "--child"]] * processes
    return [*workers, *[["serve", "--child"]] * (settings.processes - 1)]


def _url(settings: Settings) -> str:
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  only for display
    return settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
