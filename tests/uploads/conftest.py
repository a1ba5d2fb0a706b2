"""Engines on a database of their own; both stores where it makes no difference to the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from source_server import SourceServer, source_server
from storage.memory.uploads import MemoryStore
from uploads.engine import Engine, copy_of, migrated
from uploads.fetch_desk import Desk


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated data directory, to be copied."""
    return migrated(tmp_path_factory.mktemp("template"))


@pytest.fixture
def directory(template: Path, tmp_path: Path) -> Path:
    """The data directory of this test."""
    return copy_of(template, tmp_path / "var")


@pytest.fixture
def start(directory: Path) -> Iterator[Callable[..., Engine]]:
    """Start engines on this test's database: `start(store=…, quota_bytes=100)`."""
    engines: list[Engine] = []

    def make(**options) -> Engine:
        engines.append(Engine(directory, **options))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture(params=["memory", "disk"])
def engine(request: pytest.FixtureRequest, start: Callable[..., Engine]) -> Engine:
    """An engine on each kind of store."""
    return start(store=MemoryStore()) if request.param == "memory" else start()


@pytest.fixture
def disk_engine(start: Callable[..., Engine]) -> Engine:
    """An engine on the local disk."""
    return start()


@pytest.fixture(scope="module")
def source() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@pytest.fixture
def new_desk(directory: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(**settings: Any) -> Desk:
        made.append(Desk(directory, **settings))
        return made[-1]

    yield make
    for desk in made:
        desk.services.close()


@pytest.fixture(scope="module")
def _shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(copy_of(template, tmp_path_factory.mktemp("fetch") / "var"))
    yield made
    made.services.close()


@pytest.fixture
def desk(_shared: Desk) -> Desk:
    """A desk that the tests share; each has its own pauses."""
    _shared.pauses, _shared.kept = [], []
    return _shared
