"""Fixtures with the real server. The developer's own `PARQUAY_*` variables never reach a test."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlmodel import SQLModel

from live_server import LiveServer
from parquay.catalog.migrate import upgrade
from parquay.catalog.session import Catalog
from postgres_server import PostgresServer
from s3_server import ACCESS, S3Server

SAMPLES = Path(__file__).parent.parent / "data" / "samples"


# A run that decides about a change must not depend on luck; elsewhere luck finds more: EXPLORE=1 makes other examples each
# time. A slow machine is no wrong answer: no example has a deadline.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "same")


def pytest_configure():
    for name in [name for name in os.environ if name.upper().startswith("PARQUAY_")]:
        del os.environ[name]


WITH_SERVERS = ("chaos", "e2e", "web", "uploads", "cli", "jobs", "catalog", "http1")
"""Folders of tests that start servers and wait for them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: a process that gets one at the end lets the others wait."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(tests).parts[0] not in WITH_SERVERS)


EMBEDDED, SCALED = "embedded", "scaled"


@pytest.fixture(scope="session", params=[EMBEDDED, pytest.param(SCALED, marks=pytest.mark.long)])
def setting(request: pytest.FixtureRequest) -> Callable[[], dict[str, object]]:
    """Make what a server is told to keep its things: a directory, or an object store and PostgreSQL.

    Whoever starts a server with this runs in both settings, `make large` in the second; a few of these tests are run on
    S3 by `uploads/test_on_s3.py` always.
    """
    if request.param == EMBEDDED:
        return dict
    s3: S3Server = request.getfixturevalue("lasting_s3")
    new_database: Callable[[], str] = request.getfixturevalue("new_database")
    return lambda: {
        "storage_url": f"s3://{s3.new_bucket()}/parquay",
        "s3_endpoint": s3.url,
        "database_url": new_database(),
    }


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample files."""
    return SAMPLES


@pytest.fixture
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., LiveServer]]:
    """Start servers with settings of their own: `start_server(max_size=100)`."""
    started: list[LiveServer] = []

    def start(**settings: object) -> LiveServer:
        server = LiveServer(tmp_path_factory.mktemp("server"), **settings)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """A server of this test alone, which it may kill."""
    return start_server()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for every test that leaves it alive and makes accounts of its own."""
    server = LiveServer(tmp_path_factory.mktemp("shared-server")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL for the tests of one process."""
    server = PostgresServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def s3_access() -> Iterator[None]:
    """The variables that an object store's client looks for."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ACCESS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def strict_s3(s3_access: None) -> Iterator[S3Server]:
    """An object store that is strict in what it takes."""
    yield from _s3_server("strict")


@pytest.fixture(scope="session")
def lasting_s3(s3_access: None) -> Iterator[S3Server]:
    """An object store that keeps its objects when it is killed."""
    yield from _s3_server("lasting")


@pytest.fixture(scope="session")
def careless_s3(s3_access: None) -> Iterator[S3Server]:
    """An object store that ignores conditions."""
    yield from _s3_server("careless")


def _s3_server(kind: str) -> Iterator[S3Server]:
    server = S3Server(kind)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def new_database(postgres: PostgresServer) -> Callable[[], str]:
    """Make a migrated database in PostgreSQL and return its URL."""
    catalog = Catalog(postgres.make("migrated"))
    upgrade(catalog)
    catalog.close()
    names = itertools.count(1)
    return lambda: postgres.make(f"database{next(names)}", template="migrated")


@pytest.fixture(scope="session")
def _used_again(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def postgres_url(postgres: PostgresServer, _used_again: str) -> str:
    """The URL of a migrated database in PostgreSQL that is empty when the test begins."""
    tables = [f'DELETE FROM "{table.name}";' for table in reversed(SQLModel.metadata.sorted_tables)]
    tables += [f"ALTER SEQUENCE {name}_id_seq RESTART;" for name in ("audit", "reject")]
    with postgres.connect(_used_again.rpartition("/")[2]) as connection:
        connection.execute("".join(tables))
    return _used_again


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "metadata.db"
    catalog = Catalog(f"sqlite:///{path}")
    upgrade(catalog)
    catalog.close()
    return path


@pytest.fixture
def sqlite_url(_migrated_file: Path, tmp_path: Path) -> str:
    """The URL of a migrated database of this test alone."""
    return f"sqlite:///{shutil.copy(_migrated_file, tmp_path)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty, migrated database: the test runs on each kind."""
    made: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return made


@pytest.fixture
def connect() -> Iterator[Callable[[str], Catalog]]:
    """Open catalogs on a URL, as several processes would; they are closed after the test."""
    opened: list[Catalog] = []

    def make(url: str) -> Catalog:
        opened.append(Catalog(url))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def catalog(database: str, connect: Callable[[str], Catalog]) -> Catalog:
    """A catalog of this test, on each kind of database."""
    return connect(database)
