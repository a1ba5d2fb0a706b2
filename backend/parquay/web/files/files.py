"""Files as plain REST: upload by form, list, look at, rename, share, download, delete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from parquay.catalog.listing import Narrowed
from parquay.errors import Damaged, InvalidValue, NotFound
from parquay.events import messages
from parquay.roles import OWNER
from parquay.uploads.policy.names import clean_name, name_warnings
from parquay.uploads.policy.rules import Owner
from parquay.web.files.file_schemas import Detail, FileChange, Found, Rejects, WholeContent
from parquay.web.files.forms import FORM, store_form
from parquay.web.files.list_filters import ListFilter
from parquay.web.files.rejects import rejects_csv, rejects_page
from parquay.web.http.content import content_response
from parquay.web.http.deps import IdentityDep, PolicyDep, TablesDep, UploadsDep, ahead, seen
from parquay.web.http.exact_json import ExactJSON
from parquay.web.http.idempotency import KeyField
from parquay.web.http.list_cursors import cursor_after, place
from parquay.web.http.list_links import MAX_LIMIT, next_page
from parquay.web.http.origins import origin_of
from parquay.web.http.schemas import Entry, Progress, Uploaded

FIRST_ROWS = 100
"""Rows that come with a single file."""

Sort = Literal[
    "uploaded_at", "name", "size", "row_count", "status", "finished_at",
    "-uploaded_at", "-name", "-size", "-row_count", "-status", "-finished_at",
]  # fmt: skip

router = APIRouter(tags=["files"])


@router.post("/files", status_code=201, openapi_extra=FORM)
@router.post("/upload", status_code=201, openapi_extra=FORM)
async def upload(
    request: Request, uploads: UploadsDep, policy: PolicyDep, identity: IdentityDep, _key: KeyField = None
) -> Uploaded:
    """Upload one file in a form; its bytes go to the store as they arrive."""
    file_id = await store_form(request, uploads, policy, Owner.of(identity))
    file = await run_in_threadpool(uploads.files.get, file_id)
    if file is None:
        raise NotFound("The file was removed.")
    entry = messages.entry(file, identity.username, ahead=await run_in_threadpool(ahead, uploads.queue, file))
    return Uploaded.model_validate({**entry, "file_id": file_id})


@router.get("/files")
def list_files(
    request: Request,
    response: Response,
    uploads: UploadsDep,
    identity: IdentityDep,
    narrowed: ListFilter,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    cursor: str | None = None,
    sort: Sort = "-uploaded_at",
) -> list[Entry]:
    """List own files and shared ones. `Link: rel="next"` leads to the next page, `X-Total-Count` counts all of them."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    found = uploads.files.page(
        identity.id,
        limit=limit + 1,
        cursor=place(cursor, column) if cursor else None,
        sort=column,
        descending=descending,
        narrowed=narrowed,
    )
    response.headers["X-Total-Count"] = str(uploads.files.count(identity.id, narrowed))
    if len(found) > limit:
        found = found[:limit]
        response.headers["Link"] = next_page(request, cursor_after(found[-1].file, column))
    return [Entry.model_validate(messages.entry(*each, ahead(uploads.queue, each.file))) for each in found]


@router.post("/files/exists")
def find_files(content: WholeContent, uploads: UploadsDep, identity: IdentityDep) -> Found:
    """Find own files that have exactly these bytes, the newest first, so that nobody sends them again.

    `total` counts all of them; `files` has 1,000 at most.
    """
    narrowed = Narrowed(mine=True, sha256=content.sha256.lower(), size=content.size)
    found = uploads.files.page(identity.id, limit=MAX_LIMIT, narrowed=narrowed)
    entries = [Entry.model_validate(messages.entry(*each, ahead(uploads.queue, each.file))) for each in found]
    return Found(files=entries, total=uploads.files.count(identity.id, narrowed))


@router.get("/files/{file_id}", response_model=Detail)
def read_file(file_id: str, uploads: UploadsDep, tables: TablesDep, identity: IdentityDep) -> Response:
    """Show one file with the first rows of its table."""
    found = seen(uploads.files, file_id, identity.id)
    content, damage = None, None
    try:
        content = tables.preview(found.file, FIRST_ROWS)
    except Damaged as error:  # everything else about the file is as it was
        damage = {"code": error.code, "message": error.detail}
    shown = messages.entry(*found, ahead(uploads.queue, found.file))
    origin = origin_of(tables.saved_queries, file_id) if found.role == OWNER else None
    detail = Detail.model_validate({**shown, "content": content, "damage": damage, "origin": origin})
    return ExactJSON(detail.model_dump(by_alias=True))


@router.get("/files/{file_id}/progress")
def read_progress(file_id: str, uploads: UploadsDep, identity: IdentityDep) -> Progress:
    """Tell how far a file is."""
    file = seen(uploads.files, file_id, identity.id).file
    return Progress.model_validate(messages.progress(file, ahead(uploads.queue, file)))


@router.get("/files/{file_id}/content", response_class=StreamingResponse)
def read_content(file_id: str, request: Request, uploads: UploadsDep, identity: IdentityDep) -> Response:
    """Download the bytes as they were uploaded; takes `Range`, `If-Range`, `If-None-Match`."""
    return content_response(request, uploads.store, uploads.soundness, seen(uploads.files, file_id, identity.id).file)


@router.get("/files/{file_id}/rejects", response_model=Rejects, responses={200: {"content": {"text/csv": {}}}})
def read_rejects(
    file_id: str,
    uploads: UploadsDep,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    cursor: str | None = None,
    format: Literal["json", "csv"] = "json",  # noqa: A002  the name of the query parameter
) -> Any:
    """List what could not be read into the table, in the order of the file.

    `mended` ones became rows since; `format=csv` downloads all others.
    """
    file = seen(uploads.files, file_id, identity.id).file
    if format == "csv":
        return rejects_csv(uploads.segments, tables, file)
    return rejects_page(uploads, tables, file, limit, cursor)


@router.patch("/files/{file_id}")
def change_file(file_id: str, change: FileChange, uploads: UploadsDep, identity: IdentityDep) -> Entry:
    """Rename or tag an own file, or let every user look at it, or nobody: `shared` is the role `view` of `*`."""
    seen(uploads.files, file_id, identity.id, OWNER)
    if change.name is None and change.shared is None and change.tags is None:
        raise InvalidValue("Give a name, tags, or whether the file is shared.")
    name = None if change.name is None else clean_name(change.name)
    if name is not None:
        uploads.rules.check_name(name)
    warnings = None if name is None else name_warnings(change.name, name)
    changed = uploads.files.change(
        file_id, identity.id, name=name, shared=change.shared, warnings=warnings, tags=change.tags
    )
    if changed is None:
        raise NotFound("There is no such file.")
    return Entry.model_validate(messages.entry(changed, identity.username, ahead=ahead(uploads.queue, changed)))


@router.delete("/files/{file_id}", status_code=204)
async def delete_file(file_id: str, uploads: UploadsDep, identity: IdentityDep) -> Response:
    """Delete an own file: its bytes, its table and its rows."""
    await run_in_threadpool(seen, uploads.files, file_id, identity.id, OWNER)
    await uploads.remover.remove(file_id, Owner.of(identity))
    return Response(status_code=204)
