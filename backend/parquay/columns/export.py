"""A table back to text, faithful to the upload: the same cells, in the same order, under the same header.

A cell that was an unquoted empty field is one again; an empty text stays a quoted empty one. Quotes stand only where a
cell needs them. A file without a header gets none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns import lexemes
from parquay.columns.lexemes import ColumnType
from parquay.columns.parts import Types

SLICE_ROWS = 65_536
"""Rows written at once."""
EXACT_INT, EXACT_DIGITS = 2**53, 15
"""The largest whole number and the most digits of a decimal that every JSON reader keeps."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell."""


def header_row(dialect: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """The header as it stood in the file, if it had one; one of several rows as the names that it was merged to.

    A format that names its columns in another way than by a header gets one with the names.
    """
    if not dialect["header_rows"] and dialect["format"] == "csv":
        return ()
    header = dialect["header"]
    return tuple(header[0]) if len(header) == 1 else tuple(names)


def write_csv_header(sink: BinaryIO, header: Sequence[str]) -> None:
    """Write a header row; nothing when `header` is empty."""
    if header:
        sink.write((",".join(_quoted(cell) for cell in header) + "\n").encode())


def write_csv_rows(sink: BinaryIO, table: pa.Table, types: Types, *, safe: bool = False) -> None:
    """Write a table's rows as CSV. `safe` puts an apostrophe before cells that a spreadsheet would run."""
    for piece in _slices(table):
        if piece.num_columns == 0:
            continue
        columns = [_cells(column, kind, safe=safe) for column, kind in zip(piece.columns, types.values(), strict=True)]
        if len(columns) == 1:
            columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])] if safe else columns
        lines = pc.binary_join_element_wise(*columns, ",") if len(columns) > 1 else columns[0]
        sink.write("\n".join([*lines.to_pylist(), ""]).encode())


def _slices(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, SLICE_ROWS):
        yield table.slice(start, SLICE_ROWS).combine_chunks()


def _cells(column: pa.ChunkedArray, kind: ColumnType, *, safe: bool) -> pa.StringArray:
    whole = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    text = lexemes.to_text(whole, kind)
    if kind.kind == "text":
        if safe:
            risky = pc.is_in(pc.utf8_slice_codeunits(text, 0, 1), pa.array(FORMULA_STARTS))
            text = pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)
        text = _quoted_column(text)
    return pc.fill_null(text, "")


def _quoted_column(text: pa.StringArray) -> pa.StringArray:
    """Quote the cells that need it: empty ones, and those with a comma, a quote, or a row end."""
    needs = pc.or_(pc.match_substring_regex(text, '[,"\r\n]'), pc.equal(text, ""))
    if not pc.any(needs).as_py():
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), text)


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write_ndjson_rows(sink: BinaryIO, table: pa.Table) -> None:
    """Write a table's rows as one JSON object a line."""
    for piece in _slices(table):
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in json_rows(piece)]
        sink.write("\n".join([*lines, ""]).encode())


def json_rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table as JSON-safe objects; a missing value is null."""
    columns = [json_values(column) for column in table.columns]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def json_values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column, JSON-safe: times as ISO text, numbers as text where a JSON reader would round them."""
    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        texts = column.cast(pa.string()).to_pylist()
        return [None if text is None else text.replace(" ", "T", 1) for text in texts]
    return [json_value(value) for value in column.to_pylist()]


def json_value(value: Any) -> Any:
    """One value, JSON-safe."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -EXACT_INT <= value <= EXACT_INT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value) if len(value.as_tuple().digits) <= EXACT_DIGITS else format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def columns_types(columns: Sequence[dict[str, Any]]) -> dict[str, ColumnType]:
    """The types, with their forms, of columns as the catalog keeps them."""
    return {each["name"]: lexemes.type_from_json(each) for each in columns}
