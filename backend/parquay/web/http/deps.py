"""What the routes share: the services that they may ask for, who is asking, and from where."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import OAuth2PasswordBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from parquay.auth.csrf import Credential, credentials, refuse_cross_site
from parquay.auth.scopes import require_linked, require_scope, sufficient
from parquay.auth.sessions import Identity
from parquay.catalog.file_queries import SeenFile
from parquay.catalog.files import Files
from parquay.catalog.queue import Queue
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.errors import InvalidValue, NotFound, Unauthorized
from parquay.ids import is_id
from parquay.roles import VIEW, Role, require
from parquay.web.http.asgi import Origin, peer_of
from parquay.web.http.hosts import hosts_of, is_loopback_name
from parquay.web.http.long_requests import note
from parquay.web.http.rate_limits import RateLimits
from parquay.wiring import AccountServices, EventServices, Services, TableServices, UploadServices

LINK = "link"
"""The parameter of an address that has the token of a link."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Policy:
    """What the routes need to know of the settings.

    Attributes:
        origins: browser origins beside our own that may call.
        proxies: networks whose forwarding headers are believed.
        public_url: base of this service as browsers see it, empty when it is the request's Host.
        registration_open: whether anybody may register.
        password_login: whether names and passwords are taken.
        idle_timeout: seconds without a byte after which a body is cut.
        only_loopback: answer only where Host names this machine.
        converts: whether this server has workers of its own.
    """

    origins: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    public_url: str = ""
    registration_open: bool = False
    password_login: bool = True
    idle_timeout: float = 60.0
    only_loopback: bool = False
    converts: bool = True

    def answers(self, scope: Scope) -> bool:
        """Tell whether a request was sent to a name of this service, see :mod:`parquay.web.http.hosts`."""
        return not self.only_loopback or all(is_loopback_name(host) for host in hosts_of(scope["headers"]))

    def refuse_foreign(self, scope: Scope, method: str) -> None:
        """Refuse a request, whose ``method`` is the one that is applied, that a page of another site may have made.

        Raises:
            Forbidden: ``cross_site`` (403).
        """
        refuse_cross_site(method, scope["headers"], self.origins, self._host(scope))

    def _host(self, scope: Scope) -> str | None:
        """Host and port of this service as browsers see it, None when it is the request's Host."""
        if self.public_url or self.origin.trusts(peer_of(scope)):
            return self.origin.host(scope) or None
        return None

    @cached_property
    def origin(self) -> Origin:
        """Where browsers see this service."""
        return Origin(self.public_url, self.proxies)

    def base_path(self, scope: Scope) -> str:
        """Path below which browsers see this service, without a slash at its end; empty at the root."""
        return self.origin.path(scope)

    def peer(self, scope: Scope) -> str:
        """Return the address of the client: the last one in front of our proxies."""
        address = peer_of(scope)
        hops = [hop.strip() for hop in _field(scope, b"x-forwarded-for").split(",") if hop.strip()]
        while hops and self.origin.trusts(address):
            address = hops.pop()
        return address

    def is_https(self, scope: Scope) -> bool:
        """Tell whether the browser speaks HTTPS, to us or to a trusted proxy."""
        return self.origin.scheme(scope) == "https"


