"""The type `timestamp`, and `timestamptz` where it has a zone: moments such as `2024-02-29 13:05:09.123`.

One separator, one number of fraction digits and one zone (or none) for the whole column; or moments of several offsets,
of which each that is not `Z` is kept aside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types import clock
from parquay.columns.types.base import Chart, ColumnType, Comparison, RespeltCell, SheetCell, Unfit
from parquay.columns.types.missing_words import OFFSET

if TYPE_CHECKING:
    import pyarrow as pa

MIXED = "*"
"""The zone of moments of several offsets."""
_IN_FILTER = re.compile(rf"(\d{{4}}-\d\d-\d\d)(?:[T ]{clock.IN_FILTER})?{clock.ZONE}", re.ASCII)
_IN_EDIT = re.compile(rf"(\d{{4}}-\d\d-\d\d)[ T]{clock.IN_EDIT}{clock.ZONE}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TimestampType(ColumnType):
    """See `base.ColumnType`.

    Attributes:
        separator: between date and time: a space or `T`.
        fraction: digits of a second in every cell, 0 to 9; `clock.MINUTES` where the texts end with their minutes.
        zone: as it is written behind every cell, such as `Z` or `+02:00`; empty: none; `MIXED`: several.
    """

    type_id: ClassVar[str] = "timestamp"
    chart: ClassVar[Chart] = "series"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = None

    separator: str
    fraction: int
    zone: str = ""

    @classmethod
    def of_form(cls, form: Any, /) -> TimestampType:
        separator, fraction, zone = form.split("|")
        return cls(separator, int(fraction), zone)

    @property
    def form(self) -> str:
        return f"{self.separator}|{self.fraction}|{self.zone}"

    @property
    def name(self) -> str:
        return "timestamptz" if self.zone else "timestamp"

    @property
    def style(self) -> str:
        between = "'T'" if self.separator == "T" else self.separator
        seconds = "" if self.fraction == clock.MINUTES else f":ss{clock.fraction_pattern(self.fraction)}"
        return f"yyyy-MM-dd{between}HH:mm{seconds}" + self._zone_pattern

    @property
    def _zone_pattern(self) -> str:
        return "XXX" if self.zone == MIXED else f"'{self.zone}'" if self.zone else ""

    @property
    def _shown_zone(self) -> str:
        """The zone of which nothing is kept aside."""
        return "Z" if self.zone == MIXED else self.zone

    @property
    def keeps_offsets(self) -> bool:
        return self.zone == MIXED

    @property
    def stored_as_text(self) -> bool:
        return self.fraction > 6

    @property
    def sql_type(self) -> str:
        return "VARCHAR" if self.stored_as_text else "TIMESTAMPTZ" if self.zone else "TIMESTAMP"

    @property
    def sheet_cell(self) -> SheetCell:
        return "timestamp" if not self.zone and self.fraction <= 3 else "text"

    def statement_value(self) -> tuple[str, str]:
        return ("TIMESTAMP_NS", "CAST({0} AS {1})") if self.fraction > 6 and not self.zone else (self.sql_type, "{0}")

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.timestamp("ns" if self.fraction > 6 else "us", tz="UTC" if self.zone else None)

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        from parquay.columns.types import moments

        values = cells.cast(self.arrow())
        return values if self.stored_as_text else moments.in_known_years(values)

    def to_text(self, values: pa.Array) -> pa.StringArray:
        from parquay.columns.types import moments

        return moments.timestamp_to_text(values, self.separator, self.fraction, self._shown_zone)

    def kept_aside(self, cells: pa.StringArray) -> pa.StringArray | None:
        if self.zone != MIXED:
            return None
        from parquay.columns.types import moments

        return moments.offsets_of(cells, OFFSET)

    def with_offsets(self, texts: pa.StringArray, offsets: pa.StringArray) -> pa.StringArray:
        from parquay.columns.types import moments

        return moments.with_offsets(self.to_values(texts), offsets, self.separator, self.fraction)

    def join(self, other: TimestampType) -> TimestampType | None:
        if self == other:
            return self
        mixed = replace(self, zone=MIXED)
        return mixed if self.zone and other.zone and replace(other, zone=MIXED) == mixed else None

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        from parquay.columns.types import moments

        return moments.iso_texts(values)

    def compare(self, op: str, text: str) -> Comparison:
        found = _IN_FILTER.fullmatch(text)
        if found is None or (found[5] and not self.zone):
            raise Unfit
        clock_text, seconds, fraction = found[2] or "00:00", found[3] or "00", found[4] or ""
        zone = clock.iso_zone(found[5] or ("Z" if self.zone else ""))
        moment = datetime.fromisoformat(f"{found[1]}T{clock_text}:{seconds}{zone}")
        return Comparison(op, (self._as_text(moment, fraction) if self.stored_as_text else _as_sql(moment, fraction),))

    def _as_text(self, moment: datetime, fraction: str) -> str:
        """A moment as the column writes it."""
        if self.zone:
            zone = datetime.fromisoformat(f"2000-01-01T00:00:00{clock.iso_zone(self._shown_zone)}").tzinfo
            moment = moment.astimezone(zone)
        shown = moment.replace(tzinfo=None).isoformat(self.separator)
        return shown + clock.filter_fraction(fraction, self.fraction) + self._shown_zone

    def read_cell(self, value: Any) -> datetime | str | RespeltCell:
        found = self._read(value)
        zone = match[5] if (match := _IN_EDIT.fullmatch(value)) else ""
        return RespeltCell(found, OFFSET + zone) if self.zone == MIXED and zone != "Z" else found

    def _read(self, value: Any) -> datetime | str:
        example = f"such as 2024-02-29{self.separator}13:05:09{self._shown_zone}"
        match = _IN_EDIT.fullmatch(value) if isinstance(value, str) else None
        if match is None or (match[4] and not match[3]):
            raise Unfit(example)
        if bool(match[5]) != bool(self.zone):
            raise Unfit(f"with a zone, {example}" if self.zone else f"without a zone, {example}")
        seconds, fraction = match[3] or ":00", match[4] or ""
        if self.fraction == clock.MINUTES and seconds != ":00":
            raise Unfit("whole minutes")
        written = clock.edit_fraction(fraction, max(self.fraction, 0))
        try:
            moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{seconds}")
            moment -= timedelta(minutes=clock.zone_minutes(match[5] or ""))
            local = moment + timedelta(minutes=clock.zone_minutes(self._shown_zone))
        except (ValueError, OverflowError):
            raise Unfit(example) from None
        if self.stored_as_text:
            if not clock.has_nanoseconds(moment, fraction):
                raise Unfit(f"between {clock.FIRST_WITH_NANOSECONDS} and {clock.LAST_WITH_NANOSECONDS}")
            return f"{local.isoformat(self.separator)}{written}{self._shown_zone}"
        exact = moment + timedelta(microseconds=int(fraction[:6].ljust(6, "0") or 0))
        return exact.replace(tzinfo=UTC) if self.zone else exact


def _as_sql(moment: datetime, fraction: str) -> str:
    """A moment as the engine reads it, in UTC."""
    shown = moment.astimezone(UTC) if moment.tzinfo else moment
    text = shown.replace(tzinfo=None).isoformat(" ") + clock.filter_fraction(fraction, 6)
    return text + ("Z" if moment.tzinfo else "")
