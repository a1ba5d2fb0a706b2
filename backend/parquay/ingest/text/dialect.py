"""The words of a delimited text file: how its bytes are read, and what a caller may say about it beforehand."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from parquay.columns.types.registry import TYPES, is_style
from parquay.errors import InvalidValue
from parquay.ingest.text.warnings import FileWarning

MAX_ROWS_ABOVE = 1_000_000
"""Most rows of a header, or above it, that a caller can say."""

NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "colon": ":", "space": " ", "none": ""}
"""Delimiters and quotes that are hard to type, by name."""
SAME = {"skip": "skip_rows"}
"""Options with two names."""
UNSAID: tuple[object, ...] = (None, (), {})
"""Options about which nothing was said."""
_TYPE = re.compile(r"(?:timestamptz|{})|decimal\(\d{{1,2}}, ?\d{{1,2}}\)".format("|".join(TYPES)))
"""What a column can be asked to be."""
_MARKS = ',;\t|"\r\n09azAZ'
_PAIRS_APART = re.compile(r",(?![^()]*\))")
MAX_TABLE_COLUMNS = 10_000
"""Most columns of a table: each costs time and memory in every segment, whatever is in it."""
TOO_MANY_COLUMNS = f"The table has more than {MAX_TABLE_COLUMNS} columns, which is as many as can be read."


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a caller says about a file. `None` everywhere means: find out.

    Attributes:
        delimiter, quote, escape: one character; an empty quote or escape means there is none.
        comment: the character with which lines start that are no rows, wherever they stand.
        encoding: a codec name that Python knows.
        header: number of header rows; 0 means that the first row is data.
        skip_rows: physical lines before the header.
        nulls: words that stand for a missing value when unquoted.
        types: column name to type name, such as ``{"zip": "text"}``.
        names: column names, in order.
        sheet: the sheet of a workbook.
        member: the file in an archive, by its whole name there or by the last part of it.
    """

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    comment: str | None = None
    encoding: str | None = None
    header: int | None = None
    skip_rows: int | None = None
    nulls: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    sheet: str | None = None
    member: str | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any] | None) -> Overrides:
        """Read overrides from the text or JSON values of `Upload-Metadata`, REST or the command line.

        Raises:
            InvalidValue: a value is not acceptable (422); unknown keys are left alone.
        """
        if not options:
            return cls()
        known = {each.name for each in fields(cls)}
        given = {SAME.get(key, key): value for key, value in options.items() if value is not None}
        found = cls(**{key: _parsed(key, value) for key, value in given.items() if key in known})
        if found.delimiter is not None and found.delimiter in (found.quote, found.escape):
            raise InvalidValue("delimiter must be another character than quote and escape.")
        if found.comment is not None and found.comment in (found.delimiter, found.quote, found.escape):
            raise InvalidValue("comment must be another character than delimiter, quote and escape.")
        return found

    def said(self) -> dict[str, Any]:
        """Those about which something was said, by the names that callers know."""
        known = {name: key for key, name in SAME.items()}
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {known.get(name, name): value for name, value in values.items() if value not in UNSAID}

    def refuse_unknown_columns(self, columns: Iterable[str]) -> None:
        """Refuse types for columns that a table does not have.

        Raises:
            InvalidValue: there is one (422).
        """
        unknown = sorted(set(self.types) - set(columns))
        if unknown:
            raise InvalidValue(f"types: there is no column {unknown[0][:100]!r}.", "unknown_column")


def _parsed(key: str, value: Any) -> Any:
    if key in ("delimiter", "quote", "escape", "comment"):
        return _character(key, value)
    if key in ("header", "skip_rows"):
        return _count(key, value)
    if key == "encoding":
        return _encoding(value)
    if key == "types":
        return _types(value)
    if key in ("nulls", "names"):
        words = value.split(",") if isinstance(value, str) else value
        return tuple(str(word).strip() for word in words)
    return str(value)


def _character(key: str, value: Any) -> str:
    text = NAMED.get(str(value).lower(), str(value))
    if len(text.encode()) > 1 or text in ("\n", "\r") or (key in ("delimiter", "comment") and not text):
        raise InvalidValue(f"{key} must be one ASCII character.")
    return text


def _count(key: str, value: Any) -> int:
    words = {"true": 1, "yes": 1, "false": 0, "no": 0, "none": 0}
    text = str(value).strip().lower()
    if text in words:
        return words[text]
    # The length first: Python refuses to read numbers of thousands of digits.
    if not text.isdecimal() or len(text) > len(str(MAX_ROWS_ABOVE)) or int(text) > MAX_ROWS_ABOVE:
        raise InvalidValue(f"{key} must be a number of rows.")
    return int(text)


def _encoding(value: Any) -> str:
    try:
        name = codecs.lookup(str(value)).name
        marks = _MARKS.encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise InvalidValue(f"encoding {str(value)[:40]!r} is not known.") from None
    if marks != _MARKS.encode() and not name.startswith(("utf-16", "utf-32", "utf-8")):
        raise InvalidValue(f"encoding {str(value)[:40]!r} cannot be read: its delimiters are not those of ASCII.")
    return str(value).lower()


def _types(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        pairs = [pair.rpartition(":") for pair in _PAIRS_APART.split(value) if pair.strip()]
        found = {name.strip(): kind.strip() for name, _, kind in pairs}
    elif isinstance(value, Mapping):
        found = {str(name): _with_style(kind) for name, kind in value.items()}
    else:
        raise InvalidValue("types must map column names to types.")
    for name, kind in found.items():
        type_name, _, style = kind.partition(":")
        if not name or not _TYPE.fullmatch(type_name):
            raise InvalidValue(f"types: {kind[:40]!r} of the column {name[:100]!r} is no type.")
        if style and not is_style(style):
            raise InvalidValue(f"types: {style[:40]!r} of the column {name[:100]!r} is no style.")
    return found


def _with_style(kind: Any) -> str:
    """A type as `registry.decide` reads it, of a text or of an object with `type` and perhaps `style`."""
    if isinstance(kind, Mapping):
        return f"{kind.get('type', '')}:{kind.get('style') or ''}".rstrip(":")
    return str(kind).strip()


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
        trim: whether a space behind the delimiter belongs to it.
        trailing: whether every row ends with one more delimiter.
        spaced: whether blank lines between rows are usual, so that one means nothing.
        row_bytes: bytes of a row on average.
        format: csv for delimited text, ndjson for an object a line, json for an array of objects.
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
    trim: bool = False
    trailing: bool = False
    spaced: bool = False
    row_bytes: int = 0
    format: str = "csv"
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
            shapes=tuple(plain.shapes),
            warnings=tuple(map(FileWarning.from_json, value.get("warnings", ()))),
        )
