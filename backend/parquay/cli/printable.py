"""Text of others on a terminal: names of files, cells, what a server says."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return `text` with escapes for what would steer the terminal, turn the line around or end it. Pure."""
    if text.isprintable():
        return text
    return "".join(each.encode("unicode_escape").decode() if _steers(each) else each for each in text)


def _steers(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
