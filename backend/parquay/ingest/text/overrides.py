"""What a caller says about how a file is read: the one description, whoever says it, and what is refused of it.

The command line gives texts, forms and `Upload-Metadata` texts or JSON in them, requests JSON. What cannot be meant is
refused by its name here, before a byte is read; what only the file can tell (a sheet that is not there, a delimiter
of a workbook) by whoever reads it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from parquay.columns.types.exact import MAX_PRECISION
from parquay.columns.types.registry import TYPES, is_style
from parquay.errors import InvalidValue
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS

MAX_SKIP_LINES, MAX_HEADER_ROWS = 1_000_000, 100
"""Most lines above the header, and most rows of it, that a caller can say."""
MAX_TEXT = 1000
"""Most characters of a name, and most names and types."""

WIDTH_DIGITS = 6
"""Digits of the most characters that a column has."""

NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "colon": ":", "space": " ", "none": ""}
"""Delimiters and quotes that are hard to type, by name."""
SAME = {"skip_rows": "skip"}
"""Options with two names."""
ELSEWHERE = frozenset({"dataset", "again"})
"""What is said of an upload beside them: to which table its rows go."""
UNSAID: tuple[object, ...] = (None, (), {})
"""Options about which nothing was said."""
_TYPE = re.compile(r"(?:timestamptz|{})|decimal\((\d{{1,2}}), ?(\d{{1,2}})\)".format("|".join(TYPES)))
"""What a column can be asked to be."""
_MARKS = ',;\t|"\r\n09azAZ'
_NO_TEXT = re.compile(r"utf-7|hz|iso2022|idna|raw.unicode.escape|charmap")
"""Codecs of which a byte means one thing or another by what stands before it, or that are none of files."""
_PAIRS_APART = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a caller says about a file. `None` everywhere means: find out.

    Attributes:
        delimiter, quote, escape: one character; an empty quote or escape means there is none.
        comment: the character with which lines start that are no rows, wherever they stand.
        encoding: a codec name that Python knows.
        header: number of header rows; 0 means that the first row is data.
        skip: physical lines before the header.
        nulls: words that stand for a missing value when unquoted.
        missing: words that mean missing in columns that are no text, beside those that always do.
        types: column name to type name, such as ``{"zip": "text"}``.
        names: column names, in order; columns behind them are called what the file calls them.
        sheet: the sheet of a workbook.
        member: the file in an archive, by its whole name there or by the last part of it.
        widths: characters of each column, of lines without delimiters.
        path: in JSON, the keys of the array of objects that is the table, with points between them.
    """

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    comment: str | None = None
    encoding: str | None = None
    header: int | None = None
    skip: int | None = None
    nulls: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    sheet: str | None = None
    member: str | None = None
    path: str | None = None
    widths: tuple[int, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any] | None) -> Overrides:
        """Read overrides from the text or JSON values of `Upload-Metadata`, REST or the command line.

        Raises:
            InvalidValue: a value is not acceptable, or ``bad_option``: there is no such option, or one twice (422).
        """
        found: dict[str, Any] = {}
        for name, value in (options or {}).items():
            key = SAME.get(name, name)
            if value is None or name in ELSEWHERE:
                continue
            if key not in _READERS:
                raise InvalidValue(f"There is no option {name[:100]!r}.", "bad_option")
            if key in found:
                raise InvalidValue(f"{key} is said twice.", "bad_option")
            found[key] = _READERS[key](key, value)
        made = cls(**found)
        made._refuse_same()
        return made

    def _refuse_same(self) -> None:
        """Refuse characters that cannot be told apart.

        Raises:
            InvalidValue: (422).
        """
        if self.delimiter is not None and self.delimiter in (self.quote, self.escape):
            raise InvalidValue("delimiter must be another character than quote and escape.")
        if self.delimiter == '"' and self.quote is None:
            raise InvalidValue("delimiter can be a double quote only where quote is another character, or none.")
        if self.comment is not None and self.comment in (self.delimiter, self.quote, self.escape):
            raise InvalidValue("comment must be another character than delimiter, quote and escape.")

    def said(self) -> dict[str, Any]:
        """Those about which something was said, by the names that callers know."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value not in UNSAID}

    def refuse_unknown_columns(self, columns: Iterable[str]) -> None:
        """Refuse types for columns that a table does not have.

        Raises:
            InvalidValue: there is one (422).
        """
        unknown = sorted(set(self.types) - set(columns))
        if unknown:
            raise InvalidValue(f"types: there is no column {unknown[0][:100]!r}.", "unknown_column")

    def why_too_many_names(self, columns: int) -> str:
        """Why the names cannot be those of so many columns; empty when they can."""
        if len(self.names) <= columns:
            return ""
        return f"names: there are {len(self.names):,} of them, but the table has {columns:,} columns."


def _character(key: str, value: Any) -> str:
    text = NAMED.get(value.lower(), value) if isinstance(value, str) else "??"
    if len(text) > 1 or not text.isascii() or text in ("\n", "\r", "\0"):
        raise InvalidValue(f"{key} must be one ASCII character, and none that ends a line.")
    if not text and key in ("delimiter", "comment"):
        raise InvalidValue(f"{key} must be one ASCII character.")
    return text


def _count(key: str, value: Any) -> int:
    words = {"true": 1, "yes": 1, "false": 0, "no": 0, "none": 0}
    text = str(value).strip().lower()
    if key == "header" and text in words:
        return words[text]
    most = MAX_HEADER_ROWS if key == "header" else MAX_SKIP_LINES
    # The length first: Python refuses to read numbers of thousands of digits.
    if not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise InvalidValue(f"{key} must be a number of {'rows' if key == 'header' else 'lines'}, at most {most:,}.")
    return int(text)


def _encoding(_key: str, value: Any) -> str:
    text = value if isinstance(value, str) else ""
    try:
        name = codecs.lookup(text).name
        marks = _MARKS.encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise InvalidValue(f"encoding {text[:40]!r} is not known.") from None
    if _NO_TEXT.match(name):
        raise InvalidValue(f"encoding {text[:40]!r} cannot be read: what a byte means depends on those before it.")
    if marks != _MARKS.encode() and not name.startswith(("utf-16", "utf-32", "utf-8")):
        raise InvalidValue(f"encoding {text[:40]!r} cannot be read: its delimiters are not those of ASCII.")
    return text.lower()


def _types(_key: str, value: Any) -> dict[str, str]:
    if isinstance(value, str):
        pairs = list(map(_pair, filter(str.strip, _PAIRS_APART.split(value))))
        found = dict(pairs)
        if twice := [name for name, kind in pairs if found[name] != kind]:
            raise InvalidValue(f"types: the column {twice[0][:100]!r} has several.")
    elif isinstance(value, Mapping):
        found = {str(name): _with_style(str(name), kind) for name, kind in value.items()}
    else:
        raise InvalidValue("types must map column names to types.")
    if len(found) > 10 * MAX_TEXT:
        raise InvalidValue("types: more columns than a table can have.")
    for name, kind in found.items():
        _check_type(name, *kind.partition(":")[::2])
    return found


def _pair(text: str) -> tuple[str, str]:
    """A column and its type, of `col:type` or, where that is none, of `col:type:style`."""
    name, _, kind = text.rpartition(":")
    if not _TYPE.fullmatch(kind.strip()):
        for at in [match.end() for match in re.finditer(":", text)]:
            type_name = text[at:].partition(":")[0].strip()
            if _TYPE.fullmatch(type_name):
                name, kind = text[: at - 1], text[at:]
                break
    return name.strip(), kind.strip()


def _check_type(name: str, type_name: str, style: str) -> None:
    match = _TYPE.fullmatch(type_name)
    if not name or match is None:
        raise InvalidValue(f"types: {type_name[:40]!r} of the column {name[:100]!r} is no type.")
    if match[1] and not max(1, int(match[2])) <= int(match[1]) <= MAX_PRECISION:
        raise InvalidValue(
            f"types: {type_name[:40]!r} of the column {name[:100]!r} has more than {MAX_PRECISION} digits, "
            "or more of them behind the point than in all."
        )
    if style and not is_style(style):
        raise InvalidValue(f"types: {style[:40]!r} of the column {name[:100]!r} is no style.")


def _with_style(name: str, kind: Any) -> str:
    """A type as `registry.decide` reads it, of a text or of an object with `type` and perhaps `style`."""
    if isinstance(kind, Mapping):
        if unknown := sorted(set(map(str, kind)) - {"type", "style"}):
            raise InvalidValue(f"types: {unknown[0][:40]!r} cannot be said of the column {name[:100]!r}.", "bad_option")
        return f"{kind.get('type') or ''}:{kind.get('style') or ''}".rstrip(":")
    return str(kind).strip()


def _words(key: str, value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str | int | float) for word in words):
        raise InvalidValue(f"{key} must be a list of texts.")
    if len(words) > 10 * MAX_TEXT or any(len(str(word)) > MAX_TEXT for word in words):
        raise InvalidValue(f"{key}: too many, or too long.")
    return tuple(str(word).strip() for word in words)


def _missing(key: str, value: Any) -> tuple[str, ...]:
    """Words, and numbers that stand for one: of these only those whose text there is no doubt about."""
    if isinstance(value, list | tuple) and (odd := [each for each in value if not _is_plain_word(each)]):
        raise InvalidValue(f"missing: {str(odd[0])[:40]!r} is no word; write it as a text.", "bad_option")
    words = _words(key, value)
    if odd := [word for word in words if any(mark in word for mark in "\r\n\0")]:
        raise InvalidValue(f"missing: {odd[0][:40]!r} has a line end in it, so it is no word.", "bad_option")
    return tuple(dict.fromkeys(words))


def _is_plain_word(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _widths(key: str, value: Any) -> tuple[int, ...]:
    listed = re.split(r"[,;\s]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not 0 < len(listed) <= MAX_TABLE_COLUMNS:
        raise InvalidValue(f"{key} must be a list of 1 to {MAX_TABLE_COLUMNS:,} numbers of characters.")
    texts = [str(each) for each in listed]
    if any(not (text.isascii() and text.isdecimal() and len(text) <= WIDTH_DIGITS and int(text)) for text in texts):
        raise InvalidValue(f"{key} must be numbers of characters from 1 to {10**WIDTH_DIGITS - 1:,}.")
    return tuple(map(int, texts))


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not 0 < len(str(value)) <= MAX_TEXT:
        raise InvalidValue(f"{key} must be a text of 1 to {MAX_TEXT:,} characters.")
    return str(value)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "delimiter": _character, "quote": _character, "escape": _character, "comment": _character,
    "encoding": _encoding, "header": _count, "skip": _count, "nulls": _words, "names": _words,
    "missing": _missing,
    "types": _types, "sheet": _text, "member": _text, "path": _text,
    "widths": _widths,
}  # fmt: skip
KEYS = frozenset({*_READERS, *SAME})
"""The names of all options."""
