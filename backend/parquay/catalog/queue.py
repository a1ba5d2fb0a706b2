"""Whose job is next: owners take turns, and of one owner's jobs small ones go before large ones, for a while.

A job's turn is the moment at which it was queued and a pause that grows with its bytes. Whatever is queued later than
the end of that pause stands behind it, however small, so nothing waits for ever. Whoever was served longest ago is
next. All of it is looked up in the index of the queue: what is leased, or waits behind, is not touched.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, func, select

from parquay.catalog.session import Catalog
from parquay.catalog.tables import Job, Served, now

BYTES_PER_SECOND = 16 << 20
"""Bytes of a file for which its job lets others of its owner go first by a second."""
MAX_PAUSE_SECONDS = 300
"""Longest pause."""
COUNTED = 10_000
"""Waiting jobs that are counted; whoever stands behind them waits for so many at least."""
KEPT_SECONDS = 5.0
"""How long a job that was woken waits for the worker that kept it, which knows what others would have to read again."""
FRESH_SECONDS = 1.0
"""How long positions in the queue are taken for true."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def turn(queued_at: datetime, size: int | None) -> datetime:
    """When it is the turn of a job that is about ``size`` bytes. Pure."""
    return queued_at + timedelta(seconds=min(MAX_PAUSE_SECONDS, (size or 0) // BYTES_PER_SECOND))


def owners(session: Session) -> list[str]:
    """Owners with queued jobs, whoever was served longest ago first; as many steps in the index as there are owners."""
    queued = col(Job.state) == "queued"
    first = select(func.min(Job.owner_id).label("owner_id")).where(queued)
    each = first.cte("each_owner", recursive=True)
    following = select(func.min(Job.owner_id)).where(queued, col(Job.owner_id) > each.c.owner_id).scalar_subquery()
    each = each.union_all(select(following).where(each.c.owner_id.is_not(None)))
    query = select(each.c.owner_id, Served.at).join(Served, col(Served.owner_id) == each.c.owner_id, isouter=True)
    found: Any = session.execute(query.where(each.c.owner_id.is_not(None))).all()
    return by_turn(dict(found))


def by_turn(served: Mapping[str, datetime | None]) -> list[str]:
    """Owners in the order of their turns, by when each was served last. Pure."""
    return sorted(served, key=lambda owner: (served[owner] or _LONG_AGO, owner))


def next_jobs(
    session: Session, kinds: Sequence[str], moment: datetime, worker: str, each_owner: int | None = None
) -> Iterator[Job]:
    """Yield the job whose turn it is at ``moment``, then those of other owners if that one was taken meanwhile.

    ``worker``: who asks; see `may_take`. ``each_owner``: how many of one owner run at a time; None: any number.
    """
    for owner_id in owners(session):
        query = select(Job).where(*_due(moment), col(Job.owner_id) == owner_id, col(Job.kind).in_(kinds))
        query = query.where(may_take(worker, moment), *has_room(kinds, each_owner))
        # Of many machines each looks at a job that no other one is about to take.
        query = query.order_by(col(Job.turn_at)).limit(1).with_for_update(skip_locked=True)
        yield from session.exec(query)


def may_take(worker: str, moment: datetime) -> ColumnElement[bool]:
    """Whether a queued job is anybody's: not while the worker that kept it may still come for it."""
    kept_by = col(Job.lease_owner)
    return or_(kept_by.is_(None), kept_by == worker, col(Job.run_after) <= moment - timedelta(seconds=KEPT_SECONDS))


def has_room(kinds: Sequence[str], each_owner: int | None) -> tuple[ColumnElement[bool], ...]:
    """Whether less than ``each_owner`` jobs of these kinds run that are of the same owner; None: it does not matter."""
    if each_owner is None:
        return ()
    running = aliased(Job)
    busy = select(running.owner_id).where(col(running.state) == "running", col(running.kind).in_(kinds))
    busy = busy.group_by(col(running.owner_id)).having(func.count() >= each_owner)
    return (col(Job.owner_id).not_in(busy),)


def _due(moment: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Job.state) == "queued", col(Job.run_after) <= moment


def positions(waiting: Sequence[tuple[str, str]], turns: Sequence[str]) -> dict[str, int]:
    """How many jobs go before each of ``waiting`` (subject and owner, by turn); ``turns``: owners in order. Pure."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for subject, owner_id in waiting:
        lines[owner_id].append(subject)
    order = [*(owner for owner in turns if owner in lines), *(owner for owner in lines if owner not in turns)]
    found: dict[str, int] = {}
    for number in range(max(map(len, lines.values()), default=0)):
        for owner in (each for each in order if number < len(lines[each])):
            found[lines[owner][number]] = len(found)
    return found


@dataclass(frozen=True)
class Health:
    """How the queue moves.

    Attributes:
        waiting: jobs that are due and wait for a worker.
        late_seconds: how long the first of them, or a job whose worker is silent, has waited.
        running: jobs whose worker works on them.
        stuck: jobs whose worker lives but has not moved for `STUCK_SECONDS`.
    """

    waiting: int = 0
    late_seconds: float = 0.0
    running: int = 0
    stuck: int = 0

    @property
    def stalled(self) -> bool:
        """Whether nothing is converted although something waits."""
        return self.running == 0 and (self.stuck > 0 or self.late_seconds > MAX_LATE_SECONDS)


MAX_LATE_SECONDS = 30.0
"""How long a job may wait while none runs before that is a fault."""
STUCK_SECONDS = 300.0
"""How long a run may stand still before its worker is taken for hung."""


class Queue:
    """Reads how the queue stands."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._positions: dict[str, dict[str, int]] = {}
        self._known: dict[str, float] = {}

    def ahead(self, kind: str = "convert") -> Mapping[str, int]:
        """How many jobs go before that of each subject which waits; at most ``FRESH_SECONDS`` old."""
        with self._lock:
            if time.monotonic() - self._known.get(kind, -FRESH_SECONDS) >= FRESH_SECONDS:
                self._positions[kind] = self._look(kind)
                self._known[kind] = time.monotonic()
            return self._positions[kind]

    def _look(self, kind: str) -> dict[str, int]:
        query = select(Job.subject, Job.owner_id).where(*_due(now()), Job.kind == kind)
        with self._catalog.read() as session:
            waiting = session.exec(query.order_by(col(Job.turn_at)).limit(COUNTED)).all()
            return positions(waiting, owners(session)) if waiting else {}

    def health(self, kind: str = "convert") -> Health:
        """Look at how the queue moves."""
        moment = now()
        silent = moment - timedelta(seconds=STUCK_SECONDS)
        waiting = select(func.count(), func.min(Job.run_after)).where(*_due(moment), Job.kind == kind)
        leased = select(Job.lease_until, Job.moved_at).where(col(Job.state) == "running", Job.kind == kind)
        with self._catalog.read() as session:
            found: tuple[int, datetime | None] = session.exec(waiting).one()
            runs = session.exec(leased.limit(COUNTED)).all()
        count, since = found
        lost = [until for until, _ in runs if until is not None and until < moment]
        held = [moved for until, moved in runs if until is not None and until >= moment]
        stuck = sum(moved is not None and moved < silent for moved in held)
        first = min([*lost, moment if since is None else since])
        return Health(count + len(lost), (moment - first).total_seconds(), len(held) - stuck, stuck)
