"""Connections that break, hang, drip and come twice: what arrived is kept, and the next request goes on."""

from __future__ import annotations

import contextlib
import hashlib
import random
import resource
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cutting_proxy import CuttingProxy
from live_server import LiveServer, wait_until
from racing import assert_one_of_eight_is_stored
from storage.tmpfs import volume
from tus_user import TusUser, id_of
from wire import Wire

MIB = 1 << 20
DATA = random.Random(6).randbytes(2 * MIB)


def usable_offset(user: TusUser, url: str) -> int:
    """Ask as a client does that comes back: at most a second later it knows where to go on."""
    started = time.monotonic()
    answer = user.head(url)
    assert answer.status_code == 200
    assert time.monotonic() - started < 3
    return int(answer.headers["upload-offset"])


@pytest.fixture(scope="module", autouse=True)
def half_a_request(tus_server: LiveServer) -> Iterator[tuple[Wire, float]]:
    """A connection that sent half of a request's head when this module began."""
    with Wire(tus_server.port, seconds=25) as wire:
        wire.send(b"PATCH /files/x HTTP/1.1\r\nHost: localhost\r\n")
        yield wire, time.monotonic()


# ---------------------------------------------------------------------------------------- what arrived is kept


def test_an_upload_whose_every_byte_was_acknowledged_is_complete_though_its_body_never_ends(tus: TusUser):
    # A client that reads its whole length from HEAD sends no more, so nothing else would ever complete it.
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, None) as wire:
        wire.send(b"%x\r\n%b\r\n" % (len(DATA), DATA))
        wire.flush()
        wait_until(lambda: usable_offset(tus, url) == len(DATA), "every byte")
        entry = tus.http.get(f"/files/{id_of(url)}").json()

    assert entry["status"] in ("processing", "done")
    assert tus.content(url) == DATA


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("sent", [1, 1000, 65_536, 1_500_000])
def test_what_arrived_before_the_connection_broke_is_kept(tus: TusUser, sent: int, how: str):
    # 69. The rule: "The Server SHOULD always attempt to store as much of the received data as possible."
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, len(DATA)) as wire:
        wire.send(DATA[:sent])
        wire.flush()
        getattr(wire, how)()

    wait_until(lambda: usable_offset(tus, url) == sent, "every byte that arrived")
    assert tus.stored(url) == DATA[:sent]
    assert tus.patch(url, sent, DATA[sent:]).status_code == 204
    assert tus.content(url) == DATA


def test_what_arrived_of_a_body_in_chunks_is_kept(tus: TusUser):
    # 69.
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, None) as wire:
        wire.chunk(DATA[:70_000])
        wire.send(b"fffff\r\n" + DATA[70_000:90_000])
        wire.flush()
        wire.close()

    wait_until(lambda: usable_offset(tus, url) == 90_000, "every byte that arrived")
    assert tus.patch(url, 90_000, DATA[90_000:]).status_code == 204
    assert tus.content(url) == DATA


def test_a_chunk_that_is_none_ends_the_body_and_what_arrived_is_kept(tus: TusUser):
    # 69.
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, None) as wire:
        wire.chunk(DATA[:70_000])
        wire.send(b"this is no length\r\n")
        wire.flush()
        wait_until(lambda: usable_offset(tus, url) == 70_000, "every byte that arrived")

    assert tus.patch(url, 70_000, DATA[70_000:]).status_code == 204


def test_a_hundred_cuts_at_random_places_lose_nothing(tus: TusUser):
    # 70.
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance, data = random.Random(seed), random.Random(seed).randbytes(12 * MIB)
    proxy = CuttingProxy(tus.server.port)
    url, cuts = tus.created(len(data)), 0
    with httpx.Client(base_url=proxy.url, timeout=60, trust_env=False, headers=tus.login) as http:
        sender = TusUser(tus.server, http)
        while (offset := usable_offset(tus, url)) < len(data):
            if cuts < 100:
                proxy.cut(chance.randrange(500, 200_000))
            try:
                sender.patch(url, offset, data[offset:])
            except httpx.TransportError:
                cuts += 1
    proxy.close()

    assert cuts == 100
    assert hashlib.sha256(tus.content(url)).digest() == hashlib.sha256(data).digest()
    assert tus.jobs(url) == 1


