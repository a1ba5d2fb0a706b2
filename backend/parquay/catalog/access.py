"""Whom a file is shared with, and what each may do: nobody but its owner until the owner gives a role.

A role is given to people by name, or to everybody; who has both has the stronger one. Everybody's role stands in the
file's own row, so that lists find it in the index that they walk along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, func
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from parquay.audit import AuditNote
from parquay.catalog.audit import keep
from parquay.catalog.events import Events
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Access, File, User
from parquay.errors import Conflict
from parquay.roles import Role, everybodys_role, role_of

MAX_PEOPLE = 1000
"""Most people that one file is shared with by name."""


class Grant(NamedTuple):
    """A role that somebody was given."""

    username: str
    role: Role


def granted_to(user_id: str) -> ColumnElement[bool]:
    """What joins a file with the role that ``user_id`` was given by name."""
    return and_(col(Access.file_id) == File.id, col(Access.user_id) == user_id)


class Sharing:
    """Gives roles and takes them. Each change notes an event for those whom it concerns, in its transaction."""

    def __init__(self, catalog: Catalog, events: Events) -> None:
        self._catalog = catalog
        self._events = events

    def people(self, file_id: str) -> Sequence[Grant]:
        """Return who has a role by name, in the order of the names."""
        query = select(User.username, Access.role).join(User, col(User.id) == Access.user_id)
        with self._catalog.read() as session:
            found = session.execute(query.where(Access.file_id == file_id).order_by(User.username))
            return [Grant(*each) for each in found]

    def give(self, file_id: str, user_id: str, role: Role, note: AuditNote | None = None) -> bool:
        """Give ``user_id`` a role, in place of the one they had by name; False when the file is gone.

        Raises:
            Conflict: ``too_many_people`` (409).
        """

        def write(session: Session) -> bool | None:
            file = session.get(File, file_id, with_for_update=True)
            given = session.get(Access, (file_id, user_id))
            if file is None:
                return False
            before = role_of(file, user_id, given.role if given else None)
            if given is not None:
                given.role = role
            elif _count(session, file_id) >= MAX_PEOPLE:
                return None
            else:
                session.add(Access(file_id=file_id, user_id=user_id, role=role))
            session.flush()
            if before is None:
                self._events.emit_to(session, "file.created", file, user_id)
            self._events.emit(session, "file.updated", file)
            keep(session, note)
            return True

        is_done = self._catalog.write(write)
        if is_done is None:
            raise Conflict(f"A file may be shared with {MAX_PEOPLE} people.", "too_many_people")
        return is_done

    def take(self, file_id: str, user_id: str, note: AuditNote | None = None) -> bool:
        """Take the role that ``user_id`` was given by name; False when they had none."""

        def write(session: Session) -> bool:
            file = session.get(File, file_id, with_for_update=True)
            given = session.get(Access, (file_id, user_id))
            if file is None or given is None:
                return False
            session.delete(given)
            session.flush()
            if role_of(file, user_id, None) is None:
                self._events.emit_to(session, "file.deleted", file, user_id)
            self._events.emit(session, "file.updated", file)
            keep(session, note)
            return True

        return self._catalog.write(write)

    def give_everybody(self, file_id: str, role: Role | None, note: AuditNote | None = None) -> bool:
        """Give every user a role, or take everybody's; False when the file is gone."""

        def write(session: Session) -> bool:
            file = session.get(File, file_id, with_for_update=True)
            if file is not None and everybodys_role(file) != role:
                self._events.open_to_everybody(session, file, role)
            if file is not None:
                keep(session, note)
            return file is not None

        return self._catalog.write(write)


def _count(session: Session, file_id: str) -> int:
    return session.exec(select(func.count()).select_from(Access).where(Access.file_id == file_id)).one()
