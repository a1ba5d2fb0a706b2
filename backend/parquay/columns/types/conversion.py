"""Cells of a column read as another type, when somebody asks for it: exactly, or not at all.

A cell converts when its text is the type's own for a value, in the style that is asked for. So does one that is written
in another way and means a value exactly: `7` and `7.5` in a `decimal(18,2)`, `1.50` as a double, `13:05` as a time with
seconds, a day as the moment at which it begins. What would have to be rounded, cut or guessed does not fit: it is null.
Whatever the type would not write as it stood is kept aside (see `missing`), so going back to text is exact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.styles.base import CellStyle
from parquay.columns.types import missing
from parquay.columns.types.base import ColumnType, RespeltCell, Unfit
from parquay.columns.types.missing_words import MISFIT, OTHERWISE, WORD
from parquay.columns.types.styled import StyledType
from parquay.columns.types.uuid import CANONICAL

_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
_SHAPES = {
    "bool": "^(true|false)$",
    "int64": r"^-?[0-9]{1,19}$",
    "decimal": r"^-?[0-9]{1,38}(\.[0-9]{1,38})?$",
    "double": r"^-?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "time": r"^[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$",
    "timestamp": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([-+Z][0-9:]*)?$",
    "uuid": CANONICAL,
}
"""What the canonical texts of a type look like, among others: parsers are asked about nothing else."""
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00(:00(\.0+)?)?$"


@dataclass(frozen=True, slots=True)
class ConvertedCells:
    """A column as another type.

    Attributes:
        values: of that type; null where there is none.
        asides: what is kept aside, see `missing`; None: nothing.
        converted, missing, misses: cells with a value; empty ones and words for missing; those that do not fit.
    """

    values: pa.Array
    asides: pa.StringArray | None
    converted: int
    missing: int
    misses: int


def convert(
    texts: pa.StringArray, target: ColumnType, words: Collection[str], meant: pa.StringArray | None = None
) -> ConvertedCells:
    """Read cells as ``target``; ``words`` are those that mean that there is no value.

    ``meant``: the canonical texts of the values that the cells have by now, where they are written in a style: what the
    target cannot read in it, it may read in these.
    """
    encoded = texts.dictionary_encode()
    values, asides = _read(encoded.dictionary, target, pa.array(sorted(words), pa.string()))
    values, asides = values.take(encoded.indices), asides.take(encoded.indices)
    if meant is not None:
        values, asides = _meant(values, asides, texts, _exact_values(meant, target))
    kinds = pc.utf8_slice_codeunits(asides, 0, 1)
    misses = pc.sum(pc.equal(kinds, MISFIT)).as_py() or 0
    found = len(values) - values.null_count
    kept = None if asides.null_count == len(asides) else asides
    return ConvertedCells(values, kept, found, len(values) - found - misses, misses)


def _exact_values(meant: pa.StringArray, target: ColumnType) -> pa.Array:
    base = target.base if isinstance(target, StyledType) else target
    encoded = meant.dictionary_encode()
    return _exact(encoded.dictionary, base).take(encoded.indices)


def _meant(
    values: pa.Array, asides: pa.StringArray, texts: pa.StringArray, others: pa.Array
) -> tuple[pa.Array, pa.StringArray]:
    """Values of cells that did not fit from others that they have, where they have some."""
    misfit = pc.fill_null(pc.starts_with(asides, MISFIT), fill_value=False)
    found = pc.and_(misfit, others.is_valid())
    otherwise = pc.binary_join_element_wise(OTHERWISE, texts, "")
    return pc.if_else(found, others, values), pc.if_else(found, otherwise, asides)


def _read(cells: pa.StringArray, target: ColumnType, words: pa.StringArray) -> tuple[pa.Array, pa.StringArray]:
    """The values of different cells, none of them null, and what is kept aside of each."""
    nothing = pa.scalar(None, pa.string())
    if target.is_text:
        return cells, pa.nulls(len(cells), pa.string())
    is_word = pc.is_in(cells, value_set=words)
    values = _values(pc.if_else(is_word, nothing, cells), target)
    own = target.kept_aside(pc.if_else(values.is_valid(), cells, nothing))
    same = pc.fill_null(pc.equal(missing.over(target.to_text(values), own, target), cells), fill_value=False)
    kinds = pc.if_else(is_word, WORD, pc.if_else(values.is_valid(), OTHERWISE, MISFIT))
    return values, pc.if_else(same, nothing if own is None else own, pc.binary_join_element_wise(kinds, cells, ""))


def _values(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    if not isinstance(target, StyledType):
        return _exact(cells, target)
    return _exact(plain_texts(cells, target.cell_style), target.base)


def plain_texts(cells: pa.StringArray, style: CellStyle) -> pa.StringArray:
    """The canonical texts of cells in a style, null for those that are in another; some make a style stumble."""
    if cells.null_count == len(cells):
        return cells
    try:
        plain = style.plain(cells)
        fits = pc.fill_null(pc.equal(style.written(plain), cells), fill_value=False)
    except (pa.ArrowInvalid, ValueError, OverflowError):
        if len(cells) == 1:
            return pa.nulls(1, pa.string())
        half = len(cells) // 2
        return pa.concat_arrays([plain_texts(each, style) for each in (cells.slice(0, half), cells.slice(half))])
    return pc.if_else(fits, plain, pa.scalar(None, pa.string()))


def _exact(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    """The values of cells that mean one exactly, null for the others; ``target`` has no style."""
    values = _canonical(cells, target)
    left = pc.and_(cells.is_valid(), values.is_null())
    if not pc.any(left).as_py():
        return values
    rest = cells.filter(left)
    return pc.replace_with_mask(values, left, _otherwise(rest, target))


def _canonical(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    """The values of canonical texts, null for all others."""
    shape = _SHAPES.get(target.type_id)
    if shape is not None:
        looks = pc.fill_null(pc.match_substring_regex(cells, shape), fill_value=False)
        cells = pc.if_else(looks, cells, pa.scalar(None, pa.string()))
    return _parsed(cells, target)


def _parsed(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    """The same by the type's own parser, which refuses many cells for the sake of one: they are halved until it is."""
    if cells.null_count == len(cells):
        return pa.nulls(len(cells), target.arrow())
    try:
        values = target.to_values(cells)
        shown = missing.over(target.to_text(values), target.kept_aside(cells), target)
        same = pc.fill_null(pc.equal(shown, cells), fill_value=False)
    except (pa.ArrowInvalid, ValueError, OverflowError):
        if len(cells) == 1:
            return pa.nulls(1, target.arrow())
        half = len(cells) // 2
        return pa.concat_arrays([_parsed(cells.slice(0, half), target), _parsed(cells.slice(half), target)])
    return pc.if_else(same, values, pa.scalar(None, target.arrow()))


