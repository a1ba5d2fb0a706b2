"""What a conversion made becomes a table: one of its own, or more rows of another.

It happens between the last part and the transaction that ends the file. A crash in between is harmless: as long as the
file has not ended nobody reads its log, and the next attempt makes a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parquay.catalog.datasets import Datasets, NewVersion
from parquay.catalog.files import Files
from parquay.catalog.segments import Finished, Note
from parquay.catalog.tables import File
from parquay.datasets.edit.append import Addition, Appending
from parquay.datasets.versions import log
from parquay.datasets.versions.commits import Author
from parquay.datasets.versions.converted_rows import converted
from parquay.datasets.versions.create_table import publish
from parquay.datasets.versions.locks import TableLocks
from parquay.errors import Conflict, Forbidden, NotFound, ParquayError, TooLarge, Unavailable
from parquay.roles import EDIT, require
from parquay.storage.place import Places

TARGET = "dataset"
"""Key in the metadata of an upload: the table that its rows are for."""

AGAIN = "again"
"""Key beside it: whether rows are appended of bytes that the table has already."""


class Publisher:
    """Publishes what conversions make; `ingest` calls it."""

    def __init__(self, places: Places, files: Files, datasets: Datasets, appending: Appending) -> None:
        """``places``: where the parts of each file are."""
        self._places = places
        self._files = files
        self._datasets = datasets
        self._locks = TableLocks(datasets.leases)
        self._appending = appending

    def publish(self, file: File, verdict: Finished, parts: Sequence[str]) -> tuple[Finished, Note | None]:
        """Make the table that ``file`` becomes, or append it to the one that it was uploaded for.

        See `catalog.segments.Publish`.

        Raises:
            Unavailable: ``not_ready``, that table is still being made; another try may work.
        """
        target = (file.options or {}).get(TARGET)
        if target is not None:
            return self._append(file, verdict, str(target), parts), self._weighed(parts)
        place = self._places.at(file.id)
        with self._locks.writing(file.id):
            now = self._files.get(file.id)
            if now is not None and now.status == "processing":
                made = publish(place, verdict.columns or [], parts, self._files.owner_name(file))
            else:
                made = log.commit(place, 0)
            first = first_version(verdict, made)
        return verdict, self._datasets.creation(first)

    def _weighed(self, parts: Sequence[str]) -> Note:
        """Return what counts the parts of a file whose rows went to another table: they stay."""

        def write(_session: object, file: File) -> None:
            stat = self._places.at(file.id).parts.stat
            there = [found for name in parts if (found := stat(name))] if file.parquet_path else []
            file.table_bytes = sum(each.size for each in there)

        return write

    def _append(self, file: File, verdict: Finished, target_id: str, parts: Sequence[str]) -> Finished:
        seen = self._files.seen(target_id, file.owner_id)
        if seen is None:
            return _refused(verdict, NotFound("There is no such dataset.", "unknown_dataset"))
        try:
            require(seen.role, EDIT)
        except Forbidden as error:
            return _refused(verdict, error)
        target = seen.file
        if target.status in ("uploading", "processing"):
            raise Unavailable("The table to append to is still being made.", "not_ready")
        rows = converted(file, self._places.at(file.id), verdict.columns or [], parts)
        more = Addition(rows, verdict.sha256)
        again = str((file.options or {}).get(AGAIN)).lower() in ("true", "1")
        author = Author(self._files.owner_name(file), f"Appended {file.name}")
        try:
            self._appending.append_table(target, author, more, again=again, once=True)
        except (Conflict, NotFound, TooLarge) as error:
            return _refused(verdict, error)
        return replace(verdict, dataset_id=target.id)


def _refused(verdict: Finished, error: ParquayError) -> Finished:
    """How a file ends whose rows found no table. Pure."""
    return replace(
        verdict,
        status="error",
        error_code=error.code,
        error_message=error.detail,
        parquet_path=None,
        dataset_id=None,
        row_count=None,
    )


def first_version(verdict: Finished, found: log.Commit) -> NewVersion:
    """What the catalog notes of the commit that published a table. Pure."""
    info = found.info
    return NewVersion(
        version=0,
        kind="create",
        created_at=found.made_at,
        rows=int(info["rows"]),
        bytes=int(info["bytes"]),
        columns=verdict.columns or [],
        author=info.get("author"),
        inserted=int(info["rows"]),
        entry_crc=found.entry_crc,
        checkpoint_crc=found.checkpoint_crc,
    )
