"""The words that stand where a value is missing. Pure: no Arrow."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

WORDS = (
    *("", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026", "?", ":"),
    *("NA", "na", "N/A", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "NaT"),
    *("NULL", "null", "Null", "(null)", "None", "none", "NONE", "nil", "NIL", r"\N"),
)
"""Cells that mean that there is no value; the first is the quoted empty one, some are longer dashes and dots."""
WORD, MISFIT, OTHERWISE, OFFSET = "-", "!", "=", "@"
"""The kinds of what is kept aside; one character each: words for missing, cells that do not fit the type of their
column, values that are written in another way than their column writes them, and the offsets of moments of several."""
NAMED = "missing_words"
"""Key of a column as the catalog keeps it: further words that a caller has named for it."""
_WORDS = frozenset(WORDS)
_VALUE = re.compile(r"\d|true|false", re.IGNORECASE)


def is_word(text: object, named: Collection[str] = ()) -> bool:
    """Whether a cell means that there is no value; ``named``: words that a caller has named for its column."""
    return isinstance(text, str) and (text in _WORDS or text in named)


def further(words: Iterable[str]) -> tuple[str, ...]:
    """Those of some words that do not mean that there is no value unless they are named."""
    return tuple(word for word in dict.fromkeys(words) if word not in _WORDS)


def may_be_values(words: Iterable[str]) -> bool:
    """Whether some words may be values of a type, as `-999` is: they are looked for before anything is read as one."""
    return any(_VALUE.search(word) for word in words)
