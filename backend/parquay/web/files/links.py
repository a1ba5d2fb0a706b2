"""Links to a file, for people without an account: its owner makes them and takes them back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from parquay.audit import AuditNote
from parquay.auth.keys import LINK_PREFIX, key_hash, new_key
from parquay.auth.links import OPEN_SECONDS, new_link_id
from parquay.catalog.tables import Link, now
from parquay.errors import InvalidValue, NotFound
from parquay.events.messages import timestamp
from parquay.roles import OWNER
from parquay.web.files.file_schemas import LinkedFile, LinkPassword, LinkRef, NewLink, OpenedLink, ShownLink
from parquay.web.http.deps import AccountsDep, IdentityDep, Policy, PolicyDep, UploadsDep, same_site_only, seen
from parquay.web.http.hashing import HashingDep
from parquay.web.http.spa import LINK_PAGE

router = APIRouter(tags=["links"])


@router.get("/files/{file_id}/links")
def list_links(file_id: str, accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep) -> list[LinkRef]:
    """List the links to an own file, the newest first; their tokens are not kept."""
    file = seen(uploads.files, file_id, identity.id, OWNER).file
    return [_shown(each) for each in accounts.file_links.of_file(file.id)]


@router.post("/files/{file_id}/links", status_code=201)
async def add_link(
    request: Request,
    file_id: str,
    new: NewLink,
    *,
    accounts: AccountsDep,
    uploads: UploadsDep,
    identity: IdentityDep,
    policy: PolicyDep,
    hashing: HashingDep,
) -> ShownLink:
    """Make a link that lets whoever has it look at an own file; its token is shown this once."""
    file = (await run_in_threadpool(seen, uploads.files, file_id, identity.id, OWNER)).file
    if new.expires_at is not None and new.expires_at <= now():
        raise InvalidValue("expires_at: this time is over.")
    token = new_key(LINK_PREFIX)
    hashed = None if new.password is None else await hashing.run(accounts.passwords.hash, new.password)
    link = Link(
        id=new_link_id(),
        file_id=file.id,
        token_hash=key_hash(token),
        password_hash=hashed,
        expires_at=new.expires_at,
    )
    note = AuditNote(identity.username, "link.made", file.id, {"link": link.id})
    if not await run_in_threadpool(accounts.file_links.add, link, note):
        raise NotFound("There is no such file.")
    url = _base(request, policy) + LINK_PAGE + token
    return ShownLink(**_shown(link).model_dump(), url=url, token=token)


@router.get("/files/{file_id}/links/{link_id}")
def show_link(file_id: str, link_id: str, accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep) -> LinkRef:
    """Show one link to an own file."""
    file = seen(uploads.files, file_id, identity.id, OWNER).file
    found = [each for each in accounts.file_links.of_file(file.id) if each.id == link_id]
    if not found:
        raise NotFound("There is no such link.", "unknown_link")
    return _shown(found[0])


@router.delete("/files/{file_id}/links/{link_id}", status_code=204)
def remove_link(
    file_id: str, link_id: str, accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep
) -> Response:
    """Take a link back: it opens nothing any more, here at once and everywhere within 5 seconds."""
    file = seen(uploads.files, file_id, identity.id, OWNER).file
    note = AuditNote(identity.username, "link.removed", file.id, {"link": link_id})
    if not accounts.file_links.remove(link_id, file.id, note):
        raise NotFound("There is no such link.", "unknown_link")
    accounts.sessions.forget_user(link_id)
    return Response(status_code=204)


@router.get("/links/{token}")
def read_link(token: str, accounts: AccountsDep) -> LinkedFile:
    """Tell which file a link leads to, and whether it asks for a password first."""
    link = accounts.links.find(token)
    until = None if link.expires_at is None else timestamp(link.expires_at)
    return LinkedFile.model_validate(
        {"file_id": link.file_id, "has_password": link.password_hash is not None, "expires_at": until}
    )


@router.post("/links/{token}/open")
async def open_link(
    request: Request,
    token: str,
    given: LinkPassword,
    *,
    accounts: AccountsDep,
    policy: PolicyDep,
    hashing: HashingDep,
) -> OpenedLink:
    """Open a link with its password: the answer has a token that is good for an hour."""
    same_site_only(request)
    opened = await hashing.run(accounts.links.open, token, given.password, policy.peer(request.scope))
    link = await run_in_threadpool(accounts.links.find, token)
    return OpenedLink(token=opened, file_id=link.file_id, expires_in=OPEN_SECONDS)


def _base(request: Request, policy: Policy) -> str:
    return policy.origin.base(request.scope)


def _shown(link: Link) -> LinkRef:
    until = None if link.expires_at is None else timestamp(link.expires_at)
    return LinkRef.model_validate(
        {
            "id": link.id,
            "role": "view",
            "created_at": timestamp(link.created_at),
            "expires_at": until,
            "has_password": link.password_hash is not None,
        }
    )
