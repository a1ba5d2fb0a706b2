"""The chunks that uploads consist of, where the store has chunks. A key may be named by several uploads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from parquay.catalog.prepared import Insert
from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import File, NamedChunk
from parquay.chunk import Chunk

_insert = Insert(NamedChunk)


class NamedChunks(CatalogRows):
    """What the catalog knows of chunks; it is the `ChunkIndex` of a store."""

    def of(self, upload_id: str) -> list[Chunk]:
        """Return an upload's chunks in the order of their starts."""
        with self._catalog.read() as session:
            return of(session, upload_id)

    def named(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys`` that an upload consists of."""
        with self._catalog.read() as session:
            return named(session, keys)

    def scattered(self) -> list[str]:
        """Return the uploads that are in several objects, or in a part of one."""
        query = select(col(NamedChunk.file_id)).group_by(col(NamedChunk.file_id))
        with self._catalog.read() as session:
            return list(session.execute(query.having(func.count(func.distinct(NamedChunk.key)) > 1)).scalars())

    def any(self) -> bool:
        """Tell whether any upload has chunks."""
        with self._catalog.read() as session:
            return session.execute(select(col(NamedChunk.key)).limit(1)).first() is not None


def of(session: Session, upload_id: str) -> list[Chunk]:
    """Return an upload's chunks in the order of their starts."""
    columns = (NamedChunk.start, NamedChunk.size, NamedChunk.key, NamedChunk.crc, NamedChunk.at)
    query = select(*map(col, columns)).where(col(NamedChunk.file_id) == upload_id).order_by(col(NamedChunk.start))
    return [Chunk(*row) for row in session.execute(query)]


def named(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those of ``keys`` that an upload consists of."""
    return set(session.execute(select(col(NamedChunk.key)).where(col(NamedChunk.key).in_(keys))).scalars())


def name(session: Session, file_id: str, chunks: Sequence[Chunk]) -> None:
    """Make chunks part of an upload, in the transaction that moves its offset behind them."""
    name_all(session, {file_id: chunks})


def name_all(session: Session, chunks: Mapping[str, Sequence[Chunk]]) -> None:
    """Make chunks part of several uploads, by their ids, in one statement."""
    _insert(
        session,
        [
            {"file_id": file_id, "start": one.start, "size": one.size, "key": one.key, "crc": one.crc, "at": one.at}
            for file_id, held in chunks.items()
            for one in held
        ],
    )


def replace_all(session: Session, file_id: str, before: Sequence[Chunk], after: Sequence[Chunk]) -> bool:
    """Make a finished upload consist of other chunks; False, and nothing is changed, when it is not ``before`` now."""
    finished = select(col(File.id)).where(col(File.id) == file_id, col(File.complete))
    if session.execute(finished.with_for_update()).first() is None or of(session, file_id) != list(before):
        return False
    session.execute(delete(NamedChunk).where(col(NamedChunk.file_id) == file_id))
    name(session, file_id, after)
    return True


def name_again(session: Session, file_id: str, epoch: int, offset: int, chunks: Sequence[Chunk]) -> bool:
    """Make chunks part of an upload whose rows are gone; False when it is not as it was any more."""
    as_it_was = select(col(File.id)).where(
        col(File.id) == file_id, col(File.epoch) == epoch, col(File.offset) == offset
    )
    if session.execute(as_it_was.with_for_update()).first() is None:
        return False
    name(session, file_id, chunks)
    return True
