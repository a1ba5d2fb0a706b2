"""Dates and times as people write them: in day, month or year order, with names of months, without seconds.

The name of such a style is a pattern in the letters of Unicode's CLDR (`dd/MM/yyyy HH:mm`, `d. MMMM yyyy`), with the
language of names behind an `@`, and `b` for the halves of the day in small letters. Fractions of a second whose length
varies have three patterns more: `[.S]` has the digits that are needed, `[.SSS]` threes, `[.SSSSSS]` six or none.
An `xx` is the offset of each cell, as `+0200`, `xxx` as `+02:00`, and `x` as PostgreSQL writes it: `+02`, `+05:30`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from parquay.columns.styles import month_names
from parquay.columns.styles.amounts import OPEN

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

_TOKEN = re.compile(r"'[^']+'|\[\.S+\]|yyyy|yy|MMMM|MMM|MM|M|dd|d|HH|H|hh|h|mm|ss|S{1,9}|a|b|x{1,3}|[^A-Za-z\[\]']")
_WIDTHS = {"yyyy": 4, "yy": 2, "MM": 2, "dd": 2, "HH": 2, "hh": 2, "mm": 2, "ss": 2, "a": 2, "b": 2, "xx": 5, "xxx": 6}
_NARROW = {"M": 2, "d": 2, "H": 2, "h": 2}
_PLACES = {"y": (0, 4), "M": (5, 7), "d": (8, 10), "H": (11, 13), "m": (14, 16), "s": (17, 19)}
"""Where the fields stand in a canonical timestamp; a time of day stands behind `_DAY`."""
_DAY = "0000-00-00 "
MAX_FRACTION = 6
"""Digits of fractions whose length varies."""
_HALVES = {"a": ("PM", "AM"), "b": ("pm", "am")}
_NEEDLESS = {"[.S]": "0+$", "[.SSS]": "(?:000){1,2}$", "[.SSSSSS]": "^0{6}$"}
"""What such a fraction leaves out of its six digits."""
BRACKETS = tuple(_NEEDLESS)
SHORT_YEAR, PIVOT = "yy", "69"
"""Years of two digits: from here on they are of the twentieth century, as POSIX has it."""
_UTC_OFFSETS = {"x": "+00", "xx": "+0000", "xxx": "+00:00"}
_OFFSETS = {"x": r"[-+][0-9]{2}(?::[0-9]{2})?", "xx": "[-+][0-9]{4}", "xxx": "[-+][0-9]{2}:[0-9]{2}"}
OFFSET_TOKENS = {3: "x", 5: "xx", 6: "xxx"}
"""The patterns of offsets by their characters."""
_OFFSET_DIGITS = r"^([-+][0-9]{2})([0-9]{2})$"
OFFSET = re.compile(r"[-+](?:[01]\d|2[0-3])(?::?[0-5]\d)?", re.ASCII)
"""What may stand right behind a moment of another zone."""
_BEFORE_OFFSET = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
ZONES = {"Z": "'Z'", " UTC": "' UTC'", "UTC": "'UTC'", " GMT": "' GMT'"}
"""What may stand behind a moment of UTC, with its pattern."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a pattern; where `token` is empty, the text between two."""

    token: str
    text: str = ""

    @property
    def kind(self) -> str:
        """`y M d H m s`, `a` for the half of the day, `S` for a fraction, `x` for an offset; empty: a text."""
        return {"h": "H", "[": "S", "b": "a"}.get(self.token[:1], self.token[:1])

    @property
    def width(self) -> int | None:
        """Characters in every cell; None: it varies."""
        if not self.token:
            return len(self.text)
        return len(self.token) if self.token[0] == "S" else _WIDTHS.get(self.token)


