"""A table back to text, faithful to the upload: the same cells, in the same order, under the same header.

A cell that was an unquoted empty field is one again; an empty text stays a quoted empty one. Quotes stand only where a
cell needs them. A file without a header gets none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from parquay.ingest import lexemes
from parquay.ingest.dialect import Dialect
from parquay.ingest.lexemes import ColumnType
from parquay.ingest.preview import json_rows

SLICE_ROWS = 65_536
"""Rows written at once."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell."""


def write_csv_header(sink: BinaryIO, dialect: Dialect) -> None:
    """Write the header's rows as they stood in the file, if it had any."""
    sink.writelines((",".join(_quoted(cell) for cell in row) + "\n").encode() for row in dialect.header)


def write_csv_rows(sink: BinaryIO, table: pa.Table, types: Sequence[ColumnType], *, safe: bool = False) -> None:
    """Write a table's rows as CSV. `safe` puts an apostrophe before cells that a spreadsheet would run."""
    for piece in _slices(table):
        if piece.num_columns == 0:
            continue
        columns = [_cells(column, kind, safe=safe) for column, kind in zip(piece.columns, types, strict=True)]
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


def columns_types(columns: Sequence[dict[str, Any]]) -> tuple[ColumnType, ...]:
    """The types, with their forms, of columns as the catalog keeps them."""
    return tuple(lexemes.type_from_json(each) for each in columns)