def _otherwise(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    """The values of cells that are written in another way than the type would write them."""
    if target.type_id == "double":
        values = _canonical(_as_number(cells, target), target)
        powers = pc.match_substring_regex(cells, r"^-?[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]{1,3}$")
        return pc.coalesce(values, _as_edited(pc.if_else(powers, cells, pa.scalar(None, pa.string())), target))
    if target.type_id in ("int64", "decimal"):
        return _canonical(_as_number(cells, target), target)
    if target.type_id == "date":
        midnight = pc.match_substring_regex(cells, _MIDNIGHT)
        days = pc.replace_substring_regex(cells, _MIDNIGHT, r"\1")
        return _canonical(pc.if_else(midnight, days, pa.scalar(None, pa.string())), target)
    if target.type_id in ("time", "timestamp", "duration", "uuid"):
        return _moments(cells, target)
    if target.type_id == "bool":
        return _canonical(pc.ascii_lower(cells), target)
    return pa.nulls(len(cells), target.arrow())


def _as_number(cells: pa.StringArray, target: ColumnType) -> pa.StringArray:
    """The canonical texts of plain numbers, with as many digits behind the point as the type has; null for others."""
    plain = pc.match_substring_regex(cells, _NUMBER)
    number = pc.if_else(plain, cells, pa.scalar(None, pa.string()))
    whole = pc.replace_substring_regex(number, r"\..*$", "")
    fraction = pc.replace_substring_regex(pc.replace_substring_regex(number, r"^[^.]*\.?", ""), r"0+$", "")
    scale = getattr(target, "scale", 0)
    if target.type_id == "double":
        point = "point" if getattr(target, "integers", "") == "point" else ""
        shown = pc.if_else(pc.equal(fraction, ""), "0" if point else "", fraction)
    else:
        fits = pc.less_equal(pc.utf8_length(fraction), scale)
        shown = pc.if_else(fits, pc.utf8_rpad(fraction, scale, "0"), pa.scalar(None, pa.string()))
    joined = pc.binary_join_element_wise(whole, shown, ".")
    return pc.if_else(pc.equal(shown, ""), whole, joined)


def _moments(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    """What an edit would take: times in another zone, with other digits of a second, a day as the moment it begins."""
    if target.type_id == "timestamp":
        starts = pc.binary_join_element_wise(cells, "00:00:00", " ")
        cells = pc.if_else(pc.match_substring_regex(cells, _DAY), starts, cells)
    return _as_edited(cells, target)


def _as_edited(cells: pa.StringArray, target: ColumnType) -> pa.Array:
    """The values that an edit would take the cells for, which costs more than whatever is done for all at once."""
    stored = pa.array([None if text is None else _edited(text, target) for text in cells.to_pylist()], target.stored())
    return target.of_stored(stored)


def _edited(text: str, target: ColumnType) -> object:
    try:
        found = target.read_cell(text)
        return found.value if isinstance(found, RespeltCell) else found
    except (Unfit, ValueError, OverflowError):
        return None
