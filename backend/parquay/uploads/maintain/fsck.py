"""Comparing the catalog with the store, both ways, and re-hashing what is there.

The row is the truth about what was promised, the store about what there is. What the store has and no row knows is
orphaned; what a row promised and the store lacks is a loss, and is said aloud.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from parquay.catalog.files import Files
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.catalog.usage import Usages
from parquay.errors import Damaged
from parquay.storage.chunks import Store
from parquay.storage.place import Places
from parquay.uploads.maintain.chunk_rows import ChunkRows
from parquay.uploads.maintain.finding import Finding
from parquay.uploads.maintain.seal import Sealer

GRACE_SECONDS = 3600.0
"""Litter younger than this may belong to a creation that is not committed yet."""

BLOCK = 4 * 1024 * 1024

log = logging.getLogger(__name__)

Faults = Callable[[File, bool], list[tuple[str, Damaged]]]
"""What is wrong with each part of a table, by the part's name; read whole, or only looked at."""

Mend = Callable[[File, Sequence[str]], Sequence[str]]
"""Makes parts of a table again from its upload; returns those that could not be."""

CODES = {"part_missing": "missing_part", "part_damaged": "damaged_part"}
"""What a finding is called, by the code of the error that readers meet; any other is the log's."""


class Fsck:
    """The check."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        segments: Segments,
        store: Store,
        *,
        places: Places,
        faults: Faults,
        mend: Mend,
        usages: Usages,
        chunk_rows: ChunkRows | None = None,
        sealer: Sealer | None = None,
    ) -> None:
        """``places``: where the parts of each file are. ``chunk_rows``, ``sealer``: where the store has chunks."""
        self._usages = usages
        self._catalog = catalog
        self._files = files
        self._segments = segments
        self._store = store
        self._places = places
        self._faults = faults
        self._mend = mend
        self._chunk_rows = chunk_rows
        self._sealer = sealer

    def catalog(self, *, whole: bool = True) -> list[Finding]:
        """What is wrong with the catalog's own file; ``whole``: look at indexes too.

        Nothing must be compared with a damaged one: uploads that it lost would be taken for orphans.
        """
        return [Finding("catalog_damaged", "", f"{fault}.") for fault in self._catalog.faults(full=whole)]

    def run(self, *, rehash: bool = True) -> Iterator[Finding]:
        """Yield every finding; ``rehash``: read all bytes of finished files and of parts too."""
        if self._chunk_rows is not None:  # before anything that no row names is taken for an orphan
            yield from self._chunk_rows.findings()
        yield from self._totals()
        yield from self.orphans()
        for file_id in sorted(self._files.ids()):
            try:
                file = self._files.get(file_id)
                if file is not None:
                    yield from self._check(file, rehash=rehash)
            except Exception as error:
                log.exception("a file could not be checked", extra={"fields": {"file": file_id}})
                yield Finding("unreadable", file_id, f"It could not be checked: {type(error).__name__}.")

    def _totals(self) -> Iterator[Finding]:
        """Yield the users whose total of bytes, by which quotas go, is not the sum of their files."""
        for wrong in self._usages.wrong():
            noted, stored = wrong.noted.bytes, wrong.summed.bytes
            detail = f"{noted} bytes are noted for the user {wrong.owner_id}, {stored} are stored."
            yield Finding("wrong_total", "", detail, _call(self._usages.mend, wrong.owner_id))

    def orphans(self) -> Iterator[Finding]:
        """Yield bytes and parts that belong to no upload."""
        known = self._files.ids()
        needed = self._chunk_rows.needed_parts() if self._chunk_rows is not None else set()
        for file_id in self._store.ids():
            if file_id in needed:
                continue
            if file_id not in known and self._store.age(file_id) > GRACE_SECONDS:
                remove = _call(self._store.remove, file_id)
                yield Finding("orphan_bytes", file_id, "Bytes that belong to no upload.", remove)
            elif orphans := self._orphans(file_id) if file_id in known else ():
                discard = partial(self._discard, file_id, orphans)
                yield Finding("orphan_bytes", file_id, f"{len(orphans)} chunks that belong to no upload.", discard)
        for file_id in self._places.ids():
            if file_id not in known:
                remove = _call(self._places.at(file_id).erase)
                yield Finding("orphan_parts", file_id, "Parts that belong to no upload.", remove)

    def _discard(self, file_id: str, keys: Sequence[str]) -> bool:
        if self._sealer is not None:
            return self._sealer.discard(file_id, keys)
        self._store.discard(keys)
        return True

    def _orphans(self, file_id: str) -> Sequence[str]:
        """Return keys of chunks that no upload has and none will: a finished upload gets no more of them.

        None of an upload that lacks bytes: they may be in chunks whose rows are gone, or never were there.
        """
        file = self._files.get(file_id)
        if self._chunk_rows is not None and file is not None and not self._chunk_rows.is_whole(file):
            return ()
        orphans = self._store.orphans(file_id, 0 if file is not None and file.complete else GRACE_SECONDS)
        return () if orphans and file is not None and self._store.size(file_id) < file.offset else orphans

    def _check(self, file: File, *, rehash: bool) -> Iterator[Finding]:
        yield from self._check_bytes(file, rehash=rehash)
        if file.status == "processing" and not self._files.has_job(file.id):
            yield Finding("no_job", file.id, "It waits for a conversion that is not queued.", self._convert(file))
        yield from self._check_parts(file, rehash=rehash)

    def _check_bytes(self, file: File, *, rehash: bool) -> Iterator[Finding]:
        size = self._store.size(file.id)
        moved = self._chunk_rows.moved(file) if size < file.offset and self._chunk_rows is not None else None
        if moved is not None:
            yield moved
            return
        if size < file.offset:
            detail = f"{file.offset} bytes were promised, {size} are there."
            is_lost = file.status != "done"  # else its table is whole, and says more than an error would
            mark = _call(self._mark, file.id, "bytes_missing", "Some of its bytes are gone.") if is_lost else None
            if file.error_code != "bytes_missing":
                yield Finding("missing_bytes", file.id, detail, mark)
            return
        if size > file.offset and file.complete:
            detail = f"{size - file.offset} bytes more than the upload has."
            yield Finding("surplus_bytes", file.id, detail, _call(self._cut, file.id, file.offset))
        if rehash and file.complete and file.sha256 and self._digest(file) != file.sha256:
            yield Finding("digest_mismatch", file.id, "Its bytes do not hash to what they did when they came.")
        if file.complete and file.error_code == "bytes_missing":
            detail = "Its bytes were gone and are there again."
            yield Finding("found_bytes", file.id, detail, self._convert(file))

    def _check_parts(self, file: File, *, rehash: bool) -> Iterator[Finding]:
        try:
            faults = self._faults_of(file, rehash=rehash)
        except Damaged as error:
            again = None if file.table_version else partial(self._converted, file)  # no edit would be lost
            yield Finding(CODES.get(error.code, "damaged_log"), file.id, error.detail, again)
            return
        mending = _Once(lambda names: self._mended(file, names), [name for name, _ in faults])
        for name, fault in faults:
            yield Finding(CODES[fault.code], file.id, f"{name}: {fault.detail}", partial(mending.is_whole, name))

    def _faults_of(self, file: File, *, rehash: bool) -> list[tuple[str, Damaged]]:
        if file.status == "done" and file.table_version is not None:
            return self._faults(file, rehash)
        if file.status == "error":
            return []  # it has no table: what was converted of it is gone, as it should be
        parts = self._places.at(file.id).parts
        found = {each.part: None for each in self._segments.list(file.id) if each.part}
        faults = [(name, parts.fault(name)) for name in found]
        return [(name, fault) for name, fault in faults if fault is not None]

    def _mended(self, file: File, names: Sequence[str]) -> Sequence[str]:
        """Make parts again if the upload is as it came; return those that are still not whole."""
        if not self._is_whole(file):
            return names
        left = names
        if file.status == "done" and file.table_version is not None:
            left = self._mend(file, names)
        if left and not file.table_version:  # no edit would be lost
            return () if self._converted(file) else left
        return left

    def _is_whole(self, file: File) -> bool:
        """Whether the upload is as it came."""
        if self._store.size(file.id) < file.offset:
            return False
        return file.sha256 is None or self._digest(file) == file.sha256

    def _converted(self, file: File) -> bool:
        """Have a file converted again, if its upload is as it came."""
        whole = self._is_whole(file)
        if whole:
            self._convert(file)()
        return whole

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

    def _convert(self, file: File) -> Callable[[], None]:
        def again() -> None:
            self._segments.reset(file.id, fence=lambda _session: True)
            self._catalog.write(lambda session: self._files.convert_again(session, file.id))

        return again


class _Once:
    """Repairs all parts of a table at the first of its findings; the others ask how it went."""

    def __init__(self, mend: Callable[[Sequence[str]], Sequence[str]], names: Sequence[str]) -> None:
        self._mend = mend
        self._names = names
        self._left: Sequence[str] | None = None

    def is_whole(self, name: str) -> bool:
        """Whether a part is whole after the repair, or will be after a conversion."""
        if self._left is None:
            self._left = self._mend(self._names)
        return name not in self._left


def _call(function: Callable[..., None], *arguments: object) -> Callable[[], None]:
    return lambda: function(*arguments)
