"""Comparing the catalog with the store, both ways, and re-hashing what is there.

The row is the truth about what was promised, the store about what there is. What the store has and no row knows is
litter; what a row promised and the store lacks is a loss, and is said aloud.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from parquay.catalog.files import Files
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.storage.base import Store

GRACE_SECONDS = 3600.0
"""Litter younger than this may belong to a creation that is not committed yet."""

BLOCK = 4 * 1024 * 1024

LITTER = frozenset({"orphan_bytes", "orphan_parts"})
"""Findings that lose nothing when they are removed."""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        code: ``orphan_bytes``, ``orphan_parts``, ``surplus_bytes``, ``missing_bytes``, ``missing_part``,
            ``digest_mismatch`` or ``no_job``.
        file_id: which upload.
        detail: one sentence.
        repair: puts it right, None when nothing can.
    """

    code: str
    file_id: str
    detail: str
    repair: Callable[[], None] | None = None


class Fsck:
    """The check."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        segments: Segments,
        store: Store,
        *,
        parquet: Path,
        missing: Callable[[File], int],
    ) -> None:
        """``parquet``: directory with one directory of parts for each file; ``missing`` counts a table's lost parts."""
        self._catalog = catalog
        self._files = files
        self._segments = segments
        self._store = store
        self._parquet = parquet
        self._missing = missing

    def run(self, *, rehash: bool = True) -> Iterator[Finding]:
        """Yield every finding; ``rehash``: read all bytes of finished files too."""
        yield from self.litter()
        for file_id in sorted(self._files.ids()):
            file = self._files.get(file_id)
            if file is not None:
                yield from self._check(file, rehash=rehash)

    def litter(self) -> Iterator[Finding]:
        """Yield bytes and parts that belong to no upload."""
        known = self._files.ids()
        for file_id in self._store.ids():
            if file_id not in known and self._store.age(file_id) > GRACE_SECONDS:
                remove = _call(self._store.remove, file_id)
                yield Finding("orphan_bytes", file_id, "Bytes that belong to no upload.", remove)
        for directory in sorted(self._parquet.iterdir()):
            if directory.name not in known:
                remove = _call(_remove_directory, directory)
                yield Finding("orphan_parts", directory.name, "Parts that belong to no upload.", remove)

    def _check(self, file: File, *, rehash: bool) -> Iterator[Finding]:
        size = self._store.size(file.id)
        if size < file.offset:
            detail = f"{file.offset} bytes were promised, {size} are there."
            mark = _call(self._mark, file.id, "bytes_missing", "Some of its bytes are gone.")
            yield Finding("missing_bytes", file.id, detail, mark)
            return
        if size > file.offset and file.complete:
            detail = f"{size - file.offset} bytes more than the upload has."
            yield Finding("surplus_bytes", file.id, detail, _call(self._cut, file.id, file.offset))
        if rehash and file.complete and file.sha256 and self._digest(file) != file.sha256:
            yield Finding("digest_mismatch", file.id, "Its bytes do not hash to what they did when they came.")
        if file.status == "processing" and not self._files.has_job(file.id):
            yield Finding("no_job", file.id, "It waits for a conversion that is not queued.", self._convert(file.id))
        if missing := self._missing_parts(file):
            again = None if file.table_version else self._convert(file.id)  # the upload has no edit
            yield Finding("missing_part", file.id, f"{missing} of its parts are gone.", again)

    def _missing_parts(self, file: File) -> int:
        if file.status == "done" and file.table_version is not None:
            return self._missing(file)
        directory = self._parquet / file.id
        names = {segment.part for segment in self._segments.list(file.id) if segment.part}
        return sum(not (directory / name).is_file() for name in names)

    def _digest(self, file: File) -> str:
        digest = hashlib.sha256()
        with self._store.reader(file.id) as reader:
            position = 0
            while position < file.offset:
                block = reader.read_at(position, min(BLOCK, file.offset - position))
                if not block:
                    break
                digest.update(block)
                position += len(block)
        return digest.hexdigest()

    def _cut(self, file_id: str, offset: int) -> None:
        self._store.writer(file_id, offset, wait=1.0).close()

    def _mark(self, file_id: str, code: str, message: str) -> None:
        self._catalog.write(lambda session: self._files.lose(session, file_id, code, message))

    def _convert(self, file_id: str) -> Callable[[], None]:
        def again() -> None:
            self._segments.reset(file_id, fence=lambda _session: True)
            self._catalog.write(lambda session: self._files.convert_again(session, file_id))

        return again


def _call(function: Callable[..., None], *arguments: object) -> Callable[[], None]:
    return lambda: function(*arguments)


def _remove_directory(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