# -------------------------------------------------------------------------------------- silence and dripping


def test_a_sender_that_falls_silent_is_given_up_and_its_bytes_are_kept(small: TusUser):
    # 71. The rule: "A timeout SHOULD be handled by closing the underlying connection."
    url = small.created(1000)

    with small.begin_patch(url, 0, 1000) as wire:
        wire.send(b"x" * 500)
        started = time.monotonic()
        answer = wire.answer()
        assert wire.is_closed()

    assert answer.status == 408
    assert answer.get("upload-offset") == "500"
    assert 1 < time.monotonic() - started < 10
    assert small.patch(url, 500, b"y" * 500).status_code == 204


def test_a_sender_that_drips_is_given_up_and_its_bytes_are_kept(small: TusUser):
    # 71. Below 64 bytes a second.
    url = small.created(1000)

    with small.begin_patch(url, 0, 1000) as wire:
        sent, over = 0, time.monotonic() + 15
        wire.socket.settimeout(0.2)
        while time.monotonic() < over:
            wire.send(b"x")
            sent += 1
            try:
                answer = wire.answer()
                break
            except TimeoutError:
                continue

    assert answer.status == 408
    assert 0 < int(answer.get("upload-offset") or 0) <= sent
    assert small.patch(url, small.offset(url), b"").status_code == 204


# -------------------------------------------------------------------------------------------- coming twice


