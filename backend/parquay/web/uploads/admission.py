"""Who may upload at an address: whoever is logged in at ``/files``, whoever has its link at the endpoint of a link."""

from __future__ import annotations

import asyncio
from typing import Protocol

from parquay.auth.csrf import credentials
from parquay.auth.scopes import require_scope, sufficient_for_upload
from parquay.auth.sessions import Sessions
from parquay.uploads.policy.guests import Guests
from parquay.uploads.policy.rules import Owner
from parquay.user_limits import AS_EVERYBODY
from parquay.web.http.asgi import AsgiBody, Scope
from parquay.web.http.deps import Policy
from parquay.web.http.long_requests import note
from parquay.web.http.rate_limits import RateLimits
from parquay.web.http.upload_paths import ROOT, endpoint_path, token_of


class Admission(Protocol):
    """Lets requests for uploads in."""

    def root(self, path: str) -> str:
        """Return the path below which the uploads are that ``path`` is about, itself the path of creations."""

    async def owner(self, scope: Scope, method: str, body: AsgiBody) -> Owner:
        """Return whose uploads a request is about, and see to it that it ends when it may go on no longer.

        Raises:
            ParquayError: it may not pass.
        """


class LoginAdmission:
    """Lets in who is logged in, to their own uploads."""

    def __init__(self, sessions: Sessions, policy: Policy, limits: RateLimits) -> None:
        """``policy`` says which pages may call; ``limits``: how often."""
        self._limits = limits
        self._sessions = sessions
        self._policy = policy

    def root(self, _path: str) -> str:
        """Return where uploads are."""
        return ROOT

    async def owner(self, scope: Scope, method: str, body: AsgiBody) -> Owner:
        """Return who is logged in.

        Raises:
            Unauthorized: no valid login (401).
            Forbidden: ``cross_site``, ``scope_missing`` (403).
            TooManyRequests: ``rate_limited`` (429).
        """
        credential = credentials(scope["headers"])
        identity = self._sessions.cached(credential.token)
        if identity is None:
            identity = await asyncio.to_thread(self._sessions.authenticate, credential.token)
        note(scope, credential.token, body.revoke)
        if credential.is_ambient:
            self._policy.refuse_foreign(scope, method)
        require_scope(identity.scopes, sufficient_for_upload(method))
        await self._limits.admit(scope, identity.id, identity.limits)
        return Owner.of(identity)


class LinkAdmission:
    """Lets in whoever knows the address, to what is uploaded by its link; a login that comes along is not looked at."""

    def __init__(self, guests: Guests, limits: RateLimits) -> None:
        """``limits``: how often each link may be asked, as a user may."""
        self._limits = limits
        self._guests = guests

    def root(self, path: str) -> str:
        """Return the endpoint of the link that ``path`` names."""
        return endpoint_path(token_of(path))

    async def owner(self, scope: Scope, _method: str, body: AsgiBody) -> Owner:
        """Return whom the link leads to.

        Raises:
            NotFound: ``unknown_link`` (404).
            Gone: ``upload_link_over`` (410).
            TooManyRequests: ``rate_limited`` (429).
        """
        token = token_of(scope["path"])
        owner = await asyncio.to_thread(self._guests.owner, token)
        note(scope, token, body.revoke, look=self._guests.link)
        await self._limits.admit(scope, token if owner.link is None else owner.link.id, AS_EVERYBODY)
        return owner
