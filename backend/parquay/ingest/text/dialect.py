"""The words of a delimited text file: how its bytes are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from parquay.ingest.text.warnings import FileWarning

MAX_TABLE_COLUMNS = 10_000
"""Most columns of a table: each costs time and memory in every segment, whatever is in it."""
TOO_MANY_COLUMNS = f"The table has more than {MAX_TABLE_COLUMNS} columns, which is as many as can be read."


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes of one file are read.

    Attributes:
        encoding: codec of the file; `utf-8` also for plain ASCII.
        codec: codec of the bytes that are cut and read; `utf-8` where the file is transcoded on its way.
        delimiter: between two fields; empty for a file of one column.
        quote, escape: empty when there is none; a quote inside quotes is doubled unless `escape` is set.
        comment: what a line starts with that is no row; empty when nothing was said.
        newline: the usual row end; the others end a row too.
        header_rows, skip_rows: rows of names, and physical lines before them.
        columns: unique names of the columns.
        header: the header's cells as they stand in the file, for a faithful export.
        head: byte of the file at which the table starts, header included.
        body: byte of the file at which the first data row starts.
        body_line: physical line of the first data row, from 1.
        bom: bytes of a byte order mark.
        declared_lines: physical lines at the top that the caller said are no part of the table.
        confidence: of the encoding, 0 to 1.
        ascii_so_far: whether the sample was ASCII, so that the encoding is decided at the first other byte.
        nulls: words that stand for a missing value when unquoted, beside the empty field.
        missing: further words that mean missing in columns that are no text, as the caller names them.
        trim: whether a space behind the delimiter belongs to it.
        trailing: whether every row ends with one more delimiter.
        spaced: whether blank lines between rows are usual, so that one means nothing.
        row_bytes: bytes of a row on average.
        format: csv for delimited text, fixed for lines in which each column has its characters, ndjson for an object
            a line, json for an array of objects, log for a log.
        log: of a log, which one, see `log_lines`.
        widths: of fixed ones, the characters of each column.
        made_from: the format of the file, where a child process made this text of it; empty: the file is the text.
        path: of JSON, the keys of the array of objects that is read, with points between them; empty for the top.
        types: column name to type name, as the caller wants them where the cells allow it.
        shapes: for each column a regular expression that its cells in the sample match, empty where there is none.
        warnings: what was passed over or guessed before the first data row.
    """

    encoding: str = "utf-8"
    codec: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    comment: str = ""
    newline: str = "\n"
    header_rows: int = 1
    skip_rows: int = 0
    columns: tuple[str, ...] = ()
    header: tuple[tuple[str, ...], ...] = ()
    head: int = 0
    body: int = 0
    body_line: int = 1
    bom: int = 0
    declared_lines: int = 0
    confidence: float = 1.0
    ascii_so_far: bool = False
    nulls: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    trim: bool = False
    trailing: bool = False
    spaced: bool = False
    row_bytes: int = 0
    format: str = "csv"
    path: str = ""
    log: str = ""
    widths: tuple[int, ...] = ()
    made_from: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[str, ...] = ()
    warnings: tuple[FileWarning, ...] = ()

    def report(self) -> dict[str, Any]:
        """The public part: what a person or another tool needs to read the file the same way."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "encoding_confidence": self.confidence,
            "delimiter": self.delimiter + " " * self.trim,
            "quote": self.quote,
            "escape": self.escape,
            "newline": self.newline,
            "header_rows": self.header_rows,
            "skip_rows": self.skip_rows,
        }

    def to_json(self) -> dict[str, Any]:
        """Everything, as it is kept in the catalog."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Dialect:
        """The inverse of `to_json`."""
        plain = cls(**{key: value[key] for key in (each.name for each in fields(cls)) if key in value})
        return replace(
            plain,
            # Called `told_lines` by 0.1.0, of which a conversion may be under way.
            declared_lines=value.get("declared_lines", value.get("told_lines", 0)),
            columns=tuple(plain.columns),
            header=tuple(tuple(row) for row in plain.header),
            nulls=tuple(plain.nulls),
            missing=tuple(plain.missing),
            shapes=tuple(plain.shapes),
            widths=tuple(plain.widths),
            warnings=tuple(map(FileWarning.from_json, value.get("warnings", ()))),
        )
