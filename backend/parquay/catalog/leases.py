"""Leases: what one owner may do alone, or wants to stay as it is, in one table that all processes see.

An owner is a process. It has a lease until a time by the clock of the database, and renews it while it lives; a lease
that is over is anybody's. On one machine nobody waits for that time: whoever wants a lease sees that the process which
has it is gone. A lease of which an owner has a share keeps others from having it alone, and the other way round.

A process that was paused does not know that its lease is over. So whatever must not happen then is preceded by
`Leases.ensure`, or has `Leases.fence` in its own transaction: both compare the epoch, which no other lease ever has.
A lease need not survive a power cut, after which its owner is gone: it is committed without a sync.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from weakref import WeakValueDictionary

from sqlmodel import Session

from parquay.catalog import owners
from parquay.catalog.lease_rows import LEASE_SECONDS, lapse, over, renew, take
from parquay.catalog.lease_rows import release as delete
from parquay.catalog.session import Catalog
from parquay.errors import ParquayError, Unavailable

RENEW_SECONDS = 20.0
"""How often the leases of a process are renewed."""

MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.001, 0.05
"""Pauses between two looks at a lease that another process has."""

RUN_SECONDS = 0.5
"""How long threads of one process may have a lease one right after the other; then it is free for a moment.

Who waits in another process looks at it now and then, and would hardly ever see it free between two of them.
"""

log = logging.getLogger(__name__)


class LeaseTaken(Exception):
    """Others have the lease, and did not give it up in time."""


class LeaseLost(Exception):
    """The lease was over, and may be somebody else's by now."""


@dataclass(slots=True, eq=False)
class HeldLease:
    """A lease that this process has.

    Attributes:
        epoch: tells it from every other lease, of the same key too.
        sure_until: until when it has it for certain, by `elapsed`.
        unfinished: whether what it is for is half done; then its row stays when it is given up, see `Leases.left`.
        is_left: whether whoever had it before did not come to an end.
    """

    kind: str
    key: str
    epoch: int
    sure_until: float
    unfinished: bool = False
    is_left: bool = False


