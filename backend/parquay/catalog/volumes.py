"""Which data directory holds the bytes that this catalog speaks of."""

from __future__ import annotations

from sqlmodel import Session, col, select

from parquay.catalog.session import CatalogRows, alone
from parquay.catalog.tables import File, Volume

WITNESSES = 200
"""Files that are looked for in a directory to see whether it is the right one."""


class Volumes(CatalogRows):
    """The one volume id of a catalog."""

    def id(self) -> str | None:
        """Return the id of the catalog's volume, None while it has none."""
        with self._catalog.read() as session:
            return session.exec(select(Volume.id)).one_or_none()

    def take(self, volume_id: str) -> str:
        """Make ``volume_id`` the catalog's if it has none yet; return the one that it has."""

        def write(session: Session) -> str:
            alone(session, "volume")
            found = session.exec(select(Volume.id)).one_or_none()
            if found is None:
                session.add(Volume(id=volume_id))
            return found or volume_id

        return self._catalog.write(write)

    def uploads(self) -> list[str]:
        """Return ids of files, newest first, that have bytes somewhere."""
        query = select(File.id).where(col(File.offset) > 0)
        with self._catalog.read() as session:
            return list(session.exec(query.order_by(col(File.uploaded_at).desc()).limit(WITNESSES)))

    def tables(self) -> list[str]:
        """Return ids of files, newest first, that have parts somewhere."""
        query = select(File.id).where(col(File.parquet_path).is_not(None))
        with self._catalog.read() as session:
            return list(session.exec(query.order_by(col(File.uploaded_at).desc()).limit(WITNESSES)))
