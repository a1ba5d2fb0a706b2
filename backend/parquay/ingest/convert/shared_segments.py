"""The segments of a file that is divided, for its converter: its own ones, and those that others have made."""

from __future__ import annotations

from collections.abc import Callable

from parquay.catalog.tables import File
from parquay.ingest.convert import range_result
from parquay.ingest.convert.division import Division
from parquay.ingest.convert.segment_sinks import ConversionState, FileSink
from parquay.ingest.text.dialect import Dialect


class SharedSegments:
    """Says where the converter's own segments end, and records the ranges of others between them."""

    def __init__(
        self, division: Division, sink: FileSink, progress: ConversionState, file: File, segment_bytes: int
    ) -> None:
        """`file`: as far as it has arrived; `segment_bytes`: bytes of a segment."""
        self._division = division
        self._sink = sink
        self._progress = progress
        self._file = file
        self._segment_bytes = segment_bytes
        self._stopped = False

    def may_start(self, byte: int) -> bool:
        """Whether the converter's next segment, which starts at `byte`, is its own."""
        progress = self._progress
        if progress.state is None or progress.plan is None or progress.plan.dialect is None or not progress.segments:
            return True
        self._division.invite(progress.state, progress.segments, progress.plan.dialect, self._file, self._segment_bytes)
        self._stopped = self._division.is_elsewhere(byte)
        return not self._stopped

    def elsewhere(self, end: int) -> int:
        """Bytes behind byte `end` that others have converted, about."""
        return min(self._division.bytes_elsewhere(end), self._file.offset - end)

    def take(self, alive: Callable[[], bool]) -> bool:
        """Record the range at which the own segments have ended; False when they have ended with the file.

        What is not as the converter would have made it is forgotten, and read by the converter itself.

        Raises:
            JobLost: `alive` said no, or the lease is lost.
        """
        if not self._stopped:
            return False
        self._stopped = False
        progress, division = self._progress, self._division
        state = progress.state
        assert state is not None, "own segments end behind the first one"
        segments = division.result(state.byte, alive)
        if segments is None:
            return True
        # Behind the start of a second table every row is a reject, which only its reader knows.
        fits = not state.ended and (segments[0].byte_start, segments[0].no) == (state.byte, progress.segments)
        names = division.brought(segments, self._sink.place) if fits else None
        if names is None:
            division.taken(state.byte)
            return True
        end = segments[-1].byte_end
        made, after = range_result.in_file(segments, state, names, end + self.elsewhere(end))
        self._sink.add(after, Dialect.from_json(made[-1].dialect or {}), *made)
        division.taken(state.byte)
        return True
