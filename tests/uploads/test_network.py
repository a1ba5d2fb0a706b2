"""Connections go to the address that was checked, and the name is looked up once."""

from __future__ import annotations

import asyncio
import socket
import threading

import httpcore
import pytest

from parquay.networks import Reachable
from parquay.uploads.fetch import lookup
from parquay.uploads.fetch.lookup import AddressRefused, permitted
from parquay.uploads.fetch.network import CheckedNetwork
from parquay.uploads.fetch.source_url import parse_source
from parquay.uploads.fetch.sources import Sources
from source_server import source_server


class Names:
    """Leads to other addresses each time, as a hostile name server does."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self._answers.pop(0)


def test_a_name_is_looked_up_once_for_a_connection():
    names = Names(["127.0.0.1"], ["10.0.0.1"])

    async def fetch(port: int) -> tuple[int, bytes]:
        sources = Sources(Reachable.parse(f"127.0.0.1:{port}"), idle=2, lookup=names)
        async with sources.ask(parse_source(f"http://rebinding.example:{port}/x"), {}) as source:
            return source.answer.status, b"".join([chunk async for chunk in source.chunks])

    with source_server() as source:
        source.put("/x", b"content")

        assert asyncio.run(fetch(source.port)) == (200, b"content")

        assert source.requests("/x")[0]["host"] == f"rebinding.example:{source.port}"
    assert names.asked == ["rebinding.example"]


def test_of_several_addresses_those_inside_are_passed_over():
    names = Names(["::1", "10.0.0.1", "8.8.8.8"])

    assert asyncio.run(permitted(Reachable(), "mixed.example", 80, names)) == ["8.8.8.8"]


def test_a_name_that_leads_inside_is_refused_before_anything_is_sent():
    with source_server() as source:
        network = CheckedNetwork(Reachable(), Names(["127.0.0.1"]))

        with pytest.raises(AddressRefused):
            asyncio.run(network.connect_tcp("inside.example", source.port))

        assert source.asked == []


def test_a_name_that_is_not_found_is_a_failed_connection():
    async def nothing(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(httpcore.ConnectError):
        asyncio.run(CheckedNetwork(Reachable(), nothing).connect_tcp("nowhere.example", 80))


def test_name_servers_that_do_not_answer_keep_nobody_else_waiting(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(20) and [])
    monkeypatch.setattr(lookup, "LOOKUP_SECONDS", 0.2)

    async def others_work() -> int:
        silent = [asyncio.ensure_future(lookup.looked_up(f"silent{n}.example", 80)) for n in range(40)]
        await asyncio.sleep(0)
        found = await asyncio.wait_for(asyncio.to_thread(lambda: 5), 2)
        await asyncio.gather(*silent, return_exceptions=True)
        return found

    try:
        assert asyncio.run(others_work()) == 5
    finally:
        release.set()
