"""Weeks and days of weeks as ISO 8601 writes them: `2024-W05` is the week's first day, `2024-W05-3` its Wednesday.

The names have the letters of Unicode's CLDR: `YYYY-'W'ww` and `YYYY-'W'ww-e`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

_CELL = re.compile(r"\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])(?P<day>-[1-7])?", re.ASCII)
_DAYS = 7


@dataclass(frozen=True, slots=True)
class WeekStyle:
    """See `base.CellStyle`. ``has_day``: whether the day of the week stands behind the week."""

    has_day: bool

    is_open: ClassVar[bool] = False
    reading: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The pattern."""
        return "YYYY-'W'ww-e" if self.has_day else "YYYY-'W'ww"

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """The days; what is no week is null, and week 53 of a year that has none is in the next."""
        import pyarrow as pa
        import pyarrow.compute as pc

        pattern = "^" + _CELL.pattern.replace("(?P<day>-[1-7])?", "-[1-7]" if self.has_day else "") + "$"
        weeks = pc.if_else(pc.match_substring_regex(cells, pattern), cells, pa.scalar(None, pa.string()))
        week = pc.utf8_slice_codeunits(weeks, 6, 8).cast(pa.int32())
        day = pc.utf8_slice_codeunits(weeks, 9, 10).cast(pa.int32()) if self.has_day else 1
        # The fourth of January is in the first week.
        fourth = pc.binary_join_element_wise(pc.utf8_slice_codeunits(weeks, 0, 4), "01-04", "-").cast(pa.date32())
        monday = pc.subtract(fourth.cast(pa.int32()), pc.day_of_week(fourth).cast(pa.int32()))
        at = pc.add(pc.add(monday, pc.multiply(pc.subtract(week, 1), _DAYS)), pc.subtract(day, 1))
        return at.cast(pa.int32()).cast(pa.date32()).cast(pa.string())

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """The weeks of days."""
        import pyarrow as pa
        import pyarrow.compute as pc

        calendar = pc.iso_calendar(plain.cast(pa.date32()))
        year, week, day = (pc.struct_field(calendar, i).cast(pa.string()) for i in range(3))
        text = pc.binary_join_element_wise(pc.utf8_lpad(year, 4, "0"), "-W", pc.utf8_lpad(week, 2, "0"), "")
        if self.has_day:
            return pc.binary_join_element_wise(text, day, "-")
        # Another day than the first of its week cannot be written.
        return pc.if_else(pc.equal(day, "1"), text, pa.scalar(None, pa.string()))

    def join(self, other: WeekStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> WeekStyle | None:
        """The same one only."""
        return self if self == other else None


WEEKS = (WeekStyle(has_day=False), WeekStyle(has_day=True))


def styles_of(first: str) -> list[WeekStyle]:
    """The styles that a column may have whose first cell is `first`."""
    found = _CELL.fullmatch(first)
    return [] if found is None else [WeekStyle(has_day=found["day"] is not None)]


def style_named(name: str) -> WeekStyle | None:
    """The style of a name, None if it is none of these."""
    return next((each for each in WEEKS if each.name == name), None)
