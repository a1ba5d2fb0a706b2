"""What became of the cells of a column. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Cells of a column by what became of them.

    Attributes:
        converted: those that have a value of the column's type.
        missing: those without one: empty ones, and words for missing.
        misses: those that do not fit the type; their text is kept aside.
    """

    converted: int = 0
    missing: int = 0
    misses: int = 0
