"""What a user may do with a file: one of three roles, or none. Pure.

| role | may |
|---|---|
| `view` | look: the file, its bytes, its table and history, downloads |
| `edit` | also change, add and remove rows, and append |
| `owner` | everything: rename, delete, restore, pin, share |
"""

from __future__ import annotations

from typing import Literal, Protocol

from parquay.errors import Forbidden

Role = Literal["owner", "edit", "view"]
"""A user's role in a file."""

GivenRole = Literal["edit", "view"]
"""A role that an owner can give."""

OWNER: Role = "owner"
EDIT: Role = "edit"
VIEW: Role = "view"

Scope = Literal["read", "upload", "write"]
"""What an API key may be bound to."""

EVERYBODY = "*"
"""Stands for every user where a name is expected."""

_STRENGTH = {None: 0, VIEW: 1, EDIT: 2, OWNER: 3}
_REFUSED = {
    VIEW: "You may not look at this.",
    EDIT: "You may look at this, but not change it.",
    OWNER: "Only the owner may do this.",
}


class Shareable(Protocol):
    """A file, as far as it says who may do what."""

    @property
    def owner_id(self) -> str: ...  # noqa: D102  see the catalog's File
    @property
    def shared(self) -> bool: ...  # noqa: D102
    @property
    def everybody_edits(self) -> bool: ...  # noqa: D102


def everybodys_role(file: Shareable) -> Role | None:
    """Return the role that every user has in ``file``."""
    if not file.shared:
        return None
    return EDIT if file.everybody_edits else VIEW


def role_of(file: Shareable, user_id: str, given: Role | None) -> Role | None:
    """Return the role of ``user_id`` in ``file``, None when they may not see it; ``given``: what they got by name."""
    if file.owner_id == user_id:
        return OWNER
    return max(given, everybodys_role(file), key=_STRENGTH.__getitem__)


def require(role: Role, needed: Role) -> None:
    """Let somebody who has ``role`` do what needs ``needed``.

    Raises:
        Forbidden: ``forbidden`` (403), they see it, but may not do this.
    """
    if _STRENGTH[role] < _STRENGTH[needed]:
        raise Forbidden(_REFUSED[needed])
