"""The words that stand where a value is missing. Pure: no Arrow."""

from __future__ import annotations

WORDS = (
    *("", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026", "?", ":"),
    *("NA", "na", "N/A", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "NaT"),
    *("NULL", "null", "Null", "(null)", "None", "none", "NONE", "nil", "NIL", r"\N"),
)
"""Cells that mean that there is no value; the first is the quoted empty one, some are longer dashes and dots."""
WORD, MISFIT, OTHERWISE = "-", "!", "="
"""The kinds of what is kept aside; one character each: words for missing, cells that do not fit the type of their
column, values that are written in another way than their column writes them."""
_WORDS = frozenset(WORDS)


def is_word(text: object) -> bool:
    """Whether a cell means that there is no value."""
    return isinstance(text, str) and text in _WORDS
