"""Numbers with exponents, as C, R, Excel, .NET, Java, JavaScript and SQLite print them.

Where every number has one, the name is the pattern that spreadsheets use: `0.00E+00` has two digits behind the point,
`0.#e+00` as many as it takes; behind the sign stand the digits that the exponent has at least. `0.0#E0` has a point
always and no plus. Where only very large and very small numbers have one, the name is that of who prints them so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

PYTHON_LOW, PYTHON_HIGH = 1e-4, 1e16
"""Magnitudes between which Python prints no exponent."""
PLAIN_LOW, PLAIN_HIGH = 1e-4, 1e15
"""Between these magnitudes neither .NET nor JavaScript nor Python print an exponent."""
LETTERS = (b"E", b"e")
"""Those that an exponent has; in one column only one of them."""
MAX_DIGITS = 20
"""Digits behind the point of the longest mantissa that is written of a double; NumPy writes 18."""
_CELL = re.compile(r"-?\d(?:\.(?P<fraction>\d+))?(?P<letter>[eE])(?P<sign>[-+]?)(?P<exponent>\d{1,3})")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?")
_NAME = re.compile(r"0\.?(?P<fraction>0*#?)(?P<letter>[eE])(?P<sign>\+?)(?P<exponent>0{1,3})")


@dataclass(frozen=True, slots=True)
class ExponentStyle:
    """See `base.CellStyle`.

    Attributes:
        fraction: the digits behind the point: `00` for two, `#` for as many as it takes, `0#` for one at least.
        letter: `e` or `E`; plus: whether exponents from 0 on have a sign; digits: the least that they have.
        low, high: magnitudes between which numbers have no exponent; both 0: all have one.
        printer: whose way it is, where not all have one.
        is_shorter: whether an exponent stands only where it makes a number shorter, and `low`, `high` are magnitudes
            between which it never does.
    """

    is_open: ClassVar[bool] = False
    reading: ClassVar[str] = ""

    fraction: str
    letter: str
    plus: bool
    digits: int
    low: float = 0
    high: float = 0
    printer: str = ""
    is_shorter: bool = False

    @property
    def name(self) -> str:
        """The pattern, or the printer."""
        point = "." if self.fraction else ""
        return self.printer or f"0{point}{self.fraction}{self.letter}{'+' * self.plus}{'0' * self.digits}"

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """As Python prints doubles."""
        import pyarrow as pa
        import pyarrow.compute as pc

        with_letter = pc.match_substring(cells, self.letter)
        whole = pc.invert(pc.match_substring(cells, "."))
        plain = pc.if_else(whole, pc.binary_join_element_wise(cells, ".0", ""), cells)
        texts = ((cell or "") for cell in cells.filter(with_letter).to_pylist())
        spelt = [repr(float(text)) if _NUMBER.fullmatch(text) else None for text in texts]
        return pc.replace_with_mask(plain, with_letter, pa.array(spelt, pa.string()))

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """With the exponents of this style."""
        import pyarrow as pa
        import pyarrow.compute as pc

        size = pc.abs(plain.cast(pa.float64()))
        usual = pc.and_(pc.greater_equal(size, max(self.low, PYTHON_LOW)), pc.less(size, min(self.high, PYTHON_HIGH)))
        odd = pc.invert(pc.fill_null(usual, fill_value=False))
        text = plain if self.fraction == "0#" else pc.replace_substring_regex(plain, r"\.0$", "")
        spelt = [None if text is None else self._written(text) for text in plain.filter(odd).to_pylist()]
        return pc.replace_with_mask(text, odd, pa.array(spelt, pa.string()))

    def is_of(self, cells: Sequence[str]) -> bool:
        """Whether all of a few numbers are written so."""
        return all(self._written(cell) == cell for cell in cells)

    def _written(self, text: str) -> str:
        value = float(text)
        plain = format(Decimal(repr(value)), "f")
        if self.fraction != "0#":
            plain = plain.removesuffix(".0")
        if self.high and (not value or self.low <= abs(value) < self.high):
            return plain
        written = self._with_exponent(value)
        return plain if self.is_shorter and len(plain) <= len(written) else written

    def _with_exponent(self, value: float) -> str:
        if "#" in self.fraction:
            mantissa, _, power = _shortest(value)
            mantissa += ".0" * (self.fraction == "0#" and "." not in mantissa)
        else:
            mantissa, _, power = f"{value:.{len(self.fraction)}e}".partition("e")
        sign = "-" if power.startswith("-") else "+" * self.plus
        return f"{mantissa}{self.letter}{sign}{power.lstrip('+-').lstrip('0').rjust(self.digits, '0')}"

    def join(self, other: ExponentStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> ExponentStyle | None:
        """The same one only."""
        return self if self == other else None


def _shortest(value: float) -> tuple[str, str, str]:
    digits = Decimal(repr(value)).normalize()
    return f"{digits:e}".partition("e")


JAVA_LOW, JAVA_HIGH = 1e-3, 1e7
"""Between these magnitudes Java prints no exponent."""
JAVA = ExponentStyle("0#", "E", False, 1, low=JAVA_LOW, high=JAVA_HIGH, printer="Java")
SQLITE = ExponentStyle("0#", "e", True, 2, low=PLAIN_LOW, high=PLAIN_HIGH, printer="SQLite")
R_LOW, R_HIGH, C_HIGH = 1e-3, 1e5, 1e6
"""Between these magnitudes R prints no exponent, and from the last one on C does."""
R_DIGITS, C_DIGITS = 5, 6
"""Whole numbers of so many digits have none."""
R = ExponentStyle("#", "e", True, 2, low=R_LOW, high=R_HIGH, printer="R", is_shorter=True)
C = ExponentStyle("#", "e", True, 2, low=PLAIN_LOW, high=C_HIGH, printer="C")
PRINTERS = (
    ExponentStyle("#", "E", True, 2, low=PLAIN_LOW, high=PLAIN_HIGH, printer=".NET"),
    ExponentStyle("#", "e", True, 1, low=1e-6, high=1e21, printer="JavaScript"),
)
"""Those whose numbers have exponents only where they are very large or small, and whole ones no point."""
_ALL_PRINTERS = (*PRINTERS, R, C, JAVA, SQLITE)


def styles_of(sample: Sequence[str], raw: bytes) -> list[ExponentStyle]:
    """The styles that a column may have with these cells, all of which together are ``raw``."""
    letter = next((letter.decode() for letter in LETTERS if letter in raw), "")
    if not letter or not all(map(_NUMBER.fullmatch, sample)):
        return []
    found = [each for each in map(_CELL.fullmatch, sample) if each is not None]
    if len(found) < len(sample):
        return [each for each in _ALL_PRINTERS if each.letter == letter and each.is_of(sample)]
    lengths = {len(each["fraction"] or "") for each in found}
    fixed = ["0" * length for length in lengths if len(lengths) == 1 and length <= MAX_DIGITS]
    signs = {plus for plus in (True, False) if not any(each["sign"] == ("" if plus else "+") for each in found)}
    most = min(len(each["exponent"]) for each in found)
    shapes = [(shape, plus) for plus in signs for shape in [*fixed, "#" if plus else "0#"] if shape or plus]
    ways = [ExponentStyle(shape, letter, plus, digits) for shape, plus in shapes for digits in range(1, most + 1)]
    return [each for each in (*ways, *_ALL_PRINTERS) if each.letter == letter and each.is_of(sample)]


def style_named(name: str) -> ExponentStyle | None:
    """The style of a name, None if it is none of these."""
    for each in _ALL_PRINTERS:
        if each.name == name:
            return each
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    return ExponentStyle(found["fraction"], found["letter"], bool(found["sign"]), len(found["exponent"]))
