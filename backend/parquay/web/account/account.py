"""One's own account: the password, the sessions, the API keys."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from parquay.audit import AuditNote
from parquay.auth.keys import key_hash, new_key
from parquay.auth.sessions import Identity
from parquay.catalog.tables import ApiKey, Login, now
from parquay.errors import Forbidden, InvalidValue, NotFound
from parquay.events.messages import timestamp
from parquay.web.account.account_schemas import KeyRef, NewKey, NewPassword, SessionRef, ShownKey
from parquay.web.http.deps import AccountsDep, IdentityDep, PolicyDep
from parquay.web.http.hashing import HashingDep

router = APIRouter(tags=["account"])


def _with_password(identity: IdentityDep) -> Identity:
    # A leaked key must not be able to make further keys and so outlive its removal.
    if identity.session_id is None:
        raise Forbidden("Log in with a password to manage the account.", "session_required")
    return identity


SessionDep = Annotated[Identity, Depends(_with_password)]


@router.post("/auth/password", status_code=204)
async def change_password(
    request: Request,
    accounts: AccountsDep,
    policy: PolicyDep,
    hashing: HashingDep,
    *,
    identity: SessionDep,
    given: NewPassword,
) -> None:
    """Change the password; every other session of the user ends. API keys stay."""
    peer = policy.peer(request.scope)
    await hashing.run(accounts.sessions.change_password, identity, given.old, given.new, peer)


@router.get("/auth/sessions")
def list_sessions(accounts: AccountsDep, identity: SessionDep) -> list[SessionRef]:
    """List the sessions of the user that go on, the newest first; `current` is the one that asks."""
    return [_session(each, identity) for each in accounts.users.logins(identity.id)]


def _session(login: Login, identity: Identity) -> SessionRef:
    return SessionRef(
        id=login.id,
        created_at=timestamp(login.created_at),
        last_seen_at=timestamp(login.seen_at or login.created_at),
        expires_at=timestamp(login.expires_at),
        address=login.network,
        user_agent=login.agent,
        current=login.id == identity.session_id,
    )


@router.delete("/auth/sessions", status_code=204)
def end_other_sessions(accounts: AccountsDep, identity: SessionDep) -> Response:
    """End every session of the user but the one that asks: here at once, everywhere within 5 seconds."""
    accounts.sessions.end(identity)
    return Response(status_code=204)


@router.delete("/auth/sessions/{session_id}", status_code=204)
def end_session(accounts: AccountsDep, identity: SessionDep, session_id: str) -> Response:
    """End one session of the user: here at once, everywhere within 5 seconds."""
    if not accounts.sessions.end(identity, session_id):
        raise NotFound("There is no such session.", "unknown_session")
    return Response(status_code=204)


@router.get("/auth/api-keys")
def list_keys(accounts: AccountsDep, identity: SessionDep) -> list[KeyRef]:
    """List the API keys of the user."""
    return [KeyRef.model_validate(_key_fields(key)) for key in accounts.users.keys(identity.id)]


def _key_fields(key: ApiKey) -> dict[str, Any]:
    until = None if key.expires_at is None else timestamp(key.expires_at)
    created = timestamp(key.created_at)
    return {"id": key.id, "name": key.name, "created_at": created, "scopes": key.scopes, "expires_at": until}


@router.post("/auth/api-keys", status_code=201)
def add_key(accounts: AccountsDep, identity: SessionDep, new: NewKey) -> ShownKey:
    """Make an API key for a script; the key itself is shown this once."""
    if new.expires_at is not None and new.expires_at <= now():
        raise InvalidValue("expires_at: this time is over.")
    secret = new_key()
    bounds: dict[str, Any] = {"scopes": new.scopes, "expires_at": new.expires_at}
    note = AuditNote(identity.username, "key.made")
    key = accounts.users.add_key(identity.id, new.name, key_hash(secret), **bounds, note=note)
    return ShownKey.model_validate({**_key_fields(key), "key": secret})


@router.delete("/auth/api-keys/{key_id}", status_code=204)
def remove_key(accounts: AccountsDep, identity: SessionDep, key_id: str) -> Response:
    """Remove an API key: it is dead here at once and everywhere within 5 seconds."""
    accounts.users.remove_key(key_id, identity.id, AuditNote(identity.username, "key.removed", key_id))
    accounts.sessions.forget_user(identity.id)
    return Response(status_code=204)
