"""Whether the service is alive, whether it is ready, and its metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from parquay.errors import ParquayError, Unavailable
from parquay.telemetry import exposition
from parquay.web.deps import PartsDep

MIN_FREE = 64 * 1024 * 1024
"""Free bytes below which no upload should be sent here."""

router = APIRouter(tags=["system"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(request: Request, parts: PartsDep) -> dict[str, str]:
    """Tell that database and storage take a write right now; 503 when not, or when the server is stopping."""
    if request.app.state.draining:
        raise Unavailable("The server is stopping.", "draining", retry_after=5)
    try:
        parts.catalog.probe()
        parts.store.probe()
    except ParquayError as error:
        raise Unavailable(error.detail, error.code, retry_after=error.retry_after or 5) from error
    free = parts.store.free()
    if free is not None and free < MIN_FREE:
        raise Unavailable("The storage is almost full.", "storage_full", retry_after=60)
    return {"status": "ready"}


@router.get("/metrics", response_class=Response)
def metrics() -> Response:
    """Show the metrics in the Prometheus text format."""
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)
