"""Machines that are lost while they take an upload to an object store."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import make_url

from cutting_proxy import CuttingProxy
from live_server import LiveServer, wait_until
from s3_server import S3Server
from tus_user import TusUser


@dataclass
class Machines:
    """Two servers with directories of their own; the first reaches database and object store through a bad network."""

    first: LiveServer
    second: LiveServer
    network: Sequence[CuttingProxy]

    @contextmanager
    def paused(self) -> Iterator[None]:
        processes = self.first.processes()
        for process in processes:
            process.suspend()
        yield
        for process in processes:
            process.resume()

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        for proxy in self.network:
            proxy.hold(0)
        yield
        for proxy in self.network:
            proxy.let_loose()

    @contextmanager
    def killed(self) -> Iterator[None]:
        self.first.kill()
        yield
        self.first.start()


@pytest.fixture
def machines(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, new_database: Callable[[], str]
) -> Iterator[Machines]:
    database, storage = new_database(), f"s3://{lasting_s3.new_bucket()}"
    network = [CuttingProxy(int(make_url(database).port or 0)), CuttingProxy(lasting_s3.port)]
    far = make_url(database).set(port=network[0].port).render_as_string(hide_password=False)
    settings = {"storage_url": storage, "workers": 0}
    first, second = (
        LiveServer(tmp_path_factory.mktemp("machine"), **settings, database_url=url, s3_endpoint=endpoint)
        for url, endpoint in ((far, network[1].url), (database, lasting_s3.url))
    )
    try:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(LiveServer.start, (first, second)))
        yield Machines(first, second, network)
    finally:
        for server in (first, second):
            server.stop()
        for proxy in network:
            proxy.close()


@pytest.mark.timeout(240)
def test_an_upload_goes_on_within_two_seconds_however_its_machine_is_lost(machines: Machines):
    data = random.Random(9).randbytes(600_000)
    headers = {"Authorization": f"Bearer {machines.second.token()}"}
    with machines.first.client(headers=headers) as near, machines.second.client(headers=headers) as http:
        sender, other = TusUser(machines.first, near), TusUser(machines.second, http)
        for lost in (machines.paused, machines.cut_off, machines.killed):
            url = sender.created(len(data))
            with sender.begin_patch(url, 0, len(data)) as wire:
                wire.send(data[:300_000])
                wire.flush()
                started = time.monotonic()
                wait_until(partial(lambda url: other.offset(url) == 300_000, url), "the truth")
                assert time.monotonic() - started < 1
                wire.send(b"\xff" * 50_000)
                with lost():
                    started = time.monotonic()
                    answer = other.patch(url, 300_000, data[300_000:])
                    took = time.monotonic() - started

            assert (answer.status_code, took < 2) == (204, True), (lost, answer.text, took)
            assert other.content(url) == data
            assert sender.content(url) == data
