"""Upload links: a user makes them and takes them back; people without an account upload by them to that user.

The endpoint of a link speaks the upload protocols as ``/files`` does, see :mod:`parquay.web.uploads.admission`.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from parquay.audit import AuditNote
from parquay.auth.keys import UPLOAD_LINK_PREFIX, key_hash, new_key
from parquay.catalog.tables import UploadLink, now
from parquay.errors import InvalidValue, NotFound
from parquay.events.messages import timestamp
from parquay.ids import new_id
from parquay.web.files.file_schemas import NewUploadLink, OpenUploadLink, ShownUploadLink, UploadedByLink, UploadLinkRef
from parquay.web.files.forms import FORM, store_form
from parquay.web.http.deps import IdentityDep, PolicyDep, UploadsDep
from parquay.web.http.long_requests import note
from parquay.web.http.upload_paths import UPLOAD_PAGE, endpoint_path

router = APIRouter(tags=["links"])


@router.get("/upload-links")
def list_upload_links(uploads: UploadsDep, identity: IdentityDep) -> list[UploadLinkRef]:
    """List the own upload links, the newest first, with what has come by each; their addresses are not kept."""
    return [UploadLinkRef.model_validate(_shown(each)) for each in uploads.upload_links.of_user(identity.id)]


@router.post("/upload-links", status_code=201)
def add_upload_link(
    request: Request, new: NewUploadLink, uploads: UploadsDep, identity: IdentityDep, policy: PolicyDep
) -> ShownUploadLink:
    """Make a link by which people without an account upload to whoever makes it; its addresses are shown this once."""
    if new.expires_at is not None and new.expires_at <= now():
        raise InvalidValue("expires_at: this time is over.")
    token = new_key(UPLOAD_LINK_PREFIX)
    given = new.model_dump() | {"extensions": new.extensions or []}
    link = UploadLink(id=new_id(), owner_id=identity.id, token_hash=key_hash(token), **given)
    limits = {name: value for name, value in new.model_dump(mode="json").items() if value}
    uploads.upload_links.add(link, AuditNote(identity.username, "upload_link.made", link.id, limits))
    base = policy.origin.base(request.scope)
    addresses = {"url": base + UPLOAD_PAGE + token, "endpoint": base + endpoint_path(token)}
    return ShownUploadLink.model_validate(_shown(link) | addresses)


@router.get("/upload-links/{link_id}")
def read_upload_link(link_id: str, uploads: UploadsDep, identity: IdentityDep) -> UploadLinkRef:
    """Tell what an own upload link lets, and what has come by it."""
    link = uploads.upload_links.owned(link_id, identity.id)
    if link is None:
        raise NotFound("There is no such upload link.", "unknown_link")
    return UploadLinkRef.model_validate(_shown(link))


@router.delete("/upload-links/{link_id}", status_code=204)
def remove_upload_link(link_id: str, uploads: UploadsDep, identity: IdentityDep) -> Response:
    """Take an upload link back: nothing comes by it any more, nor do uploads go on. What has come stays."""
    removal = AuditNote(identity.username, "upload_link.removed", link_id)
    if not uploads.upload_links.remove(link_id, identity.id, removal):
        raise NotFound("There is no such upload link.", "unknown_link")
    return Response(status_code=204)


@router.get("/u/{token}")
def about_upload_link(token: str, uploads: UploadsDep) -> OpenUploadLink:
    """Tell whoever has an upload link what it is for, and what may still come by it."""
    link = uploads.guests.link(token).link
    shown = _shown(link) | {
        "extensions": link.extensions or sorted(uploads.rules.extensions),
        "bytes_left": None if link.max_bytes is None else max(link.max_bytes - link.bytes, 0),
        "files_left": None if link.max_files is None else max(link.max_files - link.files, 0),
        "max_size": uploads.rules.max_size or None,
    }
    return OpenUploadLink.model_validate(shown)


@router.post("/u/{token}/files", status_code=201, openapi_extra=FORM)
async def upload_by_link(request: Request, token: str, uploads: UploadsDep, policy: PolicyDep) -> UploadedByLink:
    """Upload one file in a form to whom an upload link leads to."""
    owner = await run_in_threadpool(uploads.guests.owner, token)
    note(request.scope, token, look=uploads.guests.link)
    file_id = await store_form(request, uploads, policy, owner)
    file = await run_in_threadpool(uploads.files.get, file_id)
    if file is None:
        raise NotFound("The file was removed.")
    return UploadedByLink(name=file.name, size=file.offset)


def _shown(link: UploadLink) -> dict[str, object]:
    until = None if link.expires_at is None else timestamp(link.expires_at)
    return link.model_dump() | {"created_at": timestamp(link.created_at), "expires_at": until}
