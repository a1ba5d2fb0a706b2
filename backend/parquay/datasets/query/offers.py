"""What the columns of text in a version could be, counted over all of its rows, a while at a time.

Whoever looks at a table has its columns counted for at most `SECONDS`; a larger table is counted on by those who look
next, and has no offers until its last row is. Only columns of which a sample says that it is worth it are read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.plan import columns_of
from parquay.datasets.versions.snapshot import Part, Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.types.offers import OfferTally

SECONDS = 1.0
"""Time that one look at a table spends on counting."""
BATCH_ROWS, SAMPLE_ROWS = 32_768, 1024
MAX_COLUMNS = 500
"""Columns of text that are looked at, the first."""
REMEMBERED = 256

Found = dict[str, list[dict[str, Any]]]
"""By the name of the column its offers, as callers see them; columns without any are left out."""


class ColumnOffers:
    """Counts offers and remembers them; may be used by many threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """``seconds``: see `SECONDS`."""
        self._seconds = seconds
        self._counts = AnswerCache(REMEMBERED)

    def of(self, snapshot: Snapshot, stop: CancelToken | None = None) -> Found | None:
        """The offers for the columns of a version (blocking); None: they are not counted yet.

        Raises:
            Damaged: ``part_missing``, ``part_damaged`` (503).
            Cancelled: `stop` was set.
        """
        count = self._counts.get((snapshot.dataset_id, snapshot.version), lambda: _Count(snapshot))
        return count.go_on(self._seconds, stop or CancelToken())


class _Count:
    """The count of one version, as far as it has come."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._lock = threading.Lock()
        self._steps: Iterator[None] | None = None
        self._tallies: dict[str, OfferTally] = {}
        self._found: Found | None = None

    def go_on(self, seconds: float, stop: CancelToken) -> Found | None:
        with self._lock:
            if self._found is not None:
                return self._found
            ends = time.monotonic() + seconds
            self._steps = self._steps or self._work()
            try:
                for _ in self._steps:
                    stop.check()
                    if time.monotonic() > ends:
                        return None
            except BaseException:
                self._steps = None  # a generator that has failed is over; who looks next starts anew
                raise
            self._found = {name: [each.to_json() for each in tally.offers()] for name, tally in self._tallies.items()}
            return self._found

    def _work(self) -> Iterator[None]:
        from parquay.columns.types.offers import OfferTally, likely_types

        parts = self._snapshot.parts
        names = [column.name for column in columns_of(self._snapshot.columns) if column.type.is_text][:MAX_COLUMNS]
        if not names or not parts:
            return
        sample = self._sample(names)
        likely = {name: likely_types(sample[name].to_pylist()) for name in names}
        self._tallies = {name: OfferTally(types) for name, types in likely.items() if types}
        for part in parts if self._tallies else ():
            for batch in self._batches(part, list(self._tallies), BATCH_ROWS):
                for name, tally in self._tallies.items():
                    tally.add(batch.column(name))
                yield

    def _sample(self, names: Sequence[str]) -> pa.Table:
        """The first rows of the first part and of the last."""
        import pyarrow as pa

        parts = self._snapshot.parts
        ends = {part.name: part for part in (parts[0], parts[len(parts) // 2], parts[-1])}
        return pa.Table.from_batches([next(self._batches(part, names, SAMPLE_ROWS)) for part in ends.values()])

    def _batches(self, part: Part, names: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        import pyarrow.parquet as pq

        with (
            self._snapshot.fetch(part) as (path,),
            pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True) as opened,
        ):
            for batch in opened.iter_batches(batch_size=rows, columns=list(names)):
                yield batch.select(list(names))
