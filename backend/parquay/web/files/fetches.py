"""Files that the server gets by itself, from an address of the web."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from parquay.events import messages
from parquay.ingest.text.overrides import Overrides
from parquay.uploads.fetch.source_url import MAX_URL_CHARS
from parquay.uploads.policy.rules import Owner
from parquay.web.http.deps import IdentityDep, UploadsDep
from parquay.web.http.idempotency import KeyField, repeatable
from parquay.web.http.reading_options import ReadingOptions
from parquay.web.http.schemas import Entry

router = APIRouter(tags=["files"])


class FetchRequest(ReadingOptions):
    """What to fetch, what to call it (left out: what its source does), and how to read it.

    `dataset`: id of the table that its rows are appended to.
    """

    url: str = Field(min_length=1, max_length=MAX_URL_CHARS, examples=["https://files.example/rates.csv"])
    name: str | None = Field(default=None, min_length=1, max_length=1024)
    dataset: str | None = None


@router.post("/fetch", status_code=202)
async def fetch(
    asked: FetchRequest,
    request: Request,
    response: Response,
    uploads: UploadsDep,
    identity: IdentityDep,
    *,
    key: KeyField = None,
) -> Entry:
    """Have the server get a file by HTTP; it is an upload from then on, whose bytes come from there.

    Public addresses alone are reached, and what the operator allows. A login in the address is sent to it and shown to
    nobody. Deleting the file ends it.
    """
    options = asked.options() | ({} if asked.dataset is None else {"dataset": asked.dataset})
    Overrides.from_options(options or None)
    owner, again = Owner.of(identity), repeatable(key, "/fetch", asked.model_dump())
    file = await uploads.repeats.made(owner, again, brings=False)
    if file is None:
        also = uploads.repeats.naming(owner, again)
        file = await uploads.importer.begin(owner, asked.url, name=asked.name, options=options or None, also=also)
    response.headers["Location"] = f"{request.scope.get('root_path', '')}/files/{file.id}"
    return Entry.model_validate(messages.entry(file, identity.username))
