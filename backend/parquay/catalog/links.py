"""Links to files: rows that let somebody without an account look."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from parquay.audit import AuditNote
from parquay.catalog.audit import keep
from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import File, Link, User
from parquay.errors import Conflict

LINKS_PER_FILE = 100
"""Most links to one file."""


def opened_by(link_id: str) -> ColumnElement[bool]:
    """What joins a file with the link ``link_id`` if that is a link to it."""
    return and_(col(Link.file_id) == File.id, col(Link.id) == link_id)


class FileLinks(CatalogRows):
    """The links to files. Writing methods block until the commit."""

    def get(self, link_id: str) -> Link | None:
        """Return a link, None when it is unknown or the file's owner is disabled."""
        return self._good(col(Link.id) == link_id)

    def of_token(self, token_hash: str) -> Link | None:
        """Return the link whose token has this hash, None when it is unknown or the file's owner is disabled."""
        return self._good(col(Link.token_hash) == token_hash)

    def _good(self, which: ColumnElement[bool]) -> Link | None:
        query = select(Link).join(File, col(File.id) == Link.file_id).join(User, col(User.id) == File.owner_id)
        with self._catalog.read() as session:
            return session.exec(query.where(which, col(User.disabled).is_(False))).one_or_none()

    def of_file(self, file_id: str) -> Sequence[Link]:
        """Return the links to a file, the newest first; those whose time is over too."""
        query = select(Link).where(Link.file_id == file_id).order_by(col(Link.created_at).desc(), col(Link.id))
        with self._catalog.read() as session:
            return session.exec(query).all()

    def add(self, link: Link, note: AuditNote | None = None) -> bool:
        """Keep a new link; False when its file is gone.

        Raises:
            Conflict: ``too_many_links`` (409).
        """
        counting = select(func.count()).select_from(Link).where(Link.file_id == link.file_id)

        def write(session: Session) -> bool | None:
            if session.get(File, link.file_id, with_for_update=True) is None:
                return False
            if session.exec(counting).one() >= LINKS_PER_FILE:
                return None
            session.add(Link.model_validate(link.model_dump()))
            keep(session, note)
            return True

        is_done = self._catalog.write(write)
        if is_done is None:
            raise Conflict(f"A file may have {LINKS_PER_FILE} links.", "too_many_links")
        return is_done

    def remove(self, link_id: str, file_id: str, note: AuditNote | None = None) -> bool:
        """Take a link to ``file_id`` back; False when there is none."""

        def write(session: Session) -> bool:
            link = session.get(Link, link_id)
            if link is None or link.file_id != file_id:
                return False
            session.delete(link)
            keep(session, note)
            return True

        return self._catalog.write(write)
