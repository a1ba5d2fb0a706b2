"""Two API processes on one database: whoever answers tells the truth, one writer at a time, no late byte lands."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from live_server import LiveServer, wait_until
from parquay.storage.local.marker import NAME
from racing import assert_one_of_eight_is_stored
from tus_user import TusUser, id_of

DATA = random.Random(12).randbytes(2_000_000)


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]
) -> Iterator[tuple[TusUser, TusUser]]:
    """The same login at two servers, each with its own port, on one database and one store."""
    root, other = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    shared = {"database_url": f"sqlite:///{root}/var/metadata.db", "storage_url": f"file://{root}/var"} | setting()
    first, second = servers = [LiveServer(directory, **shared, workers=0) for directory in (root, other)]
    try:
        first.start()
        if not first.is_scaled:
            # The directory of parts is told to be the catalog's, as whoever mounts it under two names has to.
            second.data_dir.mkdir()
            shutil.copy(first.data_dir / NAME, second.data_dir / NAME)
        second.start()
        login = {"Authorization": f"Bearer {first.token()}"}
        with first.client(headers=login) as one, second.client(headers=login) as two:
            yield TusUser(first, one), TusUser(second, two)
    finally:
        for server in servers:
            server.stop()


def test_an_upload_can_go_on_at_the_other_process(pair: tuple[TusUser, TusUser]):
    one, other = pair
    url = one.created(len(DATA))
    for user, start in ((one, 0), (other, 500_000), (one, 1_000_000), (other, 1_500_000)):
        assert user.offset(url) == start
        assert user.patch(url, start, DATA[start : start + 500_000]).status_code == 204

    assert one.content(url) == other.content(url) == DATA
    assert one.jobs(url) == 1


def test_the_other_process_tells_the_truth_within_a_second(pair: tuple[TusUser, TusUser]):
    one, other = pair
    url = one.created(len(DATA))

    with one.begin_patch(url, 0, len(DATA)) as wire:
        for offset, sent in ((0, 300_000), (300_000, 500_000), (500_000, 900_000)):
            wire.send(DATA[offset:sent])
            wire.flush()
            started = time.monotonic()
            told = other.offset(url)
            while told < sent and time.monotonic() - started < 1:
                told = other.offset(url)
            assert (told, time.monotonic() - started < 1) == (sent, True)


@contextlib.contextmanager
def paused(user: TusUser) -> Iterator[None]:
    """Stop a server's processes for a while, as a virtual machine is that moves."""
    processes = user.server.processes()
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_an_upload_goes_on_within_two_seconds_while_its_process_is_paused(pair: tuple[TusUser, TusUser]):
    one, other = pair
    url = one.created(len(DATA))

    with one.begin_patch(url, 0, len(DATA)) as hung:
        hung.send(DATA[:300_000])
        hung.flush()
        wait_until(lambda: one.offset(url) == 300_000, "a checkpoint")
        hung.send(b"\xff" * 100_000)
        with paused(one):
            started = time.monotonic()
            statuses = [other.patch(url, 300_000, DATA[300_000:1_000_000]).status_code]
            took = time.monotonic() - started
            hung.send(b"\xff" * 100_000)
        try:
            statuses.append(hung.answer().status)
        except ConnectionError:
            statuses.append(409)

    assert statuses == [204, 409]
    assert took < 2
    assert one.offset(url) == other.offset(url) == 1_000_000
    assert one.patch(url, 1_000_000, DATA[1_000_000:]).status_code == 204
    assert one.content(url) == other.content(url) == DATA
    assert one.jobs(url) == 1


def test_a_client_that_comes_back_to_the_other_process_goes_on(pair: tuple[TusUser, TusUser]):
    one, other = pair
    url = one.created(len(DATA))

    with one.begin_patch(url, 0, len(DATA)) as hung:
        hung.send(DATA[:300_000])
        hung.flush()
        wait_until(lambda: other.offset(url) == 300_000, "a checkpoint")
        started = time.monotonic()
        statuses = []
        while 204 not in statuses:
            statuses.append(other.patch(url, 300_000, DATA[300_000:]).status_code)
            assert time.monotonic() - started < 10
        try:
            for _ in range(10):
                hung.send(b"\xff" * 100_000)
                time.sleep(0.05)
            interrupted = hung.answer().status
        except ConnectionError:
            interrupted = None

    assert set(statuses) <= {204, 423}
    assert interrupted in {None, 409}
    assert one.content(url) == DATA
    assert one.jobs(url) == 1


