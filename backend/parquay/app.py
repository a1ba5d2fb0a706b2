"""The ASGI application: every route, in front of the parts that wiring built."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from parquay import __version__
from parquay.datasets.query.preview import Preview
from parquay.settings import Settings
from parquay.web.account import account, admin, login, usage
from parquay.web.files import access, files
from parquay.web.http import errors, sockets
from parquay.web.http.asgi import Origin
from parquay.web.http.compression import Packing
from parquay.web.http.deps import Policy
from parquay.web.http.dispatcher import Edge
from parquay.web.http.long_requests import LoginWatch
from parquay.web.http.openapi import DESCRIPTION, DescribedApi
from parquay.web.http.schemas import Problem
from parquay.web.http.spa import WebClient
from parquay.web.live import events, live
from parquay.web.system import docs, system
from parquay.web.tables import dataset_edits, datasets, exports
from parquay.web.uploads.fast_path import ExpressLane
from parquay.web.uploads.tus import TusAdapter
from parquay.web.uploads.verbs import Verbs
from parquay.wiring import Parts, build

CLIENT = Path(__file__).resolve().parents[2] / "client" / "dist"
"""Where the web client is built to."""

PRUNE_SECONDS = 3600.0
"""How often old events, sessions and wrong passwords are removed."""

_log = logging.getLogger(__name__)


class Application:
    """The service as one ASGI callable."""

    def __init__(self, parts: Parts, *, client: Path = CLIENT) -> None:
        """Serve ``parts``, and the web client built in the folder ``client``."""
        self.parts = parts
        policy = policy_of(parts.settings)
        self.rest = _rest(parts, policy)
        uploads = _uploads(parts, policy)
        self._edge = Edge(
            Packing(self.rest), uploads, WebClient(client, policy.base_path), policy, LoginWatch(parts.sessions)
        )
        self.fast_path = _express(parts, uploads, policy)

    def drain(self) -> None:
        """Say from now on that the server is not ready; requests are still answered. May be called from any thread."""
        self.rest.state.draining = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (or run the lifespan)."""
        await self._edge(scope, receive, send)


def create_app(source: Parts | Settings) -> Application:
    """Return the application of ``source``: built parts, or settings to build them from."""
    return Application(build(source) if isinstance(source, Settings) else source)


def policy_of(settings: Settings) -> Policy:
    """Return what the routes need to know of ``settings``."""
    return Policy(
        origins=settings.origins,
        proxies=settings.proxies,
        public_url=settings.public_url,
        registration_open=settings.registration_open,
        idle_timeout=settings.idle_timeout,
        only_loopback=settings.on_loopback and not settings.public_url,
        converts=settings.workers > 0,
    )


def _uploads(parts: Parts, policy: Policy) -> TusAdapter:
    settings = parts.settings
    verbs = Verbs(
        parts.files,
        creator=parts.creator,
        appender=parts.appender,
        remover=parts.remover,
        concatenator=parts.concatenator,
        handover=parts.handover,
        rules=parts.rules,
        origin=Origin(settings.public_url, settings.proxies),
        interim=settings.interim_answers,
    ).by_method
    if settings.tus_router == "tuspyserver":
        from parquay.web.uploads.tuspy_router import TuspyRouter

        verbs = TuspyRouter(verbs, parts.files, parts.store).by_method
    return TusAdapter(verbs, sessions=parts.sessions, rules=parts.rules, policy=policy)


def _express(parts: Parts, uploads: TusAdapter, policy: Policy) -> ExpressLane | None:
    settings = parts.settings
    if settings.tus_router == "tuspyserver":
        return None
    origin = Origin(settings.public_url, settings.proxies)
    return ExpressLane(parts.creator, uploads, sessions=parts.sessions, rules=parts.rules, origin=origin, policy=policy)


def _rest(parts: Parts, policy: Policy) -> FastAPI:
    app = DescribedApi(
        title="Parquay",
        version=__version__,
        description=DESCRIPTION.strip(),
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": policy.public_url.rstrip("/")}] if policy.base_path else None,
        responses={"default": {"model": Problem, "description": "Refused."}},
    )
    app.state.parts = parts
    app.state.policy = policy
    app.state.turns = login.Turns()
    app.state.edit_turns = dataset_edits.Turns()
    app.state.preview = Preview(parts.segments, parts.tables, parts.parquet)
    app.state.draining = False
    errors.install(app)
    sockets.install(app)
    app.include_router(login.router)
    app.include_router(account.router)
    app.include_router(admin.router)
    app.include_router(files.router)
    app.include_router(usage.router)
    app.include_router(access.router)
    app.include_router(datasets.router)
    app.include_router(exports.router)
    app.include_router(dataset_edits.router)
    app.include_router(events.router)
    app.include_router(live.router)
    app.include_router(system.router)
    app.include_router(docs.router)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    await parts.hub.start()
    pruning = asyncio.create_task(_prune(parts), name="prune")
    try:
        yield
    finally:
        app.state.draining = True
        pruning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pruning
        await parts.hub.stop()


async def _prune(parts: Parts) -> None:
    while True:
        try:
            await asyncio.to_thread(parts.events.prune)
            await asyncio.to_thread(parts.users.prune)
            await asyncio.to_thread(parts.samples.prune)
        except Exception:  # noqa: BLE001  the next hour tries again
            _log.exception("old rows could not be removed")
        await asyncio.sleep(PRUNE_SECONDS)
