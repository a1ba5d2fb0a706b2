"""One API process: the application on its listener, and what runs beside it."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import threading
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from parquay import allocator, wiring
from parquay.catalog.duties import Duty
from parquay.catalog.notifications import JOBS
from parquay.events.pipes import ParentPipe
from parquay.jobs import hook
from parquay.jobs.fetch import FetchWorkers
from parquay.jobs.worker import Worker
from parquay.server.address import shown_url
from parquay.server.certificate import certificate_of
from parquay.server.children import Children, child_commands
from parquay.uploads.receive.takeover import watch
from parquay.wiring import Services

if TYPE_CHECKING:
    from parquay.http1.listener import Listener
    from parquay.web.live.sampling import Sampler

DRAIN_SECONDS = 5.0
CHILD_SECONDS = 6.0
SWEEP_SECONDS = 60.0
TIDY_SECONDS = 600.0
WATCH_SECONDS = 0.25


class ApiProcess:
    """One API process; the primary one also keeps the children."""

    def __init__(self, services: Services, *, primary: bool) -> None:
        self._services = services
        self._primary = primary
        self._children: Children | None = None
        self._stop = asyncio.Event()
        from parquay.app import create_app  # the web framework: twenty megabytes that a worker does without

        self._app = create_app(services)
        self._hooking: Worker | None = None
        self._fetching: FetchWorkers | None = None

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        loop, settings = asyncio.get_running_loop(), self._services.settings
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        from parquay.http1.listener import Listener

        shown = certificate_of(settings)
        fast_path = self._app.fast_path
        listener = Listener(self._app, settings.host, settings.port, fast_path=fast_path, certificate=shown)
        serving = asyncio.create_task(listener.serve())
        tasks = [asyncio.create_task(job) for job in self._background()]
        self._connect()
        self._start_hooks()
        self._fetching = FetchWorkers(self._services, loop)
        self._fetching.start()
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
            self._children = Children(child_commands(settings))
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
        lines = [f"Parquay is ready: open {shown_url(settings)}"]
        lines += [f"Sign in with the demo account: {name} / {word}" for name, word in settings.demo_accounts[:1]]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    async def _shut_down(
        self, listener: Listener, serving: asyncio.Task[None], tasks: list[asyncio.Task[None]]
    ) -> None:
        self._app.drain()
        if self._hooking is not None:
            self._hooking.stop()
        if self._fetching is not None:
            self._fetching.stop()
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
