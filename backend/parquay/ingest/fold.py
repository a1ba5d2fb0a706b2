"""The fold: bytes of a file, segment by segment, into typed tables.

Everything here is a pure function of the bytes and the dialect. Rows are cut in order by one thread; each segment
is then read, typed and encoded by itself, on any core. `State` is what is carried from one segment to the next; because
types are joined by intersection, any grouping of the rows into segments gives the same table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pyarrow as pa

from parquay.columns import lexemes
from parquay.columns.lexemes import ColumnType, Kinds
from parquay.ingest import jsonrows, segment
from parquay.ingest.cutter import Block, Body
from parquay.ingest.dialect import Dialect
from parquay.ingest.segment import Rejected, SegmentRows, Warned

Result = TypeVar("Result")
Held = dict[str, "Kinds | None"]


@dataclass(frozen=True, slots=True)
class Converted:
    """A segment as a typed table.

    Attributes:
        kinds: for each column the types that hold for this segment's cells (of those that were asked about).
        types: the type of each column in `table`.
        ended: whether a second table starts in it.
        unlisted: rejects that were counted only.
    """

    byte: int
    end: int
    line: int
    lines: int
    table: pa.Table
    kinds: dict[str, Kinds | None]
    types: dict[str, ColumnType]
    rejects: tuple[Rejected, ...]
    warnings: tuple[Warned, ...]
    ended: bool = False
    unlisted: int = 0

    @property
    def rejected(self) -> int:
        """Rows that were rejected, also those that are not in `rejects`."""
        return len(self.rejects) + self.unlisted


@dataclass(frozen=True, slots=True)
class State:
    """What is known after the segments so far.

    Attributes:
        byte, line: where the next segment starts.
        rows: rows so far.
        kinds: for each column, in order, the types that still hold; None for a column without any cell.
        warnings: what was mended so far.
        rejects: rows that were rejected so far.
        ended: whether a second table has started, so that no more rows belong to this one.
        forced: types that the caller asked for.
    """

    byte: int
    line: int
    rows: int = 0
    kinds: dict[str, Kinds | None] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    rejects: int = 0
    ended: bool = False
    forced: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls, dialect: Dialect) -> State:
        """Before the first segment."""
        return cls(dialect.body, dialect.body_line, kinds=dict.fromkeys(dialect.columns), forced=dict(dialect.types))

    def after(self, done: Converted) -> State:
        """With one more segment."""
        names = [*self.kinds, *[name for name in done.kinds if name not in self.kinds]]
        return State(
            done.end,
            done.line + done.lines,
            self.rows + done.table.num_rows,
            {name: lexemes.join(self.kinds.get(name), done.kinds.get(name)) for name in names},
            merged(self.warnings, done.warnings),
            self.rejects + done.rejected,
            self.ended or done.ended,
            self.forced,
        )

    def types(self) -> dict[str, ColumnType]:
        """The types of the columns as they stand now."""
        return {name: lexemes.decide(kinds, self.forced.get(name)) for name, kinds in self.kinds.items()}

    def to_json(self) -> dict[str, Any]:
        """What the catalog keeps with the segment."""
        return {
            "kinds": [[name, kinds] for name, kinds in self.kinds.items()],
            "warnings": [[each.code, each.line, each.count] for each in self.warnings],
            "rejects": self.rejects,
            "ended": self.ended,
            "forced": dict(self.forced),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, byte: int, line: int, rows: int) -> State:
        """The inverse of `to_json`, behind the segment that ends at `byte` and `line` and has `rows` before it."""
        return cls(
            byte,
            line,
            rows,
            {name: kinds for name, kinds in value["kinds"]},  # noqa: C416 (pairs come as lists from JSON)
            tuple(Warned(*each) for each in value["warnings"]),
            value["rejects"],
            value["ended"],
            value["forced"],
        )


def merged(one: Sequence[Warned], other: Sequence[Warned]) -> tuple[Warned, ...]:
    """Warnings of two stretches of a file, one for each code."""
    found = {each.code: each for each in one}
    for each in other:
        known = found.get(each.code)
        found[each.code] = each if known is None else replace(known, count=known.count + each.count)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Typed:
    """A block's columns, each in the narrowest type that holds so far."""

    rows: SegmentRows
    columns: dict[str, pa.Array]
    kinds: dict[str, Kinds | None]
    types: dict[str, ColumnType]