def test_late_bytes_never_land_while_the_other_process_receives(pair: tuple[TusUser, TusUser]):
    one, other = pair
    url = one.created(len(DATA))

    with one.begin_patch(url, 0, len(DATA)) as old:
        old.send(DATA[:1000])
        old.flush()
        wait_until(lambda: other.offset(url) == 1000, "a checkpoint")
        wait_until(lambda: other.patch(url, 1000, DATA[1000:2000]).status_code == 204, "the takeover")
        with other.begin_patch(url, 2000, len(DATA) - 2000) as new:
            new.send(DATA[2000:3000])
            new.flush()
            try:
                for _ in range(10):
                    old.send(b"\xff" * 100_000)
            except (ConnectionError, TimeoutError):
                pass
            new.send(DATA[3000:])
            answer = new.answer()

    assert answer.status == 204
    assert other.content(url) == DATA


def test_of_eight_at_both_processes_exactly_one_is_stored(pair: tuple[TusUser, TusUser]):
    assert_one_of_eight_is_stored(pair)


def test_removing_at_the_other_process_ends_the_request_that_sends(pair: tuple[TusUser, TusUser]):
    one, other = pair
    url = one.created(1000)

    with one.begin_patch(url, 0, 1000) as wire:
        wire.send(b"x" * 500)
        wait_until(lambda: other.offset(url) == 500, "a checkpoint")
        assert other.ask("DELETE", url).status_code == 204
        started = time.monotonic()
        answer = wire.answer()

    assert answer.status in {404, 410}
    assert time.monotonic() - started < 3
    assert one.stored(url) is None
    assert one.head(url).status_code in {404, 410}


def test_parts_that_end_at_both_processes_become_one_file(pair: tuple[TusUser, TusUser]):
    one, other = pair
    parts = [one.created(400_000, Upload_Concat="partial") for _ in range(5)]
    whole = one.create(None, None, Upload_Concat="final;" + " ".join(parts)).headers["location"]
    slices = [DATA[number * 400_000 : (number + 1) * 400_000] for number in range(5)]

    with ThreadPoolExecutor(5) as pool:
        users = [one, other, one, other, one]
        statuses = list(
            pool.map(lambda number: users[number].patch(parts[number], 0, slices[number]).status_code, range(5))
        )

    assert statuses == [204] * 5
    wait_until(lambda: other.head("/files/" + id_of(whole)).headers.get("upload-offset") == "2000000", "the whole")
    assert other.content("/files/" + id_of(whole)) == DATA
    assert one.jobs(whole) == 1


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server with two API processes behind one port."""
    server = LiveServer(tmp_path_factory.mktemp("doubled"), processes=2, workers=0).start()
    yield server
    server.stop()


def answering(server: LiveServer, http: httpx.Client) -> int:
    """The process at the other end of a client's connection."""
    with http.stream("GET", "/livez") as answer:
        port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
        answer.read()
    for process in server.processes():
        if any(one.raddr and one.raddr.port == port for one in process.net_connections("tcp")):
            pid: int = process.pid
            return pid
    raise AssertionError("nobody answers")


def clients_of_each(server: LiveServer) -> list[httpx.Client]:
    """One client with a connection to each of the two processes."""
    token, found = server.token(), {}

    def look() -> bool:
        http = server.client(headers={"Authorization": f"Bearer {token}"})
        pid = answering(server, http)
        if pid in found:
            http.close()
        else:
            found[pid] = http
        return len(found) == 2

    wait_until(look, "a connection to each process", 60)
    return list(found.values())


def test_two_processes_behind_one_port_hand_uploads_over(doubled: LiveServer):
    clients = clients_of_each(doubled)
    one, other = (TusUser(doubled, http) for http in clients)
    url = one.created(len(DATA))

    for number, user in enumerate((one, other, one, other)):
        start = number * 500_000
        assert user.offset(url) == start
        assert user.patch(url, start, DATA[start : start + 500_000]).status_code == 204
    with one.begin_patch(one.created(1000), 0, 1000) as wire:
        wire.send(b"x" * 10)

    assert other.content(url) == DATA
    assert one.jobs(url) == 1
    for http in clients:
        http.close()


def test_a_killed_process_is_replaced_and_its_uploads_go_on(doubled: LiveServer):
    clients = clients_of_each(doubled)
    pids = [answering(doubled, http) for http in clients]
    main = doubled.processes()[0].pid
    child, survivor = (0, 1) if pids[1] == main else (1, 0)
    user = TusUser(doubled, clients[survivor])
    url = user.created(len(DATA))
    assert TusUser(doubled, clients[child]).patch(url, 0, DATA[:500_000]).status_code == 204

    psutil.Process(pids[child]).kill()

    assert user.offset(url) == 500_000
    wait_until(lambda: user.patch(url, user.offset(url), DATA[500_000:]).status_code == 204, "the rest")
    assert user.content(url) == DATA
    wait_until(lambda: len(doubled.processes()) == 2 and pids[child] not in psutil.pids(), "another process")
    for http in clients:
        http.close()
