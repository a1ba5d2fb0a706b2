"""The last byte is there: one schema for all parts, every row counted, then one transaction says that it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.catalog.segments import Emit, Fence, Finished, Publish, Segments
from parquay.catalog.tables import File, Segment
from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.parts import Codec, Types
from parquay.columns.parquet.spool import Spool
from parquay.columns.types import aside_counts, registry
from parquay.columns.types.aside_counts import ByColumn
from parquay.columns.types.base import ColumnType
from parquay.ingest.convert.pipeline import why_no_rows
from parquay.ingest.read.fold import FoldState
from parquay.ingest.text.dialect import Dialect
from parquay.storage.place import Place

LARGE_BYTES, LARGE_ROWS = 64 << 20, 1_000_000
"""A part of so many bytes or rows is not put together with others."""
BATCH_BYTES = 16 << 20
"""Most bytes of parts that are read together, to be written as one row group."""


class CountMismatch(RuntimeError):
    """The parts do not hold as many rows as the segments say."""


@dataclass(frozen=True, slots=True)
class ConversionResult:
    """Everything that a conversion has come to when its last segment is there.

    Attributes:
        code, reason: why there is no table, if there is none: `no_table`, `no_rows` or another error.
    """

    file: File
    sha256: str
    dialect: Dialect | None
    state: FoldState | None
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PartGroup:
    """A part and the segments whose rows it holds."""

    name: str
    types: dict[str, ColumnType]
    segments: tuple[Segment, ...]

    @property
    def rows(self) -> int:
        """Rows in the part."""
        return sum(each.rows for each in self.segments)

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return sum(each.part_bytes for each in self.segments)


def part_groups(segments: Sequence[Segment]) -> list[PartGroup]:
    """The parts of a file in order of their rows."""
    groups: dict[str, list[Segment]] = {}
    for each in segments:
        if each.part is not None:
            groups.setdefault(each.part, []).append(each)
    return [PartGroup(name, types_of(found[0]), tuple(found)) for name, found in groups.items()]


def types_of(segment: Segment) -> dict[str, ColumnType]:
    """The types of the columns in a segment's part."""
    return registry.columns_types(segment.state["types"])


def types_json(types: Types) -> list[dict[str, object]]:
    """The inverse of `types_of`."""
    return [{"name": name, **registry.type_to_json(kind)} for name, kind in types.items()]


class Finisher:
    """Puts the parts of one file in order."""

    def __init__(
        self, segments: Segments, place: Place, codec: Codec, fence: Fence, *, large_bytes: int = LARGE_BYTES
    ) -> None:
        """``large_bytes``: a part of so many is not put together with others."""
        self._large_bytes = large_bytes
        self._segments = segments
        self._place = place
        self._file_id = place.dataset_id
        self._codec = codec
        self._fence = fence

    def compact(self, types: Types, *, all_of_them: bool) -> bool:
        """Put runs of small parts with the schema `types` together; False when the lease is lost.

        `all_of_them`: also a last run that is not large yet.
        """
        groups = part_groups(self._segments.list(self._file_id))
        return all(self._merge(run, types) for run in runs(groups, types, self._large_bytes, all_of_them=all_of_them))

    def unify(self, types: Types) -> bool:
        """Recast each part that has another schema than `types`; False when the lease is lost."""
        wanted = parts.value_types(types)
        groups = part_groups(self._segments.list(self._file_id))
        return all(self._recast(each, types) for each in groups if parts.value_types(each.types) != wanted)

    def _merge(self, run: Sequence[PartGroup], types: Types) -> bool:
        name, spool = self._spool(run[0])
        for batch in batches(run):
            if len(batch) == 1:
                with self._place.parts.fetch([batch[0].name]) as (path,):
                    spool.append_part(path, types)
            else:
                table = asides.concat([self._read(group) for group in batch])
                spool.append(parts.encode(table, self._codec), types)
        return self._replace(run, name, spool, types)

    def _recast(self, group: PartGroup, types: Types) -> bool:
        name, spool = self._spool(group)
        with (
            self._place.parts.fetch([group.name]) as (path,),
            pq.ParquetFile(path, page_checksum_verification=True) as part,
        ):
            for rows in asides.read_groups(part):
                table = parts.widened(rows, group.types, types)
                spool.append(parts.encode(parts.storable(table, types), self._codec), types)
        return self._replace([group], name, spool, types)

    def _read(self, group: PartGroup) -> pa.Table:
        with (
            self._place.parts.fetch([group.name]) as (path,),
            pq.ParquetFile(path, page_checksum_verification=True) as part,
        ):
            return asides.beside(part.read(), asides.of_metadata(part.metadata))

    def _spool(self, group: PartGroup) -> tuple[str, Spool]:
        name = parts.part_name(group.segments[0].no)
        return name, Spool(self._place.parts.draft(name), room=self._place.parts.refuse_full)

    def _replace(self, run: Sequence[PartGroup], name: str, spool: Spool, types: Types) -> bool:
        kept = self._place.keep(name, spool.finished())
        members = [each for group in run for each in group.segments]
        sizes = dict.fromkeys((each.no for each in members), 0)
        sizes[members[0].no] = kept.size
        state = {"types": types_json(types)}
        names = [group.name for group in run]
        if not self._segments.replace(self._file_id, names, kept.key, sizes, state, fence=self._fence):
            return False
        self._place.parts.delete(names)
        return True

    def verify(self, rows: int) -> None:
        """Count the rows of all parts.

        Raises:
            CountMismatch: they are not `rows`.
        """
        groups = part_groups(self._segments.list(self._file_id))
        found = sum(self._rows(group.name) for group in groups)
        if found != rows or sum(group.rows for group in groups) != rows:
            raise CountMismatch(f"{rows} rows were converted, {found} are in the parts")

    def counts(self) -> ByColumn:
        """How much is kept aside of each column, in all parts."""
        names = [group.name for group in part_groups(self._segments.list(self._file_id))]
        return aside_counts.total((1, self._counts(name)) for name in names)

    def _counts(self, name: str) -> ByColumn:
        with self._place.parts.fetch([name]) as (path,):
            return asides.counts(asides.of_metadata(pq.read_metadata(path)))

    def _rows(self, name: str) -> int:
        with self._place.parts.fetch([name]) as (path,):
            return int(pq.read_metadata(path).num_rows)

    def finish(self, result: ConversionResult, emit: Emit | None, publish: Publish | None = None) -> bool:
        """Publish the table, or the reason why there is none; False when the lease is lost meanwhile."""
        verdict, note = verdict_of(result), None
        if verdict is None:
            if result.state is None or result.dialect is None:
                raise CountMismatch("a table without a dialect")
            types = result.state.types()
            if not self.unify(types) or not self.compact(types, all_of_them=True):
                return False
            self.verify(result.state.rows)
            columns = aside_counts.with_counts(registry.columns_json(types, result.dialect.missing), self.counts())
            verdict = _table(result, result.state, result.dialect, self._place.address, columns)
            if publish is not None:
                if not self._segments.holds(self._fence):
                    return False
                names = [group.name for group in part_groups(self._segments.list(self._file_id))]
                verdict, note = publish(result.file, verdict, names)
        done = self._segments.finish(self._file_id, verdict, fence=self._fence, emit=emit, note=note)
        if done and verdict.parquet_path is None:
            self._place.erase()
        return done


