"""A table back to text, faithful to the upload: the same cells, in the same order, under the same header.

A cell that was an unquoted empty field is one again; an empty text stays a quoted empty one. Quotes stand only where a
cell needs them. A file without a header gets none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.parquet.parts import Types
from parquay.columns.text import json_text
from parquay.columns.types import lexemes
from parquay.columns.types.lexemes import ColumnType
from parquay.columns.types.numbers import PLAIN_HIGH

SLICE_ROWS = 65_536
"""Rows written at once."""
EXACT_INT, EXACT_DIGITS = 2**53 - 1, 15
"""The largest whole number and the most digits of a decimal that every JSON reader keeps."""
NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""Numbers that JSON has no numbers for; what is no number at all is `NaN`."""
MINUS_ZERO = Decimal("-0")
FORMULA = r"""^[\x00-\x20\s\p{Z}\x{FEFF}"']*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n]"""
"""Texts that a spreadsheet may run, by OWASP's list; some run them behind spaces or quotes, too."""
NO_NUMBER = "^-[^0-9]"
"""Of doubles: `-inf`."""


def header_row(dialect: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """The header as it stood in the file, if it had one; one of several rows as the names that it was merged to.

    A format that names its columns in another way than by a header gets one with the names.
    """
    if not dialect["header_rows"] and dialect["format"] == "csv":
        return ()
    header = dialect["header"]
    return tuple(header[0]) if len(header) == 1 else tuple(names)


class Sink(Protocol):
    """Where bytes go."""

    def write(self, piece: bytes, /) -> object:
        """Take bytes in."""


@dataclass(frozen=True, slots=True)
class Style:
    """How CSV is written.

    Attributes:
        safe: put an apostrophe before texts that a spreadsheet would run.
    """

    delimiter: str = ","
    quote: str = '"'
    newline: str = "\n"
    safe: bool = False


RFC_4180 = Style()


def write_csv_header(sink: Sink, header: Sequence[str], style: Style = RFC_4180) -> None:
    """Write a header row; nothing when `header` is empty."""
    if header:
        cells = pa.array(header, pa.string())
        cells = _quoted_column(_protected(cells, FORMULA) if style.safe else cells, style, empty=False)
        sink.write((style.delimiter.join(cells.to_pylist()) + style.newline).encode())


def write_csv_rows(sink: Sink, table: pa.Table, types: Types, style: Style = RFC_4180) -> None:
    """Write a table's rows as CSV."""
    for piece in _slices(table):
        if piece.num_columns == 0:
            continue
        columns = [_cells(column, kind, style) for column, kind in zip(piece.columns, types.values(), strict=True)]
        lines = pc.binary_join_element_wise(*columns, style.delimiter) if len(columns) > 1 else columns[0]
        sink.write(style.newline.join([*lines.to_pylist(), ""]).encode())


def _slices(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, SLICE_ROWS):
        yield table.slice(start, SLICE_ROWS).combine_chunks()


def _cells(column: pa.ChunkedArray, kind: ColumnType, style: Style) -> pa.StringArray:
    whole = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    text = lexemes.to_text(whole, kind)
    if style.safe and kind.kind in ("text", "double"):
        text = _protected(text, FORMULA if kind.kind == "text" else NO_NUMBER)
    # No other delimiter than the comma is sure not to stand in a number or a time.
    if kind.kind == "text" or style.delimiter != ",":
        text = _quoted_column(text, style)
    return pc.fill_null(text, "")


def _protected(text: pa.StringArray, risk: str) -> pa.StringArray:
    risky = pc.match_substring_regex(text, risk)
    return pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)


def _quoted_column(text: pa.StringArray, style: Style, *, empty: bool = True) -> pa.StringArray:
    """Quote the cells that need it: those with a delimiter, a quote, or a row end; and the empty ones if `empty`."""
    needs = pc.match_substring_regex(text, "[" + re.escape(style.delimiter + style.quote) + "\r\n]")
    if empty:
        needs = pc.or_(needs, pc.equal(text, ""))
    if not pc.any(needs).as_py():
        return text
    quote = style.quote
    doubled = pc.replace_substring(text, quote, quote * 2)
    return pc.if_else(needs, pc.binary_join_element_wise(quote, doubled, quote, ""), text)


def write_ndjson_rows(sink: Sink, table: pa.Table, types: Types) -> None:
    """Write a table's rows as one JSON object a line."""
    for piece in _slices(table):
        lines = map(json_text.dumps, json_rows(piece, types))
        sink.write("\n".join([*lines, ""]).encode())


def json_rows(table: pa.Table, types: Types, *, text: bool = False) -> list[dict[str, Any]]:
    """The rows of a table as objects for `json_text`; a missing value is null. `text`: every cell as it was written."""
    tell = written_values if text else json_values
    columns = [tell(column, kind) for column, kind in zip(table.columns, types.values(), strict=True)]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def written_values(column: pa.ChunkedArray, kind: ColumnType) -> list[str | None]:
    """The cells of a column as they were written; a missing one is None."""
    return [text for chunk in column.chunks for text in lexemes.to_text(chunk, kind).to_pylist()]


def json_values(column: pa.ChunkedArray, kind: ColumnType) -> list[Any]:
    """The values of a column, exact, for `json_text`: numbers as they were written, as text where readers round them.

    Times are ISO texts.
    """
    if pa.types.is_temporal(column.type):
        return _iso_texts(column)
    if kind.kind == "double" and kind.form != "point":
        return [_without_point(value) for value in column.to_pylist()]
    return [json_value(value) for value in column.to_pylist()]


def _without_point(value: float | None) -> Any:
    """A double of a column in which whole numbers stand without a point, as `3` and `-0`."""
    if value is None or not value.is_integer() or abs(value) >= PLAIN_HIGH:
        return None if value is None else json_value(value)
    return int(value) if value or math.copysign(1, value) > 0 else MINUS_ZERO


def _iso_texts(column: pa.ChunkedArray) -> list[str | None]:
    """Dates, times and timestamps as ISO 8601 without needless zeros; instants in UTC with `Z`."""
    zone = "Z" if pa.types.is_timestamp(column.type) and column.type.tz else ""
    if zone:
        column = column.cast(pa.int64()).cast(pa.timestamp(column.type.unit))
    return [None if text is None else _trimmed(text) + zone for text in column.cast(pa.string()).to_pylist()]


def _trimmed(text: str) -> str:
    shown = text.replace(" ", "T", 1)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def json_value(value: Any) -> Any:
    """One value that is no time, for `json_text`, exact."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -EXACT_INT <= value <= EXACT_INT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else NOT_FINITE.get(value, "NaN")
    if isinstance(value, Decimal):
        return value if len(value.as_tuple().digits) <= EXACT_DIGITS else format(value, "f")
    return value


def columns_types(columns: Sequence[Mapping[str, Any]]) -> dict[str, ColumnType]:
    """The types, with their forms, of columns as the catalog keeps them."""
    return {each["name"]: lexemes.type_from_json(each) for each in columns}
