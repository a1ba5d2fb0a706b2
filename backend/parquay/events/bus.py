"""The hub: one reader of the event table in each process, many streams that follow it.

The table is the truth; a notification only says "look", and without one the hub looks once a second. What it reads goes
to every subscriber that may see it, through a queue with a bound. Whoever does not keep up loses the queue, not the
events: it reads what it missed from the table, just as after a reconnect.

Progress is not in the table. A notification names the files that have come further, and their rows say how far; those
that are being converted are looked at once a second besides. One that is lost is followed by the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from parquay.catalog.events import Happened
from parquay.events.messages import Message, announcement, message_of
from parquay.roles import Role

LOOK_SECONDS = 1.0
"""How often the table is read without a notification."""

IDLE_SECONDS = 0.05
"""Least time between two looks while nobody follows."""

QUEUE = 256
"""Messages that wait for one subscriber before it has to catch up from the table."""

PAGE = 500
"""Events read at once."""

PROGRESS_SECONDS = 0.25
"""Least time between two progress messages of one file."""

_log = logging.getLogger(__name__)


class EventSource(Protocol):
    """The event table."""

    def after(self, event_id: int, limit: int) -> Sequence[Happened]:
        """At most ``limit`` events younger than ``event_id``, oldest first."""

    def span(self) -> tuple[int, int]:
        """The id behind which all events are there, and that of the youngest one, 0 before the first."""

    def held_back(self) -> Collection[str]:
        """The files that have events which can be read in a moment, not yet."""

    def progress(self, file_ids: Collection[str], position: int) -> Sequence[Happened]:
        """How far those of ``file_ids`` are that exist, as if each had happened at ``position``."""

    def converting(self) -> Mapping[str, int]:
        """How far the files are that are being converted, in bytes, by their ids."""


class Closed(Exception):
    """The hub has stopped; every stream ends."""


class Subscription:
    """What is still to be sent to one client."""

    def __init__(self, user_id: str, *, behind: bool) -> None:
        """Follow for ``user_id``; ``behind`` when the table has to be read first."""
        self.user_id = user_id
        self.behind = behind
        self.closed = False
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(QUEUE)

    def offer(self, message: Message | None) -> None:
        """Queue a message; None wakes the reader. A full queue is dropped and its reader sent to the table."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.behind = True
            self.drain()
            self._queue.put_nowait(None)

    def drain(self) -> None:
        """Forget what is queued."""
        while not self._queue.empty():
            self._queue.get_nowait()

    async def next(self, timeout: float) -> Message | None:  # noqa: ASYNC109  the caller's keep-alive, no failure
        """Return the next message; None after ``timeout`` seconds without one, or when the table must be read.

        Raises:
            Closed: the hub has stopped.
        """
        if self.closed:
            raise Closed
        message = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                message = await self._queue.get()
        if self.closed:
            raise Closed
        return message


