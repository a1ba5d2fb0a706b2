"""Bytes of small uploads that are durable here and not yet on the disk: they came in a transaction with their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any
from zlib import crc32

from sqlalchemy import bindparam, delete, or_, select
from sqlmodel import Session, col

from parquay.catalog.files import Files
from parquay.catalog.prepared import Insert
from parquay.catalog.session import Catalog, connection_of
from parquay.catalog.tables import NewFile, Unsynced
from parquay.errors import Damaged
from parquay.telemetry import lost

_insert = Insert(Unsynced)
_delete = delete(Unsynced).where(col(Unsynced.first_id) == bindparam("forgotten"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """The catalog's copy of the bytes of an upload.

    Attributes:
        data: the bytes, maybe damaged.
        size: how many came.
        checksum: CRC-32 of those that came, None in a row from before there were any.
    """

    data: bytes
    size: int
    checksum: int | None = None

    def are(self, data: bytes) -> bool:
        """Tell whether ``data`` is what came."""
        return len(data) == self.size and self.checksum in (None, crc32(data))


class UnsyncedBytes:
    """The waiting bytes of all processes. Uploads that come together wait together, and the first stands for all."""

    def __init__(self, catalog: Catalog, files: Files, volume_id: str | None = None) -> None:
        """``volume_id``: where the files are of the bytes that are added here, and the only ones that are returned."""
        self._catalog = catalog
        self._files = files
        self._volume_id = volume_id

    def add(self, uploads: Sequence[tuple[NewFile, bytes]], *, wait: bool) -> Future[None]:
        """Queue complete uploads whose bytes are in their files; ``wait``: keep them here until those are synced."""
        first_owner = min(file.owner_id for file, _ in uploads)
        return self._catalog.submit(partial(self._add, uploads=uploads, wait=wait), owner_id=first_owner)

    def _add(self, session: Session, uploads: Sequence[tuple[NewFile, bytes]], *, wait: bool) -> None:
        self._files.add(session, *(file for file, _ in uploads))
        if wait:
            row = {"first_id": uploads[0][0].id, "volume_id": self._volume_id, **_joined(uploads)}
            _insert(session, [row])

    def batch(self, limit: int) -> dict[str, dict[str, Waiting]]:
        """Return the bytes of up to ``limit`` transactions by the id that stands for each; not of removed uploads.

        Raises:
            Damaged: ``catalog_damaged``, nobody knows whose bytes these are (503).
        """
        own = or_(col(Unsynced.volume_id).is_(None), col(Unsynced.volume_id) == self._volume_id)
        try:
            with self._catalog.read() as session:
                rows = session.execute(select(Unsynced).where(own).limit(limit)).scalars().all()
            found = {row.first_id: dict(_apart(row)) for row in rows}
        except (ValueError, TypeError) as error:
            raise lost(Damaged("What the catalog keeps of small uploads is damaged.", "catalog_damaged")) from error
        there = self._files.many(file_id for together in found.values() for file_id in together)
        return {
            first_id: {file_id: kept for file_id, kept in together.items() if file_id in there}
            for first_id, together in found.items()
        }

    def forget(self, session: Session, first_ids: Sequence[str]) -> None:
        """Forget bytes that are on the disk, those of all uploads that came with ``first_ids``."""
        connection_of(session).execute(_delete, [{"forgotten": first_id} for first_id in first_ids])


def _joined(uploads: Sequence[tuple[NewFile, bytes]]) -> dict[str, Any]:
    """Return what the catalog keeps of uploads: their ids, sizes and CRC-32, and the bytes in one piece."""
    return {
        "sizes": [(file.id, len(data), crc32(data)) for file, data in uploads],
        "data": b"".join(data for _, data in uploads),
    }


def _apart(row: Unsynced) -> Iterator[tuple[str, Waiting]]:
    start = 0
    for file_id, size, *checksum in row.sizes:
        yield file_id, Waiting(row.data[start : start + size], size, *checksum)
        start += size
