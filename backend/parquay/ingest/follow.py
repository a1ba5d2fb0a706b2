"""A file becoming a table while it is still being uploaded: runs the segments that are missing, up to the checkpoint.

The segments in the catalog are the truth. A part is written first, under a name never used before; then one
transaction records its segment, the rejects and the progress, if the job's lease is still held. A crash in between
leaves a part that no segment names; it is deleted when the file is taken up again.
"""

from __future__ import annotations

import enum
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parquay.catalog.segments import Emit, Fence, NewReject, NewSegment, Segments
from parquay.catalog.tables import File, Segment
from parquay.ingest import finish, fold, lexemes, parts, sniff
from parquay.ingest.dialect import Dialect, Overrides
from parquay.ingest.fold import Body, Converted, State
from parquay.ingest.lexemes import ColumnType
from parquay.ingest.segment import Warned
from parquay.ingest.store import Digest, Reader, Store

FIRST_BYTES = 1 << 20
"""Bytes of the first segment: a quick preview."""
LEAST_BYTES = 4 << 20
"""While the upload goes on a smaller segment waits for more, unless it is the first or `LEAST_SECONDS` old."""
LEAST_SECONDS = 2.0
REMEMBERED = 64
"""Files whose digest and progress stay in memory between two looks."""


class Outcome(enum.Enum):
    """What `Follower.advance` leaves behind."""

    DONE = "done"
    """The file has its final status."""
    IDLE = "idle"
    """Every durable byte is handled; more will come."""
    GONE = "gone"
    """The file was deleted, or the lease was lost."""


class LeaseLost(Exception):
    """Somebody else has the job now: stop without publishing."""


@dataclass(slots=True)
class Session:
    """What is remembered of a file between two looks; all of it can be found again."""

    digest: Digest = field(default_factory=Digest)
    dialect: Dialect | None = None
    segments: int = 0
    state: State | None = None
    refusal: sniff.Guess | None = None
    cleaned: bool = False
    written: float = 0.0


@dataclass(frozen=True, slots=True)
class Written:
    """A converted segment and its part on the disk."""

    converted: Converted
    part: str | None
    part_bytes: int


class Follower:
    """Converts files; one `advance` at a time for each follower."""

    def __init__(
        self,
        *,
        segments: Segments,
        store: Store,
        parquet_dir: Path,
        emit: Emit | None = None,
        threads: int = 2,
        segment_bytes: int = fold.SEGMENT_BYTES,
        codec: parts.Codec = parts.ZSTD,
    ) -> None:
        self._segments = segments
        self._store = store
        self._parquet_dir = parquet_dir
        self._emit = emit
        self._threads = threads
        self._segment_bytes = segment_bytes
        self._codec = codec
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="convert")
        self._sessions: dict[str, Session] = {}

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)

    def advance(self, file_id: str, *, alive: Callable[[], bool], fence: Fence) -> Outcome:
        """Convert what is durable of a file and not converted yet; finish it when it is complete.

        `alive` renews the lease and tells whether it is still held; `fence` tells the same inside a transaction.
        """
        file = self._segments.file(file_id)
        if file is None:
            self._forget(file_id)
            shutil.rmtree(self._parquet_dir / file_id, ignore_errors=True)
            return Outcome.GONE
        if file.status in ("done", "error"):
            self._forget(file_id)
            return Outcome.DONE
        run = _Run(self, file, self._remembered(file_id), alive, fence)
        try:
            with self._store.reader(file_id) as reader:
                outcome = run.advance(reader)
        except LeaseLost:
            self._forget(file_id)
            return Outcome.GONE
        if outcome is not Outcome.IDLE:
            self._forget(file_id)
        return outcome

    def _remembered(self, file_id: str) -> Session:
        session = self._sessions.pop(file_id, None) or Session()
        self._sessions[file_id] = session
        while len(self._sessions) > REMEMBERED:
            del self._sessions[next(iter(self._sessions))]
        return session

    def _forget(self, file_id: str) -> None:
        self._sessions.pop(file_id, None)


