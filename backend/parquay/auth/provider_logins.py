"""Signing in by a provider: an account belongs to an issuer and a subject, and to nothing else that is said of it.

Names and e-mail addresses can be given to somebody else, there or here. So nobody gets an account that is here already
because of them: the first sign-in makes an account of its own.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from parquay.auth.names import clean_name
from parquay.auth.passwords import Passwords
from parquay.auth.provider import Provider, refuse
from parquay.auth.sessions import Account, Granted, NewSession, Sessions
from parquay.auth.sign_in_attempts import SignInAttempt, SignInAttempts
from parquay.claim_rules import ClaimRules
from parquay.errors import Forbidden, InvalidValue

NAME_LENGTH = 48
"""Most characters of a name that is made of what a provider says: a number may follow."""

NUMBERED = 100
"""How many numbers are tried behind a name that is taken, before one is drawn."""

_FORBIDDEN = re.compile(r"[^\w.@+-]+")


@dataclass(frozen=True)
class ExternalUser:
    """Somebody as a provider knows them.

    Attributes:
        issuer: the provider.
        subject: who it is, there, for good.
        names: gives names for a new account, the best first, without end.
        password_hash: of a new account: that of a password which nobody knows.
        is_admin: whether they administrate; None: as it is.
    """

    issuer: str
    subject: str
    names: Callable[[], Iterable[str]]
    password_hash: str
    is_admin: bool | None = None


class ExternalAccounts(Protocol):
    """Where it is kept which account is whose."""

    def sign_in(self, user: ExternalUser, session: NewSession) -> Account | None:
        """Return the account of ``user``, made if there is none, and open ``session`` unless it may not log in.

        None: the session was opened before.
        """


class ProviderLogins:
    """Lets users of one provider in."""

    def __init__(
        self,
        provider: Provider,
        attempts: SignInAttempts,
        accounts: ExternalAccounts,
        sessions: Sessions,
        passwords: Passwords,
        *,
        name: str,
        issuer: str,
        allow: ClaimRules,
        admins: ClaimRules,
    ) -> None:
        """``name``: what people call the provider; ``allow``: who may sign in; ``admins``: who administrates."""
        self.name = name
        self._provider = provider
        self._attempts = attempts
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._issuer = issuer
        self._allow = allow
        self._admins = admins

    async def begin(self, back: str, redirect_uri: str) -> tuple[str, str]:
        """Begin an attempt, after which ``back`` is opened; return where to send the browser, and what it keeps.

        Raises:
            Unavailable: ``sign_in_unavailable`` (503).
        """
        attempt = self._attempts.begin(back)
        return await self._provider.address(attempt, redirect_uri), self._attempts.sealed(attempt)

    async def answered(
        self, kept: str | None, answer: Mapping[str, str], redirect_uri: str
    ) -> tuple[SignInAttempt, dict[str, Any]]:
        """Return the attempt of a browser, by what it ``kept``, and the claims that the provider's ``answer`` leads to.

        Raises:
            Unauthorized: ``sign_in_failed``, it is another browser's, over, or not what the provider said (401).
            Forbidden: ``sign_in_denied``, the provider, or whoever was asked there, refuses (403).
            Unavailable: ``sign_in_unavailable`` (503).
        """
        attempt = None if kept is None else self._attempts.opened(kept)
        if attempt is None:
            refuse("the browser did not begin it, or its time is over")
        if not secrets.compare_digest(attempt.state.encode(), answer.get("state", "").encode()):
            refuse("the state is another one")
        await self._provider.check_issuer(answer.get("iss"))
        if "error" in answer:
            raise Forbidden("The provider did not let you sign in.", "sign_in_denied")
        if not answer.get("code"):
            refuse("there is no code")
        return attempt, await self._provider.claims(answer["code"], attempt, redirect_uri)

    def admit(self, attempt: SignInAttempt, claims: Mapping[str, Any], peer: str, agent: str) -> Granted:
        """Open the session of whoever the claims are about, with an account if they have none (blocking).

        Raises:
            Forbidden: ``sign_in_denied``, they may not sign in here (403).
            Unauthorized: ``sign_in_failed``, the attempt was used before (401).
        """
        if not self._allow.fit(claims):
            raise Forbidden("You may not sign in here.", "sign_in_denied")
        user = ExternalUser(
            self._issuer,
            claims["sub"],
            partial(account_names, claims),
            self._passwords.hash(secrets.token_urlsafe(32)),
            self._admins.fit(claims) if self._admins else None,
        )
        session = self._sessions.new(peer, agent, attempt.session_id)
        account = self._accounts.sign_in(user, session)
        if account is None:
            refuse("it was answered before")
        if account.disabled:
            raise Forbidden("You may not sign in here.", "sign_in_denied")
        self._sessions.forget_user(account.id)  # they may administrate now, or no longer
        return self._sessions.granted(account, session)


def account_names(claims: Mapping[str, Any]) -> Iterator[str]:
    """Yield names for an account of somebody of whom a provider says ``claims``, the best first, without end."""
    email = claims.get("email")
    local = email.partition("@")[0] if isinstance(email, str) else None
    wished = [_name(each) for each in (claims.get("preferred_username"), local, claims.get("name"))]
    base = next((each for each in wished if each is not None), "user")
    yield base
    for number in range(2, NUMBERED):
        yield f"{base}-{number}"
    while True:
        yield f"{base}-{secrets.token_hex(4)}"


def _name(wished: object) -> str | None:
    if not isinstance(wished, str):
        return None
    composed = unicodedata.normalize("NFKC", wished).strip()
    try:
        return clean_name(_FORBIDDEN.sub("-", composed).strip("-")[:NAME_LENGTH])
    except InvalidValue:
        return None