class Hub:
    """Reads new events and hands each to the subscribers that may see it."""

    def __init__(self, source: EventSource, *, announce: str = "off") -> None:
        """``announce``: what those hear of a new file who may not see it: ``off``, ``count`` or ``names``."""
        self._source = source
        self._announce = announce
        self._subscribers: set[Subscription] = set()
        self._notified = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._position = 0
        self._held_back: Collection[str] = ()
        self._moved: set[str] = set()
        self._looking = threading.Lock()
        self._converting: Mapping[str, int] = {}
        self._converting_at = -math.inf
        self._sent_at: dict[str, float] = {}

    async def start(self) -> None:
        """Begin to follow the table from its end."""
        self._loop = asyncio.get_running_loop()
        self._notified = asyncio.Event()
        _, self._position = await asyncio.to_thread(self._source.span)
        self._task = asyncio.create_task(self._follow(), name="event-hub")

    async def stop(self) -> None:
        """End every stream and stop reading."""
        self._loop = None
        for subscriber in self._subscribers:
            subscriber.closed = True
            subscriber.offer(None)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def wake(self) -> None:
        """Look at the table now. May be called from any thread, at any time."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed just now
                loop.call_soon_threadsafe(self._notified.set)

    def moved(self, file_ids: Iterable[str]) -> None:
        """Look how far these files are. May be called from any thread, at any time."""
        if self._subscribers:
            with self._looking:
                self._moved.update(file_ids)
            self.wake()

    @contextlib.contextmanager
    def subscribe(self, user_id: str, *, behind: bool = False) -> Iterator[Subscription]:
        """Follow for ``user_id``. ``behind``: the table is read first, see ``missed``.

        Raises:
            Closed: the hub does not run.
        """
        if self._task is None:
            raise Closed
        subscription = Subscription(user_id, behind=behind)
        self._subscribers.add(subscription)
        try:
            yield subscription
        finally:
            self._subscribers.discard(subscription)

    @property
    def running(self) -> bool:
        """Whether streams can be opened."""
        return self._task is not None

    @property
    def position(self) -> int:
        """Id of the youngest event that was handed on."""
        return self._position

    async def missed(self, user_id: str, event_id: int) -> tuple[list[Message], int]:
        """Read one page of what ``user_id`` missed after ``event_id``, and the id up to which that is complete.

        The id equals ``event_id`` once there is nothing more.
        """
        page = await asyncio.to_thread(self._source.after, event_id, PAGE)
        seen = [happened for happened in newest(page) if happened.visible_to(user_id)]
        found = [message for each in seen if (message := message_of(each, each.role_of(user_id))) is not None]
        return found, page[-1].id if page else event_id

    async def lost(self, event_id: int) -> bool:
        """Tell whether events after ``event_id`` are gone from the table, or the id is not of this table."""
        removed, youngest = await asyncio.to_thread(self._source.span)
        return event_id > youngest or event_id < removed

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._notified.wait()
            self._notified.clear()
            try:
                await self._look()
            except Exception:  # noqa: BLE001  the streams outlive a database that is away for a while
                _log.exception("the event table could not be read")
                await asyncio.sleep(LOOK_SECONDS)

    def _pause(self) -> float:
        if self._held_back:
            return IDLE_SECONDS
        return PROGRESS_SECONDS if self._moved else LOOK_SECONDS

    async def _look(self) -> None:
        if not self._subscribers:
            youngest = (await asyncio.to_thread(self._source.span))[1]
            if not self._subscribers:  # whoever came meanwhile gets what happened since
                self._position = max(self._position, youngest)
                self._held_back = ()
                self._moved.clear()
                await asyncio.sleep(IDLE_SECONDS)
                return
        waiting = frozenset(self._moved)
        full = True
        while full:
            page = await asyncio.to_thread(self._source.after, self._position, PAGE)
            full = len(page) == PAGE
            for happened in newest(page):
                self._deliver(happened)
            with self._looking:
                # What was sent shows the files as they are now: progress that waited says nothing more.
                self._moved -= waiting.intersection(happened.file_id for happened in page)
            if page:
                self._position = page[-1].id
        self._held_back = await asyncio.to_thread(self._source.held_back)
        # Only of files whose earlier events have been handed on: nobody hears of progress before the creation.
        await self._look_at_progress(waiting.difference(self._held_back), time.monotonic())

    async def _look_at_progress(self, file_ids: Collection[str], moment: float) -> None:
        if moment - self._converting_at >= LOOK_SECONDS:
            before, self._converting = self._converting, await asyncio.to_thread(self._source.converting)
            self._converting_at = moment
            with self._looking:
                self._moved.update(each for each, bytes_ in self._converting.items() if before.get(each) != bytes_)
        self._sent_at = {file_id: at for file_id, at in self._sent_at.items() if moment - at < PROGRESS_SECONDS}
        with self._looking:
            due = self._moved.intersection(file_ids) - self._sent_at.keys()
            self._moved -= due
        if due:
            for happened in await asyncio.to_thread(self._source.progress, due, self._position):
                self._deliver(happened)
            self._sent_at.update(dict.fromkeys(due, moment))

    def _deliver(self, happened: Happened) -> None:
        messages: dict[Role | None, Message | None] = {}
        announced = announcement(happened, self._announce)
        for subscriber in self._subscribers:
            if not happened.visible_to(subscriber.user_id):
                if announced is not None:
                    subscriber.offer(announced)
            else:
                role = happened.role_of(subscriber.user_id)
                if role not in messages:
                    messages[role] = message_of(happened, role)
                if (own := messages[role]) is not None:
                    subscriber.offer(own)


def newest(page: Sequence[Happened]) -> list[Happened]:
    """Drop events of ``page`` that a later one of the same kind and file repeats.

    Each is sent with the file as it is now, so only the last of equal ones says anything. Pure.
    """
    last = {_same(happened): happened.id for happened in page}
    return [each for each in page if last[_same(each)] == each.id]


def _same(happened: Happened) -> tuple[object, ...]:
    return happened.kind, happened.file_id, happened.to_others, happened.to
