"""Links: who has one reads one file without an account.

A link's token is a secret of its own, kept as its hash. Where the link has a password, the token opens nothing by
itself: the password turns it into an access token that is good for an hour and ends with the link.
"""

from __future__ import annotations

import time

from parquay.auth.keys import LINK_PREFIX, key_hash
from parquay.auth.passwords import Passwords
from parquay.auth.throttle import LoginThrottle
from parquay.auth.tokens import Claims, Tokens
from parquay.catalog.links import FileLinks
from parquay.catalog.tables import Link
from parquay.errors import NotFound, Unauthorized
from parquay.ids import new_id
from parquay.telemetry import login_failures

OPEN_SECONDS = 3600
"""How long the token is good that a password gives."""

_ID_PREFIX = "link_"


class Links:
    """Tells which link a token belongs to, and opens those with a password."""

    def __init__(self, store: FileLinks, tokens: Tokens, passwords: Passwords, throttle: LoginThrottle) -> None:
        self._store = store
        self._tokens = tokens
        self._passwords = passwords
        self._throttle = throttle

    def by_token(self, token: str) -> Link:
        """Return the link that ``token`` opens by itself (blocking).

        Raises:
            Unauthorized: ``bad_token``, ``token_expired`` or ``password_needed`` (401).
        """
        link = _good(self._store.of_token(key_hash(token)))
        if link.password_hash is not None:
            raise Unauthorized("This link needs its password first.", "password_needed")
        return link

    def by_claims(self, claims: Claims) -> Link:
        """Return the link that an access token of :meth:`open` belongs to (blocking).

        Raises:
            Unauthorized: ``bad_token`` or ``token_expired`` (401).
        """
        return _good(self._store.get(claims.user_id))

    def find(self, token: str) -> Link:
        """Return the link of ``token``, whether or not it needs a password (blocking).

        Raises:
            NotFound: ``unknown_link``, there is none, or its time is over (404).
        """
        link = self._store.of_token(key_hash(token)) if token.startswith(LINK_PREFIX) else None
        try:
            return _good(link)
        except Unauthorized:
            raise NotFound("There is no such link, or it is over.", "unknown_link") from None

    def open(self, token: str, password: str, peer: str) -> str:
        """Return an access token, good for ``OPEN_SECONDS``, for the password given from ``peer`` (blocking).

        Raises:
            NotFound: ``unknown_link`` (404).
            Unauthorized: ``bad_credentials``, the password is wrong (401).
            TooManyRequests: ``too_many_attempts`` (429).
        """
        link = self.find(token)
        if link.password_hash is not None:
            self._throttle.check(link.id, peer)
            if not self._passwords.verify(password, link.password_hash).ok:
                self._throttle.failed(link.id, peer)
                login_failures.inc()
                raise Unauthorized("The password is wrong.", "bad_credentials")
            self._throttle.passed(link.id, peer)
        return self._tokens.issue(link.id, link.id, OPEN_SECONDS)


def new_link_id() -> str:
    """Return an id for a link, which no user has."""
    return _ID_PREFIX + new_id()


def is_link_id(text: str) -> bool:
    """Tell whether an id is a link's."""
    return text.startswith(_ID_PREFIX)


def _good(link: Link | None) -> Link:
    if link is None:
        raise Unauthorized("This link is not valid.", "bad_token")
    if link.expires_at is not None and link.expires_at.timestamp() <= time.time():
        raise Unauthorized("This link is over.", "token_expired")
    return link
