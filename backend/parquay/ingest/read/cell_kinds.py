"""What a cell is by its text alone, as far as rows of names can be distinguished from rows of values and comments."""

from __future__ import annotations

import re

Cells = tuple[bytes | None, ...]

COMMENT_MARKS = (b"#", b"%", b"//")
"""What comments start with; a percentage and the path of a share are none."""
_COMMENT = re.compile(rb"#|%(?!\d)|//(?!\S*/)")
_VALUE = re.compile(
    rb"[-+]?[$\x80\xa3]?\s?[-+]?[\d.,' ]*\d[\d.,' ]*(?:[eE][-+]?\d+)?\s?%?"
    rb"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?|\d\d?:\d\d(?::\d\d)?.*"
    rb"|true|false|True|False|TRUE|FALSE|yes|no|NULL|null|NA|N/A|nan|NaN|-"
)
_NOTHING = rb"NULL|null|NA|N/A|n/a|nan|NaN|None|none|[-:.?]{1,3}(?:\s[a-z]{1,2})?"
_FLAG = rb"(?i:true|false|yes|no)"
_DATE = rb"\d{1,4}(?P<mark>[-/.])\d{1,2}(?P=mark)\d{1,4}(?:[ T].*)?|(?:0?[1-9]|1[0-2])[./](?:19|20)\d\d"
_CLOCK = rb"\d\d?:\d\d(?::\d\d)?.*"
_MARKED_NUMBER = rb"[-+]?[\d.,]*\d\s[a-z]{1,3}"
"""A number with the letter of a footnote behind it, as statistics offices write them."""
_KIND = re.compile(
    rb"(?P<nothing>%b)|(?P<flag>%b)|(?P<date>%b)|(?P<clock>%b)|(?P<number>%b|%b)"
    % (_NOTHING, _FLAG, _DATE, _CLOCK, _MARKED_NUMBER, _VALUE.pattern)
)
"""The kinds in their order: the first that the whole cell is."""


def is_value(cell: bytes | None) -> bool:
    """Whether a cell is a number, a date, a flag or a word for nothing, and so hardly a name."""
    return cell is not None and _VALUE.fullmatch(cell.strip()) is not None


def kind_of(cell: bytes | None) -> str:
    """What kind of value a cell is: number, date, clock, flag or nothing; empty where it is a word."""
    text = (cell or b"").strip()
    if not text:
        return "nothing"
    found = _KIND.fullmatch(text)
    return "" if found is None else str(found.lastgroup)


def is_comment(text: bytes | None) -> bool:
    """Whether a line, or its first cell, starts as a comment does."""
    return _COMMENT.match(text or b"") is not None
