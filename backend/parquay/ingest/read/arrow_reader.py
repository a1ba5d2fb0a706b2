"""Well-formed bodies, read by Arrow's parser or the part in C, where they read just what the tolerant reader would."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from parquay.columns import native
from parquay.columns.types import typed_reader
from parquay.columns.types.base import TypeCandidates
from parquay.columns.types.candidates import examine
from parquay.columns.types.typed_reader import TypedColumn
from parquay.ingest.read.rows import NotMine
from parquay.ingest.read.tolerant_reader import MARK
from parquay.ingest.text import split
from parquay.ingest.text.dialect import Dialect

TRAILING = "\0trailing"
"""Name of the empty field behind the last delimiter."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """A body of which some rows have the wrong width.

    Attributes:
        table: the rows of the right width.
        odd: the other rows, numbered from 0 among all rows.
    """

    table: pa.Table
    odd: tuple[int, ...]


def read_texts(body: bytes, dialect: Dialect, lines: int) -> pa.Table | NotMine:
    """Read a well-formed body of `lines` lines as texts."""
    names = (*dialect.columns, *[TRAILING] * dialect.trailing)
    text = _as_utf8(body, dialect)
    if text is None:
        return NotMine("not_text")
    if reason := _unfit(text):
        return NotMine(reason)
    rows = _rows_of(text, single=len(dialect.columns) == 1)
    if not rows.size:
        return empty(dialect.columns)
    odd: list[bool] = []

    def refuse(_row: pa.csv.InvalidRow) -> str:
        odd.append(True)
        return "skip" if len(odd) == 1 else "error"

    table = _parsed(rows, text, dialect, refuse)
    if table is None or odd:
        return NotMine("width" if odd else "not_text")
    passed = len(names) > 1 and not dialect.spaced and not _all_lines(table, lines + (rows.size > len(text)))
    if passed and split.has_blank_row(text[: rows.size], dialect):
        return NotMine("blank_row")
    return NotMine("repeated_header") if _has_header(table, dialect) else _without_trailing(table, dialect)


def read_typed(
    body: bytes, dialect: Dialect, candidates: Mapping[str, TypeCandidates | None]
) -> dict[str, TypedColumn] | NotMine:
    """Read a well-formed body into typed columns, where that is certain to be what `read_texts` would give.

    `candidates`: the types that hold for the columns before.
    """
    if native.LIBRARY is None:
        return NotMine("no_kernel")
    if len(dialect.columns) < 2 or not dialect.delimiter:
        return NotMine("one_column")
    if dialect.trailing or dialect.nulls or dialect.newline == "\r":
        return NotMine("dialect")
    text = _as_utf8(body, dialect)
    if text is None or has_mark(text):
        return NotMine("not_text" if text is None else "byte_order_mark")
    rows = _rows_of(text, single=False)
    terminated = text if rows.size == len(text) else rows.to_pybytes()
    fields = native.FieldOffsets.find(terminated, dialect.delimiter, dialect.quote, len(dialect.columns))
    if fields is None or not fields.rows:
        return NotMine("width")
    columns = typed_reader.read(fields, dialect.columns, candidates, dialect.types, dialect.missing)
    return NotMine("repeated_header") if _may_have_header(columns, dialect) else columns


def read_ragged(body: bytes, dialect: Dialect, lines: int) -> Ragged | NotMine:
    """Read a body of which each line is a row: no quotes, no escapes, no blank lines."""
    marks = [mark.encode() for mark in (dialect.quote, dialect.escape, "\r") if mark]
    if dialect.codec != "utf-8" or dialect.trim or dialect.trailing or len(dialect.columns) == 1:
        return NotMine("dialect")
    if reason := _unfit(body):
        return NotMine(reason)
    if any(body.find(mark) >= 0 for mark in marks):
        return NotMine("quotes")
    rows = _rows_of(body, single=False)
    odd: list[int] = []

    def refuse(row: pa.csv.InvalidRow) -> str:
        odd.append(row.number - 1)
        return "skip"

    table = _parsed(rows, body, dialect, refuse) if rows.size else None
    if table is None:
        return NotMine("not_text")
    if table.num_rows + len(odd) != lines + (rows.size > len(body)):
        return NotMine("blank_row")
    return NotMine("repeated_header") if _has_header(table, dialect) else Ragged(table, tuple(odd))


def _unfit(text: bytes) -> str:
    """Why Arrow's parser would not read the text as it is meant; empty when it would."""
    if has_mark(text):
        return "byte_order_mark"
    return "padding" if is_padded(text) else ""


def is_padded(text: bytes) -> bool:
    """Whether it ends with zero bytes, as a file does that was copied in whole blocks."""
    return text.endswith((b"\0", b"\0\n"))


def has_mark(text: bytes) -> bool:
    """Whether a line starts with a byte order mark, as where files were put end to end."""
    # One byte is looked for much faster than three, and few texts have it.
    if text.find(MARK[:1]) < 0 or text.find(MARK) < 0:
        return False
    return text.startswith(MARK) or text.find(b"\n" + MARK) >= 0 or text.find(b"\r" + MARK) >= 0


