"""Whether the service is alive, whether it is ready, and its metrics."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from parquay.catalog.queue import Health
from parquay.errors import ParquayError, Unavailable
from parquay.telemetry import exposition
from parquay.web.http.deps import CatalogDep, EventsDep, PolicyDep, TablesDep, UploadsDep
from parquay.wiring import EventServices, TableServices

MIN_FREE = 64 * 1024 * 1024
"""Free bytes below which no upload should be sent here."""

ENGINE_AWAY = "The engine for very large tables failed when it was asked last: they are read here, or not at all."
REDIS_AWAY = "Redis does not answer: what other machines do is seen a second later, and jobs begin some seconds later."

router = APIRouter(tags=["system"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "alive"}


class Conversion(BaseModel):
    """How conversion moves: jobs that wait, how long the first of them has waited, jobs that run, and that hang."""

    waiting: int
    late_seconds: float
    running: int
    stuck: int


class Ready(BaseModel):
    """The service takes uploads, and converts them; `degraded`: something elsewhere is away, `detail` says more.

    `redis` and `engine` are null where none is used.
    """

    status: Literal["ready", "degraded"] = "ready"
    detail: str | None = None
    conversion: Conversion
    redis: Literal["up", "down"] | None = None
    engine: Literal["up", "down"] | None = None


class FarAway(NamedTuple):
    """Whether Redis and the engine for very large tables answer; None: there is none."""

    redis: Literal["up", "down"] | None
    engine: Literal["up", "down"] | None


def _far(events: EventsDep, tables: TablesDep) -> FarAway:
    """Look for what is away elsewhere, and does not keep this server from working (blocking)."""
    return FarAway(_redis(events), _engine(tables))


FarDep = Annotated[FarAway, Depends(_far)]


@router.get("/readyz")
def readyz(request: Request, uploads: UploadsDep, catalog: CatalogDep, far: FarDep, policy: PolicyDep) -> Ready:
    """Tell that database and storage take a write right now and files are converted.

    503 when not, or when the server is stopping; `conversion_stalled`: files wait and no worker moves. A server without
    workers of its own is `degraded` then, and goes on to take uploads: those elsewhere may come back. So is one without
    its Redis: everything goes on, and others hear of it a second later.
    """
    if request.app.state.draining:
        raise Unavailable("The server is stopping.", "draining", retry_after=5)
    try:
        catalog.probe()
        uploads.store.probe()
    except ParquayError as error:
        raise Unavailable(error.detail, error.code, retry_after=error.retry_after or 5) from error
    free = uploads.store.free()
    if free is not None and free < MIN_FREE:
        raise Unavailable("The storage is almost full.", "storage_full", retry_after=60)
    health = uploads.queue.health()
    if health.stalled and policy.converts:
        raise Unavailable(_stalled(health), "conversion_stalled", retry_after=30)
    conversion = Conversion(**asdict(health))
    away = [REDIS_AWAY] * (far.redis == "down") + [ENGINE_AWAY] * (far.engine == "down")
    if details := [_stalled(health)] * health.stalled + away:
        detail = " ".join(details)
        return Ready(status="degraded", detail=detail, conversion=conversion, redis=far.redis, engine=far.engine)
    return Ready(conversion=conversion, redis=far.redis, engine=far.engine)


def _engine(tables: TableServices) -> Literal["up", "down"] | None:
    if tables.spark is None:
        return None
    return "up" if tables.spark.is_up() else "down"


def _redis(events: EventServices) -> Literal["up", "down"] | None:
    if events.redis is None:
        return None
    return "up" if events.redis.is_up() else "down"


def _stalled(health: Health) -> str:
    seconds = round(health.late_seconds)
    if health.stuck:
        return f"No file is converted: {health.stuck} of the workers hang, {health.waiting} files wait."
    return f"No file is converted: no worker has taken one for {seconds} seconds, {health.waiting} wait."


@router.get("/metrics", response_class=Response)
def metrics(events: EventsDep) -> Response:
    """Show the metrics in the Prometheus text format."""
    _redis(events)
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)
