"""What a search over the cells of a version has found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_EXAMPLES = 20
"""Cells that an answer shows, before and after."""


@dataclass(frozen=True, slots=True)
class ReplacedCell:
    """A cell that is found: its row, its column, its text before and after; `fits` false: that is none of its type."""

    rid: int
    column: str
    before: str
    after: str
    fits: bool


@dataclass(slots=True)
class Matches:
    """What is found in a version.

    Attributes:
        version: the version.
        cells: cells with a match, by column.
        changing: of these the cells whose text becomes another one that fits, and the rows with some of them.
        misfits: those whose new text does not fit their column, by column.
        examples: the first cells that would become others.
    """

    version: int
    cells: Counter[str] = field(default_factory=Counter)
    changing: int = 0
    rows: int = 0
    misfits: Counter[str] = field(default_factory=Counter)
    examples: list[ReplacedCell] = field(default_factory=list)
