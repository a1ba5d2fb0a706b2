"""Quarters of years, such as `2024-Q1` and `Q1 2024`: their first days, where somebody says that they are dates.

The names have the letters of Unicode's CLDR: `yyyy-QQQ`, `QQQ yyyy`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from parquay.columns.styles.amounts import OPEN

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

_CELL = re.compile(r"(?:\d{4}([- /]?)Q[1-4]|Q[1-4]([- /]?)\d{4})", re.ASCII)
_QUARTERS, _FIRST_MONTHS = ("Q1", "Q2", "Q3", "Q4"), ("01", "04", "07", "10")
MARKS = ("-", "", " ", "/")
"""What may stand between year and quarter."""


@dataclass(frozen=True, slots=True)
class QuarterStyle:
    """See `base.CellStyle`.

    Attributes:
        mark: between year and quarter; year_first: whether the year comes first.
        is_open: whether nobody has said that the cells are dates.
    """

    mark: str
    year_first: bool
    is_open: bool = False

    reading: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The pattern."""
        parts = ("yyyy", "QQQ") if self.year_first else ("QQQ", "yyyy")
        return self.mark.join(parts) + OPEN * self.is_open

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """The first days; what is no quarter is null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        shape = self.mark.join(("(?P<y>[0-9]{4})", "(?P<q>Q[1-4])")[:: 1 if self.year_first else -1])
        found = pc.extract_regex(cells, f"^{shape}$")
        quarter = pc.index_in(pc.struct_field(found, "q"), pa.array(_QUARTERS))
        month = pa.array(_FIRST_MONTHS).take(quarter)
        return pc.binary_join_element_wise(pc.struct_field(found, "y"), month, "01", "-")

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """The quarters of their first days; another day cannot be written."""
        import pyarrow as pa
        import pyarrow.compute as pc

        firsts = pa.array([f"-{month}-01" for month in _FIRST_MONTHS])
        quarter = pa.array(_QUARTERS).take(pc.index_in(pc.utf8_slice_codeunits(plain, 4), firsts))
        year = pc.utf8_slice_codeunits(plain, 0, 4)
        parts = (year, quarter) if self.year_first else (quarter, year)
        return pc.binary_join_element_wise(*parts, self.mark)

    def join(self, other: QuarterStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> QuarterStyle | None:
        """The same one only."""
        return self if self == other else None


def styles_of(first: str) -> list[QuarterStyle]:
    """The styles that a column may have whose first cell is `first`: spans of time, unless somebody names one."""
    found = _CELL.fullmatch(first)
    if found is None:
        return []
    year_first = first[0] != "Q"
    return [QuarterStyle(found[1 if year_first else 2], year_first, is_open=True)]


def style_named(name: str) -> QuarterStyle | None:
    """The style of a name, None if it is none of these."""
    ways = (QuarterStyle(mark, year_first) for mark in MARKS for year_first in (True, False))
    closed = next((each for each in ways if each.name == name.rstrip(OPEN)), None)
    return closed and QuarterStyle(closed.mark, closed.year_first, is_open=name.endswith(OPEN))
