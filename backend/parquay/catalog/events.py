"""The event table: what happened to files, in the order of commits.

An event is written in the transaction of the change that it tells of, so neither exists without the other. It
holds no copy of the file: whoever delivers it reads the file as it is then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, func
from sqlmodel import Session, col, select

from parquay.catalog.prepared import Insert
from parquay.catalog.queue import Queue
from parquay.catalog.session import Catalog, notify
from parquay.catalog.tables import Access, Event, File, User, now
from parquay.roles import EDIT, Role, role_of

KEEP = timedelta(hours=24)
"""How long an event can be replayed."""

KEEP_PER_USER = 10_000
"""How many events of one user can be replayed."""

OTHERS = {"to": "others"}
"""Payload of an event that is for those who have no role of their own: neither the owner nor anybody by name."""


_SPAN = select(select(func.min(Event.id)).scalar_subquery(), select(func.max(Event.id)).scalar_subquery())
"""Two steps in the index of the ids; for both in one query SQLite would look at every event."""
_insert = Insert(Event, filled_in=frozenset({"id"}))


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

    def emit(self, session: Session, kind: str, *files: Subject) -> None:
        """Note in the transaction of ``session`` that ``kind`` happened to ``files``, and notify those who follow."""
        every = {"kind": kind, "payload": {}, "created_at": now()}
        subjects = [{"owner_id": file.owner_id, "shared": file.shared, "file_id": file.id} for file in files]
        _insert(session, subjects, every=every)
        notify(session, "events")

    def emit_to(self, session: Session, kind: str, file: File, *user_ids: str) -> None:
        """Note that ``kind`` happened to ``file`` for these users alone: it has appeared for them, or disappeared."""
        to = {"to": list(user_ids)}
        session.add(Event(kind=kind, owner_id=file.owner_id, shared=False, file_id=file.id, payload=to))
        session.flush()  # before those that are inserted past the session
        notify(session, "events")

    def emit_removal(self, session: Session, file: File) -> None:
        """Note that ``file`` is about to be removed, for all who see it."""
        named = {each.user_id: each.role for each in _named(session, [file.id])}
        payload = {"named": named} if named else {}
        gone = Event(kind="file.deleted", owner_id=file.owner_id, shared=file.shared, file_id=file.id, payload=payload)
        session.add(gone)
        notify(session, "events")

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
        session.add(Event(kind="file.updated", owner_id=file.owner_id, shared=False, file_id=file.id))
        kind = "file.created" if file.shared else "file.deleted"
        session.add(Event(kind=kind, owner_id=file.owner_id, shared=True, file_id=file.id, payload=OTHERS))
        notify(session, "events")

    def after(self, event_id: int, limit: int) -> Sequence[Happened]:
        """Return at most ``limit`` events younger than ``event_id``, oldest first."""
        query = (
            select(Event, File, User.username)
            .join(File, col(File.id) == Event.file_id, isouter=True)
            .join(User, col(User.id) == Event.owner_id, isouter=True)
            .where(col(Event.id) > event_id)
            .order_by(col(Event.id))
            .limit(limit)
        )
        with self._catalog.read() as session:
            found = session.exec(query).all()
            given: defaultdict[str, list[Access]] = defaultdict(list)
            for each in _named(session, {event.file_id for event, *_ in found}):
                given[each.file_id].append(each)
        ahead = self._ahead([file for _, file, _ in found])
        return [
            _happened(event, file, owner, given[event.file_id], ahead.get(event.file_id))
            for event, file, owner in found
        ]

    def _ahead(self, files: Iterable[File | None]) -> Mapping[str, int]:
        """How many jobs go before those of files that wait; not looked up when none of ``files`` can."""
        waits = any(file is not None and file.finished_at is None for file in files)
        return self._queue.ahead() if waits and self._queue is not None else {}

    def span(self) -> tuple[int, int]:
        """Return the ids of the oldest and the youngest event that can be read, (0, 0) when there is none."""
        with self._catalog.read() as session:
            first, last = session.execute(_SPAN).one()
            return first or 0, last or 0

    def prune(self, moment: datetime | None = None) -> int:
        """Remove events that are too old or too many, as of ``moment`` (now), and return how many."""
        oldest = (moment or now()) - KEEP

        def write(session: Session) -> int:
            removed = _remove(session, col(Event.created_at) < oldest)
            crowded = select(Event.owner_id).group_by(Event.owner_id).having(func.count() > KEEP_PER_USER)
            for owner_id in session.exec(crowded).all():
                removed += _trim(session, owner_id)
            return removed

        return self._catalog.write(write)


def _trim(session: Session, owner_id: str) -> int:
    newest = select(Event.id).where(Event.owner_id == owner_id).order_by(col(Event.id).desc())
    last_kept = session.exec(newest.offset(KEEP_PER_USER - 1).limit(1)).one()
    return _remove(session, col(Event.owner_id) == owner_id, col(Event.id) < last_kept)


def _remove(session: Session, *which: ColumnElement[bool]) -> int:
    return len(session.execute(delete(Event).where(*which).returning(col(Event.id))).all())


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
