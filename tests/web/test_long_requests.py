"""Requests that go on after their login was ended: they end within seconds, and what came of an upload is kept."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from live_server import LiveServer, wait_until
from tus_user import OCTETS, TUS, TusUser, id_of
from wire import Wire

KIB, MIB = 1 << 10, 1 << 20
SECONDS = 5.0
"""Within so long a login that was ended is dead everywhere."""

PASSWORD = "the secret of whoever ends"

_numbers = itertools.count()

Ending = tuple[str, Callable[[], object]]


@pytest.fixture
def tus(tus_server: LiveServer) -> Iterator[TusUser]:
    """Somebody with an account of their own in each test."""
    name = f"ended{next(_numbers)}"
    with tus_server.register(name, PASSWORD) as http:
        yield TusUser(tus_server, http)


@pytest.fixture
def session(tus: TusUser) -> Iterator[Ending]:
    """A second session of the user, and what ends it."""
    with tus.server.login(tus.http.get("/auth/me").json()["username"], PASSWORD) as other:
        yield other.headers["Authorization"].partition(" ")[2], lambda: other.post("/auth/logout").raise_for_status()


@pytest.fixture(params=["session", "key", "password"])
def ending(request: pytest.FixtureRequest, tus: TusUser, session: Ending) -> Ending:
    """A token of the user, and what ends it."""
    if request.param == "key":
        made = tus.http.post("/auth/api-keys", json={"name": "script"}).json()
        return made["key"], lambda: tus.http.delete(f"/auth/api-keys/{made['id']}").raise_for_status()
    changed = {"old": PASSWORD, "new": "another secret of mine"}
    if request.param == "password":
        return session[0], lambda: tus.http.post("/auth/password", json=changed).raise_for_status()
    return session


def patching(server: LiveServer, url: str, token: str, size: int, sent: int) -> Wire:
    """Begin a PATCH of `size` bytes, and send some of them."""
    wire = Wire(server.port)
    login = {"Authorization": f"Bearer {token}", "Upload-Offset": "0", "Content-Length": str(size)}
    wire.ask("PATCH", url, {**TUS, **OCTETS, **login}.items(), bytes(sent))
    return wire


@pytest.mark.parametrize("size", [100 * KIB, MIB])
def test_a_patch_ends_with_its_login_and_what_came_is_kept(tus: TusUser, ending: Ending, size: int):
    token, end = ending
    url = tus.created(size)
    with patching(tus.server, url, token, size, 50_000) as wire:
        wait_until(lambda: tus.offset(url) == 50_000, "the bytes that came")
        end()
        ended = time.monotonic()
        answer = wire.answer()

    assert time.monotonic() - ended < SECONDS
    assert (answer.status, answer.get("upload-offset")) == (httpx.codes.UNAUTHORIZED, "50000")
    assert answer.get("www-authenticate") == "Bearer"
    assert tus.offset(url) == 50_000
    assert tus.patch(url, 50_000, bytes(size - 50_000)).status_code == httpx.codes.NO_CONTENT


def test_a_sender_that_does_not_stop_is_not_listened_to(tus: TusUser, session: Ending):
    token, end = session
    url = tus.created(1 << 30)
    with patching(tus.server, url, token, 1 << 30, 50_000) as wire:
        wait_until(lambda: tus.offset(url) >= 50_000, "the bytes that came")
        end()
        ended = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - ended < 3 * SECONDS:
                wire.send(bytes(1000))
                time.sleep(0.01)
        assert time.monotonic() - ended < SECONDS + 1.5
    kept = tus.offset(url)
    time.sleep(0.5)
    assert tus.offset(url) == kept


def test_a_download_ends_with_its_login(tus: TusUser, session: Ending):
    token, end = session
    url = tus.created(64 * MIB, bytes(64 * MIB))
    with Wire(tus.server.port) as wire:
        wire.ask("GET", url + "/content", [("Authorization", f"Bearer {token}")])
        assert wire.socket.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(1.2)  # long enough to be looked at once
        end()
        ended, count = time.monotonic(), 0
        time.sleep(3.5)  # what waits in the kernel may still be read; nothing is put there any more
        with contextlib.suppress(ConnectionError):
            while data := wire.socket.recv(1 << 20):
                count += len(data)
        assert count < 32 * MIB
        assert time.monotonic() - ended < SECONDS + 5


def test_a_form_ends_with_its_login_and_leaves_nothing(tus: TusUser, session: Ending):
    token, end = session
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f.bin"\r\n\r\n'
    fields = [("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", str(MIB))]
    with Wire(tus.server.port) as wire:
        wire.ask("POST", "/upload", [*fields, ("Authorization", f"Bearer {token}")], head + bytes(100_000))
        time.sleep(0.5)
        end()
        ended = time.monotonic()
        assert wire.is_closed() or wire.answer().status >= httpx.codes.BAD_REQUEST
        assert time.monotonic() - ended < SECONDS
    wait_until(lambda: tus.names() == [], "nothing of the form")


def test_requests_of_other_logins_go_on(tus: TusUser):
    url = tus.created(MIB)
    token = tus.http.headers["Authorization"].partition(" ")[2]
    with patching(tus.server, url, token, MIB, 50_000) as wire:
        time.sleep(3.5)
        wire.send(bytes(MIB - 50_000))
        assert wire.answer().status == httpx.codes.NO_CONTENT
    assert id_of(url)
