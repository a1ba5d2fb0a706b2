"""`parquay worker`: converts files, as a child of the server or by itself."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from functools import partial

from parquay import allocator, telemetry, wiring
from parquay.catalog.notifications import JOBS
from parquay.events.pipes import ParentPipe
from parquay.settings import Settings
from parquay.storage.local.heartbeat import HeartbeatFile
from parquay.storage.local.private import OTHERS

NICENESS = 10
"""Added to a worker's priority number, so that conversion never slows an upload."""


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
    worker = convert.worker(services, os.getppid() if child else None, moved=_moved(settings, child=child))
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


def _moved(settings: Settings, *, child: bool) -> Callable[[float], None]:
    """What a worker calls when it moves: it says so in a file, but a server's child is the server's to watch."""
    return (lambda _seconds: None) if child else HeartbeatFile(settings.root).beat


def _work_by_celery(settings: Settings, *, child: bool) -> int:
    from parquay.jobs import celery_worker

    address = wiring.redis_address(settings)
    assert address is not None
    if child:
        ParentPipe().subscribe(lambda _channels: None)  # ends this process with the server
    elif code := _prepared_apart(settings):
        return code
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    build, processes = partial(wiring.build, settings, migrate=False), max(1, settings.workers)
    return celery_worker.run(address, build, processes, _moved(settings, child=child))


def _prepared_apart(settings: Settings) -> int:
    """Migrate and put small uploads back in a process that then ends; return its exit code.

    The processes that convert are forked from this one, and what speaks to an object store has threads, which a fork
    leaves behind: the first request of each would wait for them for ever.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    services = wiring.build(settings)
    services.uploads.small.restore()
    services.close()
    os._exit(0)
