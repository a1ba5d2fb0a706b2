"""What the columns of text in a version could be, counted over all of its rows.

Whoever looks first waits until a small table is counted, and for at most `SECONDS` for a large one, which is then
counted on beside; it has no offers until its last row is. Only columns of which a sample says that it is worth it are
read.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from parquay.columns.types.missing_words import NAMED
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.plan import columns_of
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.errors import ParquayError

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.types.offers import OfferTally

SECONDS, SMALL_ROWS = 1.0, 200_000
"""Time that a look at a table of more rows spends on counting."""
BATCH_ROWS, SAMPLE_ROWS = 32_768, 1024
MAX_COLUMNS = 500
"""Columns of text that are looked at, the first."""
REMEMBERED = 256

_logger = logging.getLogger(__name__)

Found = dict[str, list[dict[str, Any]]]
"""By the name of the column its offers, as callers see them; columns without any are left out."""


class ColumnOffers:
    """Counts offers and remembers them; may be used by many threads."""

    def __init__(self, seconds: float = SECONDS, small_rows: int = SMALL_ROWS) -> None:
        """``seconds``, ``small_rows``: see `SECONDS`."""
        self._seconds = seconds
        self._small_rows = small_rows
        self._counts = AnswerCache(REMEMBERED)

    def known(self, snapshot: Snapshot) -> Found | None:
        """The offers for the columns of a version, if they are counted."""
        return self._count(snapshot).found

    def of(self, snapshot: Snapshot, stop: CancelToken | None = None) -> Found | None:
        """The offers for the columns of a version (blocking); None: they are not counted yet.

        Raises:
            Damaged: ``part_missing``, ``part_damaged`` (503).
            Cancelled: `stop` was set.
        """
        seconds = math.inf if snapshot.rows <= self._small_rows else self._seconds
        return self._count(snapshot).first_look(seconds, stop or CancelToken())

    def _count(self, snapshot: Snapshot) -> _Count:
        return self._counts.get((snapshot.dataset_id, snapshot.version), lambda: _Count(snapshot))


class _Count:
    """The count of one version, as far as it has come."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._counting = threading.Lock()
        self._steps: Iterator[None] | None = None
        self._tallies: dict[str, OfferTally] = {}
        self.found: Found | None = None

    def first_look(self, seconds: float, stop: CancelToken) -> Found | None:
        """Count for so many seconds, unless somebody does already; what is left is counted beside."""
        if self.found is None and self._counting.acquire(blocking=seconds == math.inf):
            try:
                self._go_on(time.monotonic() + seconds, stop)
            finally:
                self._counting.release()
            if self.found is None:
                threading.Thread(target=self._beside, name="offers", daemon=True).start()
        return self.found

    def _beside(self) -> None:
        with self._counting:
            try:
                self._go_on(math.inf, CancelToken())
            except (ParquayError, OSError):  # the version is gone or damaged, which whoever reads it is told
                _logger.info("the offers of a version were not counted to the end", exc_info=True)

    def _go_on(self, ends: float, stop: CancelToken) -> None:
        if self.found is not None:
            return
        self._steps = self._steps or self._work()
        try:
            for _ in self._steps:
                stop.check()
                if time.monotonic() > ends:
                    return
        except BaseException:
            self._steps = None  # a generator that has failed is over; who looks next starts anew
            raise
        self.found = {name: [each.to_json() for each in tally.offers()] for name, tally in self._tallies.items()}

    def _work(self) -> Iterator[None]:
        from parquay.columns.types.offers import OfferTally, likely_types

        parts = self._snapshot.parts
        names = [column.name for column in columns_of(self._snapshot.columns) if column.type.is_text][:MAX_COLUMNS]
        if not names or not parts:
            return
        sample = self._sample(names)
        named = {str(each["name"]): each.get(NAMED, ()) for each in self._snapshot.columns}
        likely = {name: likely_types(sample[name].to_pylist(), named[name]) for name in names}
        self._tallies = {name: OfferTally(types, named[name]) for name, types in likely.items() if types}
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
