"""A file becoming a table while it is still being uploaded: runs the segments that are missing, up to the checkpoint.

The segments in the catalog are the truth. A part is written first, under a name never used before; then one
transaction records its segment, the rejects and the progress, if the job's lease is still held. A crash in between
leaves a part that no segment names; it is deleted when the file is taken up again.
"""

from __future__ import annotations

import enum
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from parquay import allocator
from parquay.catalog.segments import Emit, Fence, Publish, Segments
from parquay.columns.parquet import parts
from parquay.ingest.convert.conversion_pass import LeaseLost, Memory, Run, Tools
from parquay.ingest.convert.finish import CountMismatch
from parquay.ingest.text.byte_source import Store
from parquay.storage.chunks import BytesMissing

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


class Follower:
    """Converts files; one `advance` at a time for each follower."""

    def __init__(
        self,
        *,
        segments: Segments,
        store: Store,
        parquet_dir: Path,
        emit: Emit | None = None,
        publish: Publish | None = None,
        threads: int = 2,
        segment_bytes: int | None = None,
        codec: parts.Codec = parts.ZSTD,
    ) -> None:
        """`parquet_dir` gets a directory of parts for each file; `segment_bytes`: bytes of a full segment."""
        pool = ThreadPoolExecutor(threads, thread_name_prefix="convert")
        self._tools = Tools(segments, store, parquet_dir, emit, pool, threads, segment_bytes, codec, publish)
        self._memories: dict[str, Memory] = {}

    def close(self) -> None:
        """End the threads."""
        self._tools.pool.shutdown(cancel_futures=True)

    def advance(self, file_id: str, *, alive: Callable[[], bool], fence: Fence) -> Outcome:
        """Convert what is durable of a file and not converted yet; finish it when it is complete.

        `alive` renews the lease and tells whether it is still held; `fence` tells the same inside a transaction.
        """
        file = self._tools.segments.file(file_id)
        if file is None:
            self._memories.pop(file_id, None)
            shutil.rmtree(self._tools.parquet_dir / file_id, ignore_errors=True)
            return Outcome.GONE
        if file.status in ("done", "error"):
            self._memories.pop(file_id, None)
            return Outcome.DONE
        run = Run(self._tools, file, self._remembered(file_id), alive, fence)
        try:
            with self._tools.store.reader(file_id) as reader:
                done = run.advance(reader)
        except LeaseLost:
            self._memories.pop(file_id, None)
            if self._tools.segments.file(file_id) is None:
                shutil.rmtree(self._tools.parquet_dir / file_id, ignore_errors=True)
            return Outcome.GONE
        except (CountMismatch, OSError, BytesMissing):
            self._memories.pop(file_id, None)
            if self._tools.segments.file(file_id) is not None:
                raise
            # Whoever deleted the file took its rows and parts from under this look.
            shutil.rmtree(self._tools.parquet_dir / file_id, ignore_errors=True)
            return Outcome.GONE
        except BaseException:
            self._memories.pop(file_id, None)
            raise
        if done:
            self._memories.pop(file_id, None)
            allocator.give_back()
        return Outcome.DONE if done else Outcome.IDLE

    def _remembered(self, file_id: str) -> Memory:
        found = self._memories.pop(file_id, None) or Memory()
        self._memories[file_id] = found
        while len(self._memories) > REMEMBERED:
            del self._memories[next(iter(self._memories))]
        return found


__all__ = ["Follower", "Outcome"]
