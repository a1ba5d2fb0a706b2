"""How a file would be read, shown without keeping anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from parquay.datasets.query.engine import CancelToken
from parquay.ingest.text.overrides import Overrides
from parquay.web.files.preview_schemas import PreviewShown
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.deps import IdentityDep, TablesDep, UploadsDep, seen
from parquay.web.http.exact_json import AsText, ExactJSON
from parquay.web.http.reading_options import ReadingOptions

router = APIRouter(tags=["files"])


@router.post("/files/{file_id}/preview", response_model=PreviewShown)
async def preview_file(
    file_id: str,
    request: Request,
    uploads: UploadsDep,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    options: Annotated[ReadingOptions, Body(default_factory=ReadingOptions)],
    text: AsText = False,
) -> Response:
    """Read the beginning of a file in another way, also while its bytes arrive; nothing is stored.

    Up to 100 rows and 20 rejects. `looked_at` tells how much of the file that is of: 1 MiB of its text at most.
    """

    def work() -> ExactJSON:
        from parquay.ingest.convert.file_preview import Beginnings  # brings Arrow, without which uploads are served

        file = seen(uploads.files, file_id, identity.id).file
        overrides = Overrides.from_options(options.options())
        made = Beginnings(uploads.store, tables.scratch.fresh).preview(file, overrides)
        return ExactJSON(made.to_json(text=text))

    return await run_cancellable(request, CancelToken(), work)
