"""One look at one file: take up where the catalog says, convert what has arrived, finish what is complete."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from parquay.catalog.segments import Emit, Fence, NewReject, NewSegment, Publish, Segments
from parquay.catalog.tables import File, Segment
from parquay.columns.parquet import parts
from parquay.errors import BadInput, TooLarge
from parquay.ingest.convert import sandbox
from parquay.ingest.convert.finish import (
    LARGE_BYTES,
    LARGE_ROWS,
    Ending,
    Finisher,
    types_json,
)
from parquay.ingest.convert.plan import Plan, plan
from parquay.ingest.read import fold, segmenter
from parquay.ingest.read.fold import Converted, State
from parquay.ingest.read.segment import REJECTS_KEPT
from parquay.ingest.read.segmenter import Body
from parquay.ingest.text.byte_source import Digest, Reader, Store
from parquay.ingest.text.dialect import Dialect, Overrides
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.sources import Source

FIRST_BYTES = 1 << 20
"""Bytes of the first segment: a quick preview."""
LEAST_BYTES = 4 << 20
"""While the upload goes on a smaller segment waits for more, unless it is the first or `LEAST_SECONDS` old."""
LEAST_SECONDS = 2.0


class LeaseLost(Exception):
    """Somebody else has the job now: stop without publishing."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What all conversions of a process share."""

    segments: Segments
    store: Store
    parquet_dir: Path
    emit: Emit | None
    pool: Executor
    threads: int
    segment_bytes: int | None
    codec: parts.Codec
    publish: Publish | None = None


