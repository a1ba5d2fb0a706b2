"""The one pipeline of every conversion: segments are read, typed and encoded on all cores, and recorded in order.

Where rows come from is a `SegmentSource` (text, or the row groups that a child process wrote), where they go is a
`Sink` (the catalog, or one file). Whatever the two are, the same bytes give the same rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.types import registry
from parquay.columns.types.base import ColumnType
from parquay.errors import BadInput
from parquay.ingest.read import fold
from parquay.ingest.read.fold import ColumnCandidates, Converted, FoldState
from parquay.ingest.read.segmenter import SegmentBytes, Segmenter
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.sources import TextSource

Content = TypeVar("Content")
Result = TypeVar("Result")


class JobLost(Exception):
    """Somebody else has the job now: stop without publishing."""


@dataclass(frozen=True, slots=True)
class TableSegment:
    """A segment that is a typed table already; `row`: number of its first row in the file, from 0."""

    no: int
    dialect: Dialect
    table: pa.Table
    row: int


class SegmentSource(Protocol):
    """Where the segments of a file come from."""

    @property
    def dialect(self) -> Dialect:
        """How they are read."""
        ...

    def segments(self, state: FoldState, no: int) -> Iterator[Any]:
        """Yield what follows `state` and can be converted now, numbered from `no`; each has a `no` and a `dialect`."""
        ...

    def convert(self, segment: Any, before: ColumnCandidates, *, ended: bool = False) -> Converted:
        """Read and type one of its segments, on any thread; see `fold.convert`."""
        ...

    def consumed(self, end: int) -> int:
        """Bytes of the upload that are done when its text is done up to byte `end`."""
        ...


@dataclass(frozen=True, slots=True)
class TextSegments:
    """Text, cut where rows end.

    Attributes:
        segment_bytes: size of a segment; `first_bytes`: of the file's first.
        candidates: types that the columns are known to leave open; others are not tried.
        size: bytes of the upload that the text stands for as a whole; None: the text's own source tells.
        may_start: whether a segment may start at a byte; they end before the first that may not.
        elsewhere: bytes behind a byte that are done too, by others.
    """

    source: TextSource
    dialect: Dialect
    segment_bytes: int
    first_bytes: int
    candidates: ColumnCandidates = field(default_factory=dict)
    size: int | None = None
    may_start: Callable[[int], bool] = lambda _byte: True
    elsewhere: Callable[[int], int] = lambda _byte: 0

    def segments(self, state: FoldState, no: int) -> Iterator[SegmentBytes]:
        """Cut what has arrived behind `state`."""
        first = self.segment_bytes if no else min(self.first_bytes, self.segment_bytes)
        segmenter = Segmenter(
            self.source, self.dialect, state.byte, state.line, first, no, naming=state.naming(), ended=state.ended
        )
        for segment in segmenter.segments():
            if not self.may_start(segment.blocks[0].byte):
                return
            yield segment
            segmenter.size = self.segment_bytes

    def convert(self, segment: SegmentBytes, before: ColumnCandidates, *, ended: bool = False) -> Converted:
        """Read and type one segment, in the encoding that was decided for it."""
        return fold.convert(segment, segment.dialect, fold.joined(self.candidates, before), ended=ended)

    def consumed(self, end: int) -> int:
        """Bytes of the upload that are done."""
        return self.source.consumed(end) + self.elsewhere(end) if self.size is None else self.size


@dataclass(frozen=True, slots=True)
class RowGroups:
    """A Parquet file of plain types, row group by row group.

    Attributes:
        columns: names and types, as JSON.
        size: bytes of the upload that it was made of.
    """

    file: pq.ParquetFile
    dialect: Dialect
    columns: tuple[dict[str, Any], ...]
    size: int

    def segments(self, state: FoldState, no: int) -> Iterator[TableSegment]:
        """Yield every row group; `state` and `no` are those of a start.

        Raises:
            BadInput: they are not what `columns` says (`format_failed`).
        """
        types, row = self._types(), state.rows
        for i in range(self.file.num_row_groups):
            try:
                group = self.file.read_row_group(i)
                table = pa.table([group[name].cast(kind.arrow()) for name, kind in types.items()], names=list(types))
            except pa.ArrowException as error:
                raise BadInput(f"The format gave other columns than it said: {error}"[:500], "format_failed") from None
            yield TableSegment(no + i, self.dialect, table, row)
            row += table.num_rows

    def convert(self, segment: TableSegment, before: ColumnCandidates, *, ended: bool = False) -> Converted:
        """The row group with the types that the file gives."""
        types = self._types()
        kinds: ColumnCandidates = {name: registry.only(kind) for name, kind in types.items()}
        # Rows stand for bytes and lines, of which such a file has none.
        row, rows = segment.row, segment.table.num_rows
        return Converted(row, row + rows, row + 1, rows, segment.table, kinds, types, (), ())

    def consumed(self, end: int) -> int:
        """All bytes of the upload."""
        return self.size

    def _types(self) -> dict[str, ColumnType]:
        return registry.columns_types(self.columns)


@dataclass(frozen=True, slots=True)
class Encoded(Generic[Content]):
    """A segment that is ready to be recorded.

    Attributes:
        converted: what it holds; its table tells how many rows, but has no columns any more.
        content: what the sink made of its rows; None when it has none.
        before, after: what is known without it and with it.
        consumed: bytes of the upload that are done with it.
    """

    no: int
    dialect: Dialect
    converted: Converted
    content: Content | None
    before: FoldState
    after: FoldState
    consumed: int


class Sink(Protocol[Content]):
    """Where converted segments go."""

    def encode(self, no: int, converted: Converted) -> Content:
        """Encode the rows of a segment, of which there are some; on any thread, in any order."""
        ...

    def record(self, segment: Encoded[Content]) -> None:
        """Take the next segment; one by one, in the order of the file.

        Raises:
            LeaseLost: nothing more may be recorded.
        """
        ...


class Pipeline(Generic[Content]):
    """Takes the segments of one source to one sink."""

    def __init__(
        self,
        source: SegmentSource,
        sink: Sink[Content],
        pool: Executor,
        threads: int,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        """`threads`: of the pool. `alive`: whether to go on, asked before each segment."""
        self._source = source
        self._sink = sink
        self._pool = pool
        self._ahead = threads + 1
        self._alive = alive

    def run(self, state: FoldState, no: int = 0) -> FoldState:
        """Convert what the source has behind `state`, from segment `no` on; return what is known afterwards.

        Raises:
            LeaseLost: `alive` said no, or the sink did.
            BadInput, TooLarge, BrokenArchive, BytesMissing: see `plan.plan` and `Segmenter`.
        """

        def work(segment: Any) -> tuple[Any, Converted, Content | None]:
            # What is known by now is at most some segments old, which costs time alone: types only ever fall away.
            return segment, *self._encoded(segment.no, self._source.convert(segment, state.kinds))

        for segment, done, content in in_order(self._living(state, no), work, self._pool, self._ahead):
            if state.ended:
                # It was read before it was known that a second table starts above it: its rows are rejects.
                done, content = _without_columns(self._source.convert(segment, state.kinds, ended=True)), None  # noqa: PLW2901
            before, state = state, state.after(done)
            consumed = self._source.consumed(done.end)
            self._sink.record(Encoded(segment.no, segment.dialect, done, content, before, state, consumed))
            del segment, done, content  # their memory is for the next, which may not be done yet
        return state

    def _living(self, state: FoldState, no: int) -> Iterator[Any]:
        for segment in self._source.segments(state, no):
            if not self._alive():
                raise JobLost
            yield segment

    def _encoded(self, no: int, done: Converted) -> tuple[Converted, Content | None]:
        content = self._sink.encode(no, done) if done.table.num_rows else None
        return _without_columns(done), content


def _without_columns(done: Converted) -> Converted:
    """What is encoded need not wait for its turn as a table too; its rows are counted without columns."""
    return replace(done, table=done.table.select([]))


def in_order(segments: Iterator[Any], work: Callable[[Any], Result], pool: Executor, ahead: int) -> Iterator[Result]:
    """Run `work` on each segment in the pool, at most `ahead` at once, and yield the results in order."""
    waiting: deque[Future[Result]] = deque()
    try:
        for segment in segments:
            waiting.append(pool.submit(work, segment))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            if not future.cancel():
                # Whoever stops here may delete what it wrote, so nothing may be written afterwards.
                future.exception()


def why_no_rows(size: int, dialect: Dialect | None, state: FoldState | None) -> str:
    """Why a file of `size` bytes that was read as `dialect` says has no rows."""
    if not size:
        return "The file is empty."
    if state is not None and state.rejects:
        return f"None of the {state.rejects} rows could be read."
    return "The file has a header but no rows." if dialect else "The file has no rows."
