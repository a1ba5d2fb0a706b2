"""Uploads by form: the file is one part of it, what stands before it says how the file is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from parquay.errors import InvalidValue, ParquayError
from parquay.ingest.text.overrides import Overrides
from parquay.uploads.create.describe import OPTION_KEYS, read_options
from parquay.uploads.policy.rules import Owner
from parquay.uploads.receive.body import BodyCut
from parquay.web.http.deps import Policy
from parquay.web.http.idempotency import FIELD, repeatable
from parquay.web.http.multipart import file_part
from parquay.web.http.openapi import BINARY
from parquay.wiring import UploadServices

DESCRIBING_FIELDS = frozenset({"name", "filename", "type", "filetype", "relativePath", "caption"})
"""Fields of a form that upload widgets send beside the file; its part says the same."""

FORM: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in sorted(OPTION_KEYS)
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        **{name: {"type": "string"} for name in sorted(OPTION_KEYS)},
                        "file": BINARY,
                    },
                }
            }
        },
    },
}
"""What OpenAPI says of such a request."""


async def store_form(request: Request, uploads: UploadServices, policy: Policy, owner: Owner) -> str:
    """Store the file of a form, whose bytes go to the store as they arrive; return its id.

    Raises:
        ParquayError: the form or what it says cannot be understood, or as ``Creator.store_whole``.
    """
    options = reading_options(request.query_params)
    kind = request.headers.get("content-type", "")
    sent = await file_part(kind, request.stream(), policy.idle_timeout, early=OPTION_KEYS)
    if sent.fields:
        options = reading_options({**request.query_params, **_known_fields(sent.fields)})
    body, described = _Watched(sent.body), (sent.name, sent.content_type, dict(sent.fields))
    asked = repeatable(request.headers.get(FIELD), *described, sorted(request.query_params.items()))
    try:
        before = await uploads.repeats.made(owner, asked, brings=True)
        if before is not None and before.complete:
            await uploads.repeats.compare(before, body.chunks(), whole=True)
            return before.id
        if before is not None:
            await uploads.remover.discard(before.id)  # whoever took in its bytes was killed
        beside = uploads.repeats.naming(owner, asked)
        return await uploads.creator.store_whole(
            owner, sent.name, sent.content_type, body.chunks(), options=options, beside=beside
        )
    except ParquayError as error:
        raise body.failure or error from None


def reading_options(query: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what a query or a form says about how to read the file, None when it says nothing.

    Raises:
        InvalidValue: a value cannot be understood (422).
    """
    options = read_options(query)
    Overrides.from_options(options)
    return options


def _known_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that tell how to read the file, without those in which upload widgets describe it.

    Raises:
        InvalidValue: ``bad_option``, a field that means nothing here (422).
    """
    for name in fields:
        if name not in OPTION_KEYS | DESCRIBING_FIELDS:
            raise InvalidValue(f"There is no field {name[:100]!r}.", "bad_option")
    return {name: text for name, text in fields.items() if name in OPTION_KEYS}


class _Watched:
    """A body that tells the store only that it was cut, and keeps the reason for the answer."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self.failure: ParquayError | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._body:
                yield chunk
        except ClientDisconnect:
            raise BodyCut from None
        except ParquayError as error:
            self.failure = error
            raise BodyCut from None