def test_head_is_answered_while_a_body_runs(tus: TusUser):
    # 57.
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, len(DATA)) as wire:
        offsets = []
        for start in range(0, len(DATA), MIB // 4):
            wire.send(DATA[start : start + MIB // 4])
            offsets.append(usable_offset(tus, url))
        answer = wire.answer()

    assert answer.status == 204
    assert offsets == sorted(offsets)
    assert offsets[-1] > 0
    assert tus.content(url) == DATA


def test_a_client_that_comes_back_goes_on_though_its_old_request_hangs(tus: TusUser):
    # 57, 73.
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, len(DATA)) as old:
        old.send(DATA[:500_000])
        old.flush()
        wait_until(lambda: usable_offset(tus, url) == 500_000, "the bytes before the silence")
        offset = usable_offset(tus, url)
        started = time.monotonic()
        answer = tus.patch(url, offset, DATA[offset:])
        taken = time.monotonic() - started
        late = b"late" * 1000
        try:
            old.send(late)
            interrupted = old.answer()
        except ConnectionError:
            interrupted = None

    assert offset == 500_000
    assert answer.status_code == 204
    assert taken < 3
    assert interrupted is None or interrupted.status == 409
    assert tus.content(url) == DATA
    assert tus.jobs(url) == 1


def test_late_bytes_of_an_old_request_never_land(tus: TusUser):
    # 73. The old request goes on with other bytes as soon as the new one has begun.
    url = tus.created(len(DATA))

    with tus.begin_patch(url, 0, len(DATA)) as old, tus.begin_patch(url, 1000, len(DATA) - 1000) as new:
        old.send(DATA[:1000])
        old.flush()
        wait_until(lambda: usable_offset(tus, url) == 1000, "the old request's bytes")
        new.close()
        with tus.begin_patch(url, 1000, len(DATA) - 1000) as newer:
            newer.send(DATA[1000:2000])
            newer.flush()
            wait_until(lambda: usable_offset(tus, url) >= 2000, "the new request's bytes")
            try:
                for _ in range(20):
                    old.send(b"\xff" * 50_000)
            except (ConnectionError, TimeoutError):
                pass
            newer.send(DATA[2000:])
            answer = newer.answer()

    assert answer.status == 204
    assert tus.content(url) == DATA


@pytest.mark.parametrize("attempt", range(3))
def test_of_eight_requests_at_the_same_offset_exactly_one_is_stored(tus: TusUser, attempt: int):
    # 72.
    assert_one_of_eight_is_stored([tus])


def test_a_request_that_still_receives_is_not_interrupted(tus: TusUser):
    # 72.
    url = tus.created(len(DATA))
    answers: list[httpx.Response] = []

    with tus.begin_patch(url, 0, len(DATA)) as wire:
        wire.send(DATA[:1000])
        wait_until(lambda: tus.count("SELECT epoch FROM file WHERE id = ?", url.removeprefix("/files/")), "a writer")
        intruder = threading.Thread(target=lambda: answers.append(tus.patch(url, 0, DATA)))
        started = time.monotonic()
        intruder.start()
        for start in range(1000, len(DATA), 70_000):
            wire.send(DATA[start : start + 70_000])
            time.sleep(0.1)
        answer = wire.answer()
        intruder.join()

    assert answer.status == 204
    assert answers[0].status_code in {409, 423}
    assert answers[0].status_code != 423 or answers[0].headers["retry-after"]
    assert time.monotonic() - started < 15
    assert tus.content(url) == DATA


def test_five_hundred_idle_bodies_starve_nobody(tus: TusUser):
    # 117.
    url, slowest = tus.created(len(DATA)), 0.0
    with contextlib.ExitStack() as open_wires:
        wires = [open_wires.enter_context(tus.begin_patch(tus.created(10), 0, 10)) for _ in range(500)]
        for wire in wires:
            wire.send(b"12345")
        for _ in range(20):
            started = time.monotonic()
            assert tus.head(url).status_code == 200
            slowest = max(slowest, time.monotonic() - started)
        assert tus.patch(url, 0, DATA).status_code == 204
        for wire in wires:
            wire.send(b"67890")
        statuses = [wire.answer().status for wire in wires]

    assert statuses == [204] * 500
    assert slowest < 1


# ------------------------------------------------------------------------------------ what a machine lacks


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[tuple[LiveServer, TusUser]]:
    """A server that has everything, its database too, on a volume of 160 MiB."""
    with volume(tmp_path / "volume", 160 * MIB) as path:
        server = LiveServer(path, workers=0).start()
        with server.login() as http:
            yield server, TusUser(server, http)
        server.stop()


def test_a_full_disk_stops_uploads_alone_and_they_go_on_when_there_is_room(crowded, tmp_path: Path):
    # 76.
    server, user = crowded
    data, filler = random.Random(9).randbytes(24 * MIB), tmp_path / "volume" / "filler"
    url, other = user.created(len(data)), user.created(1000)
    filler.write_bytes(bytes(shutil.disk_usage(filler.parent).free - 28 * MIB))

    answer = user.patch(url, 0, data)

    kept = user.offset(url)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert answer.headers["retry-after"]
    assert 0 < kept < len(data)
    with server.login() as http:
        assert http.get("/files").status_code == 200
        assert http.get(f"{url}/progress").json()["upload"]["offset"] == kept
    assert user.patch(other, 0, b"x" * 1000).status_code in {204, 507}
    assert user.http.get("/readyz").status_code == 503
    assert user.create(len(data)).status_code == 507
    filler.unlink()
    assert user.http.get("/readyz").status_code == 200
    assert user.patch(url, kept, data[kept:]).status_code == 204
    assert user.content(url) == data


def test_too_many_open_files_ask_for_patience_and_pass(server: LiveServer):
    # 76.
    with server.login() as http, contextlib.ExitStack() as open_wires:
        user = TusUser(server, http)
        url, process = user.created(10), server.processes()[0]
        others = [user.created(10) for _ in range(10)]
        wires = [open_wires.enter_context(user.begin_patch(other, 0, 10)) for other in others]
        for wire in wires:
            wire.send(b"12345")
        wait_until(lambda: all(user.offset(other) == 5 for other in others), "ten open files")

        limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (process.num_fds(), limits[1]))
        refused = user.patch(url, 0, b"1234567890")
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)

        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert user.offset(url) == 0
        assert user.patch(url, 0, b"1234567890").status_code == 204
        for wire in wires:
            wire.send(b"67890")
            assert wire.answer().status == 204


def test_a_request_whose_head_never_ends_is_closed(half_a_request: tuple[Wire, float]):
    # 71. It has 15 seconds; most of them have passed while the other tests of this module ran.
    wire, started = half_a_request

    assert wire.is_closed() or wire.answer().status == 408

    assert time.monotonic() - started < 200