def elapsed() -> float:
    """Seconds that have passed since some moment, those in which the machine slept too where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Leases:
    """The leases of this process; may be used by many threads."""

    def __init__(self, catalog: Catalog, owner: str | None = None) -> None:
        """``owner``: the name of the process, see `owners`."""
        self._catalog = catalog
        self._given_owner = owner
        self._shares = itertools.count(1)
        self._held: dict[int, HeldLease] = {}
        self._lock = threading.Lock()
        self._turns: WeakValueDictionary[tuple[str, str], _Turn] = WeakValueDictionary()
        self._renewing: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def owner(self) -> str:
        """The name of this process."""
        if self._given_owner is None:
            self._given_owner = owners.this_process()
        return self._given_owner

    def is_dead(self, owner: str) -> bool:
        """Tell whether an owner is gone; False when that cannot be seen from here."""
        return owners.is_dead(owner, one_machine=self._catalog.is_embedded)

    @contextmanager
    def exclusive(self, kind: str, key: str, seconds: float) -> Iterator[HeldLease]:
        """Have a lease alone; wait up to ``seconds`` for others (blocking).

        Raises:
            LeaseTaken: they still have it.
            Unavailable: the catalog does not answer (503).
        """
        end = time.monotonic() + seconds
        turn = self._turn(kind, key)
        if not turn.lock.acquire(timeout=seconds):  # threads of this process wait here, without asking the catalog
            raise LeaseTaken(key)
        try:
            if not self._catalog.is_embedded and turn.is_over():
                time.sleep(2 * MAX_PAUSE_SECONDS)
            (held,) = _awaited(partial(self.take_free, kind, [key]), end)
            try:
                yield held
            finally:
                self.release(held)
        finally:
            turn.lock.release()

    @contextmanager
    def shared(self, kind: str, key: str, seconds: float) -> Iterator[HeldLease]:
        """Have a share in a lease; wait up to ``seconds`` for whoever has it alone (blocking).

        Raises:
            LeaseTaken: they still have it.
            Unavailable: the catalog does not answer (503).
        """
        share = f"{self.owner}:{next(self._shares)}"
        (held,) = _awaited(partial(self._taken, kind, [key], share), time.monotonic() + seconds)
        try:
            yield held
        finally:
            self.release(held)

    def take_free(self, kind: str, keys: Sequence[str]) -> list[HeldLease]:
        """Take the leases of ``keys`` that nobody has or shares, each of them alone."""
        return self._taken(kind, keys, "")

    def release(self, *held: HeldLease) -> None:
        """Give leases up; that is on its way when this returns, and comes before what this process asks for next."""
        with self._lock:
            for each in held:
                each.sure_until = 0.0
                self._held.pop(each.epoch, None)
        for forget, unfinished in ((delete, False), (lapse, True)):
            if epochs := [each.epoch for each in held if each.unfinished is unfinished]:
                self._catalog.submit(partial(forget, epochs=epochs), durable=False)

    def left(self, kind: str) -> list[str]:
        """The keys of leases whose owners died, or gave up, before they had finished (blocking)."""
        return self._catalog.submit(partial(over, kind=kind, is_dead=self.is_dead), durable=False).result()

    def fence(self, session: Session, held: HeldLease) -> bool:
        """Inside a transaction: renew a lease; False when it is not this process's any more."""
        return bool(renew(session, [held.epoch]))

    def ensure(self, held: HeldLease) -> None:
        """Make sure before a step that must not be taken without it that a lease is still this process's (blocking).

        Raises:
            LeaseLost: it is not.
            Unavailable: the catalog does not answer (503).
        """
        # Half of the time must be left: the step that follows takes some.
        if held.sure_until - elapsed() < LEASE_SECONDS / 2 and held.epoch not in self._renewed([held]):
            raise LeaseLost(held.key)

    def close(self) -> None:
        """Give up every lease."""
        self._closed.set()
        with self._lock:
            held = list(self._held.values())
        self.release(*held)

    def _turn(self, kind: str, key: str) -> _Turn:
        with self._lock:
            return self._turns.setdefault((kind, key), _Turn())

    def _taken(self, kind: str, keys: Sequence[str], share: str) -> list[HeldLease]:
        sure_until = elapsed() + LEASE_SECONDS
        write = partial(take, kind=kind, keys=keys, share=share, owner=self.owner, is_dead=self.is_dead)
        taken = self._catalog.submit(write, durable=False).result()
        held = [HeldLease(kind, key, one.epoch, sure_until, is_left=one.is_left) for key, one in taken.items()]
        with self._lock:
            self._held.update((each.epoch, each) for each in held)
            if held and self._renewing is None:
                self._renewing = threading.Thread(target=self._keep_renewing, name="leases", daemon=True)
                self._renewing.start()
        return held

    def _keep_renewing(self) -> None:
        while not self._closed.wait(RENEW_SECONDS):
            with self._lock:
                held = list(self._held.values())
                if not held:
                    self._renewing = None
                    return
            try:
                self._renewed(held)
            except Unavailable:
                continue  # there is time for more tries
            except ParquayError as error:
                log.warning("leases are not renewed", extra={"fields": {"code": error.code}})

    def _renewed(self, held: Sequence[HeldLease]) -> set[int]:
        """Renew leases, and return the epochs of those that are still this process's."""
        sure_until = elapsed() + LEASE_SECONDS
        write = partial(renew, epochs=[each.epoch for each in held])
        renewed = self._catalog.submit(write, durable=False).result()
        for each in held:
            each.sure_until = sure_until if each.epoch in renewed else 0.0
        return renewed


class _Turn:
    """Lets the threads of a process in one after the other; it is there while one of them waits or is in."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._since = time.monotonic()

    def is_over(self) -> bool:
        """Whether these threads had it long enough; asked by the next of them, with whom another run begins then."""
        is_over = time.monotonic() - self._since > RUN_SECONDS
        if is_over:
            self._since = time.monotonic()
        return is_over


def _awaited(take: Callable[[], list[HeldLease]], end: float) -> list[HeldLease]:
    """Try to take a lease until ``end`` (by the monotonic clock).

    Raises:
        LeaseTaken: others have it.
    """
    pause = MIN_PAUSE_SECONDS
    while not (held := take()):
        if time.monotonic() > end:
            raise LeaseTaken
        time.sleep(pause)
        pause = min(2 * pause, MAX_PAUSE_SECONDS)
    return held
