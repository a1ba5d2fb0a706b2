"""Numbers as people write them: with groups of thousands, a decimal comma, a plus, a percent or currency sign, spaces.

The name of such a style is the pattern that spreadsheets use, with the signs themselves in it: `#,##0.0` has groups
with commas and a decimal point, `#.##0,0 €` groups with points, a decimal comma and a sign behind, `0,0%` a decimal
comma and a percent sign, `+0` a plus before positive numbers, `+0;-0;0` the same but for zero. `0;(0)` has numbers
below zero in parentheses, `0;0-` with a minus behind, and one more pattern has the typographic minus. How many digits
stand behind the decimal mark is a matter of the type.

A style tells only what was seen: no cell of the columns of `#,##0` has a decimal mark. So it can be joined with one of
the same signs that has seen more, and with plain numbers, as long as those of either are written alike in both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

GROUP_MARKS = (",", ".", " ", "'", "\u2019", "\u00a0", "\u202f")
"""What may stand between thousands; the last three are a raised comma and spaces that do not break."""
MAX_DIGITS = 39
"""Digits before the decimal mark beyond which no number is grouped; no decimal has as many."""
MAX_SPACES = 8
_PAD, OPEN = "\0", "?"
_CODES = "AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN RON RUB SEK TRY UAH USD ZAR"
_SIGNS = rf"[$€£¥₹₽₩₺₪฿]|(?:US|A|C|R|NZ|HK)\$|{_CODES.replace(' ', '|')}|kr\.?|zł|Kč|Ft|lei|Rs\.?"
_SPACE = r"[ \u00a0\u202f]"
_BEFORE = rf"(?:{_SIGNS}){_SPACE}?| {{1,{MAX_SPACES}}}"
_BEHIND = rf"{_SPACE}?(?:%|{_SIGNS})| {{1,{MAX_SPACES}}}"
_CELL = re.compile(
    rf"\(?[-+\u2212]?(?P<prefix>{_BEFORE})?[-+]?[.,]?\d[\d.,'\u2019 \u00a0\u202f]*?(?P<suffix>{_BEHIND})?[-)]?"
)
_NAME = re.compile(
    rf"(?P<prefix>{_BEFORE})?(?P<plus>\+)?(?:#(?P<group>[^\d#])##)?(?P<last>[0#])(?:(?P<decimal>[.,])0)?(?P<suffix>{_BEHIND})?(?P<zero>;-0;0)?"
)
_BODY = "\0"
_LONG_MINUS = "\u2212"
_NEGATIVES = {"()": f"({_BODY})", "-": f"{_BODY}-", _LONG_MINUS: f"{_LONG_MINUS}{_BODY}"}
"""Ways to write numbers below zero, where not with a minus in front: what stands around the number."""
_ALL_OPEN = 3
_LIKE_THOUSANDS = r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """See `base.CellStyle`.

    Attributes:
        prefix: what stands before every number, behind its minus; suffix: what stands behind every number.
        plus: whether positive numbers have a plus; `signed_zero`: and zero, too.
        group: between thousands, in every number of 1,000 or more; empty: none was seen.
        decimal: the decimal mark; empty: none was seen.
        negative: how numbers below zero are written, where not with a minus in front; empty also where none was seen.
        is_comma_open: whether every comma that was seen as a decimal mark may be one between thousands, as in `1,234`.
        is_bare: whether numbers nearer to zero than one begin with their decimal mark.
        is_form_open: whether the cells may be no numbers: all are below zero, or some begin with their decimal mark.
    """

    prefix: str = ""
    suffix: str = ""
    plus: bool = False
    signed_zero: bool = False
    group: str = ""
    decimal: str = ""
    negative: str = ""
    is_comma_open: bool = False
    is_form_open: bool = False
    is_bare: bool = False

    @property
    def is_open(self) -> bool:
        """Whether either is open."""
        return self.is_comma_open or self.is_form_open

    @property
    def name(self) -> str:
        """The pattern."""
        last = "#" if self.is_bare else "0"
        whole = f"#{self.group}##{last}" if self.group else last
        zero = ";-0;0" if self.plus and not self.signed_zero else ""
        plus, fraction = "+" * self.plus, self.decimal and self.decimal + "0"
        pattern = f"{self.prefix}{plus}{whole}{fraction}{self.suffix}{zero}"
        below = f";{_NEGATIVES[self.negative].replace(_BODY, pattern)}" if self.negative else ""
        return pattern + below + OPEN * (self.is_comma_open + 2 * self.is_form_open)

    @property
    def reading(self) -> str:
        """The European one is different: `1.234` is more than a thousand, `1,234` is little more than one."""
        return "," if self.decimal == "," or self.group == "." else ""

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """Without what the style adds, and with a decimal point."""
        import pyarrow.compute as pc

        minus, core = self._without_negative(cells) if self.negative else (None, cells)
        if self.prefix:
            core = pc.replace_substring(core, self.prefix, "", max_replacements=1)
        if self.suffix:
            core = pc.utf8_slice_codeunits(core, 0, -len(self.suffix))
        if self.plus:
            core = pc.utf8_ltrim(core, "+")
        if self.group:
            core = pc.replace_substring(core, self.group, "")
        if self.decimal == ",":
            core = pc.replace_substring(core, ",", ".", max_replacements=1)
        if self.is_bare:
            core = pc.replace_substring_regex(core, r"^(-?)\.", r"\10.")
        return core if minus is None else pc.binary_join_element_wise(pc.if_else(minus, "-", ""), core, "")

    def _without_negative(self, cells: pa.StringArray) -> tuple[pa.BooleanArray, pa.StringArray]:
        """Which cells are below zero, and all without what says so."""
        import pyarrow.compute as pc

        before, behind = _NEGATIVES[self.negative].split(_BODY)
        minus = pc.and_(pc.starts_with(cells, before), pc.ends_with(cells, behind))
        inner = pc.utf8_slice_codeunits(cells, len(before), -len(behind) or None)
        return minus, pc.if_else(minus, inner, cells)

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """With everything that the style adds."""
        import pyarrow.compute as pc

        minus = pc.starts_with(plain, "-")
        sign = pc.if_else(minus, "-", self._pluses(plain)) if self.plus else pc.if_else(minus, "-", "")
        size = pc.utf8_ltrim(plain, "-")
        body = _grouped(size, self.group, self.decimal or ".") if self.group else size
        if not self.group and self.decimal == ",":
            body = pc.replace_substring(body, ".", ",", max_replacements=1)
        if self.is_bare:
            body = pc.replace_substring_regex(body, "^0([.,])", r"\1")
        if self.negative:
            before, behind = _NEGATIVES[self.negative].split(_BODY)
            below = pc.binary_join_element_wise(before, self.prefix, body, self.suffix, behind, "")
            return pc.if_else(minus, below, pc.binary_join_element_wise(self.prefix, body, self.suffix, ""))
        return pc.binary_join_element_wise(sign, self.prefix, body, self.suffix, "")

    def _pluses(self, plain: pa.StringArray) -> pa.StringArray:
        import pyarrow.compute as pc

        if self.signed_zero:
            return "+"
        return pc.if_else(pc.match_substring_regex(plain, r"^0(\.0*)?$"), "", "+")

    def join(self, other: NumberStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> NumberStyle | None:
        """What both have seen; groups that one side has not seen it has not needed, if its numbers are small."""
        if self.group != other.group and not (seen if other.group else other_seen).small:
            return None
        if self.negative != other.negative and not self._may_be_negative(other, seen, other_seen):
            return None
        if (self.group and other.group and self.group != other.group) or (
            self.decimal and other.decimal and self.decimal != other.decimal
        ):
            return None
        decimal = self.decimal or other.decimal
        both = replace(
            self,
            group=self.group or other.group,
            decimal=decimal,
            negative=self.negative or other.negative,
            is_comma_open=bool(decimal) and self._leaves_comma_open and other._leaves_comma_open,
            is_form_open=self.is_form_open and other.is_form_open,
        )
        fixed = ("prefix", "suffix", "plus", "signed_zero", "is_bare")
        alike = all(getattr(both, each) == getattr(other, each) for each in fixed)
        return both if alike and both.group != (both.decimal or None) else None

    def _may_be_negative(self, other: NumberStyle, seen: SeenNumbers, other_seen: SeenNumbers) -> bool:
        """Whether the side that has seen no other way to write numbers below zero has seen none of these."""
        if self.negative and other.negative:
            return False
        return (other_seen if self.negative else seen).unsigned

    @property
    def _leaves_comma_open(self) -> bool:
        return self.is_comma_open or not self.decimal


def seen_in(style: NumberStyle, plain: pa.StringArray) -> NumberStyle:
    """The style, open if nothing in the cells with these canonical texts decides it."""
    import pyarrow.compute as pc

    if style.negative and style.negative != _LONG_MINUS:
        style = replace(style, is_form_open=style.is_bare or pc.all(pc.starts_with(plain, "-")).as_py())
    if style.decimal != "," or style.group:
        return style
    decides = pc.and_(pc.match_substring(plain, "."), pc.invert(pc.match_substring_regex(plain, _LIKE_THOUSANDS)))
    return replace(style, is_comma_open=not pc.any(decides).as_py())


PLAIN = {True: NumberStyle(), False: NumberStyle(decimal=".")}
"""The style of canonical texts, whole numbers (True) or others."""


def looks_like_a_name(style: NumberStyle, digits: int) -> bool:
    """Whether whole numbers of so many digits may be names: phone numbers, addresses of machines."""
    if style.decimal:
        return False
    if style.plus:
        return digits > 6 or bool(style.group)
    bare = not style.prefix.strip() and not style.suffix.strip()
    return bare and ((style.group.isspace() and digits > 8) or (style.group == "." and digits > 9))


def _grouped(size: pa.StringArray, group: str, decimal: str) -> pa.StringArray:
    """Numbers without a sign, with a mark between thousands and a decimal mark."""
    import pyarrow.compute as pc

    whole = pc.replace_substring_regex(size, r"\..*$", "")
    fraction = pc.replace_substring(pc.replace_substring_regex(size, r"^[^.]*", ""), ".", decimal)
    most = pc.max(pc.utf8_length(whole)).as_py() or 0
    pieces = -(-min(most, MAX_DIGITS) // 3)
    if pieces > 1:
        padded = pc.utf8_lpad(whole, 3 * pieces, _PAD)
        triples = [pc.utf8_slice_codeunits(padded, 3 * i, 3 * i + 3) for i in range(pieces)]
        whole = pc.utf8_ltrim(pc.binary_join_element_wise(*triples, group), _PAD + group)
    return pc.binary_join_element_wise(whole, fraction, "")


def may_be_number(cell: str) -> bool:
    """Whether a cell may be written in one of these styles."""
    return _CELL.fullmatch(cell) is not None


def styles_of(first: str, raw: bytes, *, has_minus_behind: bool, is_bare: bool) -> list[NumberStyle]:
    """The styles that a column may have whose first cell is `first` and whose cells together are `raw`.

    `has_minus_behind`: whether some cell ends with a minus; `is_bare`: or begins with a decimal mark.
    Canonical numbers have none. Every style that fits the cells is among them, whichever cell is the first.
    """
    found = _CELL.fullmatch(first)
    if found is None:
        return []
    prefix, suffix = found["prefix"] or "", found["suffix"] or ""
    seen = [mark for mark in GROUP_MARKS if mark.encode() in _without(raw, prefix, suffix)]
    pluses = [(False, False)] if raw.find(b"+") < 0 else [(True, True), (True, False)]
    negative = next((each for each in ("()", _LONG_MINUS) if each[0].encode() in raw), "-" if has_minus_behind else "")
    if negative and any(plus for plus, _ in pluses):
        return []
    styles = [
        NumberStyle(prefix, suffix, *plus, group, decimal, negative, is_form_open=is_bare, is_bare=is_bare)
        for decimal, group in _marks(seen)
        for plus in pluses
    ]
    return [each for each in styles if each not in PLAIN.values()]


def _without(raw: bytes, prefix: str, suffix: str) -> bytes:
    for affix in (prefix, suffix):
        raw = raw.replace(affix.encode(), b"") if affix else raw
    return raw


def _marks(seen: list[str]) -> list[tuple[str, str]]:
    """Decimal mark and group mark, as far as both were seen."""
    if not seen:
        return [("", "")]
    if len(seen) == 1:
        mark = seen[0]
        return [(mark, ""), ("", mark)] if mark in ".," else [("", mark)]
    return [pair for pair in permutations(seen, 2) if pair[0] in ".,"] if len(seen) == 2 else []


def style_named(name: str) -> NumberStyle | None:
    """The style of a name, None if it is none of these."""
    plain = name.rstrip(OPEN)
    opens = len(name) - len(plain)
    pattern, negative = _negative_of(plain)
    found = _NAME.fullmatch(pattern)
    if found is None or (found["zero"] and not found["plus"]) or (negative and found["plus"]) or opens > _ALL_OPEN:
        return None
    marks = found["group"] or "", found["decimal"] or ""
    return NumberStyle(
        found["prefix"] or "",
        found["suffix"] or "",
        bool(found["plus"]),
        bool(found["plus"] and not found["zero"]),
        *marks,
        negative,
        bool(opens & 1),
        bool(opens & 2),
        found["last"] == "#",
    )


def _negative_of(name: str) -> tuple[str, str]:
    """The pattern of numbers that are not below zero, and how those are written that are."""
    pattern, _, below = name.partition(";")
    for negative, shape in _NEGATIVES.items():
        if below == shape.replace(_BODY, pattern):
            return pattern, negative
    return name, ""
