"""Limits of users, seen from outside: what is refused, what is told, and that nothing is lost or held up by them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from event_stream import EventStream
from live_server import LiveServer, wait_until

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = TUS | {"Content-Type": "application/offset+octet-stream"}
RATE = 400_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]) -> Iterator[LiveServer]:
    made = LiveServer(tmp_path_factory.mktemp("limits"), workers=0, limit_requests=100_000, **setting()).start()
    yield made
    made.stop()


@pytest.fixture
def limited(server: LiveServer) -> Iterator[Callable[..., httpx.Client]]:
    """Make an account with limits of its own."""
    opened: list[httpx.Client] = []

    def make(**limits: int | None) -> httpx.Client:
        http = server.register(f"user{time.monotonic_ns()}", "a long secret")
        opened.append(http)
        if limits:
            change(server, http, **limits)
        return http

    yield make
    for http in opened:
        http.close()


def change(server: LiveServer, http: httpx.Client, **limits: int | None) -> dict[str, object]:
    user = http.get("/me").json()["id"]
    with server.login("admin", "admin123") as admin:
        answer = admin.patch(f"/admin/users/{user}", json=limits)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused_for_long(http: httpx.Client) -> httpx.Response | None:
    """Ask once; return the answer if it is a refusal that holds for the rest of a test."""
    answer = http.get("/files")
    return answer if answer.status_code == 429 and int(answer.headers["retry-after"]) > 3 else None


def begun(http: httpx.Client, length: int) -> str:
    return str(http.post("/files", headers=TUS | {"Upload-Length": str(length)}).headers["location"])


def test_too_many_requests_are_refused_until_the_minute_is_over(
    server: LiveServer, limited: Callable[..., httpx.Client]
) -> None:
    http = limited(limit_requests=8)
    with limited() as other:
        refused = wait_until(lambda: refused_for_long(http), "a refused request")
        assert refused.json()["code"] == "rate_limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit-policy"] == '"requests";q=8;w=60'
        assert re.fullmatch(r'"requests";r=0;t=\d+', refused.headers["ratelimit"])
        for headers, method in ((TUS | {"Upload-Length": "5"}, "POST"), ({}, "GET"), (TUS, "HEAD")):
            path = "/files/" + "A" * 30 if method == "HEAD" else "/files"
            assert http.request(method, path, headers=headers).status_code == 429
        small = http.post("/files", headers=OCTETS | {"Upload-Length": "1"}, content=b"x")
        assert small.status_code == 429
        assert other.get("/files").status_code == 200
        assert http.get("/livez").status_code == 200
    change_again = {"limit_requests": None}
    with server.login("admin", "admin123") as admin:
        user = next(each for each in admin.get("/admin/users").json() if each["limit_requests"] == 8)["id"]
        admin.patch(f"/admin/users/{user}", json=change_again).raise_for_status()
    wait_until(lambda: http.get("/files").status_code == 200, "the new limit", 5)


def test_what_is_left_is_told_by_every_way_in(limited: Callable[..., httpx.Client]) -> None:
    http = limited(limit_requests=1000, limit_uploads=3, limit_bandwidth=10_000_000)
    http.get("/files")
    policy = (
        '"requests";q=1000;w=60, "uploads";q=3;qu="concurrent-requests", "bandwidth";q=10000000;qu="content-bytes";w=1'
    )

    def left(answer: httpx.Response) -> int:
        assert answer.headers["ratelimit-policy"] == policy
        return int(re.fullmatch(r'"requests";r=(\d+);t=\d+', answer.headers["ratelimit"])[1])  # type: ignore[index]

    plain = left(http.get("/me"))
    fast = left(http.post("/files", headers=OCTETS | {"Upload-Length": "1"}, content=b"x"))
    tus = left(http.post("/files", headers=TUS | {"Upload-Length": "5"}))
    form = left(http.post("/files", files={"file": ("a.bin", b"x")}))
    with EventStream(http) as stream:
        assert stream.headers is not None
        events = int(stream.headers["ratelimit"].partition("r=")[2].partition(";")[0])

    assert plain > fast > tus > form > events


def test_a_fast_sender_is_held_back_and_loses_nothing_and_holds_nobody_up(
    limited: Callable[..., httpx.Client],
) -> None:
    greedy, modest = limited(limit_bandwidth=RATE), limited()
    data = bytes(range(256)) * (RATE * 5 // 2 // 256)
    where = begun(greedy, len(data))
    sent: list[tuple[httpx.Response, float]] = []

    def send() -> None:
        began = time.monotonic()
        answer = greedy.patch(where, headers=OCTETS | {"Upload-Offset": "0"}, content=data)
        sent.append((answer, time.monotonic() - began))

    sending = threading.Thread(target=send)
    sending.start()
    longest = 0.0
    while sending.is_alive():
        began = time.monotonic()
        assert modest.post("/files", files={"file": ("a.bin", b"x" * 300_000)}).status_code == 201
        longest = max(longest, time.monotonic() - began)
    sending.join()

    answer, seconds = sent[0]
    assert answer.status_code == 204, answer.text
    assert seconds >= 1.2  # 2.5 s of bytes, of which one second's may come at once
    assert longest < seconds
    assert greedy.get(f"{where}/content").content == data


def test_a_form_and_small_uploads_are_held_back_too(limited: Callable[..., httpx.Client]) -> None:
    http = limited(limit_bandwidth=RATE)
    began = time.monotonic()

    form = http.post("/files", files={"file": ("a.bin", b"x" * (RATE + RATE // 2))})
    small = [
        http.post("/files", headers=OCTETS | {"Upload-Length": "20000"}, content=b"y" * 20_000).status_code
        for _ in range(5)
    ]

    assert form.status_code == 201
    assert small == [201] * 5
    assert time.monotonic() - began >= 0.6


def test_so_many_uploads_run_at_a_time(limited: Callable[..., httpx.Client]) -> None:
    http = limited(limit_uploads=1)
    first, second = begun(http, 10), begun(http, 10)
    hold = threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b"12345"
        hold.wait(20)
        yield b"67890"

    headers = OCTETS | {"Upload-Offset": "0", "Content-Length": "10"}
    ended: list[int] = []

    def send() -> None:
        with httpx.Client(headers=http.headers, trust_env=False, timeout=60) as own:
            ended.append(own.patch(first, headers=headers, content=slowly()).status_code)

    sending = threading.Thread(target=send)
    sending.start()
    try:
        wait_until(lambda: http.head(first, headers=TUS).headers["upload-offset"] == "5", "bytes of the first upload")
        answer = http.patch(second, headers=OCTETS | {"Upload-Offset": "0"}, content=b"")
        assert answer.status_code == 429
        assert answer.json()["code"] == "rate_limited"
        assert answer.headers["retry-after"] == "1"
    finally:
        hold.set()
        sending.join()
    assert ended == [204]
    assert http.patch(second, headers=OCTETS | {"Upload-Offset": "0"}, content=b"0" * 10).status_code == 204


def test_limits_are_shown_and_changed_by_administrators(
    server: LiveServer, limited: Callable[..., httpx.Client]
) -> None:
    http = limited()
    found = change(server, http, limit_requests=5000, limit_bandwidth=0)

    assert (found["limit_requests"], found["limit_uploads"], found["limit_bandwidth"]) == (5000, None, 0)
    user = found["id"]
    with server.login("admin", "admin123") as admin:
        assert admin.patch(f"/admin/users/{user}", json={"limit_uploads": -1}).status_code == 422
        assert admin.get(f"/admin/users/{user}").json()["limit_requests"] == 5000
        row = admin.get("/admin/audit").json()[0]
    assert row["detail"] == {"limit_requests": 5000, "limit_bandwidth": 0}
