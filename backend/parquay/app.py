"""The ASGI application: every route, in front of the services that wiring built."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from parquay import __version__, bundle
from parquay.auth.request_rates import RequestRates
from parquay.datasets.statements.turns import Turns
from parquay.http1.connection import TryHandle
from parquay.settings import Settings
from parquay.web.account import account, admin, login, sign_in, usage
from parquay.web.files import access, archives, fetches, files, links, previews, upload_links
from parquay.web.http import errors, hashing, sockets
from parquay.web.http.compression import Compression
from parquay.web.http.deps import Policy
from parquay.web.http.dispatcher import Dispatcher
from parquay.web.http.long_requests import LoginWatch
from parquay.web.http.openapi import DESCRIPTION, DescribedApi
from parquay.web.http.rate_limits import RateLimits
from parquay.web.http.schemas import Problem
from parquay.web.http.spa import WebClient
from parquay.web.live import events, live
from parquay.web.system import docs, system
from parquay.web.tables import (
    cell_edits,
    charts,
    dataset_columns,
    dataset_edits,
    datasets,
    exports,
    mending,
    rereads,
    saved_results,
    sql,
    views,
)
from parquay.web.uploads.admission import LinkAdmission, LoginAdmission
from parquay.web.uploads.fast_path import FastPath
from parquay.web.uploads.tus import TusAdapter
from parquay.web.uploads.verbs import Verb, Verbs
from parquay.wiring import Services, build

CLIENT = bundle.web_client()
"""Where the web client is built to."""

PRUNE_SECONDS = 3600.0
"""How often old events, sessions and wrong passwords are removed."""

_log = logging.getLogger(__name__)


class Application:
    """The service as one ASGI callable."""

    def __init__(self, services: Services, *, client: Path = CLIENT) -> None:
        """Serve with ``services``, and the web client built in the folder ``client``."""
        self.services = services
        policy = policy_of(services.settings)
        limits = _limits(services)
        self.rest = _rest(services, policy, limits)
        verbs, rules = _verbs(services, policy), services.uploads.rules
        logins = LoginAdmission(services.accounts.sessions, policy, limits)
        uploads = TusAdapter(verbs, admission=logins, rules=rules, policy=policy)
        guests = LinkAdmission(services.uploads.guests, limits)
        linked = TusAdapter(verbs, admission=guests, rules=rules, policy=policy)
        self._dispatch = Dispatcher(
            Compression(self.rest),
            {"uploads": uploads, "linked": linked},
            WebClient(client),
            policy,
            LoginWatch(services.accounts.sessions),
        )
        self.fast_path = _fast_path(services, uploads, policy, limits)

    def drain(self) -> None:
        """Say from now on that the server is not ready; requests are still answered. May be called from any thread."""
        self.rest.state.draining = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (or run the lifespan)."""
        await self._dispatch(scope, receive, send)


def create_app(source: Services | Settings) -> Application:
    """Return the application of ``source``: built services, or settings to build them from."""
    return Application(build(source) if isinstance(source, Settings) else source)


def policy_of(settings: Settings) -> Policy:
    """Return what the routes need to know of ``settings``."""
    return Policy(
        origins=settings.origins,
        proxies=settings.proxies,
        public_url=settings.public_url,
        registration_open=settings.registration_open,
        password_login=settings.password_login,
        idle_timeout=settings.idle_timeout,
        only_loopback=settings.on_loopback and not settings.public_url,
        converts=settings.workers > 0,
    )


def _verbs(services: Services, policy: Policy) -> Mapping[str, Verb]:
    settings = services.settings
    verbs = Verbs(
        services.uploads.files,
        creator=services.uploads.creator,
        repeats=services.uploads.repeats,
        appender=services.uploads.appender,
        remover=services.uploads.remover,
        concatenator=services.uploads.concatenator,
        writers=services.uploads.writers,
        remote=services.uploads.remote,
        rules=services.uploads.rules,
        origin=policy.origin,
        interim=settings.interim_answers,
    ).by_method
    if settings.tus_router == "tuspyserver":
        from parquay.web.tuspy.router import TuspyRouter

        verbs = TuspyRouter(verbs, services.uploads.files, services.uploads.store).by_method
    return verbs


def _limits(services: Services) -> RateLimits:
    rates = RequestRates(services.events.counter)
    return RateLimits(rates, services.uploads.rules.user_limits)


def _fast_path(services: Services, uploads: TusAdapter, policy: Policy, limits: RateLimits) -> TryHandle | None:
    settings = services.settings
    if settings.tus_router == "tuspyserver":
        return None
    return FastPath(
        services.uploads.creator,
        uploads,
        sessions=services.accounts.sessions,
        rules=services.uploads.rules,
        origin=policy.origin,
        policy=policy,
        limits=limits,
    ).try_handle


def _rest(services: Services, policy: Policy, limits: RateLimits) -> FastAPI:
    app = DescribedApi(
        title="Parquay",
        version=__version__,
        description=DESCRIPTION.strip(),
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # the document names the address by which it was asked for: see `docs`
        responses={"default": {"model": Problem, "description": "Refused."}},
    )
    app.state.services = services
    app.state.policy = policy
    app.state.rate_limits = limits
    app.state.hashing = hashing.BoundedQueue()
    app.state.edit_locks = dataset_edits.KeyedLock()
    app.state.turns = Turns(at_once=services.settings.sql_processes)
    app.state.draining = False
    errors.install(app)
    sockets.install(app)
    app.include_router(login.router)
    app.include_router(sign_in.router)
    app.include_router(account.router)
    app.include_router(admin.router)
    app.include_router(archives.router)  # before the routes of one file: `archive` is no id
    app.include_router(files.router)
    app.include_router(fetches.router)
    app.include_router(previews.router)
    app.include_router(usage.router)
    app.include_router(access.router)
    app.include_router(links.router)
    app.include_router(upload_links.router)
    app.include_router(datasets.router)
    app.include_router(charts.router)
    app.include_router(exports.router)
    app.include_router(views.router)
    app.include_router(sql.router)
    app.include_router(saved_results.router)
    app.include_router(dataset_edits.router)
    app.include_router(rereads.router)
    app.include_router(mending.router)
    app.include_router(dataset_columns.router)
    app.include_router(cell_edits.router)
    app.include_router(events.router)
    app.include_router(live.router)
    app.include_router(system.router)
    app.include_router(docs.router)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await services.events.hub.start()
    pruning = asyncio.create_task(_prune(services), name="prune")
    try:
        yield
    finally:
        app.state.draining = True
        pruning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pruning
        await services.events.hub.stop()


async def _prune(services: Services) -> None:
    while True:
        try:
            await asyncio.to_thread(services.events.log.prune)
            await asyncio.to_thread(services.accounts.users.prune)
            await asyncio.to_thread(services.events.samples.prune)
            await asyncio.to_thread(services.uploads.keys.prune)
        except Exception:  # noqa: BLE001  the next hour tries again
            _log.exception("old rows could not be removed")
        await asyncio.sleep(PRUNE_SECONDS)
