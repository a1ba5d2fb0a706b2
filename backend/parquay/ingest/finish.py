"""The last byte is there: one schema for all parts, every row counted, then one transaction says that it is done."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from parquay.catalog.segments import Emit, Fence, Finished, Segments
from parquay.catalog.tables import File, Segment
from parquay.ingest import lexemes, parts
from parquay.ingest.dialect import Dialect
from parquay.ingest.fold import State
from parquay.ingest.lexemes import ColumnType
from parquay.ingest.sniff import Guess


class CountMismatch(RuntimeError):
    """The parts do not hold as many rows as the segments say."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Everything that a conversion has come to when its last segment is there."""

    segments: Segments
    directory: Path
    file: File
    sha256: str
    dialect: Dialect | None
    state: State | None
    refusal: Guess | None
    codec: parts.Codec = parts.ZSTD


@dataclass(frozen=True, slots=True)
class PartGroup:
    """A part and the segments whose rows it holds."""

    name: str
    types: tuple[ColumnType, ...]
    segments: tuple[Segment, ...]

    @property
    def rows(self) -> int:
        """Rows in the part."""
        return sum(each.rows for each in self.segments)


def finish(end: Ending, *, fence: Fence, emit: Emit | None) -> bool:
    """Publish the table, or the reason why there is none; False when the lease is lost meanwhile."""
    verdict = _verdict(end)
    if verdict is None:
        assert end.state is not None and end.dialect is not None
        if not _unify(end, end.state.types(), fence=fence):
            return False
        _verify(end, end.state.rows)
        verdict = _table(end, end.state, end.dialect)
    done = end.segments.finish(end.file.id, verdict, fence=fence, emit=emit)
    if done and verdict.parquet_path is None:
        shutil.rmtree(end.directory, ignore_errors=True)
    return done


def _verdict(end: Ending) -> Finished | None:
    """How it ends when it ends without a table; None when there is one."""
    expected = end.file.expected_sha256
    if expected and expected.lower() != end.sha256:
        return _error(end, "digest_mismatch", "The bytes are not those that were announced: their SHA-256 differs.")
    if end.refusal is not None and end.refusal.code == "no_table" and end.file.offset:
        return Finished(sha256=end.sha256)
    if end.state is None or end.state.rows == 0:
        return _error(end, "no_rows", _why_no_rows(end))
    return None


def _error(end: Ending, code: str, message: str) -> Finished:
    return Finished(
        status="error",
        sha256=end.sha256,
        error_code=code,
        error_message=message,
        reject_count=end.file.reject_count,
        dialect=end.dialect.to_json() if end.dialect else None,
    )


def _why_no_rows(end: Ending) -> str:
    if not end.file.offset:
        return "The file is empty."
    if end.file.reject_count:
        return f"None of the {end.file.reject_count} rows could be read."
    return "The file has a header but no rows." if end.dialect else "The file has no rows."


def _table(end: Ending, state: State, dialect: Dialect) -> Finished:
    return Finished(
        row_count=state.rows,
        reject_count=end.file.reject_count,
        parquet_path=f"parquet/{end.file.id}",
        dataset_id=end.file.id,
        sha256=end.sha256,
        dialect=dialect.to_json(),
        columns=end.file.columns,
        warnings=end.file.warnings,
    )


def part_groups(segments: Sequence[Segment]) -> list[PartGroup]:
    """The parts of a file in order of their rows."""
    groups: dict[str, list[Segment]] = {}
    for each in segments:
        if each.part is not None:
            groups.setdefault(each.part, []).append(each)
    return [
        PartGroup(name, tuple(lexemes.type_from_json(kind) for kind in found[0].state["types"]), tuple(found))
        for name, found in groups.items()
    ]


def _unify(end: Ending, types: tuple[ColumnType, ...], *, fence: Fence) -> bool:
    """Rewrite each part that has a narrower type than the whole table."""
    wanted = [kind.arrow() for kind in types]
    for group in part_groups(end.segments.list(end.file.id)):
        if [kind.arrow() for kind in group.types] == wanted:
            continue
        table = parts.widened(pq.read_table(end.directory / group.name), group.types, types)
        name = parts.part_name(group.segments[0].no)
        parts.write(end.directory, name, parts.encode(table, end.codec))
        sizes = {each.no: 0 for each in group.segments}
        sizes[group.segments[0].no] = (end.directory / name).stat().st_size
        state = {"types": [lexemes.type_to_json(kind) for kind in types]}
        if not end.segments.replace(end.file.id, [group.name], name, sizes, state, fence=fence):
            return False
        (end.directory / group.name).unlink(missing_ok=True)
    return True


def _verify(end: Ending, rows: int) -> None:
    groups = part_groups(end.segments.list(end.file.id))
    found = sum(pq.read_metadata(end.directory / group.name).num_rows for group in groups)
    if found != rows or sum(group.rows for group in groups) != rows:
        raise CountMismatch(f"{rows} rows were converted, {found} are in the parts")
