"""Live signals: the list, stored samples, and a stream of new ones."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, WebSocket
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from parquay.catalog.tables import Sample, now
from parquay.errors import NotFound
from parquay.events.messages import timestamp
from parquay.web.http.deps import EventsDep, IdentityDep
from parquay.web.http.schemas import Timestamp
from parquay.web.http.sockets import GOING_AWAY, admitted, until_gone
from parquay.web.live.event_stream import still_valid
from parquay.web.live.sampling import SIGNALS

SETTLED = timedelta(seconds=0.5)
"""After this long every process has given its share of a second."""

LOOK_SECONDS = 0.5
"""How often a stream looks for new samples."""

Sort = Literal["timestamp", "-timestamp", "value", "-value"]

router = APIRouter(tags=["live"])


class SampleRow(BaseModel):
    """The value of a signal in the second that ended at `timestamp`."""

    timestamp: Timestamp
    value: float


class SignalRef(BaseModel):
    """A live signal with its newest sample, null before the first."""

    name: str
    unit: str
    description: str
    latest: SampleRow | None


class SamplePage(BaseModel):
    """A page of a signal's samples. `total` counts all that are stored."""

    name: str
    unit: str
    page: int
    size: int
    total: int
    samples: list[SampleRow]


@router.get("/live/signals")
def list_signals(events: EventsDep, _identity: IdentityDep) -> list[SignalRef]:
    """List the live signals."""
    newest = events.samples.newest(list(SIGNALS))
    return [
        SignalRef(
            name=each.name,
            unit=each.unit,
            description=each.description,
            latest=_row(newest[each.name]) if each.name in newest else None,
        )
        for each in SIGNALS.values()
    ]


@router.get("/live/signals/{name}")
def read_signal(
    name: str,
    events: EventsDep,
    _identity: IdentityDep,
    *,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=10_000)] = 100,
    sort: Sort = "-timestamp",
) -> SamplePage:
    """Page through the stored samples of a signal, a day of them."""
    signal = SIGNALS.get(name)
    if signal is None:
        raise NotFound("There is no such signal.", "unknown_signal")
    found, total = events.samples.page(name, page=page, size=size, sort=sort)
    return SamplePage(
        name=name, unit=signal.unit, page=page, size=size, total=total, samples=[_row(each) for each in found]
    )


@router.websocket("/ws/live")
async def stream(socket: WebSocket) -> None:
    """Send each new sample as a JSON text `{signal, timestamp, value}`; `?signals=` names some, with commas between."""
    login = await admitted(socket)
    if login is None:
        return
    asked = socket.query_params.get("signals")
    wanted = set(asked.split(",")) if asked else set(SIGNALS)

    async def send() -> int:
        sent_until = now() - SETTLED
        while login.events.hub.running:
            upto = now() - SETTLED
            for sample in await run_in_threadpool(login.events.samples.between, sent_until, upto):
                if sample.signal in wanted:
                    await socket.send_json(_shown(sample))
            sent_until = upto
            await still_valid(login.sessions, login.token)
            await asyncio.sleep(LOOK_SECONDS)
        return GOING_AWAY

    await until_gone(socket, send)


def _row(sample: Sample) -> SampleRow:
    return SampleRow(timestamp=timestamp(sample.at), value=sample.value)


def _shown(sample: Sample) -> dict[str, Any]:
    return {"signal": sample.signal, "timestamp": timestamp(sample.at), "value": sample.value}
