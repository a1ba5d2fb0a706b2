"""UUIDs in capitals, in braces, or without hyphens.

The name tells how the hexadecimal digits are grouped: `8-4-4-4-12 upper`, `{8-4-4-4-12}`, `32`. Digits without
hyphens may be anything, such as an MD5: they are taken for UUIDs only where somebody says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from parquay.columns.styles.amounts import OPEN

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

_GROUPS = r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})"
_SHAPES = {
    "8-4-4-4-12": "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "{8-4-4-4-12}": r"\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}",
    "32": "[0-9a-f]{32}",
}
UPPER = " upper"


@dataclass(frozen=True, slots=True)
class UuidStyle:
    """See `base.CellStyle`.

    Attributes:
        shape: how the digits are grouped; upper: whether letters are capitals.
        is_open: whether the cells may be no ids at all.
    """

    shape: str
    upper: bool
    is_open: bool = False

    reading: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The groups, and the letters where they are capitals."""
        return self.shape + UPPER * self.upper + OPEN * self.is_open

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """In small letters, with hyphens."""
        import pyarrow as pa
        import pyarrow.compute as pc

        fits = pc.match_substring_regex(cells, f"^{_letters(_SHAPES[self.shape], upper=self.upper)}$")
        digits = pc.utf8_trim(pc.ascii_lower(cells), "{}")
        plain = pc.replace_substring_regex(digits, _GROUPS, r"\1-\2-\3-\4-\5")
        return pc.if_else(fits, plain, pa.scalar(None, pa.string()))

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """Grouped, and in capitals, as the style says."""
        import pyarrow.compute as pc

        text = pc.ascii_upper(plain) if self.upper else plain
        if self.shape == "32":
            return pc.replace_substring(text, "-", "")
        return pc.binary_join_element_wise("{", text, "}", "") if self.shape.startswith("{") else text

    def join(self, other: UuidStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> UuidStyle | None:
        """The same one only."""
        return self if self == other else None


def _letters(shape: str, *, upper: bool) -> str:
    return shape.replace("a-f", "A-F") if upper else shape


CAPITALS = UuidStyle("8-4-4-4-12", upper=True)
UUIDS = (CAPITALS, *(UuidStyle(shape, upper) for shape in ("{8-4-4-4-12}", "32") for upper in (False, True)))


def styles_of(first: str) -> list[UuidStyle]:
    """The styles that a column may have whose first cell is `first`."""
    found = [each for each in UUIDS if re.fullmatch(_letters(_SHAPES[each.shape], upper=each.upper), first)]
    return [UuidStyle(each.shape, each.upper, is_open=each.shape == "32") for each in found]


def style_named(name: str) -> UuidStyle | None:
    """The style of a name, None if it is none of these."""
    closed = next((each for each in UUIDS if each.name == name.rstrip(OPEN)), None)
    return closed and UuidStyle(closed.shape, closed.upper, is_open=name.endswith(OPEN))