@lru_cache(maxsize=1024)
def fields_of(pattern: str) -> tuple[Field, ...]:
    """The fields of a pattern.

    Raises:
        ValueError: it is none.
    """
    found, at = [], 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise ValueError(pattern)
        at, text = token.end(), token[0]
        is_field = text[0].isalpha() or text[0] == "["
        found.append(Field(text) if is_field else Field("", text.strip("'") if len(text) > 1 else text))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class MomentStyle:
    """See `base.CellStyle`.

    Attributes:
        pattern: see above.
        language: of the names of months, a key of `month_names`.
        is_open: whether its years have two digits and nobody has said that they are years.
    """

    pattern: str
    language: str = ""
    is_open: bool = False

    @property
    def name(self) -> str:
        """The pattern, and the language if there are names."""
        return (f"{self.pattern}@{self.language}" if self.language else self.pattern) + OPEN * self.is_open

    @property
    def has_short_years(self) -> bool:
        """Whether years have two digits."""
        return any(each.token == SHORT_YEAR for each in self.fields)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the pattern, in order."""
        return fields_of(self.pattern)

    @property
    def reading(self) -> str:
        """Whether day or month comes first, where both are numbers before the year."""
        if self.language:
            return ""
        order = "".join(each.kind for each in self.fields if each.kind in ("y", "M", "d"))
        return order if order in ("dMy", "Mdy") or self.has_short_years else ""

    @property
    def zone(self) -> str:
        """The canonical zone: `Z` where the cells say that they are of UTC, or the offset that all have."""
        last = self.fields[-1]
        if last.token:
            return ""
        return "Z" if last.text in ZONES else last.text if OFFSET.fullmatch(last.text) else ""

    @property
    def has_offset(self) -> bool:
        """Whether each cell tells its own offset."""
        return any(each.kind == "x" for each in self.fields)

    @property
    def has_brackets(self) -> bool:
        """Whether fractions of a second may be missing."""
        return any(each.token in BRACKETS for each in self.fields)

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """Canonical dates, times of day or timestamps."""
        import pyarrow.compute as pc

        found = self._slices(cells) if all(each.width is not None for each in self.fields) else self._extracted(cells)
        parts = {kind: self._two_digits(kind, each) for kind, each in found.items()}
        if "a" in found:
            parts["H"] = _of_halves(parts["H"], found["a"])
        pieces: list[object] = []
        if "y" in parts:
            pieces += [parts["y"], "-", parts["M"], "-", parts.get("d", "01")]
        if "H" in parts:
            pieces += [*([" "] if pieces else []), parts["H"], ":", parts["m"]]
            pieces += [":", parts.get("s", "00")] if "s" in parts or "y" not in parts else []
            pieces += [self._fraction(parts["S"])] if "S" in parts else []
        if "x" in parts:
            pieces += [pc.if_else(pc.equal(parts["x"], _UTC_OFFSETS[self._token("x")]), "Z", parts["x"])]
        return pc.binary_join_element_wise(*pieces, self.zone, "")

    def _slices(self, cells: pa.StringArray) -> dict[str, pa.StringArray]:
        """The fields of cells in which each has its place."""
        import pyarrow.compute as pc

        found, at = {}, 0
        for each in self.fields:
            stop = at + (each.width or 0)
            if each.token:
                found[each.kind] = pc.utf8_slice_codeunits(cells, at, stop)
            at = stop
        return found

    def _extracted(self, cells: pa.StringArray) -> dict[str, pa.StringArray]:
        """The fields of cells that are of different lengths; null where a cell is none."""
        import pyarrow.compute as pc

        kinds = [each.kind for each in self.fields if each.token]
        shape = "".join(self._expression(each) for each in self.fields)
        found = pc.extract_regex(cells, f"^{shape}$")
        return {kind: pc.struct_field(found, i) for i, kind in enumerate(kinds)}

    def _expression(self, field: Field) -> str:
        if not field.token:
            return re.escape(field.text)
        if field.token in BRACKETS:
            return r"(?P<S>(?:\.[0-9]{1,6})?)"
        if field.token in (month_names.FULL, month_names.SHORT):
            names = month_names.NAMES[field.token, self.language]
            return f"(?P<M>{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"
        if field.kind == "x":
            return f"(?P<x>{_OFFSETS[field.token]})"
        digits = "1,2" if field.token in _NARROW else str(field.width)
        return f"(?P<{field.kind}>[A-Za-z]{{2}})" if field.kind == "a" else f"(?P<{field.kind}>[0-9]{{{digits}}})"

    def _token(self, kind: str) -> str:
        return next(each.token for each in self.fields if each.kind == kind)

    def _two_digits(self, kind: str, cells: pa.StringArray) -> pa.StringArray:
        import pyarrow as pa
        import pyarrow.compute as pc

        token = self._token(kind)
        if token in (month_names.FULL, month_names.SHORT):
            names = pa.array(month_names.NAMES[token, self.language])
            numbers = pa.array([f"{i:02}" for i in range(1, 13)])
            return numbers.take(pc.index_in(cells, names))
        if token == SHORT_YEAR:
            century = pc.if_else(pc.less(cells, PIVOT), "20", "19")
            return pc.binary_join_element_wise(century, cells, "")
        return pc.utf8_lpad(cells, 2, "0") if token in _NARROW else cells

    def _fraction(self, cells: pa.StringArray) -> pa.StringArray:
        """A point and digits, of fractions that vary always as many."""
        import pyarrow.compute as pc

        if not self.has_brackets:
            return pc.binary_join_element_wise(".", cells, "")
        return pc.binary_join_element_wise(".", pc.utf8_rpad(pc.utf8_ltrim(cells, "."), MAX_FRACTION, "0"), "")

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """In the fields of the pattern."""
        import pyarrow.compute as pc

        has_date = any(each.kind == "y" for each in self.fields)
        at = 0 if has_date else -len(_DAY)
        pieces = [self._field(each, plain, at) if each.token else each.text for each in self.fields]
        return pc.binary_join_element_wise(*pieces, "")

    def _field(self, field: Field, plain: pa.StringArray, at: int) -> pa.StringArray:
        import pyarrow as pa
        import pyarrow.compute as pc

        if field.kind in ("S", "x"):
            return _written_end(field, plain, 19 + at)
        if field.kind == "a":
            late = pc.greater_equal(pc.utf8_slice_codeunits(plain, 11 + at, 13 + at), "12")
            return pc.if_else(late, *_HALVES[field.token])
        start, stop = _PLACES[field.kind]
        digits = pc.utf8_slice_codeunits(plain, start + at, stop + at)
        if field.token in (month_names.FULL, month_names.SHORT):
            return pa.array(month_names.NAMES[field.token, self.language]).take(pc.subtract(digits.cast("int8"), 1))
        if field.token == SHORT_YEAR:
            known = pc.and_(pc.greater_equal(digits, f"19{PIVOT}"), pc.less(digits, f"20{PIVOT}"))
            return pc.if_else(known, pc.utf8_slice_codeunits(digits, 2), pa.scalar(None, pa.string()))
        if field.token[0] == "h":
            digits = _to_halves(digits)
        if field.token in _NARROW:
            shown = pc.utf8_ltrim(digits, "0")
            return pc.if_else(pc.equal(shown, ""), "0", shown)
        return digits

    def join(self, other: MomentStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> MomentStyle | None:
        """The same one; or the one with fractions, if the other is the same without."""
        if self == other:
            return self
        for one, more in ((self, other), (other, self)):
            if one.language == more.language and one.pattern == without_fraction(more.pattern):
                return more
        return None


def of_each_offset(pattern: str) -> str:
    """The pattern in which each cell tells its own offset; the same where there is none."""
    body, quote, zone = pattern.removesuffix("'").rpartition("'")
    if not quote or not OFFSET.fullmatch(zone):
        return pattern
    return body + OFFSET_TOKENS[len(zone)]


def without_fraction(pattern: str) -> str:
    """A pattern without its fraction, if that may be missing."""
    for each in BRACKETS:
        pattern = pattern.replace(each, "")
    return pattern


def _hours() -> Mapping[str, str]:
    """Hours of the day by those of its halves, such as `12am`."""
    return {f"{(hour % 12) or 12:02}{'pm' if hour >= 12 else 'am'}": f"{hour:02}" for hour in range(24)}


def _of_halves(hours: pa.StringArray, halves: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    known = _hours()
    keys = pc.binary_join_element_wise(hours, pc.ascii_lower(halves), "")
    return pa.array(list(known.values())).take(pc.index_in(keys, pa.array(list(known))))


def _to_halves(hours: pa.StringArray) -> pa.StringArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    shown = pa.array([f"{(hour % 12) or 12:02}" for hour in range(24)])
    return shown.take(pc.index_in(hours, pa.array([f"{hour:02}" for hour in range(24)])))


def _written_end(field: Field, plain: pa.StringArray, at: int) -> pa.StringArray:
    """What stands behind the seconds: a fraction, or an offset."""
    import pyarrow.compute as pc

    if field.kind == "S":
        return _written_fraction(field.token, plain, at)
    offset = pc.replace_substring(pc.replace_substring_regex(plain, _BEFORE_OFFSET, ""), ":", "")
    offset = pc.replace_substring_regex(offset, "^[-+][0-9]{2}$", r"\000")
    offset = pc.if_else(pc.equal(offset, "Z"), "+0000", offset)
    if field.width == _WIDTHS["xx"]:
        return offset
    spelt = pc.replace_substring_regex(offset, _OFFSET_DIGITS, r"\1:\2")
    return spelt if field.width else pc.replace_substring_regex(spelt, ":00$", "")


def _written_fraction(token: str, plain: pa.StringArray, at: int) -> pa.StringArray:
    """The digits of a fraction; where their number varies, with the point before them."""
    import pyarrow.compute as pc

    if token not in BRACKETS:
        return pc.utf8_slice_codeunits(plain, at + 1, at + 1 + len(token))
    digits = pc.utf8_slice_codeunits(plain, at + 1, at + 1 + MAX_FRACTION)
    shown = pc.replace_substring_regex(digits, _NEEDLESS[token], "")
    return pc.if_else(pc.equal(shown, ""), "", pc.binary_join_element_wise(".", shown, ""))
