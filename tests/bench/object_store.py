"""Uploads into an object store: ours beside @tus/s3-store and tuspyserver's, on one server that discards."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx

from bench import report, wire
from bench.contenders import BIN, HERE, Contender, Cost, Parquay
from bench.uploads import BEHIND_SECONDS, GIB, MIB, WORK, Results, beside, compared, high_water, measure, running
from live_server import free_port, wait_until
from parquay.uploads.receive.blocks import BLOCK_SIZE
from postgres_server import PostgresServer
from s3_server import ACCESS

OURS, LOCAL, NODE, PYTHON = "Parquay", "Parquay on its own disk", "@tus/s3-store", "tuspyserver's S3 storage"
CHUNK = 8 * MIB
GATHERED_BYTES = 2 * CHUNK + BLOCK_SIZE
"""Of an upload of 1 GiB the chunk that is full and the one that is put, both in memory, and what the socket fills."""


def run(*, quick: bool = False) -> str:
    """Measure everything and return the section."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    rounds = 1 if quick else 5
    os.environ.update(ACCESS)
    with discarding() as store, syncing_postgres() as postgres, ExitStack() as stack:
        ours = stack.enter_context(running(lambda path: parquay(path, store, postgres)))
        peers = [
            stack.enter_context(running(make))
            for make in (lambda path: node(path, store), lambda path: tuspy(path, store))
        ]
        all_of_them = [ours, *peers]
        local = stack.enter_context(running(lambda path: Parquay(LOCAL, path)))
        floors: list[float] = []
        one = measure("one PATCH of 1 GiB", [*all_of_them, local], rounds, partial(one_big_and_floor, store, floors))
        highest = high_water(ours.processes()[0].pid)
        crowd = measure("1 KiB, 32 connections", all_of_them, rounds, small)
        sent = requests_of(ours, store)
    shutil.rmtree(WORK, ignore_errors=True)
    return section(one, crowd, highest, sent, statistics.median(floors))


@contextmanager
def discarding() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, str(HERE / "servers" / "s3_discard.py"), str(port)]) as server:
        try:
            wait_until(lambda: answers(url), "the discarding store")
            yield url
        finally:
            server.kill()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/requests", trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def syncing_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that syncs what it commits."""
    server = PostgresServer({"shared_buffers": "128MB"})
    try:
        yield server.start()
    finally:
        server.remove()


def parquay(directory: Path, store: str, postgres: PostgresServer) -> Contender:
    settings = {"storage_url": "s3://ours/parquay", "s3_endpoint": store, "database_url": postgres.make("bench")}
    return Parquay(OURS, directory, **settings)


def node(directory: Path, store: str) -> Contender:
    port = free_port()
    command = ["node", str(HERE / "node" / "server_s3.mjs"), store, str(port)]
    return Contender(NODE, directory, command, port=port, NODE_ENV="production")


def tuspy(directory: Path, store: str) -> Contender:
    port = free_port()
    command = [str(BIN / "uvicorn"), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    command += ["--log-level", "warning", "--host", "127.0.0.1", "--port", str(port), "tuspy_s3:app"]
    return Contender(PYTHON, directory, command, port=port, PYTHONPATH=str(HERE / "servers"), S3_ENDPOINT=store)


def one_big(contender: Contender) -> tuple[float, Cost, float]:
    """MB/s of one PATCH; CPU seconds for each GB."""
    path = wire.create(contender.target, GIB)
    with contender.measured() as cost:
        seconds = wire.patch(contender.target, path, GIB)
    wire.remove(contender.target, path)
    return GIB / seconds / 1e6, cost, GIB / 1e9


def one_big_and_floor(store: str, floors: list[float], contender: Contender) -> tuple[float, Cost, float]:
    """As `one_big`; beside ours, what it takes to send as much to the store and to do nothing else."""
    if contender.name == OURS:
        floors.append(sending_alone(store))
    return one_big(contender)


def sending_alone(store: str) -> float:
    """CPU seconds a GB of this process while it puts 1 GiB from one buffer, by one connection, without a library."""
    body, port = memoryview(bytes(CHUNK)), int(store.rpartition(":")[2])
    with wire.Target(port).connect() as line:
        started = time.process_time()
        for number in range(GIB // CHUNK):
            line.sendall(f"PUT /floor/{number} HTTP/1.1\r\nHost: s3\r\nContent-Length: {CHUNK}\r\n\r\n".encode())
            line.sendall(body)
            assert wire.answer(line)[0] == 200
        return (time.process_time() - started) / (GIB / 1e9)


def small(contender: Contender) -> tuple[float, Cost, float]:
    """Uploads a second; CPU milliseconds for each."""
    seconds = 3.0
    with contender.measured() as cost:
        rate = wire.small_uploads(contender.target, 32, seconds, 1024)
        time.sleep(BEHIND_SECONDS)
    return rate, cost, rate * seconds / 1e3


def requests_of(contender: Contender, store: str) -> str:
    """What one hundred small uploads ask of the object store."""
    httpx.get(f"{store}/requests", trust_env=False)
    body = bytes(wire.BLOCK[:1024])
    with contender.target.connect() as line:
        fields = ("Upload-Length: 1024", f"Content-Type: {wire.OCTETS}", "Content-Length: 1024")
        for _ in range(100):
            line.sendall(contender.target.head("POST", contender.target.path, *fields) + body)
            assert wire.answer(line)[0] == 201
    return httpx.get(f"{store}/requests", trust_env=False).text


def section(one: Results, crowd: Results, highest: int, sent: str, floor: float) -> str:
    goals = [
        report.verdict("1 GiB, CPU of the server", statistics.median(one[OURS].cpu), "s/GB", most=0.9),
        beside("1 GiB", one, OURS, NODE, 2),
        beside("1 GiB", one, OURS, PYTHON, 2),
        cheaper(one, NODE),
        cheaper(one, PYTHON),
        report.verdict("API process beside what gathers", (highest - GATHERED_BYTES) / 1e6, "MB", most=150),
        beside("1 KiB, 32 connections", crowd, OURS, NODE, 5),
        report.verdict("`PUT`s for 100 uploads of 1 KiB", float(puts(sent)), "", most=100),
    ]
    return f"""## Uploads into an object store

{report.machine()} Method: as above, but bytes go to one server on loopback that speaks S3, reads them into a buffer and forgets them; its CPU time, PostgreSQL's and
the client's are not counted. PostgreSQL syncs what it commits. Numbers are medians of the rounds that are counted ({len(one[OURS].values)}), behind one that is not. The machine's
load average was {os.getloadavg()[2]:.1f} over the last quarter of an hour: where that is more than 3, CPU times are too high, for all alike; the row
of our own disk, which has a section of its own, tells by how much. 100 small uploads asked the object
store for `{sent.strip()}`.

{compared("One PATCH of 1 GiB into an object store", one, "MB/s", "CPU s/GB")}

A client that sends as much to the same store from one buffer, and does nothing else, took {floor:.2f} CPU s/GB in the same rounds: that much of ours is the kernel's sending.

{compared("Uploads of 1 KiB into an object store, 32 connections", crowd, "uploads/s", "CPU ms each")}

### Goals in an object store

{report.table(["what", "goal", "measured", "met"], goals)}
"""


def cheaper(one: Results, peer: str) -> list[str]:
    ratio = statistics.median(one[peer].cpu) / statistics.median(one[OURS].cpu)
    return report.verdict(f"1 GiB, CPU time of {peer} beside ours", ratio, "×", least=2)


def puts(sent: str) -> int:
    return next((int(each.removeprefix("PUT=")) for each in sent.split() if each.startswith("PUT=")), 0)
