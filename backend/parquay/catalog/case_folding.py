"""Capital and small letters where the catalog takes them for the same.

In names of users A to Z, as both databases do it by themselves; in names of files, which people search for, all that
Unicode has.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import defaultdict
from functools import cache

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(text: str) -> str:
    """Return ``text`` as SQL's ``lower`` has it: SQLite's always, PostgreSQL's in columns that compare bytes."""
    return text.translate(_SMALL)


MAX_CASED_CODE = 0x1E943
"""The last character that has another case."""


def any_case_pattern(text: str) -> str:
    """Return a regular expression, for Python and for PostgreSQL, that finds ``text`` in any case. Pure.

    Each letter is written out in all its cases, so that no setting of a database decides what belongs together.
    """
    return "".join(_any_case(character) for character in unicodedata.normalize("NFC", text))


def _any_case(character: str) -> str:
    alike = _cases().get(character.casefold(), ())
    return "[" + "".join(sorted({character, *alike})) + "]" if alike else re.escape(character)


@cache
def _cases() -> dict[str, set[str]]:
    """Characters by what they are folded to, where there is more than one."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code in range(MAX_CASED_CODE + 1):
        character = chr(code)
        if (small := character.casefold()) != character:
            found[small] |= {character, small} if len(small) == 1 else {character}
    return {small: alike for small, alike in found.items() if len(small) == 1 or len(alike) > 1}
