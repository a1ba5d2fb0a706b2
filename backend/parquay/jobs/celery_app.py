"""Celery: carries to any machine the message that a job is due, and nothing else.

The job's row is the truth: a message has no argument, is acknowledged before anything is done, and may be lost or come
twice. Every worker looks at the table by itself now and then, so that a Redis that is away costs seconds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from parquay.catalog.notifications import JOBS, Heard
from parquay.events.redis_server import ANSWER_SECONDS, CONNECT_SECONDS, RedisAddress, sentinels

if TYPE_CHECKING:
    from celery import Celery

TASK = "parquay.work"
"""Name of the task: look at the table of jobs."""
MAX_MESSAGES = 64
"""Messages that wait for workers; more would say the same."""
MESSAGE_SECONDS = 0.02
"""Least time between two messages of one process."""
MAX_CHILD_KIB = 1 << 20
"""KiB of memory after which a worker's process is replaced, once its job has ended."""

log = logging.getLogger(__name__)


def celery_app(address: RedisAddress) -> Celery:
    """Return Celery as it is used here."""
    from celery import Celery

    options: dict[str, Any] = {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "health_check_interval": 5,
    }
    if address.url.startswith("sentinel://"):
        _, password, master, _ = sentinels(address.url)
        options |= {"master_name": master, "password": password}
    app = Celery("parquay", broker=address.url)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=False,
        task_default_queue=queue_of(address),
        worker_prefetch_multiplier=1,
        worker_max_memory_per_child=MAX_CHILD_KIB,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=options,
    )
    return app


def queue_of(address: RedisAddress) -> str:
    """Return the name of the list in which messages wait."""
    return f"{address.prefix}:jobs"


class JobMessages:
    """A `Notifier` that sends a message where jobs are due, in a thread of its own: a dead Redis delays nobody."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._due = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def notify(self, channels: Collection[str]) -> None:
        """Send a message soon if there is something to do; never waits, never fails."""
        if JOBS not in channels or self._ended.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="job-messages", daemon=True)
            self._thread.start()
        self._due.set()

    def subscribe(self, heard: Heard) -> None:
        """Do nothing: messages are for workers, which hear them by Celery."""

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        self._due.set()

    def _run(self) -> None:
        from kombu.exceptions import OperationalError
        from redis import RedisError

        app, client, queue = celery_app(self._address), self._address.client(), queue_of(self._address)
        send: Callable[..., Any] = app.send_task
        is_up = True
        while True:
            self._due.wait()
            self._due.clear()
            if self._ended.wait(MESSAGE_SECONDS):
                return
            try:
                if client.llen(queue) < MAX_MESSAGES:
                    send(TASK, retry=False, ignore_result=True)
                is_up = True
            except (OperationalError, RedisError, OSError) as error:
                if is_up:
                    log.warning("workers are not told of jobs", extra={"fields": {"error": str(error)}})
                is_up = False