def convert(body: Body, dialect: Dialect, held: Held, *, ended: bool = False) -> Converted:
    """Read and type one segment.

    `held`: what held before it, so that hopeless types are not tried again. `ended`: a second table has started.
    """
    done: list[_Typed] = []
    kinds: dict[str, Kinds | None] = {}
    warnings: tuple[Warned, ...] = ()
    for block in body.blocks:
        typed = _typed(block, dialect, _joined(held, kinds), ended=ended)
        done.append(typed)
        kinds = _joined(kinds, typed.kinds)
        warnings = merged(warnings, typed.rows.warnings)
        ended = ended or typed.rows.ended
    types = {name: lexemes.decide(lexemes.join(held.get(name), kinds[name]), dialect.types.get(name)) for name in kinds}
    first, last = body.blocks[0], body.blocks[-1]
    return Converted(
        byte=first.byte,
        end=last.end,
        line=first.line,
        lines=last.line + last.lines - first.line,
        table=pa.table({name: _column(name, kind, done) for name, kind in types.items()}),
        kinds=kinds,
        types=types,
        rejects=tuple(each for typed in done for each in typed.rows.rejects),
        warnings=warnings,
        ended=any(typed.rows.ended for typed in done),
        unlisted=sum(typed.rows.unlisted for typed in done),
    )


def _joined(one: Held, other: Held) -> dict[str, Kinds | None]:
    return {name: lexemes.join(one.get(name), other.get(name)) for name in (one | other)}


def _typed(block: Block, dialect: Dialect, held: Held, *, ended: bool) -> _Typed:
    rows = _rows(block, dialect, ended=ended)
    columns: dict[str, pa.Array] = {}
    kinds: dict[str, Kinds | None] = {}
    types: dict[str, ColumnType] = {}
    for name, column in zip(rows.table.column_names, rows.table.columns, strict=True):
        cells = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        before = held.get(name)
        found = lexemes.examined(cells, before)
        kinds[name] = _allowed(found.kinds, rows.allowed.get(name))
        types[name] = lexemes.decide(lexemes.join(before, kinds[name]), dialect.types.get(name))
        columns[name] = found.values(cells, types[name])
    return _Typed(rows, columns, kinds, types)


def _column(name: str, kind: ColumnType, done: Sequence[_Typed]) -> pa.ChunkedArray:
    """A column of all blocks in the type that holds for all of them."""
    pieces = [
        lexemes.widen(each.columns[name], each.types[name], kind)
        if name in each.columns
        else pa.nulls(each.rows.table.num_rows, kind.arrow())
        for each in done
    ]
    return pa.chunked_array(pieces, kind.arrow())


def _rows(block: Block, dialect: Dialect, *, ended: bool) -> SegmentRows:
    if block.rows is not None and not ended:
        return block.rows
    if dialect.format == "ndjson":
        return jsonrows.read_lines(block.data, byte=block.byte, line=block.line)
    return segment.read_body(block.data, dialect, byte=block.byte, line=block.line, lines=block.lines, ended=ended)


def _allowed(kinds: Kinds | None, allowed: frozenset[str] | None) -> Kinds | None:
    if kinds is None or allowed is None:
        return kinds
    return {kind: form for kind, form in kinds.items() if kind in allowed}


def in_order(bodies: Iterator[Body], work: Callable[[Body], Result], pool: Executor, ahead: int) -> Iterator[Result]:
    """Run `work` on each body in the pool, at most `ahead` at once, and yield the results in order."""
    waiting: deque[Future[Result]] = deque()
    try:
        for body in bodies:
            waiting.append(pool.submit(work, body))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            if not future.cancel():
                # Whoever stops here may delete what it wrote, so nothing may be written afterwards.
                future.exception()
