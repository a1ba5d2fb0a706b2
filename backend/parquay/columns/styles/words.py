"""The two words of truth values in other letters: `TRUE` and `FALSE`, `True` and `False`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class BoolWords:
    """See `base.CellStyle`."""

    true: str
    false: str

    is_open: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The two words."""
        return f"{self.true}/{self.false}"

    @property
    def reading(self) -> str:
        """There is only one."""
        return ""

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """The words in small letters."""
        import pyarrow.compute as pc

        return pc.ascii_lower(cells)

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """The words in the letters of this style."""
        import pyarrow.compute as pc

        return pc.if_else(pc.equal(plain, "true"), self.true, self.false)

    def join(self, other: BoolWords, *, small: bool, other_small: bool) -> BoolWords | None:
        """The same words only."""
        return self if self == other else None


WORDS = (BoolWords("TRUE", "FALSE"), BoolWords("True", "False"))


def styles_of(first: str) -> list[BoolWords]:
    """The styles that a column may have whose first cell is `first`."""
    return [each for each in WORDS if first in (each.true, each.false)]


def style_named(name: str) -> BoolWords | None:
    """The style of a name, None if it is none of these."""
    return next((each for each in WORDS if each.name == name), None)
