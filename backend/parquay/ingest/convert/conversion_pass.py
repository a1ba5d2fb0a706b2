"""One pass over one file: take up where the catalog says, convert what has arrived, finish what is complete."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from parquay.catalog.segments import Fence
from parquay.catalog.tables import File, Segment
from parquay.errors import BadInput, TooLarge
from parquay.ingest.convert import sandbox
from parquay.ingest.convert.division import Division, may_be_divided
from parquay.ingest.convert.finish import (
    ConversionResult,
)
from parquay.ingest.convert.pipeline import JobLost, Pipeline, SegmentSource, Sink, TextSegments
from parquay.ingest.convert.plan import PACKED_NAMES, Plan, plan, why_unmeant
from parquay.ingest.convert.segment_sinks import ConversionState, Tools, sink_of
from parquay.ingest.convert.shared_segments import SharedSegments
from parquay.ingest.formats.registry import FileFormat
from parquay.ingest.read import segmenter
from parquay.ingest.read.fold import FoldState
from parquay.ingest.text.archive import TABLES
from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.sources import TextSource

FIRST_BYTES = 1 << 20
"""Bytes of the first segment: a quick preview."""


class ConversionPass:
    """One pass over one file."""

    def __init__(
        self,
        tools: Tools,
        file: File,
        progress: ConversionState,
        alive: Callable[[], bool],
        fence: Fence,
        *,
        division: Division | None = None,
    ) -> None:
        """`division`: how other workers help with a very large file; None: they do not."""
        self._tools = tools
        self._division = division
        self._file = file
        self._progress = progress
        self._alive = alive
        self._fence = fence
        self._sink = sink_of(tools, file.id, progress, fence)

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
        division = self._helped()
        is_divided = division is not None and division.is_open()
        if not progress.cleaned and not is_divided:
            self._sink.delete_unknown_parts()
            progress.cleaned = True

    def _helped(self) -> Division | None:
        """How others help with what has arrived of the file; None where it is not worth it."""
        return self._division if self._division is not None and self._division.is_for(self._file) else None

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
                self._convert_text(plan.source, plan.dialect)
        except (BadInput, TooLarge) as error:
            self._progress.plan = Plan(code=error.code, reason=error.detail)
        except BrokenArchive as error:
            self._progress.plan = self._broken(str(error))

    def _convert_text(self, source: TextSource, dialect: Dialect) -> None:
        size = self._tools.segment_bytes or segmenter.segment_bytes(dialect)
        division = self._helped()
        if division is None or not may_be_divided(source, dialect):
            self._run(TextSegments(source, dialect, size, FIRST_BYTES))
            return
        shared = SharedSegments(division, self._sink, self._progress, self._file, size)
        while True:
            planned = self._progress.plan
            assert planned is not None, "a file is planned before it is converted"
            assert planned.dialect is not None, "it is delimited text"
            text = TextSegments(source, planned.dialect, size, FIRST_BYTES)
            self._run(replace(text, may_start=shared.may_start, elsewhere=shared.elsewhere))
            if not shared.take(self._alive):
                break
        division.end(self._fence)

    def _broken(self, reason: str) -> Plan:
        """A packed file that cannot be unpacked is an error if a table was in it or may be, else just no table."""
        suffixes = {each.lower() for each in PurePosixPath(self._file.name).suffixes}
        if self._progress.segments or suffixes & (PACKED_NAMES | TABLES):
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
        return new < self._sink.min_bytes and time.monotonic() - progress.written < self._sink.max_seconds

    def _run(self, source: SegmentSource) -> None:
        state = self._progress.state
        assert state is not None, "a planned file has a state"
        sink: Sink[Any] = self._sink
        pipeline = Pipeline(source, sink, self._tools.pool, self._tools.threads, self._alive)
        try:
            pipeline.run(state, self._progress.segments)
        except (BadInput, TooLarge, BrokenArchive):
            self._sink.flush()  # what could be read before it is kept
            raise
        else:
            self._sink.flush()
        finally:
            self._sink.discard()

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
        if (division := self._helped()) is not None:
            division.end(self._fence)
        self._sink.delete_unknown_parts()
        found = progress.plan or Plan()
        result = ConversionResult(
            self._file, progress.digest.hexdigest(), found.dialect, progress.state, found.code, found.reason
        )
        if not self._sink.finisher.finish(result, self._tools.emit, self._tools.publish):
            raise JobLost
        progress.finished = True


def state_behind(last: Segment) -> FoldState:
    """The fold's state behind a recorded segment."""
    line, rows = last.line_start + last.lines, last.row_start + last.rows
    return FoldState.from_json(last.state, byte=last.byte_end, line=line, rows=rows)
