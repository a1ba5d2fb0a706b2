"""Every refusal as ``application/problem+json`` (RFC 9457), with a stable code and never with what was sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from parquay.columns.text import json_text
from parquay.errors import ParquayError, StorageFull, is_full
from parquay.telemetry import refusals

MEDIA_TYPE = "application/problem+json"

CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "too_large",
    415: "unsupported_type",
}
"""Codes of refusals that the router makes."""

_log = logging.getLogger(__name__)


class NotModified(Exception):
    """The client has what it asks for already, as it tells by the entity tag ``etag`` (304)."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return the answer to a refused request; counts it by its code."""
    refusals.labels(code).inc()
    body = {"type": "about:blank", "title": title(status), "status": status, "detail": detail, "code": code, **more}
    fields = {"Cache-Control": "private, no-store", **(headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        fields["WWW-Authenticate"] = "Bearer"
    # What is half a character becomes the escape that JSON has for it.
    return Response(json_text.dumps(body).encode("utf-8", "backslashreplace"), status, fields, MEDIA_TYPE)


def title(status: int) -> str:
    """Return the phrase of an HTTP status, also of those that HTTP does not define."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Refused"


def from_error(error: ParquayError) -> Response:
    """Return the answer that ``error`` leads to."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return problem(error.status, error.code, error.detail, headers, **error.more)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem."""

    @app.exception_handler(ParquayError)
    async def _refused(_request: Request, error: ParquayError) -> Response:
        if error.status >= 500:
            _log.warning("unavailable: %s", error.code, exc_info=error)
        return from_error(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> Response:
        return from_validation(error)

    @app.exception_handler(HTTPException)
    async def _unrouted(_request: Request, error: HTTPException) -> Response:
        detail = title(error.status_code) + "."
        return problem(error.status_code, CODES.get(error.status_code, "refused"), detail, error.headers)

    @app.exception_handler(NotModified)
    async def _not_modified(_request: Request, known: NotModified) -> Response:
        return Response(status_code=304, headers={"ETag": known.etag})

    @app.exception_handler(ClientDisconnect)
    async def _gone(_request: Request, _error: ClientDisconnect) -> Response:
        return problem(400, "client_disconnected", "The client went away.")

    @app.exception_handler(OSError)
    async def _refused_by_the_system(request: Request, error: OSError) -> Response:
        if is_full(error):
            return from_error(StorageFull("There is no room left on the server.", retry_after=60))
        return await _unexpected(request, error)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        _log.error("request failed: %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "internal_error", "Something went wrong here; it was noted.")


def from_validation(error: RequestValidationError) -> Response:
    """Return 400 for JSON that cannot be read, otherwise 422 naming the fields; never what was in them."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(400, "bad_json", "The body is not valid JSON.")
    fields = [
        {"field": ".".join(map(str, each["loc"][1:])) or str(each["loc"][0]), "reason": each["msg"]} for each in found
    ]
    detail = "; ".join(f"{each['field']}: {each['reason']}" for each in fields[:5])
    return problem(422, "invalid_value", detail, errors=fields[:20])
