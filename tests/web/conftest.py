from __future__ import annotations

import itertools
from collections.abc import Callable

import httpx
import pytest

from live_server import LiveServer

_numbers = itertools.count(1)


@pytest.fixture
def new_user(shared_server: LiveServer) -> Callable[[], httpx.Client]:
    """Make an account that nobody else uses and return a client that is logged in to it."""
    opened: list[httpx.Client] = []

    def make() -> httpx.Client:
        name = f"user{next(_numbers)}"
        http = shared_server.register(name, f"the secret of {name}")
        opened.append(http)
        return http

    yield make
    for http in opened:
        http.close()


@pytest.fixture
def ann(new_user: Callable[[], httpx.Client]) -> httpx.Client:
    return new_user()


@pytest.fixture
def bob(new_user: Callable[[], httpx.Client]) -> httpx.Client:
    return new_user()


@pytest.fixture
def anybody(shared_server: LiveServer) -> httpx.Client:
    """A client without a login."""
    with shared_server.client() as http:
        yield http
