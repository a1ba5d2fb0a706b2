"""Work that takes too long, or whose client has gone."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import struct
import time
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect

from live_server import LiveServer, wait_until
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.sql import Sql
from parquay.web.http.cancellation import run_cancellable
from problems import is_problem
from web.sales_table import table

# Time and those who do not wait


def large_table(rows: int) -> str:
    return "n,t\n" + "".join(f"{n * 7919 % rows},text {n * 104729 % rows}\n" for n in range(rows))


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server that gives a query next to no time, and the path of a table that is too large for it."""
    server = LiveServer(tmp_path_factory.mktemp("hasty"), query_timeout=0.001).start()
    with server.login() as http:
        yield http, table(http, large_table(150_000))
    server.stop()


def test_query_past_its_time_ends_with_408(hasty):
    http, path = hasty
    answer = http.get(f"{path}/aggregate", params={"by": "t", "measure": "distinct(n)"})

    assert is_problem(answer, 408, "query_timeout")


def test_rows_come_when_the_aggregates_take_too_long(hasty):
    http, path = hasty

    attempts = itertools.count(1)

    def page() -> dict[str, Any] | None:
        """Rows whose aggregates took too long; other ones are asked for each time, since those that came are known."""
        answer = http.get(path, params={"filter": f"n:ne:-{next(attempts)}"})
        return answer.json() if answer.status_code == 200 and answer.json()["aggregates"] is None else None

    body = wait_until(page, "rows within next to no time")

    assert len(body["rows"]) == 100
    assert (body["aggregates"], body["aggregates_error"]["code"]) == (None, "query_timeout")


def test_query_ends_when_its_client_goes_away(shared_server, ann):
    path = table(ann, large_table(300_000))
    attempts = itertools.count(1)

    def gone() -> float:
        told = re.search(r'code="client_disconnected"\} (\S+)', ann.get("/metrics").text)
        return float(told[1]) if told else 0.0

    def left_in_the_middle() -> bool:
        """Ask something new and leave, each time after another moment: one of them is in the middle of the query."""
        number = next(attempts)
        asked = f"GET {path}/aggregate?by=t&measure=distinct(t)&filter=t:ne:{number} HTTP/1.1\r\nHost: localhost\r\n"
        with socket.create_connection(("127.0.0.1", shared_server.port)) as line:
            line.sendall(f"{asked}Authorization: {ann.headers['authorization']}\r\n\r\n".encode())
            time.sleep(0.02 * (number % 10))
            # Reset: who only closes the sending side may still want the answer, and is given some seconds.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return gone() > before

    before = gone()
    wait_until(left_in_the_middle, "query that ended because its client had gone", 40)


def test_work_is_told_that_its_client_has_gone(tmp_path):
    (tmp_path / "parquet").mkdir()
    engine = Engine(tmp_path / "parquet", tmp_path / "scratch", seconds=60)
    heavy = Sql("SELECT count(*) FROM range(100000000) a, range(100000) b WHERE hash(a.range, b.range) % 7 = 3")

    async def leave_while_it_runs() -> None:
        messages: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        request = Request({"type": "http", "headers": [], "app": FastAPI()}, messages.get)
        cancel = CancelToken()
        working = asyncio.create_task(run_cancellable(request, cancel, lambda: engine.table(heavy, cancel)))
        await asyncio.sleep(0.3)
        assert not working.done()
        messages.put_nowait({"type": "http.disconnect"})
        with pytest.raises(ClientDisconnect):
            await asyncio.wait_for(working, 10)

    asyncio.run(leave_while_it_runs())
    engine.close()


def test_client_of_a_request_that_is_worked_on_twice_is_not_taken_for_gone():
    class Server:
        """Takes a client for gone once nobody waits for the body of its request any more, as real ones do."""

        sent = lost = False

        async def receive(self):
            if self.lost:
                return {"type": "http.disconnect"}
            if self.sent:
                await asyncio.Event().wait()
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                self.lost = True
                raise
            self.sent = True
            return {"type": "http.request", "body": b"", "more_body": False}

    cancel = CancelToken()

    def still_there():
        time.sleep(0.1)
        return not cancel.cancelled

    async def twice() -> list[bool]:
        request = Request({"type": "http", "headers": [], "app": FastAPI()}, Server().receive)
        return [await run_cancellable(request, cancel, still_there) for _ in range(2)]

    assert asyncio.run(twice()) == [True, True]
