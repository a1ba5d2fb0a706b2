"""What is read of files in the catalog: single ones, pages of lists, and those that something is to be done with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, union_all
from sqlalchemy.orm import defer
from sqlmodel import col, select

from parquay.catalog.access import granted_to
from parquay.catalog.allowances import Allowance, RoomLeft, room_left
from parquay.catalog.expiry import is_over
from parquay.catalog.links import opened_by
from parquay.catalog.listing import EVERYTHING, SORTS, Narrowed, after, branches, narrowing, order
from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import Access, File, Link, User
from parquay.roles import VIEW, Role, role_of

UNLISTED: tuple[Any, ...] = (File.options, File.dialect, File.parts)
"""What no list shows: as long as a table has columns, or a concatenation parts."""


class SeenFile(NamedTuple):
    """A file as a user sees it: with its owner's name, and the user's role in it."""

    file: File
    owner: str
    role: Role


class FileQueries(CatalogRows):
    """Queries on files, each in a transaction of its own."""

    def get(self, file_id: str) -> File | None:
        """Return a file, None when there is none."""
        with self._catalog.read() as session:
            return session.get(File, file_id)

    def many(self, file_ids: Iterable[str]) -> dict[str, File]:
        """Return those of ``file_ids`` that exist, by id."""
        with self._catalog.read() as session:
            found = session.exec(select(File).where(col(File.id).in_(list(file_ids)))).all()
        return {file.id: file for file in found}

    def owned(self, file_id: str, user_id: str) -> File | None:
        """Return a file of ``user_id``, None when it is unknown or somebody else's."""
        file = self.get(file_id)
        return file if file is not None and file.owner_id == user_id else None

    def seen(self, file_id: str, user_id: str) -> SeenFile | None:
        """Return a file that ``user_id`` may look at: an own one, or one that is shared with them.

        ``user_id`` may be a link's id: then it is that link's file, and for looking alone.
        """
        query = select(File, User.username, Access.role, Link.id).join(User, col(User.id) == File.owner_id)
        query = query.join(Access, granted_to(user_id), isouter=True).where(File.id == file_id)
        query = query.join(Link, opened_by(user_id), isouter=True)
        with self._catalog.read() as session:
            found = session.execute(query).one_or_none()
        if found is None:
            return None
        file, owner, given, link_id = found
        role = VIEW if link_id is not None else role_of(file, user_id, given)
        return None if role is None else SeenFile(file, owner, role)

    def owner_name(self, file: File) -> str:
        """Return the name of a file's owner."""
        with self._catalog.read() as session:
            return session.exec(select(User.username).where(User.id == file.owner_id)).one()

    def page(
        self,
        user_id: str,
        *,
        limit: int,
        cursor: tuple[Any, str] | None = None,
        sort: str = "uploaded_at",
        descending: bool = True,
        narrowed: Narrowed = EVERYTHING,
        with_columns: bool = False,
    ) -> list[SeenFile]:
        """Return up to ``limit`` files that ``user_id`` sees, after ``cursor`` (sort value, id).

        Missing values sort below every other. What is long and in no list is not read: how the file was read, and,
        unless ``with_columns``, the columns of its table; to ask a file for them raises.
        """
        column = SORTS[sort]
        query = select(File, User.username, Access.role).join(User, col(User.id) == File.owner_id)
        query = query.join(Access, granted_to(user_id), isouter=True)
        conditions = narrowing(narrowed)
        if cursor is not None:
            conditions.append(after(column, cursor, descending=descending))
        ordered = order(column, descending=descending)
        firsts = (
            select(File.id).where(*each.sees, *conditions).order_by(*ordered).limit(limit).subquery()
            for each in branches(user_id, narrowed)
        )
        candidates = union_all(*(select(each.c.id) for each in firsts))
        query = query.where(col(File.id).in_(candidates)).order_by(*ordered).limit(limit)
        unread = UNLISTED if with_columns else (*UNLISTED, File.columns)
        query = query.options(*(defer(each, raiseload=True) for each in unread))
        with self._catalog.read() as session:
            found = session.execute(query).all()
        return [SeenFile(file, owner, role_of(file, user_id, given) or VIEW) for file, owner, given in found]

    def count(self, user_id: str, narrowed: Narrowed = EVERYTHING) -> int:
        """Return how many files a list without a page would have."""
        with self._catalog.read() as session:
            counts = (
                select(func.count()).select_from(File).where(*each.sees, *each.others, *narrowing(narrowed))
                for each in branches(user_id, narrowed)
            )
            found: Any = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
            return int(sum(found))

    def room_left(self, user_id: str, allowance: Allowance) -> RoomLeft | None:
        """Return how much may still be added to what a user stores, None: any number of bytes."""
        with self._catalog.read() as session:
            return room_left(session, user_id, allowance)

    def epochs(self, file_ids: list[str]) -> dict[str, int]:
        """Return the epochs of those of ``file_ids`` that exist."""
        with self._catalog.read() as session:
            found = session.exec(select(File.id, File.epoch).where(col(File.id).in_(file_ids))).all()
        return dict(found)

    def ids(self) -> set[str]:
        """Return every file's id."""
        with self._catalog.read() as session:
            return set(session.exec(select(File.id)))

    def known(self, file_ids: Iterable[str]) -> set[str]:
        """Return those of ``file_ids`` that exist."""
        with self._catalog.read() as session:
            return set(session.exec(select(File.id).where(col(File.id).in_(list(file_ids)))))

    def expired(self, moment: datetime, limit: int) -> list[str]:
        """Return ids of up to ``limit`` unfinished or partial uploads that were over at ``moment``, see `is_over`."""
        query = select(File.id).where(is_over(moment))
        with self._catalog.read() as session:
            return list(session.exec(query.order_by(col(File.expires_at)).limit(limit)))

    def finals_of(self, owner_id: str) -> list[File]:
        """Return a user's final uploads that wait for their parts."""
        query = select(File).where(
            File.owner_id == owner_id, col(File.complete).is_(False), col(File.concat).startswith("final")
        )
        with self._catalog.read() as session:
            return list(session.exec(query))

    def joined(self) -> list[File]:
        """Return every final upload that has the bytes of its parts."""
        query = select(File).where(col(File.complete).is_(True), col(File.concat).startswith("final"))
        with self._catalog.read() as session:
            return list(session.exec(query))
