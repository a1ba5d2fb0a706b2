"""Who is meant by what a provider says of them: rules about claims, any one of which is enough. Pure.

| rule | means |
|---|---|
| `*` | everybody whom the provider lets sign in |
| `@example.com` | whose e-mail address, verified by the provider, is of exactly that domain |
| `claim=value` | whose claim is that text or truth value, or a list that has it |

Dots of a claim lead into objects: `realm_access.roles=staff`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EVERYBODY = "*"


@dataclass(frozen=True)
class ClaimRules:
    """Rules, of which any one is enough; none: nobody is meant."""

    rules: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> ClaimRules:
        """Read a list with commas.

        Raises:
            ValueError: an item is no rule.
        """
        return cls(tuple(_rule(item.strip()) for item in text.split(",") if item.strip()))

    def __bool__(self) -> bool:
        return bool(self.rules)

    def fit(self, claims: Mapping[str, Any]) -> bool:
        """Tell whether somebody is meant of whom a provider says ``claims``."""
        return any(_fits(name, value, claims) for name, value in self.rules)


def _rule(item: str) -> tuple[str, str]:
    if item == EVERYBODY:
        return EVERYBODY, ""
    if item.startswith("@") and "." in item and "=" not in item and "@" not in item[1:]:
        return "@", item[1:].lower()
    name, equals, value = item.partition("=")
    if not equals or not name.strip() or not value.strip() or "*" in name:
        raise ValueError(f"{item!r} is no rule such as groups=staff, @example.com or *")
    return name.strip(), value.strip()


def _fits(name: str, value: str, claims: Mapping[str, Any]) -> bool:
    if name == EVERYBODY:
        return True
    if name == "@":
        email = claims.get("email")
        is_verified = claims.get("email_verified") is True
        return is_verified and isinstance(email, str) and email.rpartition("@")[2].lower() == value
    found = _claim(name, claims)
    if isinstance(found, bool):
        return value.lower() == str(found).lower()
    return value in found if isinstance(found, list) else found == value


def _claim(name: str, claims: Mapping[str, Any]) -> object:
    """The claim of that very name, as those that are addresses have dots too, else what the dots lead to."""
    if name in claims:
        return claims[name]
    found: object = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
