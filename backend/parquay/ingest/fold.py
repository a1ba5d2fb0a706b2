"""The fold: bytes of a file, segment by segment, into typed tables.

Everything here is a pure function of the bytes and the dialect. Rows are cut in order by one thread; each segment
is then read, typed and encoded by itself, on any core. `State` is what is carried from one segment to the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pyarrow as pa

from parquay.errors import TooLarge
from parquay.ingest import lexemes, parts, segment, split
from parquay.ingest.dialect import Dialect
from parquay.ingest.lexemes import ColumnType, Kinds
from parquay.ingest.segment import Rejected, SegmentRows, Warned

SEGMENT_BYTES = 16 << 20
"""Bytes of a segment where enough of the file is there."""
ROW_LIMIT = 256 << 20
"""Bytes of the longest row."""

Result = TypeVar("Result")
ReadAt = Callable[[int, int], bytes]
"""Reads up to so many bytes at an offset; fewer only at the end of what is there."""


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of one segment, cut and counted, or already read where they were not well formed."""

    no: int
    data: bytes
    byte: int
    line: int
    lines: int
    rows: SegmentRows | None = None

    @property
    def end(self) -> int:
        """Byte of the file behind the segment."""
        return self.byte + len(self.data)


@dataclass(frozen=True, slots=True)
class Converted:
    """A segment as a typed table.

    Attributes:
        kinds: for each column the types that hold for this segment's cells (and those that were asked about).
        types: the type of each column in `table`.
    """

    byte: int
    end: int
    line: int
    lines: int
    table: pa.Table
    kinds: tuple[Kinds | None, ...]
    types: tuple[ColumnType, ...]
    rejects: tuple[Rejected, ...]
    warnings: tuple[Warned, ...]
    ended: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What is known after the segments so far.

    Attributes:
        byte, line: where the next segment starts.
        rows: rows so far.
        kinds: for each column the types that still hold; None for a column without any cell.
        warnings: what was mended so far.
        rejects: rows that were rejected so far.
        ended: whether a second table has started, so that no more rows belong to this one.
    """

    byte: int
    line: int
    rows: int = 0
    kinds: tuple[Kinds | None, ...] = ()
    warnings: tuple[Warned, ...] = ()
    rejects: int = 0
    ended: bool = False

    @classmethod
    def start(cls, dialect: Dialect) -> State:
        """Before the first segment."""
        return cls(dialect.body, dialect.body_line, kinds=(None,) * len(dialect.columns))

    def after(self, done: Converted) -> State:
        """With one more segment."""
        return State(
            done.end,
            done.line + done.lines,
            self.rows + done.table.num_rows,
            tuple(lexemes.join(one, other) for one, other in zip(self.kinds, done.kinds, strict=True)),
            merged(self.warnings, done.warnings),
            self.rejects + len(done.rejects),
            self.ended or done.ended,
        )

    def types(self) -> tuple[ColumnType, ...]:
        """The types of the columns as they stand now."""
        return tuple(lexemes.decide(each) for each in self.kinds)

    def to_json(self) -> dict[str, Any]:
        """What the catalog keeps with the segment."""
        return {
            "kinds": list(self.kinds),
            "warnings": [[each.code, each.line, each.count] for each in self.warnings],
            "rejects": self.rejects,
            "ended": self.ended,
        }


def merged(one: Sequence[Warned], other: Sequence[Warned]) -> tuple[Warned, ...]:
    """Warnings of two stretches of a file, one for each code."""
    found = {each.code: each for each in one}
    for each in other:
        known = found.get(each.code)
        found[each.code] = each if known is None else replace(known, count=known.count + each.count)
    return tuple(found.values())


@dataclass(slots=True)
class Cutter:
    """Cuts what is there of a file into bodies.

    Attributes:
        read_at: reads bytes of the file, already UTF-8.
        size: bytes of a segment.
    """

    read_at: ReadAt
    dialect: Dialect
    byte: int
    line: int
    size: int = SEGMENT_BYTES
    no: int = 0
    _grown: int = field(default=0)

    def bodies(self, stop: int, *, complete: bool) -> Iterator[Body]:
        """Yield each segment below byte `stop`; `complete`: the file ends there.

        Raises:
            TooLarge: a row is longer than `ROW_LIMIT`.
        """
        while self.byte < stop:
            body = self._next(stop, complete=complete)
            if body is None:
                return
            yield body
            self.no, self.byte, self.line = self.no + 1, body.end, body.line + body.lines

    def _next(self, stop: int, *, complete: bool) -> Body | None:
        size = max(self.size, self._grown)
        while True:
            chunk = self.read_at(self.byte, min(size, stop - self.byte))
            final = complete and self.byte + len(chunk) >= stop
            body = self._body(chunk, final=final)
            if body is not None:
                self._grown = 0
                return body
            if size >= ROW_LIMIT:
                raise TooLarge(f"The row at line {self.line} is longer than {ROW_LIMIT >> 20} MiB.", "row_too_long")
            if size >= stop - self.byte:
                self._grown = min(2 * size, ROW_LIMIT)
                return None
            size = min(2 * size, ROW_LIMIT)

    def _body(self, chunk: bytes, *, final: bool) -> Body | None:
        found = split.cut(chunk, self.dialect, final=final)
        if found.stray is None:
            if not found.end:
                return None
            data = chunk[: found.end]
            return Body(self.no, data, self.byte, self.line, split.count_lines(data))
        rows = segment.read(chunk, self.dialect, byte=self.byte, line=self.line, final=final)
        return Body(self.no, chunk[: rows.end], self.byte, self.line, rows.lines, rows) if rows.end else None


def convert(body: Body, dialect: Dialect, held: Sequence[Kinds | None], *, ended: bool = False) -> Converted:
    """Read and type one segment.

    `held`: what held before it, so that hopeless types are not tried again. `ended`: a second table has started.
    """
    rows = body.rows if not ended else None
    if rows is None:
        rows = segment.read(body.data, dialect, byte=body.byte, line=body.line, final=True, ended=ended)
    kinds, types, columns = [], [], []
    for column, before in zip(rows.table.columns, held, strict=True):
        cells = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        found = lexemes.examine(cells, before)
        kind = lexemes.decide(lexemes.join(before, found))
        kinds.append(found)
        types.append(kind)
        columns.append(lexemes.to_type(cells, kind))
    table = pa.table(columns, schema=parts.schema_of(dialect.columns, types))
    return Converted(
        body.byte,
        body.end,
        body.line,
        body.lines,
        table,
        tuple(kinds),
        tuple(types),
        rows.rejects,
        rows.warnings,
        rows.ended,
    )


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
            future.cancel()