def runs(
    groups: Sequence[PartGroup], types: Types, large_bytes: int = LARGE_BYTES, *, all_of_them: bool
) -> Iterator[list[PartGroup]]:
    """Neighbouring small parts of one schema that together make a large one."""
    wanted = parts.value_types(types)
    run: list[PartGroup] = []
    for group in groups:
        fits = parts.value_types(group.types) == wanted and not _is_large([group], large_bytes)
        if fits:
            run.append(group)
        if run and (not fits or _is_large(run, large_bytes)):
            if len(run) > 1 and (all_of_them or _is_large(run, large_bytes)):
                yield run
            run = []
    if len(run) > 1 and all_of_them:
        yield run


def batches(run: Sequence[PartGroup]) -> Iterator[list[PartGroup]]:
    """Neighbours whose rows go into one row group, because one of them has too few; most stay alone."""
    batch: list[PartGroup] = []
    for group in run:
        if batch and not _fit_together(batch, group):
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _fit_together(batch: Sequence[PartGroup], group: PartGroup) -> bool:
    rows = sum(each.rows for each in batch)
    few = min(rows, group.rows) * 2 < parts.GROUP_ROWS
    size = sum(each.size for each in batch) + group.size
    return few and (rows + group.rows) * 4 <= parts.GROUP_ROWS * 5 and size <= BATCH_BYTES


def _is_large(run: Sequence[PartGroup], large_bytes: int) -> bool:
    return sum(each.size for each in run) >= large_bytes or sum(each.rows for each in run) >= LARGE_ROWS


def verdict_of(result: ConversionResult) -> Finished | None:
    """How a conversion ends when it ends without a table; None when there is one."""
    expected = result.file.expected_sha256
    if expected and expected.lower() != result.sha256:
        return _error(result, "digest_mismatch", "The bytes are not those that were announced: their SHA-256 differs.")
    if result.code == "no_table" and result.file.offset:
        return Finished(sha256=result.sha256)
    if result.code:
        return _error(result, result.code, result.reason)
    if result.state is None or result.state.rows == 0:
        return _error(result, "no_rows", why_no_rows(result.file.offset, result.dialect, result.state))
    return None


def _error(result: ConversionResult, code: str, message: str) -> Finished:
    return Finished(
        status="error",
        sha256=result.sha256,
        error_code=code,
        error_message=message,
        reject_count=result.state.rejects if result.state else 0,
        dialect=result.dialect.to_json() if result.dialect else None,
        warnings=result.state.warnings_json() if result.state else None,
    )


def _table(
    result: ConversionResult, state: FoldState, dialect: Dialect, address: str, columns: list[dict[str, Any]]
) -> Finished:
    return Finished(
        row_count=state.rows,
        reject_count=state.rejects,
        parquet_path=address,
        dataset_id=result.file.id,
        sha256=result.sha256,
        dialect=dialect.to_json(),
        columns=columns,
        warnings=[each.to_json() for each in state.last_warnings()],
    )
