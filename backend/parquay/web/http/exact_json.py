"""Requests and answers that hold cells: no digit of a number is lost on the way in or out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse

from parquay.columns.text import json_text

AsText = Annotated[bool, Query(description="Cells as they were written, as texts, instead of their values.")]


class ExactJSON(JSONResponse):
    """An answer whose numbers are written as `columns.json_text` writes them.

    To be returned as it is: what FastAPI encodes by itself turns decimals into texts.
    """

    def render(self, content: Any) -> bytes:
        """The body."""
        return json_text.dumps(content).encode()


class _ExactRequest(Request):
    async def json(self) -> Any:
        return json_text.loads(await self.body())


class ExactRoute(APIRoute):
    """A route that reads the numbers of its body with all their digits, as decimals."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await answer(_ExactRequest(request.scope, request.receive))

        return handle
