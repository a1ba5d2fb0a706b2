"""The fold: bytes of a file, segment by segment, into typed tables.

Everything here is a pure function of the bytes and the dialect. Rows are cut in order by one thread; each segment
is then read, typed and encoded by itself, on any core. `FoldState` is what is carried from one segment to the next;
because types are joined by intersection, any grouping of the rows into segments gives the same table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from parquay.columns.names import Naming
from parquay.columns.parquet import asides, parts
from parquay.columns.types import candidates, registry
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.text import NESTED
from parquay.columns.types.typed_reader import TypedColumn
from parquay.ingest.read import ladder
from parquay.ingest.read.ladder import Context, Rows, Tried, TypedRows
from parquay.ingest.read.rows import Rejected, SegmentRows
from parquay.ingest.read.segmenter import SegmentBytes
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.warnings import FileWarning, merged, warn

_NESTED_ONLY = frozenset({NESTED.type_id})
ColumnCandidates = dict[str, "TypeCandidates | None"]


@dataclass(frozen=True, slots=True)
class Converted:
    """A segment as a typed table.

    Attributes:
        kinds: for each column the types that hold for this segment's cells (of those that were asked about).
        types: the type of each column in `table`.
        ended: whether a second table starts in it.
        unlisted: rejects that were counted only.
        renamed: see `SegmentRows`.
        tried: the readers that were asked about its blocks, with their reasons; see `ladder`.
    """

    byte: int
    end: int
    line: int
    lines: int
    table: pa.Table
    kinds: dict[str, TypeCandidates | None]
    types: dict[str, ColumnType]
    rejects: tuple[Rejected, ...]
    warnings: tuple[FileWarning, ...]
    ended: bool = False
    unlisted: int = 0
    renamed: tuple[tuple[str, int, str], ...] = ()
    tried: Tried = ()

    @property
    def rejected(self) -> int:
        """Rows that were rejected, also those that are not in `rejects`."""
        return len(self.rejects) + self.unlisted


@dataclass(frozen=True, slots=True)
class FoldState:
    """What is known after the segments so far.

    Attributes:
        byte, line: where the next segment starts.
        rows: rows so far.
        kinds: for each column, in order, the types that still hold; None for a column without any cell.
        warnings: what was repaired so far.
        rejects: rows that were rejected so far.
        ended: whether a second table has started, so that no more rows belong to this one.
        forced: types that the caller asked for.
        named: further words for missing.
        renamed: keys whose column is called otherwise; see `SegmentRows`.
    """

    byte: int
    line: int
    rows: int = 0
    kinds: dict[str, TypeCandidates | None] = field(default_factory=dict)
    warnings: tuple[FileWarning, ...] = ()
    rejects: int = 0
    ended: bool = False
    forced: Mapping[str, str] = field(default_factory=dict)
    renamed: tuple[tuple[str, int, str], ...] = ()
    named: tuple[str, ...] = ()

    @classmethod
    def start(cls, dialect: Dialect) -> FoldState:
        """Before the first segment."""
        return cls(
            min(dialect.bom, dialect.body),
            1,
            kinds=dict.fromkeys(dialect.columns),
            warnings=dialect.warnings,
            forced=dict(dialect.types),
            named=dialect.missing,
        )

    def after(self, done: Converted) -> FoldState:
        """With one more segment."""
        names = [*self.kinds, *[name for name in done.kinds if name not in self.kinds]]
        return FoldState(
            done.end,
            done.line + done.lines,
            self.rows + done.table.num_rows,
            {name: registry.join(self.kinds.get(name), done.kinds.get(name)) for name in names},
            merged(self.warnings, done.warnings),
            self.rejects + done.rejected,
            self.ended or done.ended,
            self.forced,
            self.renamed + done.renamed,
            self.named,
        )

    def followed_by(self, later: FoldState) -> FoldState:
        """With what follows up to `later`, which started with the types of this state or of one before it, and empty.

        The same as `after` for each of the segments between.
        """
        return replace(
            self,
            byte=later.byte,
            line=later.line,
            rows=self.rows + later.rows,
            kinds={name: registry.join(self.kinds.get(name), later.kinds.get(name)) for name in self.kinds},
            warnings=merged(self.warnings, later.warnings),
            rejects=self.rejects + later.rejects,
            ended=self.ended or later.ended,
        )

    def naming(self) -> Naming:
        """The names that keys have so far."""
        return Naming(self.kinds, self.renamed)

    def types(self) -> dict[str, ColumnType]:
        """The types of the columns as they stand now."""
        return {name: registry.decide(kinds, self.forced.get(name), self.named) for name, kinds in self.kinds.items()}

    def warnings_json(self) -> list[dict[str, object]]:
        """The warnings as they are reported."""
        return [each.to_json() for each in self.warnings]

    def last_warnings(self) -> tuple[FileWarning, ...]:
        """The warnings, with those about the types that the caller asked for, once all rows are there."""
        found: dict[str, FileWarning] = {}
        types = self.types()
        for name, wanted in self.forced.items():
            if name not in types:
                warn(found, "unknown_column", 1, f"{name}: there is no such column")
            elif not registry.is_wanted(types[name], wanted):
                warn(found, "type_not_taken", 1, f"{name}: some cell is no {wanted}")
        return (*self.warnings, *found.values())

    def to_json(self) -> dict[str, Any]:
        """What the catalog keeps with the segment."""
        return {
            "kinds": [[name, registry.candidates_to_json(kinds)] for name, kinds in self.kinds.items()],
            "warnings": [[each.code, each.line, each.count, each.text] for each in self.warnings],
            "rejects": self.rejects,
            "ended": self.ended,
            "forced": dict(self.forced),
            "renamed": list(self.renamed),
            "named": list(self.named),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, byte: int, line: int, rows: int) -> FoldState:
        """The inverse of `to_json`, behind the segment that ends at `byte` and `line` and has `rows` before it."""
        return cls(
            byte,
            line,
            rows,
            {name: registry.candidates_from_json(kinds) for name, kinds in value["kinds"]},
            tuple(FileWarning(*each) for each in value["warnings"]),
            value["rejects"],
            value["ended"],
            value["forced"],
            tuple((key, turn, name) for key, turn, name in value.get("renamed", ())),
            tuple(value.get("named", ())),
        )


@dataclass(frozen=True, slots=True)
class _Typed:
    """A block's columns, each in the narrowest type that holds so far; `rows`: how it was read where that was odd."""

    count: int
    columns: dict[str, TypedColumn]
    rows: SegmentRows | None = None

    @property
    def kinds(self) -> ColumnCandidates:
        """What holds for each column."""
        return {name: column.candidates for name, column in self.columns.items()}


