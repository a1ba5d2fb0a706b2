from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import cast

import httpx
import pytest

from live_server import LiveServer
from tus_user import TusUser
from web.draft_user import VERSIONS, DraftUser
from web.sales_table import table

_numbers = itertools.count(1)


class TableReader(httpx.Client):
    """A client that is told where its table is."""

    sales: str


@pytest.fixture
def new_user(shared_server: LiveServer) -> Iterator[Callable[[], httpx.Client]]:
    """Make an account that nobody else uses and return a client that is logged in to it."""
    opened: list[httpx.Client] = []

    def make() -> httpx.Client:
        name = f"user{next(_numbers)}"
        http = shared_server.register(name, f"the secret of {name}")
        opened.append(http)
        return http

    yield make
    for http in opened:
        unshare(http)
        http.close()


def unshare(http: httpx.Client) -> None:
    """Remove what an account shares with everybody: it would stand in the lists of every test after this one."""
    if http.is_closed:
        return
    listed = http.get("/files", params={"owner": "me", "limit": 1000})
    for each in listed.json() if listed.is_success else ():  # a test may have ended the session
        if each["shared"]:
            assert http.delete(f"/files/{each['id']}").status_code in (204, 404)


@pytest.fixture
def ann(new_user: Callable[[], httpx.Client]) -> httpx.Client:
    return new_user()


@pytest.fixture
def bob(new_user: Callable[[], httpx.Client]) -> httpx.Client:
    return new_user()


@pytest.fixture
def anybody(shared_server: LiveServer) -> Iterator[httpx.Client]:
    """A client without a login."""
    with shared_server.client() as http:
        yield http


@pytest.fixture(scope="session")
def tus_server(
    tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]
) -> Iterator[LiveServer]:
    """A server that only takes uploads in: nothing is converted, so that the tests see what an upload alone does."""
    server = LiveServer(tmp_path_factory.mktemp("tus-server"), workers=0, **setting()).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def tus(tus_server: LiveServer) -> Iterator[TusUser]:
    """Somebody with a tus client and an account of their own."""
    name = f"tus{next(_numbers)}"
    with tus_server.register(name, f"the secret of {name}") as http:
        yield TusUser(tus_server, http)


@pytest.fixture(scope="session")
def small_server(
    tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]
) -> Iterator[LiveServer]:
    """A server with a limit, with little patience, for a page of another origin, behind a proxy."""
    settings = {
        "max_size": 1_000_000,
        "idle_timeout": 1.5,
        "cors_origins": "https://app.example",
        "trusted_proxies": "127.0.0.1",
        "workers": 0,
    }
    server = LiveServer(tmp_path_factory.mktemp("small-server"), **settings, **setting()).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def small(small_server: LiveServer) -> Iterator[TusUser]:
    """Somebody with a tus client and an account of their own on the small server."""
    name = f"small{next(_numbers)}"
    with small_server.register(name, f"the secret of {name}") as http:
        yield TusUser(small_server, http)


@pytest.fixture(scope="session")
def reader(shared_server: LiveServer) -> Iterator[TableReader]:
    """Somebody who only reads one table, and its path."""
    with shared_server.register("tablereader", "the secret of the reader") as http:
        reader = cast(TableReader, http)
        reader.sales = table(http)
        yield reader


@pytest.fixture
def account(anybody):
    """Name and password of a new account."""
    given = {"username": f"login{next(_numbers)}", "password": "correct horse battery"}
    anybody.post("/auth/register", json=given).raise_for_status()
    return given


@pytest.fixture(scope="module")
def short_server(
    tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]
) -> Iterator[LiveServer]:
    """A server that forgets quickly, takes few bytes of few kinds, and is known under another address."""
    settings = {
        "upload_ttl": 2,
        "quota_bytes": 1_000_000,
        "allowed_extensions": ".csv,.bin",
        "public_url": "https://files.example/parquay/",
        "workers": 0,
    }
    server = LiveServer(tmp_path_factory.mktemp("short-server"), **settings, **setting()).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def short(short_server: LiveServer) -> Iterator[TusUser]:
    with short_server.register("short", "the secret of short") as http:
        yield TusUser(short_server, http)


@pytest.fixture(params=VERSIONS, ids=[f"interop-{version}" for version in VERSIONS])
def draft(request: pytest.FixtureRequest, tus: TusUser) -> DraftUser:
    return DraftUser(tus, request.param)


@pytest.fixture
def newest(tus: TusUser) -> DraftUser:
    return DraftUser(tus, 8)