class _Run:
    """One look at one file."""

    def __init__(
        self, follower: Follower, file: File, session: Session, alive: Callable[[], bool], fence: Fence
    ) -> None:
        self._follower = follower
        self._segments = follower._segments
        self._file = file
        self._session = session
        self._alive = alive
        self._fence = fence
        self._directory = follower._parquet_dir / file.id

    def advance(self, reader: Reader) -> Outcome:
        """Run missing segments until every durable byte is handled."""
        self._take_up()
        while True:
            handled = self._file.offset
            with ThreadPoolExecutor(1, thread_name_prefix="digest") as beside:
                hashing = beside.submit(self._hash, handled)
                self._convert(reader)
                hashing.result()
            file = self._segments.file(self._file.id)
            if file is None:
                shutil.rmtree(self._directory, ignore_errors=True)
                return Outcome.GONE
            complete, self._file = self._file.complete and file.complete, file
            if complete and file.offset == handled:
                return self._finish()
            if file.offset == handled and not file.complete:
                return Outcome.IDLE

    def _hash(self, upto: int) -> None:
        with self._follower._store.reader(self._file.id) as reader:
            self._session.digest.feed(reader, upto)

    def _take_up(self) -> None:
        """Go on behind the last segment in the catalog."""
        session = self._session
        last = self._segments.last(self._file.id)
        count = 0 if last is None else last.no + 1
        if session.state is None or session.segments != count:
            session.dialect = Dialect.from_json(self._file.dialect) if last and self._file.dialect else None
            session.state = state_of(last) if last and session.dialect else None
            session.segments = count
            session.cleaned = False
        if not session.cleaned:
            self._delete_unknown_parts()
            session.cleaned = True

    def _delete_unknown_parts(self) -> None:
        # The names are listed before the lease is checked: whatever another holder wrote later is not among them.
        found = list(self._directory.iterdir()) if self._directory.is_dir() else []
        if not found:
            return
        known = {each.part for each in self._segments.list(self._file.id)}
        if not self._segments.holds(self._fence):
            raise LeaseLost
        for path in found:
            if path.name not in known:
                path.unlink(missing_ok=True)

    def _convert(self, reader: Reader) -> None:
        session, file = self._session, self._file
        if session.dialect is None and session.refusal is None:
            self._sniff(reader)
        if session.dialect is None or session.state is None:
            return
        waits = not file.complete and session.segments > 0
        if (
            waits
            and file.offset - session.state.byte < LEAST_BYTES
            and time.monotonic() - session.written < LEAST_SECONDS
        ):
            return
        for written in fold.in_order(
            self._bodies(reader), self._write_part, self._follower._pool, self._follower._threads + 1
        ):
            self._record(written)

    def _sniff(self, reader: Reader) -> None:
        session, file = self._session, self._file
        if not file.complete and file.offset < sniff.SAMPLE_BYTES:
            return
        guess = sniff.guess(reader.read_at, file.offset, name=file.name, complete=file.complete,
                            overrides=Overrides.from_options(file.options))  # fmt: skip
        if guess.wants_more:
            return
        if guess.dialect is None:
            session.refusal = guess
            return
        session.dialect, session.state = guess.dialect, State.start(guess.dialect)

    def _bodies(self, reader: Reader) -> Iterator[Body]:
        session = self._session
        assert session.dialect is not None and session.state is not None
        first = min(FIRST_BYTES, self._follower._segment_bytes)
        cutter = fold.Cutter(reader.read_at, session.dialect, session.state.byte, session.state.line,
                             first if session.segments == 0 else self._follower._segment_bytes,
                             session.segments)  # fmt: skip
        for body in cutter.bodies(self._file.offset, complete=self._file.complete):
            if not self._alive():
                raise LeaseLost
            yield body
            cutter.size = self._follower._segment_bytes

    def _write_part(self, body: Body) -> Written:
        session = self._session
        assert session.dialect is not None and session.state is not None
        converted = fold.convert(body, session.dialect, session.state.kinds)
        if converted.table.num_rows == 0:
            return Written(converted, None, 0)
        name = parts.part_name(body.no)
        size = parts.write(self._directory, name, parts.encode(converted.table, self._follower._codec))
        return Written(converted, name, size)

    def _record(self, written: Written) -> None:
        session, done = self._session, written.converted
        assert session.dialect is not None and session.state is not None
        state = session.state.after(done)
        new = NewSegment(
            no=session.segments,
            byte_start=done.byte,
            byte_end=done.end,
            line_start=done.line,
            lines=done.lines,
            row_start=session.state.rows,
            rows=done.table.num_rows,
            part=written.part,
            part_bytes=written.part_bytes,
            state=state.to_json() | {"types": [lexemes.type_to_json(each) for each in done.types]},
            rejects=tuple(NewReject(each.line, each.byte, each.column, each.code, each.text) for each in done.rejects),
            dialect=session.dialect.to_json(),
            columns=columns_json(session.dialect.columns, state.types()),
            warnings=[warning_json(each) for each in state.warnings],
        )
        if not self._segments.add(self._file.id, new, fence=self._fence, emit=self._follower._emit):
            raise LeaseLost
        session.state, session.segments, session.written = state, session.segments + 1, time.monotonic()

    def _finish(self) -> Outcome:
        session = self._session
        end = finish.Ending(
            segments=self._segments,
            directory=self._directory,
            file=self._file,
            sha256=session.digest.hexdigest(),
            dialect=session.dialect,
            state=session.state,
            refusal=session.refusal,
            codec=self._follower._codec,
        )
        finished = finish.finish(end, fence=self._fence, emit=self._follower._emit)
        if not finished:
            raise LeaseLost
        return Outcome.DONE


def state_of(last: Segment) -> State:
    """The fold's state behind a recorded segment."""
    return State(
        last.byte_end,
        last.line_start + last.lines,
        last.row_start + last.rows,
        tuple(last.state["kinds"]),
        tuple(Warned(*each) for each in last.state["warnings"]),
    )


def columns_json(names: Sequence[str], types: Sequence[ColumnType]) -> list[dict[str, Any]]:
    """The columns as the catalog keeps them: name, public type, and the form for a faithful export."""
    pairs = zip(names, types, strict=True)
    return [{"name": name, "type": kind.name, **lexemes.type_to_json(kind)} for name, kind in pairs]


def warning_json(warning: Warned) -> dict[str, Any]:
    """A warning as it is reported."""
    return {"code": warning.code, "line": warning.line, "count": warning.count}
