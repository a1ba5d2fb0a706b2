"""The definition of a canonical text, written down once and slowly. What is faster must say the same.

A column has a type if reading each cell and writing the value gives back the cell, character by character.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.types import missing
from parquay.columns.types.base import ColumnType


def is_canonical(cells: pa.StringArray, column_type: ColumnType) -> bool:
    """Whether every cell that is there is the canonical text of a value; infinity and NaN are no values of cells."""
    try:
        values = column_type.to_values(cells)
        if pa.types.is_floating(values.type) and not pc.all(pc.is_finite(values)).as_py():
            return False
        written = missing.over(column_type.to_text(values), column_type.kept_aside(cells), column_type)
        return bool(written.equals(cells))
    except pa.ArrowInvalid:
        return False