def _is_utf8(text: bytes) -> bool:
    try:
        return text.isascii() or bool(text.decode())
    except UnicodeDecodeError:
        return False


def _parsed(rows: pa.Buffer, text: bytes, dialect: Dialect, refuse: object) -> pa.Table | None:
    if not _is_utf8(text):
        # The parser would hand a row of the wrong width over as a text, which it is not, and complain on stderr.
        return None
    names = (*dialect.columns, *[TRAILING] * dialect.trailing)
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(rows),
            # One block: the parser loses the LF of a CRLF inside quotes at the end of a block.
            pa.csv.ReadOptions(use_threads=False, block_size=rows.size + 1, column_names=names),
            _parse_options(text, dialect, refuse),
            _convert_options(dialect, names, ascii_only=text.isascii()),
        )
    except pa.ArrowInvalid:
        return None
    return table.combine_chunks()


def _all_lines(table: pa.Table, lines: int) -> bool:
    """Whether the rows have as many lines as were read: then the parser has passed over no blank one."""
    if table.num_rows == lines:
        return True
    texts = (column.chunk(i).buffers()[2] for column in table.columns for i in range(column.num_chunks))
    within = sum(split.count(text, split.LF) for text in texts if text is not None)
    return bool(table.num_rows + within == lines)


def _has_header(table: pa.Table, dialect: Dialect) -> bool:
    """Whether a row of the table is its header once more."""
    names = dialect.header[-1] if len(dialect.columns) > 1 and dialect.header else ()
    found = None
    for name, column in zip(names, table.columns, strict=False):
        same = pc.equal(column, name)
        found = same if found is None else pc.and_(found, same)
        if not pc.any(found).as_py():
            return False
    return found is not None


def _may_have_header(columns: Mapping[str, TypedColumn], dialect: Dialect) -> bool:
    """Whether a row of typed columns may be the header once more; False is certain."""
    titled = list(zip(dialect.header[-1], columns.values(), strict=False)) if dialect.header else []
    texts = [(title, column.values) for title, column in titled if column.type.is_text]
    # A title that is no cell of a typed column settles it, without a look at the cells.
    if not all(column.type.is_text or column.type.type_id in _type_ids_of(title) for title, column in titled):
        return False
    found = None
    for title, values in texts:
        same = pc.equal(values, title)
        found = same if found is None else pc.and_(found, same)
        if not pc.any(found).as_py():
            return False
    return found is not None


@functools.lru_cache(maxsize=1024)
def _type_ids_of(title: str) -> frozenset[str]:
    """The types of which a title is a cell."""
    return frozenset(each.type_id for each in (examine(pa.array([title])) or {}).values())


def _rows_of(text: bytes, *, single: bool) -> pa.Buffer:
    """The rows with one row end behind the last: without it the parser takes an empty last field as quoted.

    Only the file's last segment can end with blank lines. They mean nothing, but in a `single` column they are rows.
    """
    size = split.text_end(text, len(text))
    if single and size < len(text):
        return pa.py_buffer(text)
    end = size + 2 if text[size : size + 2] == b"\r\n" else size + 1
    if not size:
        return pa.py_buffer(b"")
    return pa.py_buffer(text).slice(0, end) if size < len(text) else pa.py_buffer(text + b"\n")


def _without_trailing(table: pa.Table, dialect: Dialect) -> pa.Table | NotMine:
    """Drop what stands behind the last delimiter of each row, which must be nothing."""
    if not dialect.trailing:
        return table
    return table.drop_columns([TRAILING]) if table[TRAILING].null_count == table.num_rows else NotMine("width")


def empty(names: tuple[str, ...]) -> pa.Table:
    """No rows."""
    return pa.table([pa.array([], pa.string())] * len(names), names=names)


def _as_utf8(body: bytes, dialect: Dialect) -> bytes | None:
    """The body in UTF-8, without the padding behind delimiters; None when it is no text."""
    if dialect.codec != "utf-8":
        try:
            body = body.decode(dialect.codec).encode()
        except UnicodeError:
            return None
    return split.without_padding(body, dialect) if dialect.trim else body


def _parse_options(text: bytes, dialect: Dialect, refuse: object) -> pa.csv.ParseOptions:
    return pa.csv.ParseOptions(
        delimiter=dialect.delimiter or _unused(text),
        quote_char=dialect.quote or False,
        double_quote=not dialect.escape,
        # A body in which the escape occurs never comes here.
        escape_char=False,
        newlines_in_values=True,
        ignore_empty_lines=len(dialect.columns) > 1,
        invalid_row_handler=refuse,
    )


def _convert_options(dialect: Dialect, names: tuple[str, ...], *, ascii_only: bool) -> pa.csv.ConvertOptions:
    return pa.csv.ConvertOptions(
        check_utf8=not ascii_only,
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=["", *dialect.nulls],
    )


def _unused(text: bytes) -> str:
    """A byte that does not occur, as the delimiter of a file that has none."""
    return next((chr(code) for code in (31, 30, 29, 28, 1, 2, 3, 4) if text.find(bytes([code])) < 0), "\x1f")
