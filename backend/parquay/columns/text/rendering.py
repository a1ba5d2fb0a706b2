"""A table back to text, faithful to the upload: the same cells, in the same order, under the same header.

A cell that was an unquoted empty field is one again; an empty text stays a quoted empty one. Quotes stand only where a
cell needs them. A file without a header gets none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.parquet import asides
from parquay.columns.parquet.parts import Types
from parquay.columns.text import json_text
from parquay.columns.types import missing
from parquay.columns.types.base import ColumnType, written_texts
from parquay.columns.types.text import TEXT

SLICE_ROWS = 65_536
"""Rows written at once."""


def header_row(dialect: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """The header as it stood in the file, if it had one; one of several rows as the names that it was merged to.

    A format that names its columns in another way than by a header gets one with the names.
    """
    if not dialect["header_rows"] and dialect["format"] in ("csv", "fixed"):
        return ()
    header = dialect["header"]
    return tuple(header[0]) if len(header) == 1 else tuple(names)


class TextSink(Protocol):
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


def write_csv_header(sink: TextSink, header: Sequence[str], style: Style = RFC_4180) -> None:
    """Write a header row; nothing when `header` is empty."""
    if header:
        cells = pa.array(header, pa.string())
        cells = _quoted_column(_protected(cells, TEXT.formula_pattern) if style.safe else cells, style, empty=False)
        sink.write((style.delimiter.join(cells.to_pylist()) + style.newline).encode())


def write_csv_rows(sink: TextSink, table: pa.Table, types: Types, style: Style = RFC_4180) -> None:
    """Write a table's rows as CSV."""
    for piece in _slices(table):
        if piece.num_columns == 0:
            continue
        columns = [_cells(piece[name], asides.of(piece, name), kind, style) for name, kind in types.items()]
        lines = pc.binary_join_element_wise(*columns, style.delimiter) if len(columns) > 1 else columns[0]
        sink.write(style.newline.join([*lines.to_pylist(), ""]).encode())


def _slices(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, SLICE_ROWS):
        yield table.slice(start, SLICE_ROWS).combine_chunks()


def _cells(column: pa.ChunkedArray, aside: pa.ChunkedArray | None, kind: ColumnType, style: Style) -> pa.StringArray:
    text = kind.to_text(_whole(column))
    if style.safe:
        text = _protected(text, kind.formula_pattern)
    if aside is not None:
        texts = missing.texts_of(_whole(aside), kind.to_text(_whole(column)), kind)
        text = pc.coalesce(_protected(texts, TEXT.formula_pattern) if style.safe else texts, text)
    # No other delimiter than the comma is sure not to stand in a canonical number or time.
    if kind.is_text or aside is not None or not kind.is_canonical or style.delimiter != ",":
        text = _quoted_column(text, style)
    return pc.fill_null(text, "")


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _protected(text: pa.StringArray, pattern: str | None) -> pa.StringArray:
    if pattern is None:
        return text
    risky = pc.match_substring_regex(text, pattern)
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


def write_ndjson_rows(sink: TextSink, table: pa.Table, types: Types) -> None:
    """Write a table's rows as one JSON object a line."""
    for piece in _slices(table):
        lines = map(json_text.dumps, json_rows(piece, types, nested=True))
        sink.write("\n".join([*lines, ""]).encode())


def json_rows(table: pa.Table, types: Types, *, text: bool = False, nested: bool = False) -> list[dict[str, Any]]:
    """The rows of a table as objects for `json_text`; a missing value is null.

    `text`: every cell as it was written. `nested`: values of JSON as what they are, instead of as texts.
    """
    columns = [written(table, name, kind) if text else kind.json_values(table[name]) for name, kind in types.items()]
    if nested:
        kinds = zip(columns, types.values(), strict=True)
        columns = [list(map(json_text.nested, cells)) if kind.is_nested else cells for cells, kind in kinds]
    return [dict(zip(types, row, strict=True)) for row in zip(*columns, strict=True)]


def written(table: pa.Table, name: str, kind: ColumnType) -> list[str | None]:
    """The cells of a column as they were written; a missing one is None."""
    texts, aside = written_texts(table[name], kind), asides.of(table, name)
    if aside is None:
        return texts
    found: list[str | None] = missing.over(pa.array(texts, pa.string()), _whole(aside), kind).to_pylist()
    return found
