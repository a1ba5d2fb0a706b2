"""The event table: what happened to files, in one order for everybody who reads it.

An event is written in the transaction of the change that it tells of, so neither exists without the other. It
holds no copy of the file: whoever delivers it reads the file as it is then. How far an upload or a conversion has come
is no event: it is in the file's row, and notified.

SQLite numbers events as it commits them. In PostgreSQL many transactions commit beside each other, so an id is the
number of its transaction and a place in it: `(xid8, n)` in one integer. Whoever reads takes only what is below
the oldest transaction that still runs; nothing can appear there any more, and ids only grow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import BigInteger, ColumnElement, Integer, String, cast, delete, func, literal
from sqlmodel import Session, col, select

from parquay.catalog.prepared import Insert
from parquay.catalog.queue import Queue
from parquay.catalog.session import Catalog, connection_of, notify
from parquay.catalog.tables import Access, Event, File, Job, RemovedEvents, User, now
from parquay.roles import EDIT, Role, role_of

KEEP = timedelta(hours=24)
"""How long an event can be replayed."""

KEEP_PER_USER = 10_000
"""How many events of one user can be replayed."""

WATCHED = 1000
"""Most files that are looked at, of those that are converted, and of those whose events cannot be read yet."""

OTHERS = {"to": "others"}
"""Payload of an event that is for those who have no role of their own: neither the owner nor anybody by name."""


PLACE_BITS = 16
"""Bits of an id that tell the place in its transaction. 37 are left in a number that JavaScript knows exactly."""

COUNTER = "events"
"""Key in ``session.info``: how many events its transaction has."""

_insert = Insert(Event, filled_in=frozenset({"id"}))
_insert_placed = Insert(Event, computed={"id": f"(pg_current_xact_id()::text::bigint << {PLACE_BITS}) + {{}}"})


class TooManyEvents(Exception):
    """Writes that were gathered in one transaction have more events than it can number: each has to run alone."""


class Subject(Protocol):
    """What an event needs to know of its file."""

    @property
    def id(self) -> str: ...  # noqa: D102  see File
    @property
    def owner_id(self) -> str: ...  # noqa: D102
    @property
    def shared(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True)
class Happened:
    """An event with its file as it is now (None once it is removed) and the owner's name.

    Attributes:
        to_others: it is neither for the owner nor for those who have a role by name.
        ahead: how many jobs go before that of the file, None when it does not wait.
        to: ids of users; it is for them alone. Empty: it is not meant for anybody in particular.
        named: the roles of users who had them by name then and have them now, by their ids; of a removed file, those
            that they had.
    """

    id: int
    kind: str
    owner_id: str
    shared: bool
    file_id: str
    to_others: bool
    file: File | None
    owner: str | None
    to: tuple[str, ...] = ()
    ahead: int | None = None
    named: Mapping[str, Role] = field(default_factory=dict)

    def role_of(self, user_id: str) -> Role | None:
        """Return the role that ``user_id`` has now, None when the file is gone."""
        return None if self.file is None else role_of(self.file, user_id, self.named.get(user_id))

    def visible_to(self, user_id: str) -> bool:
        """Whether ``user_id`` may see it: one of a file that they may look at, then as now."""
        is_end = self.kind == "file.deleted"
        if self.to:
            return user_id in self.to and (self.role_of(user_id) is None) == is_end
        if self.owner_id == user_id or user_id in self.named:
            return not self.to_others
        return self.shared and (is_end or self.file is None or self.file.shared)


class Events:
    """Writes events inside other transactions, and reads them for delivery."""

    def __init__(self, catalog: Catalog, queue: Queue | None = None) -> None:
        """``queue``: tells how many jobs go before those of files that wait."""
        self._catalog = catalog
        self._queue = queue
        self._final = [] if catalog.is_embedded else [col(Event.id) < _HORIZON]
        # Two steps in indexes; for two columns of one query SQLite would look at every event.
        self._span = select(
            select(func.max(RemovedEvents.upto)).scalar_subquery(),
            select(func.max(Event.id)).where(*self._final).scalar_subquery(),
        )

    def emit(self, session: Session, kind: str, *files: Subject) -> None:
        """Note in the transaction of ``session`` that ``kind`` happened to ``files``, and notify those who follow."""
        _add(session, kind, *({"owner_id": each.owner_id, "shared": each.shared, "file_id": each.id} for each in files))

    def emit_to(self, session: Session, kind: str, file: File, *user_ids: str) -> None:
        """Note that ``kind`` happened to ``file`` for these users alone: it has appeared for them, or disappeared."""
        row = {"owner_id": file.owner_id, "shared": False, "file_id": file.id}
        _add(session, kind, row, payload={"to": list(user_ids)})

    def emit_removal(self, session: Session, file: File) -> None:
        """Note that ``file`` is about to be removed, for all who see it."""
        named = {each.user_id: each.role for each in _named(session, [file.id])}
        row = {"owner_id": file.owner_id, "shared": file.shared, "file_id": file.id}
        _add(session, "file.deleted", row, payload={"named": named} if named else {})

    def open_to_everybody(self, session: Session, file: File, role: Role | None) -> None:
        """Give every user a role in ``file``, or take it from them, and note it."""
        was_shared = file.shared
        file.shared, file.everybody_edits = role is not None, role == EDIT
        session.flush()
        if file.shared == was_shared:
            self.emit(session, "file.updated", file)
        else:
            self._emit_sharing(session, file)

    def _emit_sharing(self, session: Session, file: File) -> None:
        """Note that ``file.shared`` has just changed.

        Whoever has a role of their own gets ``file.updated``; for everybody else the file appears or disappears.
        """
        row = {"owner_id": file.owner_id, "file_id": file.id}
        _add(session, "file.updated", {**row, "shared": False})
        _add(session, "file.created" if file.shared else "file.deleted", {**row, "shared": True}, payload=OTHERS)

    def after(self, event_id: int, limit: int) -> Sequence[Happened]:
        """Return at most ``limit`` events younger than ``event_id``, oldest first."""
        query = (
            select(Event, File, User.username)
            .join(File, col(File.id) == Event.file_id, isouter=True)
            .join(User, col(User.id) == Event.owner_id, isouter=True)
            .where(col(Event.id) > event_id, *self._final)
            .order_by(col(Event.id))
            .limit(limit)
        )
        with self._catalog.read() as session:
            found: Any = session.execute(query).all()
            given: defaultdict[str, list[Access]] = defaultdict(list)
            for each in _named(session, {event.file_id for event, *_ in found}):
                given[each.file_id].append(each)
        ahead = self._ahead([file for _, file, _ in found])
        return [
            _happened(event, file, owner, given[event.file_id], ahead.get(event.file_id))
            for event, file, owner in found
        ]

    def progress(self, file_ids: Collection[str], position: int) -> list[Happened]:
        """Return how far those of ``file_ids`` are that exist, as if each had happened at ``position``."""
        query = (
            select(File, User.username)
            .join(User, col(User.id) == File.owner_id)
            .where(col(File.id).in_(list(file_ids)))
        )
        with self._catalog.read() as session:
            found: Any = session.execute(query).all()
            given: defaultdict[str, list[Access]] = defaultdict(list)
            for each in _named(session, file_ids):
                given[each.file_id].append(each)
        ahead = self._ahead([file for file, _ in found])
        return [
            Happened(
                id=position,
                kind="file.progress",
                owner_id=file.owner_id,
                shared=file.shared,
                file_id=file.id,
                to_others=False,
                file=file,
                owner=owner,
                ahead=ahead.get(file.id),
                named={each.user_id: each.role for each in given[file.id]},
            )
            for file, owner in found
        ]

    def converting(self) -> dict[str, int]:
        """Return how many bytes of each file are converted, of those that a worker works on."""
        query = select(File.id, File.parsed_bytes).join(Job, col(Job.subject) == File.id)
        query = query.where(col(Job.state) == "running", Job.kind == "convert").limit(WATCHED)
        with self._catalog.read() as session:
            return dict(session.exec(query).all())

    def _ahead(self, files: Iterable[File | None]) -> Mapping[str, int]:
        """How many jobs go before those of files that wait; not looked up when none of ``files`` can."""
        waits = any(file is not None and file.finished_at is None for file in files)
        return self._queue.ahead() if waits and self._queue is not None else {}

    def span(self) -> tuple[int, int]:
        """Return the id behind which all events can be read, and that of the youngest one, 0 before the first."""
        with self._catalog.read() as session:
            removed, last = session.execute(self._span).one()
            return removed or 0, last or removed or 0

    def held_back(self) -> frozenset[str]:
        """Return the files of events that cannot be read yet, because an older transaction still runs."""
        if self._catalog.is_embedded:
            return frozenset()
        with self._catalog.read() as session:
            return frozenset(session.exec(select(Event.file_id).where(col(Event.id) >= _HORIZON).limit(WATCHED)))

    def prune(self, moment: datetime | None = None) -> int:
        """Remove events that are too old or too many, as of ``moment`` (now), and return how many."""
        oldest = (moment or now()) - KEEP

        def write(session: Session) -> int:
            removed = _remove(session, col(Event.created_at) < oldest)
            crowded = select(Event.owner_id).group_by(Event.owner_id).having(func.count() > KEEP_PER_USER)
            for owner_id in session.exec(crowded).all():
                removed += _trim(session, owner_id)
            if removed:
                session.execute(delete(RemovedEvents).where(col(RemovedEvents.upto) <= max(removed)))
                session.add(RemovedEvents(upto=max(removed)))
            return len(removed)

        return self._catalog.write(write)


def forget_foreign(session: Session) -> None:
    """Remove events of another cluster of PostgreSQL, out of which the database was copied.

    Its transactions had higher numbers than those here will have for a long time: nobody would get the events here.
    """
    future = func.pg_snapshot_xmax(func.pg_current_snapshot())
    session.execute(delete(Event).where(col(Event.id) >= _first_of(future)))


def _first_of(transaction: ColumnElement[Any]) -> ColumnElement[int]:
    """The least id that an event of a transaction can have."""
    return cast(cast(transaction, String), BigInteger).bitwise_lshift(literal(PLACE_BITS, Integer))


_HORIZON = _first_of(func.pg_snapshot_xmin(func.pg_current_snapshot()))
"""All events with lower ids can be read, and there will never be others."""


def _add(session: Session, kind: str, *rows: Mapping[str, Any], payload: Mapping[str, Any] | None = None) -> None:
    every = {"kind": kind, "payload": payload or {}, "created_at": now()}
    if connection_of(session).dialect.name == "sqlite":
        _insert(session, rows, every=every)
    else:
        first: int = session.info.get(COUNTER, 0)
        session.info[COUNTER] = first + len(rows)
        if first + len(rows) > 1 << PLACE_BITS:
            raise TooManyEvents
        _insert_placed(session, [{"id": first + place, **row} for place, row in enumerate(rows)], every=every)
    notify(session, "events")


def _trim(session: Session, owner_id: str) -> list[int]:
    newest = select(Event.id).where(Event.owner_id == owner_id).order_by(col(Event.id).desc())
    last_kept = session.exec(newest.offset(KEEP_PER_USER - 1).limit(1)).one()
    return _remove(session, col(Event.owner_id) == owner_id, col(Event.id) < last_kept)


def _remove(session: Session, *which: ColumnElement[bool]) -> list[int]:
    return [number for (number,) in session.execute(delete(Event).where(*which).returning(col(Event.id)))]


def _named(session: Session, file_ids: Iterable[str]) -> Sequence[Access]:
    """Return what was given by name."""
    return session.exec(select(Access).where(col(Access.file_id).in_(list(file_ids)))).all()


def _happened(
    event: Event, file: File | None, owner: str | None, given: Iterable[Access], ahead: int | None
) -> Happened:
    to: Any = event.payload.get("to", ())
    named = {each.user_id: each.role for each in given if each.given_at <= event.created_at}
    return Happened(
        id=event.id or 0,
        kind=event.kind,
        owner_id=event.owner_id,
        shared=event.shared,
        file_id=event.file_id,
        to_others=to == OTHERS["to"],
        file=file,
        owner=owner,
        ahead=ahead,
        to=() if to == OTHERS["to"] else tuple(to),
        named=event.payload.get("named", {}) | named,
    )
