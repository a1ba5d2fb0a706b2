"""One pass over one file: take up where the catalog says, convert what has arrived, finish what is complete."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from parquay.catalog.segments import Emit, Fence, NewReject, NewSegment, Publish, Segments
from parquay.catalog.tables import File, Segment
from parquay.columns.parquet import parts
from parquay.columns.types import registry
from parquay.errors import BadInput, TooLarge
from parquay.ingest.convert import sandbox
from parquay.ingest.convert.finish import (
    LARGE_BYTES,
    LARGE_ROWS,
    ConversionResult,
    Finisher,
    types_json,
)
from parquay.ingest.convert.pipeline import Encoded, JobLost, Pipeline, SegmentSource, TextSegments
from parquay.ingest.convert.plan import Plan, plan, why_unmeant
from parquay.ingest.formats.registry import FileFormat
from parquay.ingest.read import segmenter
from parquay.ingest.read.fold import Converted, FoldState
from parquay.ingest.read.rows import MAX_KEPT_REJECTS
from parquay.ingest.text.byte_source import ByteReader, Digest, UploadBytes
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.sources import TextSource
from parquay.storage.objects import Stored
from parquay.storage.place import Places

FIRST_BYTES = 1 << 20
"""Bytes of the first segment: a quick preview."""
MIN_NEW_BYTES = 4 << 20
"""While the upload goes on a smaller segment waits for more, unless it is the first or `MAX_WAIT_SECONDS` old."""
MAX_WAIT_SECONDS = 2.0


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


class SegmentSink:
    """Writes the rows of each segment as a part and records the segment in the catalog."""

    def __init__(self, tools: Tools, file_id: str, progress: ConversionState, fence: Fence) -> None:
        self._tools = tools
        self._file_id = file_id
        self._progress = progress
        self._fence = fence
        self.place = tools.places.at(file_id)
        self.finisher = Finisher(tools.segments, self.place, tools.codec, fence)

    def encode(self, no: int, converted: Converted) -> Stored:
        """Write the part, durably, under a name never used before."""
        stored = parts.storable(converted.table, converted.types)
        return self.place.keep(parts.part_name(no), memoryview(parts.encode(stored, self._tools.codec)))

    def record(self, segment: Encoded[Stored]) -> None:
        """Add the segment to the catalog, with the rejects and the progress of the file.

        Raises:
            LeaseLost: it was not added.
        """
        new = new_segment(segment)
        if not self._tools.segments.add(self._file_id, new, fence=self._fence):
            raise JobLost
        progress = self._progress
        assert progress.segments == segment.no, "segments are recorded in order"
        progress.state, progress.segments, progress.written = segment.after, segment.no + 1, time.monotonic()
        if progress.plan is not None:
            progress.plan = replace(progress.plan, dialect=segment.dialect)
        self._compact(new, segment.after)

    def _compact(self, new: NewSegment, state: FoldState) -> None:
        """Put small parts together as soon as they make a large one, so that little is left for the end."""
        progress = self._progress
        progress.loose_bytes += new.part_bytes
        progress.loose_rows += new.rows
        if progress.loose_bytes < LARGE_BYTES and progress.loose_rows < LARGE_ROWS:
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


class ConversionPass:
    """One pass over one file."""

    def __init__(
        self, tools: Tools, file: File, progress: ConversionState, alive: Callable[[], bool], fence: Fence
    ) -> None:
        self._tools = tools
        self._file = file
        self._progress = progress
        self._alive = alive
        self._fence = fence
        self._sink = SegmentSink(tools, file.id, progress, fence)

    def advance(self, reader: ByteReader) -> None:
        """Convert the segments that are missing up to the checkpoint, and finish the file when it is complete.

        Raises:
            LeaseLost: nothing more may be published; also when the file is gone.
        """
        self._take_up()
        while True:
            handled, complete = self._file.offset, self._file.complete
            with ThreadPoolExecutor(1, thread_name_prefix="digest") as beside:
                hashing = beside.submit(self._hash, handled)
                self._convert(reader)
                hashing.result()
            file = self._tools.segments.file(self._file.id)
            if file is None:
                raise JobLost
            self._file = file
            if complete:
                self._finish()
            if complete or not file.complete:
                return  # a checkpoint that came meanwhile queues the job again, behind those that wait

    def _hash(self, upto: int) -> None:
        with self._tools.store.reader(self._file.id) as reader:
            self._progress.digest.feed(reader, upto)

    def _take_up(self) -> None:
        """Go on behind the last segment in the catalog."""
        progress = self._progress
        last = self._tools.segments.last(self._file.id)
        count = 0 if last is None else last.no + 1
        if progress.segments != count:
            progress.plan = progress.state = None
            progress.segments = count
            progress.cleaned = False
        if last is not None and progress.state is None:
            progress.state = state_behind(last)
        if not progress.cleaned:
            self._sink.delete_unknown_parts()
            progress.cleaned = True

    def _convert(self, reader: ByteReader) -> None:
        try:
            self._plan(reader)
            plan = self._progress.plan
            if plan is None:
                return
            if plan.file_format is not None and self._file.complete:
                self._convert_other(plan.file_format)
            elif plan.source is not None and plan.dialect is not None and not self._waits(plan.source):
                plan.source.attach(reader, self._file.offset, complete=self._file.complete)
                size = self._tools.segment_bytes or segmenter.segment_bytes(plan.dialect)
                self._run(TextSegments(plan.source, plan.dialect, size, FIRST_BYTES))
        except (BadInput, TooLarge) as error:
            self._progress.plan = Plan(code=error.code, reason=error.detail)
        except BrokenArchive as error:
            self._progress.plan = self._broken(str(error))

    def _broken(self, reason: str) -> Plan:
        """A packed file that cannot be unpacked is an error if a table was in it, else just no table."""
        if self._progress.segments or "." in self._file.name.strip(".").rpartition(".")[0]:
            return Plan(code="broken_archive", reason=f"The file cannot be unpacked: {reason}.")
        return Plan(code="no_table", reason=reason)

    def _plan(self, reader: ByteReader) -> None:
        progress, file = self._progress, self._file
        if progress.plan is not None:
            return
        overrides = Overrides.from_options(file.options)
        found = plan(reader, file.offset, complete=file.complete, name=file.name, overrides=overrides)
        if found is not None and not found.code and (reason := why_unmeant(found, overrides)):
            found = Plan(code="bad_option", reason=reason)
        if found is not None and found.dialect is not None:
            dialect = Dialect.from_json(file.dialect) if progress.segments and file.dialect else found.dialect
            found = replace(found, dialect=dialect)
            progress.state = progress.state or FoldState.start(dialect)
        progress.plan = found

    def _waits(self, source: TextSource) -> bool:
        """Whether a small piece of a growing file is left for later, so that parts do not get tiny."""
        progress = self._progress
        if self._file.complete or not progress.segments or progress.state is None:
            return False
        new = self._file.offset - source.consumed(progress.state.byte)
        return new < MIN_NEW_BYTES and time.monotonic() - progress.written < MAX_WAIT_SECONDS

    def _run(self, source: SegmentSource) -> None:
        state = self._progress.state
        assert state is not None, "a planned file has a state"
        pipeline = Pipeline(source, self._sink, self._tools.pool, self._tools.threads, self._alive)
        pipeline.run(state, self._progress.segments)

    def _convert_other(self, file_format: FileFormat) -> None:
        """Read a file that is no text, in a child process with limits, once every byte is there."""
        progress, file = self._progress, self._file
        if progress.segments:
            self._start_again()
        copy = self._sink.place.parts.draft("upload")
        with sandbox.local_copy(self._tools.store, file.id, file.offset, copy) as path:
            overrides = Overrides.from_options(file.options)
            made = sandbox.read_file(file_format, path, copy.parent, overrides, self._alive)
            progress.state, progress.plan = FoldState.start(made.dialect), Plan(dialect=made.dialect)
            with made.segments() as source:
                self._run(source)

    def _start_again(self) -> None:
        """What a child had made before a crash is made anew: its output is gone."""
        if not self._tools.segments.reset(self._file.id, fence=self._fence):
            raise JobLost
        self._progress.segments = 0
        self._sink.delete_unknown_parts()

    def _finish(self) -> None:
        progress = self._progress
        self._sink.delete_unknown_parts()
        found = progress.plan or Plan()
        result = ConversionResult(
            self._file, progress.digest.hexdigest(), found.dialect, progress.state, found.code, found.reason
        )
        if not self._sink.finisher.finish(result, self._tools.emit, self._tools.publish):
            raise JobLost
        progress.finished = True


def new_segment(segment: Encoded[Stored]) -> NewSegment:
    """A segment as the catalog keeps it."""
    done, part = segment.converted, segment.content
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
        state=segment.after.to_json() | {"types": types_json(done.types)},
        parsed_bytes=segment.consumed,
        rejects=kept_rejects(done, segment.before.rejects),
        reject_count=done.rejected,
        dialect=segment.dialect.to_json(),
        columns=registry.columns_json(segment.after.types()),
        warnings=segment.after.warnings_json(),
        readers=Counter(done.tried),
    )


def kept_rejects(done: Converted, before: int) -> tuple[NewReject, ...]:
    """The rejects of a segment that are kept one by one, when there were so many `before`."""
    kept = done.rejects[: max(0, MAX_KEPT_REJECTS - before)]
    return tuple(NewReject(each.line, each.byte, each.column, each.code, each.text) for each in kept)


def state_behind(last: Segment) -> FoldState:
    """The fold's state behind a recorded segment."""
    line, rows = last.line_start + last.lines, last.row_start + last.rows
    return FoldState.from_json(last.state, byte=last.byte_end, line=line, rows=rows)
