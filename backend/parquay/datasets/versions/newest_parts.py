"""The newest version for readers that know no log: exactly its parts, and nothing else.

The version is the log's; this only shows it, where the store has readers of its own, as a folder has. What a crash left
behind is put right by whoever looks next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from parquay.columns.types import registry
from parquay.storage.place import Place


def show(place: Place, version: int, parts: Sequence[str], columns: Sequence[Mapping[str, Any]]) -> None:
    """Let readers find the parts of `version`; to be called by the only writer of the table.

    Raises:
        OSError: it could not be made; what was shown is shown on.
    """
    place.show(version, parts, partial(_no_rows, columns))


def _no_rows(columns: Sequence[Mapping[str, Any]]) -> bytes:
    """A part without rows: its columns."""
    import pyarrow as pa

    from parquay.columns.parquet import parts

    types = registry.columns_types(columns)
    empty = pa.schema(parts.arrow_types(types)).empty_table()
    return bytes(memoryview(parts.encode(parts.storable(empty, types))))
