"""The two words of truth values in other letters (`TRUE`, `FALSE`; `True`, `False`), and as spreadsheets say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers


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
        """The canonical words; null for others."""
        import pyarrow as pa
        import pyarrow.compute as pc

        false = pc.if_else(pc.equal(cells, self.false), "false", pa.scalar(None, pa.string()))
        return pc.if_else(pc.equal(cells, self.true), "true", false)

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """The words of this style."""
        import pyarrow.compute as pc

        return pc.if_else(pc.equal(plain, "true"), self.true, self.false)

    def join(self, other: BoolWords, *, seen: SeenNumbers, other_seen: SeenNumbers) -> BoolWords | None:
        """The same words only."""
        return self if self == other else None


WORDS = (
    BoolWords("TRUE", "FALSE"),
    BoolWords("True", "False"),
    BoolWords("WAHR", "FALSCH"),
    BoolWords("VRAI", "FAUX"),
    BoolWords("VERDADERO", "FALSO"),
)
"""The last ones are those of German, French and Spanish spreadsheets."""


def styles_of(first: str) -> list[BoolWords]:
    """The styles that a column may have whose first cell is `first`."""
    return [each for each in WORDS if first in (each.true, each.false)]


def style_named(name: str) -> BoolWords | None:
    """The style of a name, None if it is none of these."""
    return next((each for each in WORDS if each.name == name), None)
