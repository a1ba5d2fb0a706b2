"""A worker that hears of jobs by Celery: a parent that speaks to Redis, and processes that convert."""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import socket
import threading
from collections.abc import Callable
from functools import partial

from parquay.errors import Unavailable
from parquay.events.redis_server import RedisAddress
from parquay.jobs import convert
from parquay.jobs.celery_app import TASK, JobMessages, celery_app
from parquay.jobs.worker import Worker
from parquay.wiring import Services

LOOK_SECONDS = 4.0
"""How often each process looks at the table without a message, in seconds, about."""

log = logging.getLogger(__name__)


def run(address: RedisAddress, build: Callable[[], Services], processes: int, moved: Callable[[float], None]) -> int:
    """Convert in ``processes`` processes until SIGTERM or SIGINT; return the exit code.

    ``build``: makes the services of one of them, after it has begun: nothing that is open may cross a fork. ``moved``:
    called in each of them whenever it moves, with the seconds within which it will again.
    """
    from celery import signals

    app, stopping, parent = celery_app(address), multiprocessing.Event(), os.getpid()
    members: list[PoolMember] = []

    def begin(**_: object) -> None:
        services = build()
        services.catalog.notifications.attach(JobMessages(address))
        members.append(PoolMember(services, stopping, parent, moved))

    def work() -> None:
        for member in members:
            member.work()

    begin_again: Callable[..., None] = begin
    signals.worker_process_init.connect(begin_again, weak=False)
    signals.worker_shutting_down.connect(lambda **_: stopping.set(), weak=False)
    app.task(name=TASK)(work)
    name = f"parquay-{os.getpid()}@{socket.gethostname()}"
    worker = app.Worker(
        hostname=name,
        pool="prefork",
        concurrency=processes,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


class PoolMember:
    """One of the processes that convert."""

    def __init__(
        self,
        services: Services,
        stopping: multiprocessing.synchronize.Event,
        parent: int,
        moved: Callable[[float], None],
    ) -> None:
        """``stopping``: is set in the parent when no more jobs are to be taken; ``parent``: its process."""
        self._worker: Worker = convert.worker(services, parent, moved=moved)
        self._busy = threading.Lock()
        self._stopping = stopping
        self._parent = parent
        self._ended = threading.Event()
        threading.Thread(target=self._look, name="jobs", daemon=True).start()
        threading.Thread(target=self._end_with_parent, name="parent", daemon=True).start()

    def work(self) -> None:
        """Carry out what is due; at once again where this process is at it: it goes on until nothing is due."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            while not self._stopping.is_set() and self._worker.run_one():
                pass
        except Unavailable as error:
            log.warning("catalog unavailable", extra={"fields": {"code": error.code}})
        finally:
            self._busy.release()

    def _look(self) -> None:
        """Look at the table now and then: messages may be lost, and Redis may be away."""
        pause: Callable[[], float] = partial(random.uniform, LOOK_SECONDS / 2, LOOK_SECONDS)
        while not self._ended.wait(pause()):
            self.work()

    def _end_with_parent(self) -> None:
        """Give the running job back when the worker is to end, and end at once when its parent is gone."""
        while not self._stopping.wait(0.5):
            if os.getppid() != self._parent:
                os._exit(0)
        self._worker.stop()
        self._ended.set()
