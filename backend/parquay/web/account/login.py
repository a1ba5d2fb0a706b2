"""Login, registration, logout."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from parquay.audit import AuditNote
from parquay.auth.accounts import register as register_account
from parquay.auth.names import clean_name
from parquay.auth.sessions import Account, Granted
from parquay.errors import BadInput, Forbidden, InvalidValue, UnsupportedType
from parquay.web.account.account_schemas import LoginAnswer, Me, Token, UserRef
from parquay.web.account.cookies import set_session
from parquay.web.http.deps import AccountsDep, IdentityDep, PolicyDep, same_site_only
from parquay.web.http.hashing import HashingDep
from parquay.web.http.schemas import Credentials

OAUTH = frozenset({"grant_type", "scope", "client_id", "client_secret"})
"""Fields that OAuth2 clients send with a password."""

router = APIRouter(tags=["login"])

# In the document each route has one media type, because generators of clients stumble over two; all take both.
_FIELDS = {"schema": {"$ref": "#/components/schemas/Credentials"}}
_JSON = {"requestBody": {"required": True, "content": {"application/json": _FIELDS}}}
_FORM = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": _FIELDS}}}


async def _credentials(request: Request) -> Credentials:
    """Read user name and password from JSON or a form.

    Raises:
        BadInput: ``bad_json`` (400).
        UnsupportedType: the body is neither (415).
        RequestValidationError: a field is missing (422).
    """
    same_site_only(request)
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    fields: Any
    if kind == "application/x-www-form-urlencoded":
        fields = _without_oauth(_form(body))
    elif kind == "multipart/form-data":
        fields = _without_oauth(dict(await request.form(max_files=0, max_fields=10)))
    elif kind == "application/json" or kind.endswith("+json"):
        fields = _json(body)
    else:
        raise UnsupportedType("Send the fields as JSON or as a form.")
    try:
        return Credentials.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_input=False, include_url=False)]
        ) from None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("The body is not valid JSON.", "bad_json") from None


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError:
        raise BadInput("The form cannot be read.", "bad_form") from None


def _without_oauth(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what OAuth2's password flow sends beside name and password, where it asks for nothing more.

    Raises:
        InvalidValue: another flow, or a scope, is asked for (422).
    """
    if fields.get("grant_type", "password") not in ("password", ""):
        raise InvalidValue("grant_type: only password is known here.")
    if fields.get("scope"):
        raise InvalidValue("scope: a login has none; make an API key with scopes.")
    return {name: value for name, value in fields.items() if name not in OAUTH}


CredentialsDep = Annotated[Credentials, Depends(_credentials)]


async def _log_in(
    request: Request, accounts: AccountsDep, policy: PolicyDep, hashing: HashingDep, given: CredentialsDep
) -> Granted:
    if not policy.password_login:
        raise Forbidden("Names and passwords are not taken here. Sign in by the provider.", "password_login_off")
    agent = request.headers.get("user-agent", "")
    return await hashing.run(accounts.sessions.login, given.username, given.password, policy.peer(request.scope), agent)


GrantedDep = Annotated[Granted, Depends(_log_in)]


@router.post("/auth/token", openapi_extra=_FORM)
async def token(granted: GrantedDep) -> Token:
    """Log in with a form (OAuth2 password flow) and get an access token."""
    return Token(access_token=granted.token, expires_in=granted.expires_in)


@router.post("/login", openapi_extra=_JSON)
@router.post("/auth/login", openapi_extra=_JSON)
async def login(request: Request, granted: GrantedDep, policy: PolicyDep, response: Response) -> LoginAnswer:
    """Log in with JSON or a form; the answer also sets the session cookie."""
    set_session(request, response, policy, granted.token, granted.expires_in)
    return LoginAnswer(
        token=granted.token,
        access_token=granted.token,
        expires_in=granted.expires_in,
        user=UserRef(id=granted.user.id, username=granted.user.username),
    )


@router.post("/auth/register", status_code=201, openapi_extra=_JSON)
@router.post("/register", status_code=201, openapi_extra=_JSON)
async def register(accounts: AccountsDep, policy: PolicyDep, hashing: HashingDep, given: CredentialsDep) -> UserRef:
    """Make an account, where registration is open."""
    if not policy.registration_open:
        raise Forbidden("Registration is closed.", "registration_closed")
    note = AuditNote(clean_name(given.username), "user.registered")

    def make() -> Account:
        return register_account(accounts.users, accounts.passwords, given.username, given.password, note=note)

    made = await hashing.run(make)
    return UserRef(id=made.id, username=made.username)


@router.post("/auth/logout", status_code=204)
@router.post("/logout", status_code=204)
async def logout(request: Request, accounts: AccountsDep, policy: PolicyDep, identity: IdentityDep) -> Response:
    """End the session: its token and cookie are dead, here at once and everywhere within 5 seconds."""
    await run_in_threadpool(accounts.sessions.logout, identity)
    response = Response(status_code=204)
    set_session(request, response, policy, "", 0)
    return response


@router.get("/auth/me")
@router.get("/me")
def me(identity: IdentityDep) -> Me:
    """Tell who is logged in."""
    return Me(id=identity.id, username=identity.username, is_admin=identity.is_admin)
