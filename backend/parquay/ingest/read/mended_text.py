"""The text of a reject as somebody has corrected it, read as the one row that it should have been."""

from __future__ import annotations

from parquay.columns.names import Naming
from parquay.errors import InvalidValue
from parquay.ingest.read import fixed_lines, json_rows, log_lines
from parquay.ingest.read.rows import SegmentRows
from parquay.ingest.read.windows import read_windows
from parquay.ingest.text.dialect import Dialect

WHY = {
    "too_few_fields": "It has fewer fields than the table has columns.",
    "too_many_fields": "It has more fields than the table has columns, or is longer than these.",
    "bad_encoding": "It has characters that the file's encoding has not.",
    "repeated_header": "It is the header once more.",
    "bad_json": "It is no JSON object.",
    "bad_log_line": "It is no line of the log.",
}
"""What is wrong with a text that is a reject again."""


def read_mended(text: str, dialect: Dialect) -> dict[str, str | None]:
    """The cells of a row by the columns of its file, as texts; None: nothing is there. Pure.

    Raises:
        InvalidValue: ``not_one_row``, with the reason (422).
    """
    try:
        body = text.encode(dialect.codec)
    except UnicodeEncodeError:
        raise _refusal(WHY["bad_encoding"]) from None
    found = _read(body, dialect)
    if found.rejects:
        raise _refusal(WHY.get(found.rejects[0].code, "It cannot be read as a row of the table."))
    if found.table.num_rows != 1:
        what = f"It is {found.table.num_rows} rows." if found.table.num_rows else "There is no row in it."
        raise _refusal(what)
    if unknown := sorted(set(found.table.column_names) - set(dialect.columns or found.table.column_names)):
        raise _refusal(f"The file has no column {unknown[0][:100]!r}.")
    row: dict[str, str | None] = found.table.to_pylist()[0]
    return row


def _read(body: bytes, dialect: Dialect) -> SegmentRows:
    if dialect.format in ("json", "ndjson"):
        return json_rows.read_lines(body, byte=0, line=1, naming=Naming())
    if dialect.format == fixed_lines.FORMAT:
        return fixed_lines.read_lines(body, dialect, byte=0, line=1)
    if dialect.log:
        return log_lines.read_lines(body, dialect, byte=0, line=1)
    return read_windows(body, dialect, byte=0, line=1, final=True)


def _refusal(reason: str) -> InvalidValue:
    return InvalidValue(f"The text is not one row: {reason}", "not_one_row")
