"""Where the segments of a file go: their rows into parts, what is known of them into the catalog.

On a local disk each segment is a part at once. Where each part is a request, segments gather in a local file until
they are `GATHERED_BYTES` of text or `GATHERED_SECONDS` old; then they become one part and are recorded together. A
crash repeats what had gathered.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from parquay.catalog.segments import Emit, Fence, NewReject, NewSegment, Publish, Segments
from parquay.columns.parquet import parts
from parquay.columns.parquet.parts import Types
from parquay.columns.parquet.spool import Spool
from parquay.columns.types import registry
from parquay.ingest.convert.finish import LARGE_BYTES, LARGE_ROWS, Finisher, types_json
from parquay.ingest.convert.pipeline import Encoded, JobLost
from parquay.ingest.convert.plan import Plan
from parquay.ingest.read.fold import Converted, FoldState
from parquay.ingest.read.rows import MAX_KEPT_REJECTS
from parquay.ingest.text.byte_source import Digest, UploadBytes
from parquay.ingest.text.dialect import Dialect
from parquay.storage.objects import Stored
from parquay.storage.place import Place, Places

GATHERED_BYTES, GATHERED_SECONDS = 64 << 20, 5.0
"""Text that becomes one part in an object store, and how long less of it waits for more."""
GATHERED_LARGE_BYTES = 8 << 20
"""A part in an object store of so many bytes is not put together with others: it was gathered."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What all conversions of a process share."""

    segments: Segments
    store: UploadBytes
    places: Places
    emit: Emit | None
    pool: Executor
    threads: int
    segment_bytes: int | None
    codec: parts.Codec
    publish: Publish | None = None


@dataclass(slots=True)
class ConversionState:
    """What is kept of a file between two passes; all of it can be found again.

    Attributes:
        segments: how many are in the catalog; `state` is what is known behind them.
        cleaned: whether parts that no segment names were deleted.
        written: when the last segment was recorded, in seconds of the monotonic clock.
        loose_bytes, loose_rows: in parts that have not been put together with others yet.
        finished: whether the file has its final status.
    """

    digest: Digest = field(default_factory=Digest)
    plan: Plan | None = None
    state: FoldState | None = None
    segments: int = 0
    cleaned: bool = False
    written: float = 0.0
    loose_bytes: int = 0
    loose_rows: int = 0
    finished: bool = False


class FileSink:
    """What both ways have in common."""

    min_bytes, max_seconds = 4 << 20, 2.0
    """While the upload goes on less than this waits for more, unless it is the first or older."""
    large_bytes = LARGE_BYTES

    def __init__(self, tools: Tools, place: Place, progress: ConversionState, fence: Fence) -> None:
        self._tools = tools
        self._file_id = place.dataset_id
        self._progress = progress
        self._fence = fence
        self.place = place
        self.finisher = Finisher(tools.segments, self.place, tools.codec, fence, large_bytes=self.large_bytes)

    def flush(self) -> None:
        """Record what has gathered.

        Raises:
            LeaseLost: it was not recorded.
        """

    def discard(self) -> None:
        """Let go of what has gathered and was not recorded."""

    def add(self, after: FoldState, dialect: Dialect, *new: NewSegment) -> None:
        """Add segments to the catalog, with their rejects and the progress of the file.

        ``after``: what is known behind the last of them, which is read as ``dialect`` says.

        Raises:
            LeaseLost: they were not added.
        """
        if not self._tools.segments.add(self._file_id, *new, fence=self._fence):
            raise JobLost
        progress = self._progress
        assert progress.segments == new[0].no, "segments are recorded in order"
        progress.state, progress.segments, progress.written = after, new[-1].no + 1, time.monotonic()
        if progress.plan is not None:
            progress.plan = replace(progress.plan, dialect=dialect)
        self._compact(new, after)

    def _compact(self, new: Sequence[NewSegment], state: FoldState) -> None:
        """Put small parts together as soon as they make a large one, so that little is left for the end."""
        progress = self._progress
        progress.loose_bytes += sum(each.part_bytes for each in new)
        progress.loose_rows += sum(each.rows for each in new)
        if progress.loose_bytes < self.large_bytes and progress.loose_rows < LARGE_ROWS:
            return
        progress.loose_bytes = progress.loose_rows = 0
        if not self.finisher.compact(state.types(), all_of_them=False):
            raise JobLost

    def delete_unknown_parts(self) -> None:
        """Delete what a crash has left behind: parts that no segment names.

        Raises:
            LeaseLost: they may be those of another holder.
        """
        # The names are listed before the lease is checked: whatever another holder wrote later is not among them.
        found, drafts = [each.key for each in self.place.parts.list()], list(self.place.parts.drafts())
        if not found and not drafts:
            return
        known = {each.part for each in self._tools.segments.list(self._file_id)}
        if not self._tools.segments.holds(self._fence):
            raise JobLost
        self.place.parts.delete(key for key in found if key not in known)
        self.place.parts.discard(drafts)


class SegmentSink(FileSink):
    """Writes the rows of each segment as a part and records the segment in the catalog."""

    def encode(self, no: int, converted: Converted) -> Stored:
        """Write the part, durably, under a name never used before."""
        stored = parts.storable(converted.table, converted.types)
        return self.place.keep(parts.part_name(no), memoryview(parts.encode(stored, self._tools.codec)))

    def record(self, segment: Encoded[Stored]) -> None:
        """Record the segment with its part."""
        self.add(segment.after, segment.dialect, new_segment(segment, segment.content, segment.converted.types))


