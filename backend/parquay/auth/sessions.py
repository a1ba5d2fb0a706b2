"""Sessions: a login is a row, a token names it, and ending the row ends the token.

A token alone cannot be taken back, so each one names a session row. Reading that row for every request of
an upload would cost more than the request; what was read is believed for ``FRESH_SECONDS``, hence a logout reaches
every process within that time, and this process at once.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from parquay.audit import AuditNote
from parquay.auth.keys import KEY_PREFIX, LINK_PREFIX, key_hash
from parquay.auth.links import Links, is_link_id
from parquay.auth.names import by_typed_name, login_name
from parquay.auth.passwords import Passwords, check_new
from parquay.auth.scopes import Scopes
from parquay.auth.throttle import LoginThrottle, network
from parquay.auth.tokens import Tokens
from parquay.catalog.tables import Link
from parquay.catalog.users import Users
from parquay.errors import Forbidden, Unauthorized
from parquay.ids import new_id
from parquay.telemetry import login_failures
from parquay.user_limits import AS_EVERYBODY, UserLimits

FRESH_SECONDS = 2.0
"""How long a session that was read is believed without reading it again."""

AGENT_LENGTH = 200
"""Most characters that are kept of what a program calls itself."""

CACHED = 10_000
"""Most sessions remembered in one process."""


class Account(Protocol):
    """A user, as far as a login needs it."""

    @property
    def id(self) -> str: ...  # noqa: D102  see the catalog's User
    @property
    def username(self) -> str: ...  # noqa: D102
    @property
    def password_hash(self) -> str: ...  # noqa: D102
    @property
    def is_admin(self) -> bool: ...  # noqa: D102
    @property
    def disabled(self) -> bool: ...  # noqa: D102
    @property
    def quota_bytes(self) -> int | None: ...  # noqa: D102
    @property
    def limits(self) -> UserLimits: ...  # noqa: D102


@dataclass(frozen=True)
class Identity:
    """Who makes a request. ``session_id`` is None when an API key was sent; ``scopes`` are that key's, None: all.

    ``quota_bytes``: what they may store, 0: any number of bytes; None: as many as the server says. ``file_id``: the one
    file that a link opens to somebody without an account, whose ``id`` is the link's and who has no other rights.
    ``limits``: their own, in place of those of everybody.
    """

    id: str
    username: str
    is_admin: bool
    session_id: str | None
    scopes: Scopes | None = None
    quota_bytes: int | None = None
    file_id: str | None = None
    limits: UserLimits = AS_EVERYBODY


@dataclass(frozen=True)
class Granted:
    """A login that succeeded. ``expires_in`` is seconds."""

    token: str
    expires_in: int
    user: Identity


@dataclass(frozen=True)
class NewSession:
    """A session that is to be opened, from the network ``network`` by a program that calls itself ``agent``."""

    id: str
    expires_at: datetime
    network: str
    agent: str


@dataclass(frozen=True)
class _Known:
    identity: Identity
    fresh_until: float
    expires_at: float


class Sessions:
    """Logs users in and out, and tells who a token belongs to."""

    def __init__(
        self,
        accounts: Users,
        links: Links,
        tokens: Tokens,
        passwords: Passwords,
        throttle: LoginThrottle,
        *,
        ttl: int,
    ) -> None:
        """A login lasts ``ttl`` seconds."""
        self._accounts = accounts
        self._links = links
        self._tokens = tokens
        self._passwords = passwords
        self._throttle = throttle
        self._ttl = ttl
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def login(self, username: str, password: str, peer: str, agent: str = "") -> Granted:
        """Check a password given from the address ``peer`` and open a session (blocking).

        ``agent`` is what the program calls itself that logs in.

        Raises:
            Unauthorized: ``bad_credentials`` (401); the same for an unknown user, a wrong password, a disabled user.
            TooManyRequests: ``too_many_attempts`` (429).
        """
        found = by_typed_name(self._accounts, username)
        account = self._proven(found, login_name(username), password, peer)
        if account is None:
            raise Unauthorized("The user name or the password is wrong.", "bad_credentials")
        session = self.new(peer, agent)
        self._accounts.open_login(
            session.id, account.id, session.expires_at, network=session.network, agent=session.agent
        )
        return self.granted(account, session)

    def _proven(self, account: Account | None, username: str, password: str, peer: str) -> Account | None:
        """Return ``account`` if the password is its own and it may log in."""
        username = username if account is None else account.username
        self._throttle.check(username, peer)
        verdict = self._passwords.verify(password, None if account is None else account.password_hash)
        if account is None or not verdict.ok or account.disabled:
            self._throttle.failed(username, peer)
            login_failures.inc()
            return None
        self._throttle.passed(username, peer)
        if verdict.new_hash is not None:
            self._accounts.set_hash(account.id, verdict.new_hash)
        return account

    def change_password(self, identity: Identity, old: str, new: str, peer: str) -> None:
        """Give a user a new password, and end their other sessions (blocking).

        Raises:
            Forbidden: ``wrong_password``, ``old`` is not theirs (403).
            TooManyRequests: ``too_many_attempts`` (429).
            InvalidValue: ``weak_password`` (422).
        """
        account = self._accounts.by_name(identity.username)
        if self._proven(account, identity.username, old, peer) is None:
            raise Forbidden("The old password is wrong.", "wrong_password")
        check_new(new, identity.username)
        note = AuditNote(identity.username, "password.changed", identity.username)
        self._accounts.set_password(identity.id, self._passwords.hash(new), but=identity.session_id, note=note)
        self.forget_user(identity.id)

    def end(self, identity: Identity, session_id: str | None = None) -> int:
        """End one session of a user, or all but the one that asks: here at once, elsewhere in ``FRESH_SECONDS``."""
        but = identity.session_id if session_id is None else None
        note = AuditNote(identity.username, "sessions.ended", identity.username)
        ended = self._accounts.end_logins(identity.id, but=but, login_id=session_id, note=note)
        self.forget_user(identity.id)
        return ended

    def new(self, peer: str, agent: str, session_id: str | None = None) -> NewSession:
        """Return a session for somebody at the address ``peer``, which is not open yet."""
        until = datetime.now(UTC) + timedelta(seconds=self._ttl)
        return NewSession(session_id or new_id(), until, network(peer), agent[:AGENT_LENGTH])

    def granted(self, account: Account, session: NewSession) -> Granted:
        """Return the login to a session that was opened."""
        return Granted(self._tokens.issue(account.id, session.id, self._ttl), self._ttl, _identity(account, session.id))

    def cached(self, token: str | None) -> Identity | None:
        """Return who ``token`` belongs to if that was read a moment ago. Never blocks; None says nothing."""
        if not token:
            return None
        with self._lock:
            known = self._known.get(_digest(token))
        if known is None or known.fresh_until < time.monotonic() or known.expires_at < time.time():
            return None
        return known.identity

    def authenticate(self, token: str | None) -> Identity:
        """Return who ``token`` (an access token, an API key or a link's token) belongs to (blocking).

        Raises:
            Unauthorized: ``login_required``, ``bad_token``, ``token_expired``, ``session_ended`` or, of a link,
                ``password_needed`` (401).
        """
        if not token:
            raise Unauthorized("A login is needed.", "login_required")
        identity = self.cached(token)
        if identity is None:
            started = time.monotonic()
            identity, expires_at = self._read(token)
            self._remember(_digest(token), _Known(identity, started + FRESH_SECONDS, expires_at))
        return identity

    def _read(self, token: str) -> tuple[Identity, float]:
        if token.startswith(KEY_PREFIX):
            return self._read_key(token)
        if token.startswith(LINK_PREFIX):
            return _reader(self._links.by_token(token))
        claims = self._tokens.read(token)
        if is_link_id(claims.user_id):
            return _reader(self._links.by_claims(claims), float(claims.expires_at))
        account = self._accounts.of_login(claims.session_id)
        if account is None or account.disabled or account.id != claims.user_id:
            raise Unauthorized("The session has ended.", "session_ended")
        return _identity(account, claims.session_id), float(claims.expires_at)

    def _read_key(self, token: str) -> tuple[Identity, float]:
        owner = self._accounts.of_key(key_hash(token))
        if owner is None or owner.account.disabled:
            raise Unauthorized("The API key is not valid.", "bad_token")
        until = float("inf") if owner.expires_at is None else owner.expires_at.timestamp()
        if until <= time.time():
            raise Unauthorized("The API key has expired.", "token_expired")
        return replace(_identity(owner.account, None), scopes=owner.scopes), until

    def _remember(self, digest: bytes, known: _Known) -> None:
        with self._lock:
            self._known[digest] = known
            self._known.move_to_end(digest)
            while len(self._known) > CACHED:
                self._known.popitem(last=False)

    def logout(self, identity: Identity) -> None:
        """End the session of ``identity``: here at once, in other processes within ``FRESH_SECONDS``.

        Raises:
            Forbidden: ``not_a_session`` (403), an API key was sent; it is removed, not logged out.
        """
        if identity.session_id is None:
            raise Forbidden("An API key has no session to end; delete the key instead.", "not_a_session")
        self._accounts.end_login(identity.session_id)
        self.forget(lambda known: known.session_id == identity.session_id)

    def forget_user(self, user_id: str) -> None:
        """Read every session and key of ``user_id`` again before it is believed."""
        self.forget(lambda known: known.id == user_id)

    def forget(self, which: Callable[[Identity], bool]) -> None:
        """Read the sessions that ``which`` picks again before they are believed."""
        with self._lock:
            for digest in [digest for digest, known in self._known.items() if which(known.identity)]:
                del self._known[digest]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _identity(account: Account, session_id: str | None) -> Identity:
    whose = account.id, account.username, account.is_admin, session_id
    return Identity(*whose, quota_bytes=account.quota_bytes, limits=account.limits)


def _reader(link: Link, until: float = float("inf")) -> tuple[Identity, float]:
    """Who reads by a link, and until when."""
    if link.expires_at is not None:
        until = min(until, link.expires_at.timestamp())
    return Identity(link.id, "", False, None, scopes=frozenset(), file_id=link.file_id), until
