"""Tables of pyarrow, pandas and Polars, as Parquet: types and values arrive as they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa


def is_frame(value: object) -> bool:
    """Tell whether a value is a table that `write_parquet` knows, without loading what nobody has loaded."""
    return any(_kinds(value))


def write_parquet(frame: Any, file: BinaryIO) -> None:
    """Write a table of pyarrow, pandas (without its index) or Polars as Parquet."""
    import pyarrow.parquet as pq

    pq.write_table(_arrow(frame), file)


def _arrow(frame: Any) -> pa.Table:
    import pyarrow as pa

    is_arrow, is_pandas, _ = _kinds(frame)
    if is_arrow:
        return frame if isinstance(frame, pa.Table) else pa.Table.from_batches([frame])
    return pa.Table.from_pandas(frame, preserve_index=False) if is_pandas else frame.to_arrow()


def _kinds(value: object) -> tuple[bool, bool, bool]:
    loaded = (sys.modules.get(name) for name in ("pyarrow", "pandas", "polars"))
    arrow, pandas, polars = loaded
    return (
        arrow is not None and isinstance(value, arrow.Table | arrow.RecordBatch),
        pandas is not None and isinstance(value, pandas.DataFrame),
        polars is not None and isinstance(value, polars.DataFrame),
    )
