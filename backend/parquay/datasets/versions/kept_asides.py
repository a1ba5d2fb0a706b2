"""What is kept aside of a table, read from its parts, and how much of it a new version has.

Parts never change, so what was read of one stays true.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from parquay.columns.types import aside_counts
from parquay.columns.types.aside_counts import ByColumn
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.errors import Damaged
from parquay.storage.place import Place

if TYPE_CHECKING:
    from parquay.columns.parquet.asides import Asides

REMEMBERED_PARTS = 64
"""Parts of which it is remembered what is kept aside."""

_remembered: OrderedDict[tuple[str, str], Asides] = OrderedDict()
_lock = threading.Lock()


def of_part(snapshot: Snapshot, part: Part) -> Asides:
    """What is kept aside of the rows of a part (blocking); most tables have none, and their parts are not read."""
    return _read(snapshot.place, part.name) if snapshot.asides else {}


def after(before: Snapshot, removed: frozenset[str], added: Iterable[Part]) -> ByColumn:
    """How much is kept aside of each column once a version has its parts `added` and not those `removed` (blocking)."""
    new = [(1, _counted(before.place, part.name)) for part in added]
    if not before.asides:
        return aside_counts.total(new)
    gone = [_counted(before.place, name) for name in removed]
    if None not in gone:
        return aside_counts.total([(1, before.asides), *new, *((-1, each) for each in gone)])
    # What is removed was damaged or lost; the others are counted anew.
    left = [part.name for part in before.parts if part.name not in removed]
    return aside_counts.total([*new, *((1, _counted(before.place, name)) for name in left)])


def _counted(place: Place, name: str) -> ByColumn | None:
    """How much is kept aside of the rows of a part; None: it cannot be read."""
    import pyarrow as pa

    from parquay.columns.parquet import asides

    try:
        return asides.counts(_read(place, name))
    except (Damaged, OSError, pa.ArrowException):
        return None


def _read(place: Place, name: str) -> Asides:
    import pyarrow.parquet as pq

    from parquay.columns.parquet import asides

    key = place.dataset_id, name
    with _lock:
        if key in _remembered:
            _remembered.move_to_end(key)
            return _remembered[key]
    with place.parts.fetch([name]) as (path,):
        found = asides.of_metadata(pq.read_metadata(path))
    with _lock:
        _remembered[key] = found
        while len(_remembered) > REMEMBERED_PARTS:
            _remembered.popitem(last=False)
    return found
