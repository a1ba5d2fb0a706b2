"""Fixtures with the real server. The developer's own `PARQUAY_*` variables never reach a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from live_server import LiveServer

SAMPLES = Path(__file__).parent.parent / "data" / "samples"


# Where a run decides about a change it must not depend on luck; everywhere else luck finds more.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_configure():
    for name in [name for name in os.environ if name.upper().startswith("PARQUAY_")]:
        del os.environ[name]


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
