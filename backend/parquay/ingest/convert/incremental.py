"""A file becoming a table while it is still being uploaded: runs the segments that are missing, up to the checkpoint.

The segments in the catalog are the truth. A part is written first, under a name never used before; then one
transaction records its segment, the rejects and the progress, if the job's lease is still held. A crash in between
leaves a part that no segment names; it is deleted when the file is taken up again.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from parquay import allocator
from parquay.catalog.segments import Emit, Fence, Publish, Segments
from parquay.columns.parquet import parts
from parquay.ingest.convert.conversion_pass import ConversionPass
from parquay.ingest.convert.division import Division
from parquay.ingest.convert.finish import CountMismatch
from parquay.ingest.convert.pipeline import JobLost
from parquay.ingest.convert.segment_sinks import ConversionState, Tools
from parquay.ingest.text.byte_source import UploadBytes
from parquay.storage.chunks import BytesMissing
from parquay.storage.place import Places

MAX_STATES = 64
"""Files whose digest and progress stay in memory between two passes."""


class Outcome(enum.Enum):
    """What `IncrementalConverter.advance` leaves behind."""

    DONE = "done"
    """The file has its final status."""
    IDLE = "idle"
    """Every durable byte is handled; more will come."""
    GONE = "gone"
    """The file was deleted, or the lease was lost."""


class IncrementalConverter:
    """Converts files while they arrive; one `advance` at a time for each converter."""

    def __init__(
        self,
        *,
        segments: Segments,
        store: UploadBytes,
        places: Places,
        emit: Emit | None = None,
        publish: Publish | None = None,
        threads: int = 2,
        segment_bytes: int | None = None,
        codec: parts.Codec = parts.ZSTD,
    ) -> None:
        """`places` get the parts of each file; `segment_bytes`: bytes of a full segment."""
        pool = ThreadPoolExecutor(threads, thread_name_prefix="convert")
        self._tools = Tools(segments, store, places, emit, pool, threads, segment_bytes, codec, publish)
        self._states: dict[str, ConversionState] = {}

    def close(self) -> None:
        """End the threads."""
        self._tools.pool.shutdown(cancel_futures=True)

    @property
    def tools(self) -> Tools:
        """What it works with."""
        return self._tools

    def advance(
        self, file_id: str, *, alive: Callable[[], bool], fence: Fence, division: Division | None = None
    ) -> Outcome:
        """Convert what is durable of a file and not converted yet; finish it when it is complete.

        `alive` renews the lease and tells whether it is still held; `fence` tells the same inside a transaction.
        `division`: how other workers help if the file is very large.
        """
        file = self._tools.segments.file(file_id)
        if file is None:
            return self._gone(file_id)
        if file.status in ("done", "error"):
            self._states.pop(file_id, None)
            return Outcome.DONE
        try:
            with self._state(file_id) as state, self._tools.store.reader(file_id) as reader:
                ConversionPass(self._tools, file, state, alive, fence, division=division).advance(reader)
        except JobLost:
            return self._gone(file_id)
        except (CountMismatch, OSError, BytesMissing):
            # Whoever deleted the file took its rows and parts from under this pass.
            if self._tools.segments.file(file_id) is not None:
                raise
            return self._gone(file_id)
        if state.finished:
            allocator.give_back()
        return Outcome.DONE if state.finished else Outcome.IDLE

    @contextmanager
    def _state(self, file_id: str) -> Iterator[ConversionState]:
        """What is kept of a file; it stays in memory only if the block ends well and the file is not finished."""
        state = self._states.pop(file_id, None) or ConversionState()
        yield state
        if state.finished:
            return
        self._states[file_id] = state
        while len(self._states) > MAX_STATES:
            del self._states[next(iter(self._states))]

    def _gone(self, file_id: str) -> Outcome:
        """Leave a file to its new holder, or delete what is left of it when it is gone."""
        self._states.pop(file_id, None)
        if self._tools.segments.file(file_id) is None:
            self._tools.places.at(file_id).erase()
        return Outcome.GONE


__all__ = ["IncrementalConverter", "Outcome"]
