"""The OpenAPI document: what FastAPI knows of its routes, and what it does not.

The upload protocols are answered before FastAPI sees a request, and OpenAPI has no words for WebSockets. Both are
added here, so that the document is the whole interface.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from parquay.web.http.errors import MEDIA_TYPE
from parquay.web.http.schemas import Credentials

Json = dict[str, Any]

BINARY: Json = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
"""The schema of bytes: what OpenAPI 3.0 calls binary, and what JSON Schema calls its media type."""

UPLOAD_TYPE = "application/offset+octet-stream"

DESCRIPTION = """
Resumable uploads that land as tables. Every path also answers under `/api`; a trailing slash makes no difference.
A refusal is `application/problem+json` with a stable `code`.

**Login.** `POST /auth/token` or `/login`, then `Authorization: Bearer <access_token>`; a browser may use the session
cookie that `/login` sets. An API key (`POST /auth/api-keys`) is sent as a bearer token too, or
as the password of HTTP Basic. The token of a link
(`POST /files/{file_id}/links`) opens what looks at its file, as bearer token or as `?link=` in the address.

**Uploads that resume.** `/files` speaks [tus 1.0.0](https://tus.io/protocols/resumable-upload) when a request carries
`Tus-Resumable: 1.0.0`, and the IETF draft *Resumable Uploads for HTTP* when it carries `Upload-Complete` or
`Upload-Draft-Interop-Version`. `POST` creates and answers with `Location`; `HEAD` there tells `Upload-Offset`; `PATCH`
sends the bytes from that offset on; `DELETE` ends it. `OPTIONS` tells what is supported. `X-HTTP-Method-Override`
replaces the method.

An upload link (`POST /upload-links`) has an `endpoint` where people without an account do the same: the uploads are
its owner's.

**Live.** `GET /events` is a stream of server-sent events. The same messages come over a WebSocket:

* `/ws` sends JSON texts `{id, event, data}`; `?last_event_id=` goes on after an event that was seen.
* `/ws/live` sends new samples of the live signals as JSON texts `{signal, timestamp, value}`;
  `?signals=random,queue_depth` names some, without it all come.

Both want the login in the handshake: the cookie, or `Authorization: Bearer`. One that is not opened gets an answer of
HTTP with a problem, as every refused request does.
"""

_RESUMABLE = "The version of tus that is spoken: `1.0.0`. Without it the request is plain HTTP."


def _field(name: str, description: str, kind: str = "string") -> Json:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": kind},
    }


_TUS = _field("Tus-Resumable", _RESUMABLE)
_OFFSET = _field("Upload-Offset", "Where these bytes begin: the offset that HEAD told.", "integer")
_CHECKSUM = _field("Upload-Checksum", "Algorithm and Base64 digest of the body, with a space between.")
_CREATION = [
    _TUS,
    _field("Upload-Length", "Size of the whole upload in bytes.", "integer"),
    _field("Upload-Defer-Length", "`1`: the size comes later."),
    _field("Upload-Metadata", "Keys with Base64 values: `filename`, `filetype`, options of reading."),
    _field("Upload-Concat", "`partial`, or `final;` and the parts."),
    _CHECKSUM,
]
_STATE: Json = {
    "Upload-Offset": {"description": "Bytes that are safely stored.", "schema": {"type": "integer"}},
    "Upload-Length": {"description": "Size of the whole, if it is known.", "schema": {"type": "integer"}},
    "Tus-Resumable": {"schema": {"type": "string"}},
}
_LOCATION: Json = {"Location": {"description": "Where the upload goes on.", "schema": {"type": "string"}}}
_FILE_ID: Json = {"name": "file_id", "in": "path", "required": True, "schema": {"type": "string"}}


class DescribedApi(FastAPI):
    """FastAPI with a document that is the whole interface."""

    def openapi(self) -> Json:
        """Return the document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


def completed(document: Json) -> Json:
    """Return ``document`` with the upload verbs and the fields of a login, and with the media type of refusals."""
    paths = document["paths"]
    document["components"]["schemas"]["Credentials"] = Credentials.model_json_schema()  # read without FastAPI
    _create(paths["/files"]["post"])
    _append(paths["/files/{file_id}"]["patch"])
    security = paths["/files"]["post"].get("security", [])
    paths["/files"]["options"] = _options("files")
    paths["/files/{file_id}"]["options"] = _options("upload") | {"parameters": [_FILE_ID]}
    paths["/files/{file_id}"]["head"] = _head() | {"security": security}
    paths["/u/{token}/files/{file_id}"] = _linked()
    _create(paths["/u/{token}/files"]["post"])
    for operation in (each for verbs in paths.values() for each in verbs.values()):
        _name_refusals(operation)
    return document


def _create(operation: Json) -> None:
    operation["parameters"] = operation.get("parameters", []) + _CREATION
    operation["responses"]["201"]["headers"] = _LOCATION | _STATE
    operation["description"] += (
        "\n\nWith `Tus-Resumable` it makes a resumable upload instead (tus: creation, creation-with-upload, "
        "concatenation): the body, if any, is its first bytes, the answer is empty and has a `Location`."
    )
    _take_bytes(operation, required=False)


def _append(operation: Json) -> None:
    operation["parameters"] = [*operation.get("parameters", []), _TUS, _OFFSET, _CHECKSUM]
    operation["responses"]["204"] = {"description": "The bytes are stored (tus).", "headers": _STATE}
    operation["description"] += (
        "\n\nWith `Tus-Resumable` it appends its body to the upload at `Upload-Offset` instead (tus: PATCH). "
        "What arrived before a connection broke is kept."
    )
    _take_bytes(operation, required=True)


def _take_bytes(operation: Json, *, required: bool) -> None:
    # Anew, because the routes of one form share its description.
    content = operation["requestBody"]["content"] | {UPLOAD_TYPE: {"schema": BINARY}}
    operation["requestBody"] = {"required": required, "content": content}


def _head() -> Json:
    return {
        "tags": ["files"],
        "summary": "Where an upload stands",
        "description": "Tell how many bytes of an upload are stored: go on from there.",
        "operationId": "upload_state_files__file_id__head",
        "parameters": [_FILE_ID, _TUS],
        "responses": {"200": {"description": "Where it stands.", "headers": _STATE}, "default": {}},
    }


def _linked() -> Json:
    """The verbs of an upload by a link, which anybody may use who knows its address."""
    token: Json = {"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}
    where, of = {"tags": ["links"]}, "linked_upload"
    append = {
        "summary": "Go on with an upload by a link",
        "description": "Append the body at `Upload-Offset` (tus).",
        "operationId": f"{of}_append",
        "parameters": [token, _FILE_ID, _TUS, _OFFSET, _CHECKSUM],
        "requestBody": {"required": True, "content": {UPLOAD_TYPE: {"schema": BINARY}}},
        "responses": {"204": {"description": "The bytes are stored.", "headers": _STATE}, "default": {}},
    }
    remove = {
        "summary": "Give an upload by a link up",
        "description": "Remove it while it is unfinished (tus).",
        "operationId": f"{of}_remove",
        "parameters": [token, _FILE_ID, _TUS],
        "responses": {"204": {"description": "It is gone."}, "default": {}},
    }
    head = _head() | where | {"operationId": f"{of}_state", "parameters": [token, _FILE_ID, _TUS]}
    return {"head": head, "patch": append | where, "delete": remove | where}


def _options(of: str) -> Json:
    return {
        "tags": ["files"],
        "summary": "What the server can do",
        "description": "Tell versions, extensions, checksums and limits of the upload protocols.",
        "operationId": f"upload_options_{of}_options",
        "responses": {
            "204": {"description": "Told in `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Upload-Limit`."}
        },
    }


def _name_refusals(operation: Json) -> None:
    if "default" in operation["responses"]:
        operation["responses"]["default"] = {
            "description": "Refused.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
