"""Signing in by a provider (OpenID Connect), and which ways of signing in there are."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from parquay.auth.provider_logins import ProviderLogins
from parquay.auth.sign_in_attempts import LIFETIME, MAX_BACK
from parquay.errors import BadInput, NotFound, ParquayError
from parquay.telemetry import refusals
from parquay.web.account.account_schemas import SignInWays
from parquay.web.account.cookies import ATTEMPT, ATTEMPT_PATH, set_attempt, set_session
from parquay.web.http.deps import AccountsDep, Policy, PolicyDep

CALLBACK = ATTEMPT_PATH + "/callback"

SEE_OTHER = 303

router = APIRouter(tags=["login"])


@router.get("/auth/methods")
async def sign_in_ways(accounts: AccountsDep, policy: PolicyDep) -> SignInWays:
    """Tell how one may sign in here: with a password, by a provider (its name), and whether anybody may register."""
    provider = None if accounts.provider is None else accounts.provider.name
    return SignInWays(password=policy.password_login, registration=policy.registration_open, provider=provider)


async def _provider(accounts: AccountsDep) -> ProviderLogins:
    if accounts.provider is None:
        raise NotFound("Nobody signs in by a provider here.", "no_provider")
    return accounts.provider


ProviderDep = Annotated[ProviderLogins, Depends(_provider)]


@router.get("/auth/oidc", status_code=SEE_OTHER, response_class=RedirectResponse)
async def begin(
    request: Request,
    policy: PolicyDep,
    provider: ProviderDep,
    *,
    back: Annotated[str, Query(alias="next", max_length=MAX_BACK)] = "/",
) -> Response:
    """Send the browser to the provider; `next` is the page of this service that it opens afterwards."""
    try:
        where, kept = await provider.begin(back, _redirect_uri(request, policy))
    except ParquayError as error:
        return _refused(request, policy, error)
    response = RedirectResponse(where, SEE_OTHER)
    set_attempt(request, response, policy, kept, LIFETIME)
    return response


@router.get("/auth/oidc/callback", status_code=SEE_OTHER, response_class=RedirectResponse)
async def answered(request: Request, policy: PolicyDep, provider: ProviderDep) -> Response:
    """Take the provider's answer, open a session as a login with a password does, and open the page it was begun on."""
    answer, uri = dict(request.query_params), _redirect_uri(request, policy)
    agent, peer = request.headers.get("user-agent", ""), policy.peer(request.scope)
    try:
        attempt, claims = await provider.answered(request.cookies.get(ATTEMPT), answer, uri)
        granted = await run_in_threadpool(provider.admit, attempt, claims, peer, agent)
    except ParquayError as error:
        return _refused(request, policy, error)
    response = RedirectResponse(policy.base_path(request.scope) + attempt.back, SEE_OTHER)
    set_session(request, response, policy, granted.token, granted.expires_in)
    set_attempt(request, response, policy, "", 0)
    return response


def _redirect_uri(request: Request, policy: Policy) -> str:
    base = policy.origin.base(request.scope)
    if not base:
        raise BadInput("The request names no host that could be this one.")
    return base + CALLBACK


def _refused(request: Request, policy: Policy, error: ParquayError) -> Response:
    """Show a person the page of the login with what went wrong; a program gets the problem.

    Raises:
        ParquayError: ``error``, where no browser opens a page.
    """
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    refusals.labels(error.code).inc()
    where = f"{policy.base_path(request.scope)}/login?{urlencode({'refused': error.code})}"
    return RedirectResponse(where, SEE_OTHER)
