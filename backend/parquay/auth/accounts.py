"""Making accounts: which names are allowed, registration, and the demo accounts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Protocol

from parquay.auth.passwords import Passwords, check_new
from parquay.auth.sessions import Account
from parquay.errors import InvalidValue

MAX_NAME = 64
"""Most characters of a user name."""

_PUNCTUATION = frozenset("._-@+")


class AccountStore(Protocol):
    """Where accounts are kept."""

    def create(self, username: str, password_hash: str, *, is_admin: bool = False) -> Account:
        """Add an account; a taken name raises Conflict ``username_taken``."""

    def by_name(self, username: str) -> Account | None:
        """The account of that exact name."""


def clean_name(name: str) -> str:
    """Return ``name`` in Unicode's composed form (NFC).

    Letters and digits of any script and ``. _ - @ +`` are allowed, 1 to ``MAX_NAME`` of them.

    Raises:
        InvalidValue: ``bad_username`` (422).
    """
    composed = login_name(name)
    if not 1 <= len(composed) <= MAX_NAME:
        raise InvalidValue(f"A user name has 1 to {MAX_NAME} characters.", "bad_username")
    if not all(sign in _PUNCTUATION or unicodedata.category(sign)[0] in "LN" or _mark(sign) for sign in composed):
        raise InvalidValue("A user name has letters, digits and . _ - @ + only.", "bad_username")
    return composed


def login_name(name: str) -> str:
    """Return the name that ``name``, as somebody typed it, stands for. Pure."""
    return unicodedata.normalize("NFC", name)


def _mark(sign: str) -> bool:
    # Many scripts write vowels as combining marks; enclosing marks (Me) belong to none.
    return unicodedata.category(sign) in ("Mn", "Mc")


def register(
    store: AccountStore, passwords: Passwords, username: str, password: str, *, is_admin: bool = False
) -> Account:
    """Make an account with a password that is not weak (blocking).

    Raises:
        InvalidValue: ``bad_username`` or ``weak_password`` (422).
        Conflict: ``username_taken`` (409).
    """
    name = clean_name(username)
    check_new(password, name)
    return store.create(name, passwords.hash(password), is_admin=is_admin)


def ensure_demo(store: AccountStore, passwords: Passwords, accounts: Iterable[tuple[str, str]]) -> None:
    """Make those of ``accounts`` (name, password) that are missing; ``admin`` becomes an administrator.

    Their passwords may be weak: they are announced on the terminal.
    """
    for name, password in accounts:
        if store.by_name(name) is None:
            store.create(name, passwords.hash(password), is_admin=name == "admin")