def _field(scope: Scope, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def get_uploads(request: Request) -> UploadServices:
    """Return what takes in bytes and keeps files."""
    return _services(request).uploads


async def get_tables(request: Request) -> TableServices:
    """Return what reads and changes tables."""
    return _services(request).tables


async def get_accounts(request: Request) -> AccountServices:
    """Return who knows the users."""
    return _services(request).accounts


async def get_events(request: Request) -> EventServices:
    """Return who knows what happened."""
    return _services(request).events


async def get_catalog(request: Request) -> Catalog:
    """Return the database."""
    return _services(request).catalog


async def get_policy(request: Request) -> Policy:
    """Return the application's policy."""
    policy: Policy = request.app.state.policy
    return policy


_bearer = OAuth2PasswordBearer(tokenUrl="/auth/token", auto_error=False, description="Or the session cookie.")


async def get_identity(request: Request, _token: Annotated[str | None, Depends(_bearer)]) -> Identity:
    """Return who is asking, by bearer token or session cookie.

    Raises:
        Unauthorized: no valid login (401).
        Forbidden: ``cross_site``, a page of another site uses the cookie; ``scope_missing``, the key or the link may
            not (403).
        InvalidValue: ``unknown_parameter`` (422).
        TooManyRequests: ``rate_limited`` (429).
    """
    credential = _credential(request)
    if credential.is_ambient:
        same_site_only(request)
    sessions = _services(request).accounts.sessions
    identity = sessions.cached(credential.token)
    if identity is None:
        identity = await run_in_threadpool(sessions.authenticate, credential.token)
    note(request.scope, credential.token)
    if identity.file_id is not None:
        require_linked(identity.file_id, request.method, request.scope["route"].path_format, request.path_params)
    elif LINK in request.query_params:
        raise Unauthorized("This link is not valid.", "bad_token")
    else:
        require_scope(identity.scopes, sufficient(request.method, request.scope["path"]))
    limits: RateLimits = request.app.state.rate_limits
    await limits.admit(request.scope, identity.id, identity.limits)
    if "\0" in request.scope["path"]:  # no id has it, and PostgreSQL no such text
        raise NotFound("There is nothing here.")
    _refuse_unknown_parameters(request)
    return identity


def _credential(request: Request) -> Credential:
    """The login of a request: a link in the address wins, which no browser adds by itself."""
    links = request.query_params.getlist(LINK)
    if not links:
        return credentials(request.scope["headers"])
    return Credential(links[0] if len(links) == 1 else "")


def _refuse_unknown_parameters(request: Request) -> None:
    """Refuse what the route does not know: a filter that is misspelt would be one that is left out.

    Raises:
        InvalidValue: ``unknown_parameter`` (422).
    """
    given = request.query_params.keys()
    if given:
        route = request.scope["route"]
        known = _parameters(route.endpoint, route)
        for name in given:
            if name not in known and name != LINK:
                raise InvalidValue(f"There is no parameter {name[:100]!r} here.", "unknown_parameter")


_known: dict[object, frozenset[str]] = {}


def _parameters(endpoint: object, route: APIRoute) -> frozenset[str]:
    if endpoint not in _known:
        declared = set(_declared(route.dependant))
        _known[endpoint] = frozenset(declared | {each["name"] for each in _also(route)})
    return _known[endpoint]


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _declared(each)


def _also(route: APIRoute) -> list[dict[str, str]]:
    """Parameters that a route reads by itself and tells of in its description."""
    described: list[dict[str, str]] = (route.openapi_extra or {}).get("parameters", [])
    return [each for each in described if each["in"] == "query"]


def same_site_only(request: Request) -> None:
    """Refuse what a page of another site may have sent.

    Raises:
        Forbidden: ``cross_site`` (403).
    """
    policy: Policy = request.app.state.policy
    policy.refuse_foreign(request.scope, request.method)


UploadsDep = Annotated[UploadServices, Depends(get_uploads)]
TablesDep = Annotated[TableServices, Depends(get_tables)]
AccountsDep = Annotated[AccountServices, Depends(get_accounts)]
EventsDep = Annotated[EventServices, Depends(get_events)]
CatalogDep = Annotated[Catalog, Depends(get_catalog)]
PolicyDep = Annotated[Policy, Depends(get_policy)]
IdentityDep = Annotated[Identity, Depends(get_identity)]


def ahead(queue: Queue, file: File) -> int | None:
    """How many jobs go before that of a file, None when it does not wait."""
    return None if file.finished_at is not None else queue.ahead().get(file.id)


def seen(files: Files, file_id: str, user_id: str, needed: Role = VIEW, *, noun: str = "file") -> SeenFile:
    """Return a file as a user sees it whose role in it is ``needed`` or more (blocking). ``noun`` is what it is called.

    Raises:
        NotFound: it is unknown or the user may not see it, which look the same (404).
        Forbidden: ``forbidden``, the user sees it, but may not do this (403).
    """
    found = files.seen(file_id, user_id) if is_id(file_id) else None
    if found is None:
        raise NotFound(f"There is no such {noun}.")
    require(found.role, needed)
    return found
