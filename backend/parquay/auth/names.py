"""User names: which are allowed, and which account somebody means by what they typed."""

from __future__ import annotations

import unicodedata

from parquay.catalog.tables import User
from parquay.catalog.users import Users
from parquay.errors import InvalidValue

MAX_NAME = 64
"""Most characters of a user name."""

RESERVED = frozenset({"all"})
"""Who is meant by it, in any case, is everybody, as by ``*``, which no name can have; dots are steps in an address."""

_PUNCTUATION = frozenset("._-@+")
_UNSEEN = (
    ("\u034f", "\u034f"), ("\u115f", "\u1160"), ("\u17b4", "\u17b5"), ("\u180b", "\u180f"), ("\u3164", "\u3164"),
    ("\ufe00", "\ufe0f"), ("\uffa0", "\uffa0"), ("\U000e0100", "\U000e01ef"),
)  # fmt: skip
"""Letters and marks that are not drawn (Unicode's Default_Ignorable_Code_Point)."""


def clean_name(name: str) -> str:
    """Return ``name`` as it is kept: in Unicode's compatible composed form (NFKC), so that wide letters are plain ones.

    Letters and digits and ``. _ - @ +`` are allowed, 1 to ``MAX_NAME`` of them, of any script but not of several that
    nobody writes together: a Latin name with one Cyrillic letter is somebody else's in disguise (UTS 39).

    Raises:
        InvalidValue: ``bad_username`` (422).
    """
    composed = login_name(name)
    if not 1 <= len(composed) <= MAX_NAME:
        raise InvalidValue(f"A user name has 1 to {MAX_NAME} characters.", "bad_username")
    if not all(sign in _PUNCTUATION or _letter(sign) or _mark(sign) for sign in composed):
        raise InvalidValue("A user name has letters, digits and . _ - @ + only.", "bad_username")
    if not composed.strip(".") or composed.casefold() in RESERVED:
        raise InvalidValue("This user name means something else in addresses or commands.", "bad_username")
    if not is_of_one_script(composed):
        raise InvalidValue("A user name must not mix letters of several scripts.", "bad_username")
    return composed


def is_of_one_script(name: str) -> bool:
    """Tell whether the letters of ``name`` are of one script, or of those that one language is written in. Pure."""
    used = {script for sign in name if (script := _script(sign)) is not None}
    return len(used) <= 1 or any(used <= together for together in _TOGETHER)


_TOGETHER = tuple({"LATIN", "HAN", *more} for more in (("HIRAGANA", "KATAKANA"), ("BOPOMOFO",), ("HANGUL",)))
_SCRIPTS = {"CJK": "HAN", "IDEOGRAPHIC": "HAN", "KATAKANA-HIRAGANA": None}


def _script(sign: str) -> str | None:
    """The script of a letter, by the first word of its name; None for what all scripts share."""
    if unicodedata.category(sign)[0] != "L":
        return None
    word = unicodedata.name(sign, "").partition(" ")[0]
    return None if word == "MODIFIER" else _SCRIPTS.get(word, word)


def login_name(name: str) -> str:
    """Return the name that ``name``, as somebody typed it, stands for. Pure."""
    return unicodedata.normalize("NFKC", name)


def by_typed_name(store: Users, name: str) -> User | None:
    """Return the account of the name that somebody typed; names from before NFKC are found as they were made."""
    if "\0" in name:  # PostgreSQL has no such text
        return None
    return store.by_name(login_name(name)) or store.by_name(unicodedata.normalize("NFC", name))


def _mark(sign: str) -> bool:
    # Many scripts write vowels as combining marks; enclosing marks (Me) belong to none, and some are never seen.
    return unicodedata.category(sign) in ("Mn", "Mc") and not _is_unseen(sign)


def _letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN" and not _is_unseen(sign)


def _is_unseen(sign: str) -> bool:
    return any(first <= sign <= last for first, last in _UNSEEN)