def convert(content: SegmentBytes, dialect: Dialect, before: ColumnCandidates, *, ended: bool = False) -> Converted:
    """Read and type one segment.

    `before`: what holds for the rows before it, so that hopeless types are not tried again. `ended`: a second table
    has started.
    """
    done: list[_Typed] = []
    tried: list[tuple[str, str]] = []
    kinds: ColumnCandidates = {}
    warnings = content.warnings
    for block in content.blocks:
        known = joined(before, kinds)
        rows, asked = ladder.read(block, Context(dialect, known, ended))
        tried.extend(asked)
        typed = _typed(rows, dialect, known)
        done.append(typed)
        kinds = joined(kinds, typed.kinds)
        if typed.rows is not None:
            warnings = merged(warnings, typed.rows.warnings)
            ended = ended or typed.rows.ended
    types = {
        name: registry.decide(registry.join(before.get(name), each), dialect.types.get(name), dialect.missing)
        for name, each in kinds.items()
    }
    first, last = content.blocks[0], content.blocks[-1]
    odd = [typed.rows for typed in done if typed.rows is not None]
    return Converted(
        byte=first.byte,
        end=last.end,
        line=first.line,
        lines=last.line + last.lines - first.line,
        table=_table(types, done),
        kinds=kinds,
        types=types,
        rejects=tuple(_rejects(done)),
        warnings=warnings,
        ended=any(rows.ended for rows in odd),
        unlisted=sum(rows.unlisted for rows in odd),
        renamed=tuple(each for rows in odd for each in rows.renamed),
        tried=tuple(tried),
    )


def _rejects(done: Sequence[_Typed]) -> Iterator[Rejected]:
    """The rejects of all blocks, each with the rows of the segment before it."""
    before = 0
    for typed in done:
        for each in typed.rows.rejects if typed.rows is not None else ():
            yield replace(each, row=before + each.row)
        before += typed.count


def joined(one: ColumnCandidates, other: ColumnCandidates) -> ColumnCandidates:
    """What still holds for the columns of two segments."""
    return {name: registry.join(one.get(name), other.get(name)) for name in (one | other)}


def _typed(rows: Rows, dialect: Dialect, before: ColumnCandidates) -> _Typed:
    if isinstance(rows, TypedRows):
        return _Typed(rows.count, rows.columns)
    columns: dict[str, TypedColumn] = {}
    for name, column in zip(rows.table.column_names, rows.table.columns, strict=True):
        cells = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        above, allowed = before.get(name), rows.allowed.get(name)
        known = {} if allowed == _NESTED_ONLY else registry.without_nested(above)
        found = candidates.examined(cells, known, dialect.missing)
        kinds = _allowed(found.candidates, allowed)
        kind = registry.decide(registry.join(above, kinds), dialect.types.get(name), dialect.missing)
        columns[name] = TypedColumn(kinds, kind, found.values(cells, kind), found.asides(cells, kind))
    return _Typed(rows.table.num_rows, columns, rows)


def _table(types: Mapping[str, ColumnType], done: Sequence[_Typed]) -> pa.Table:
    """All blocks in the types that hold for all of them, with what is kept aside."""
    columns: dict[str, pa.ChunkedArray] = {}
    kept: dict[str, pa.ChunkedArray] = {}
    for name, kind in types.items():
        columns[name], aside = _column(name, kind, done)
        if aside is not None:
            kept[asides.name_of(name)] = aside
    return pa.table(columns | kept)


def _column(name: str, kind: ColumnType, done: Sequence[_Typed]) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
    """A column of all blocks in the type that holds for all of them, with what is kept aside of it."""
    pieces = [
        candidates.recast(column.values, column.asides, column.type, kind)
        if (column := each.columns.get(name)) is not None
        else (pa.nulls(each.count, kind.arrow()), None)
        for each in done
    ]
    if all(pa.types.is_dictionary(values.type) for values, _ in pieces):
        return pa.chunked_array([values for values, _ in pieces]).unify_dictionaries(), None
    return parts.joined_cells([(_one_by_one(values, kind), aside) for values, aside in pieces], kind)


def _one_by_one(values: pa.Array, kind: ColumnType) -> pa.Array:
    """Values, also where they are texts that are held as words."""
    return values.cast(kind.arrow()) if pa.types.is_dictionary(values.type) else values


def _allowed(kinds: TypeCandidates | None, allowed: frozenset[str] | None) -> TypeCandidates | None:
    if kinds is None or allowed is None:
        return kinds
    if allowed == _NESTED_ONLY:
        return registry.only(NESTED)
    held = {kind: form for kind, form in kinds.items() if kind in allowed}
    return held | registry.only(NESTED) if NESTED.type_id in allowed else held
