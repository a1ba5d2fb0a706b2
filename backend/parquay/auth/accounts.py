"""Making accounts: which names are allowed, registration, and the demo accounts."""

from __future__ import annotations

from collections.abc import Iterable

from parquay.audit import AuditNote
from parquay.auth.names import clean_name
from parquay.auth.passwords import Passwords, check_new
from parquay.catalog.tables import User
from parquay.catalog.users import Users
from parquay.errors import Conflict


def register(
    store: Users,
    passwords: Passwords,
    username: str,
    password: str,
    *,
    is_admin: bool = False,
    note: AuditNote | None = None,
) -> User:
    """Make an account with a password that is not weak (blocking).

    Raises:
        InvalidValue: ``bad_username`` or ``weak_password`` (422).
        Conflict: ``username_taken`` (409).
    """
    name = clean_name(username)
    check_new(password, name)
    return store.create(name, passwords.hash(password), is_admin=is_admin, note=note)


def ensure_demo(store: Users, passwords: Passwords, accounts: Iterable[tuple[str, str]]) -> None:
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
