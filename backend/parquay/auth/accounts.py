"""Making accounts: which names are allowed, registration, and the demo accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from parquay.audit import AuditNote
from parquay.auth.names import clean_name
from parquay.auth.passwords import Passwords, check_new
from parquay.auth.sessions import Account
from parquay.errors import Conflict


class AccountStore(Protocol):
    """Where accounts are kept."""

    def create(
        self, username: str, password_hash: str, *, is_admin: bool = False, note: AuditNote | None = None
    ) -> Account:
        """Add an account; a taken name raises Conflict ``username_taken``."""

    def by_name(self, username: str) -> Account | None:
        """The account of that exact name."""


def register(
    store: AccountStore,
    passwords: Passwords,
    username: str,
    password: str,
    *,
    is_admin: bool = False,
    note: AuditNote | None = None,
) -> Account:
    """Make an account with a password that is not weak (blocking).

    Raises:
        InvalidValue: ``bad_username`` or ``weak_password`` (422).
        Conflict: ``username_taken`` (409).
    """
    name = clean_name(username)
    check_new(password, name)
    return store.create(name, passwords.hash(password), is_admin=is_admin, note=note)


def ensure_demo(store: AccountStore, passwords: Passwords, accounts: Iterable[tuple[str, str]]) -> None:
    """Make those of ``accounts`` (name, password) that are missing; ``admin`` becomes an administrator.

    Their passwords may be weak: they are announced on the terminal.

    Raises:
        InvalidValue: ``bad_username``.
        Conflict: ``username_taken``, somebody else's name looks the same.
    """
    for given, password in accounts:
        name = clean_name(given)
        if store.by_name(name) is None:
            try:
                store.create(name, passwords.hash(password), is_admin=name == "admin")
            except Conflict:
                if store.by_name(name) is None:  # else another process that starts has just made it
                    raise