class GatheringSink(FileSink):
    """Lets segments gather until they are worth an object and a transaction."""

    min_bytes, max_seconds = GATHERED_BYTES, GATHERED_SECONDS
    large_bytes = GATHERED_LARGE_BYTES

    def __init__(self, tools: Tools, place: Place, progress: ConversionState, fence: Fence) -> None:
        super().__init__(tools, place, progress, fence)
        self._gathered: list[Encoded[EncodedRows]] = []
        self._alone: EncodedRows | None = None
        """Rows of the first segment that has some: where no others come it is the part, as on a local disk."""
        self._spool: Spool | None = None
        self._since = 0.0

    def encode(self, no: int, converted: Converted) -> EncodedRows:
        """Encode the rows; they go no further yet."""
        del no
        stored = parts.storable(converted.table, converted.types)
        return EncodedRows(parts.encode(stored, self._tools.codec), converted.types)

    def record(self, segment: Encoded[EncodedRows]) -> None:
        """Take a segment to the others, and record them all when they are many; the first of a file at once."""
        if not self._gathered:
            self._since = time.monotonic()
        if segment.content is not None:
            self._take(segment.content)
        self._gathered.append(replace(segment, content=None))
        text = segment.converted.end - self._gathered[0].converted.byte
        waited = time.monotonic() - self._since
        if segment.no == 0 or text >= GATHERED_BYTES or waited >= GATHERED_SECONDS:
            self.flush()

    def _take(self, rows: EncodedRows) -> None:
        if self._spool is None and self._alone is None:
            self._alone = rows
            return
        if self._spool is None:
            draft = self.place.parts.draft(parts.part_name(self._gathered[0].no))
            self._spool = Spool(draft, room=self.place.parts.refuse_full)
        for each in (self._alone, rows):
            if each is not None:
                self._spool.append(each.content, each.types)
        self._alone = None

    def flush(self) -> None:
        """Put one part with the rows of all segments that have gathered, and record them with it."""
        gathered, self._gathered = self._gathered, []
        if not gathered:
            return
        types = gathered[-1].after.types()
        part = self._kept(gathered[0].no, types)
        new = []
        for each in gathered:
            has_rows = each.converted.table.num_rows > 0
            new.append(new_segment(each, part if has_rows else None, types))
            if has_rows and part is not None:
                part = replace(part, size=0)  # its bytes are counted once
        self.add(gathered[-1].after, gathered[-1].dialect, *new)

    def discard(self) -> None:
        """Delete the local file."""
        if self._spool is not None:
            self._spool.discard()
        self._gathered, self._alone, self._spool = [], None, None

    def _kept(self, no: int, types: Types) -> Stored | None:
        """The part with the rows that have gathered, in the types that all of them fit; None when there are none."""
        alone, spool, self._alone, self._spool = self._alone, self._spool, None, None
        if alone is not None and parts.value_types(alone.types) == parts.value_types(types):
            return self.place.keep(parts.part_name(no), memoryview(alone.content))
        if alone is not None:
            spool = Spool(self.place.parts.draft(parts.part_name(no)), room=self.place.parts.refuse_full)
            spool.append(alone.content, alone.types)
        if spool is None:
            return None
        if not spool.has_types(types):
            spool = spool.recast(types, self._tools.codec)
        return self.place.keep(parts.part_name(no), spool.finished())


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Rows of a segment as a Parquet file in memory, and the types of its columns."""

    content: pa.Buffer
    types: Types


def sink_of(tools: Tools, file_id: str, progress: ConversionState, fence: Fence) -> SegmentSink | GatheringSink:
    """The way for segments into the place of a file."""
    place = tools.places.at(file_id)
    return (GatheringSink if place.is_remote else SegmentSink)(tools, place, progress, fence)


class _OfRange(FileSink):
    """A way into the place of a file for what one of its ranges is converted to: its segments are kept for its job."""

    made: list[NewSegment]

    def add(self, after: FoldState, dialect: Dialect, *new: NewSegment) -> None:
        """Keep segments; the catalog has them when the converter of the file comes to them."""
        del after, dialect
        self.made += new


class RangeSink(_OfRange, SegmentSink):
    """The segments of a range, each with its part."""


class GatheringRangeSink(_OfRange, GatheringSink):
    """The segments of a range, gathered into parts that are worth an object."""


def range_sink_of(tools: Tools, file_id: str, made: list[NewSegment]) -> RangeSink | GatheringRangeSink:
    """The way into the place of a file for a range of it, whose segments come into ``made``."""
    place = tools.places.at(file_id)
    made_by = GatheringRangeSink if place.is_remote else RangeSink
    sink = made_by(tools, place, ConversionState(), lambda _session: True)
    sink.made = made
    return sink


def new_segment(segment: Encoded[Any], part: Stored | None, types: Types) -> NewSegment:
    """A segment as the catalog keeps it, whose rows are in ``part`` in ``types``."""
    done = segment.converted
    return NewSegment(
        no=segment.no,
        byte_start=done.byte,
        byte_end=done.end,
        line_start=done.line,
        lines=done.lines,
        row_start=segment.before.rows,
        rows=done.table.num_rows,
        part=None if part is None else part.key,
        part_bytes=0 if part is None else part.size,
        state=segment.after.to_json() | {"types": types_json(types)},
        parsed_bytes=segment.consumed,
        rejects=kept_rejects(done, segment.before),
        reject_count=done.rejected,
        dialect=segment.dialect.to_json(),
        columns=registry.columns_json(segment.after.types(), segment.dialect.missing),
        warnings=segment.after.warnings_json(),
        readers=Counter(done.tried),
    )


def kept_rejects(done: Converted, before: FoldState) -> tuple[NewReject, ...]:
    """The rejects of a segment that are kept one by one; `before`: what was there before it."""
    kept = done.rejects[: max(0, MAX_KEPT_REJECTS - before.rejects)]
    return tuple(
        NewReject(each.line, each.byte, each.column, each.code, each.text, before.rows + each.row) for each in kept
    )