@dataclass(slots=True)
class Memory:
    """What is remembered of a file between two looks; all of it can be found again."""

    digest: Digest = field(default_factory=Digest)
    plan: Plan | None = None
    state: State | None = None
    segments: int = 0
    cleaned: bool = False
    written: float = 0.0
    loose_bytes: int = 0
    loose_rows: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A converted segment and its part on the disk."""

    body: Body
    converted: Converted
    part: str | None
    part_bytes: int


class Run:
    """One look at one file."""

    def __init__(self, tools: Tools, file: File, memory: Memory, alive: Callable[[], bool], fence: Fence) -> None:
        self._tools = tools
        self._file = file
        self._memory = memory
        self._alive = alive
        self._fence = fence
        self._directory = tools.parquet_dir / file.id
        self._finisher = Finisher(tools.segments, self._directory, file.id, tools.codec, fence)

    def advance(self, reader: Reader) -> bool:
        """Run the segments that are missing up to the checkpoint; True when the file has its final status.

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
                shutil.rmtree(self._directory, ignore_errors=True)
                raise LeaseLost
            self._file = file
            if complete:
                return self._finish()
            if not file.complete:
                return False  # a checkpoint that came meanwhile queues the job again, behind those that wait

    def _hash(self, upto: int) -> None:
        with self._tools.store.reader(self._file.id) as reader:
            self._memory.digest.feed(reader, upto)

    def _take_up(self) -> None:
        """Go on behind the last segment in the catalog."""
        memory = self._memory
        last = self._tools.segments.last(self._file.id)
        count = 0 if last is None else last.no + 1
        if memory.segments != count:
            memory.plan = memory.state = None
            memory.segments = count
            memory.cleaned = False
        if last is not None and memory.state is None:
            memory.state = state_behind(last)
        if not memory.cleaned:
            self._delete_unknown_parts()
            memory.cleaned = True

    def _delete_unknown_parts(self) -> None:
        # The names are listed before the lease is checked: whatever another holder wrote later is not among them.
        found = list(self._directory.iterdir()) if self._directory.is_dir() else []
        if not found:
            return
        known = {each.part for each in self._tools.segments.list(self._file.id)}
        if not self._tools.segments.holds(self._fence):
            raise LeaseLost
        for path in found:
            if path.name not in known and path.is_file():
                path.unlink(missing_ok=True)

    def _convert(self, reader: Reader) -> None:
        try:
            self._plan(reader)
            plan = self._memory.plan
            if plan is None:
                return
            if plan.whole and self._file.complete:
                self._convert_whole(plan)
            elif plan.source is not None and plan.dialect is not None and not self._waits(plan.source):
                plan.source.attach(reader, self._file.offset, complete=self._file.complete)
                self._convert_text(plan.source, plan.dialect)
        except (BadInput, TooLarge) as error:
            self._memory.plan = Plan(code=error.code, reason=error.detail)
        except sandbox.Abandoned:
            raise LeaseLost from None
        except BrokenArchive as error:
            self._memory.plan = self._broken(str(error))

    def _broken(self, reason: str) -> Plan:
        """A packed file that cannot be unpacked is an error if a table was in it, else just no table."""
        if self._memory.segments or "." in self._file.name.strip(".").rpartition(".")[0]:
            return Plan(code="broken_archive", reason=f"The file cannot be unpacked: {reason}.")
        return Plan(code="no_table", reason=reason)

    def _plan(self, reader: Reader) -> None:
        memory, file = self._memory, self._file
        if memory.plan is not None:
            return
        overrides = Overrides.from_options(file.options)
        memory.plan = plan(reader, file.offset, complete=file.complete, name=file.name, overrides=overrides)
        if memory.plan is not None and memory.plan.dialect is not None and memory.segments and file.dialect:
            memory.plan = replace(memory.plan, dialect=Dialect.from_json(file.dialect))
        if memory.plan is not None and memory.plan.dialect is not None and memory.state is None:
            memory.state = State.start(memory.plan.dialect)

    def _waits(self, source: Source) -> bool:
        """Whether a small piece of a growing file is left for later, so that parts do not get tiny."""
        memory = self._memory
        if self._file.complete or not memory.segments or memory.state is None:
            return False
        new = self._file.offset - source.consumed(memory.state.byte)
        return new < LEAST_BYTES and time.monotonic() - memory.written < LEAST_SECONDS

    def _convert_text(self, source: Source, dialect: Dialect) -> None:
        def work(body: Body) -> Written:
            held = memory.state.kinds if memory.state is not None else {}
            converted = fold.convert(body, body.dialect, held)
            return self._written(body, converted)

        memory = self._memory
        for written in fold.in_order(self._bodies(source, dialect), work, self._tools.pool, self._tools.threads + 1):
            state = memory.state
            if state is not None and state.ended:
                again = fold.convert(written.body, written.body.dialect, state.kinds, ended=True)
                written = Written(written.body, again, None, 0)  # noqa: PLW2901 (the same segment, read as rejects)
            self._record(written, written.body.dialect, source)
            if memory.plan is not None:
                memory.plan = replace(memory.plan, dialect=written.body.dialect)

    def _bodies(self, source: Source, dialect: Dialect) -> Iterator[Body]:
        state = self._memory.state
        if state is None:
            return
        size = self._tools.segment_bytes or segmenter.segment_bytes(dialect)
        first = min(FIRST_BYTES, size) if self._memory.segments == 0 else size
        cuts = segmenter.Cutter(
            source, dialect, state.byte, state.line, first, self._memory.segments, naming=state.naming()
        )
        for body in cuts.bodies():
            if not self._alive():
                raise LeaseLost
            yield body
            cuts.size = size

    def _written(self, body: Body, converted: Converted) -> Written:
        if converted.table.num_rows == 0:
            return Written(body, converted, None, 0)
        name = parts.part_name(body.no)
        stored = parts.storable(converted.table, converted.types)
        name, size = parts.write(self._directory, name, parts.encode(stored, self._tools.codec))
        return Written(body, converted, name, size)

    def _record(self, written: Written, dialect: Dialect, source: Source | None) -> None:
        memory, done = self._memory, written.converted
        before = memory.state or State.start(dialect)
        state = before.after(done)
        new = NewSegment(
            no=memory.segments,
            byte_start=done.byte,
            byte_end=done.end,
            line_start=done.line,
            lines=done.lines,
            row_start=before.rows,
            rows=done.table.num_rows,
            part=written.part,
            part_bytes=written.part_bytes,
            state=state.to_json() | {"types": types_json(done.types)},
            parsed_bytes=source.consumed(done.end) if source is not None else self._file.offset,
            rejects=kept_rejects(done, before.rejects),
            reject_count=done.rejected,
            dialect=dialect.to_json(),
            columns=parts.columns_json(state.types()),
            warnings=state.warnings_json(),
        )
        if not self._tools.segments.add(self._file.id, new, fence=self._fence, emit=self._tools.emit):
            raise LeaseLost
        memory.state, memory.segments, memory.written = state, memory.segments + 1, time.monotonic()
        self._compact(written, state)

    def _compact(self, written: Written, state: State) -> None:
        """Put small parts together as soon as they make a large one, so that little is left for the end."""
        memory = self._memory
        memory.loose_bytes += written.part_bytes
        memory.loose_rows += written.converted.table.num_rows
        if memory.loose_bytes < LARGE_BYTES and memory.loose_rows < LARGE_ROWS:
            return
        memory.loose_bytes = memory.loose_rows = 0
        if not self._finisher.compact(state.types(), all_of_them=False):
            raise LeaseLost

    def _convert_whole(self, plan: Plan) -> None:
        """Read a workbook or a Parquet file in a child process with limits, once every byte is there."""
        memory = self._memory
        if memory.segments:
            self._start_again()
        self._directory.mkdir(parents=True, exist_ok=True)
        with sandbox.local_copy(self._tools.store, self._file.id, self._file.offset, self._directory) as path:
            overrides = Overrides.from_options(self._file.options)
            made = sandbox.open_whole(plan.whole, path, self._directory, overrides, self._alive)
            memory.state = State.start(made.dialect)
            for piece in made.pieces():
                if not self._alive():
                    raise LeaseLost
                self._record(self._written(piece.body, piece.converted), made.dialect, None)
            memory.plan = Plan(dialect=made.dialect)

    def _start_again(self) -> None:
        """What a child had made before a crash is made anew: its output is gone."""
        if not self._tools.segments.reset(self._file.id, fence=self._fence):
            raise LeaseLost
        self._memory.segments = 0
        self._delete_unknown_parts()

    def _finish(self) -> bool:
        memory = self._memory
        self._delete_unknown_parts()
        found = memory.plan or Plan()
        end = Ending(self._file, memory.digest.hexdigest(), found.dialect, memory.state, found.code, found.reason)
        if not self._finisher.finish(end, self._tools.emit, self._tools.publish):
            raise LeaseLost
        return True


def kept_rejects(done: Converted, before: int) -> tuple[NewReject, ...]:
    """The rejects of a segment that are kept one by one, when there were so many `before`."""
    kept = done.rejects[: max(0, REJECTS_KEPT - before)]
    return tuple(NewReject(each.line, each.byte, each.column, each.code, each.text) for each in kept)


def state_behind(last: Segment) -> State:
    """The fold's state behind a recorded segment."""
    line, rows = last.line_start + last.lines, last.row_start + last.rows
    return State.from_json(last.state, byte=last.byte_end, line=line, rows=rows)
