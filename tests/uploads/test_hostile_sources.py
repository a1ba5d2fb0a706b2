"""Sources that mean harm, or speak no HTTP, cost nothing but some tries."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from parquay.errors import ParquayError


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/x", "http://169.254.169.254/latest/meta-data", "http://[::1]:80/", "file:///etc/passwd",
     "ftp://example.com/x", "http://127.0.0.1.nip.invalid\\@example.com/"],
)  # fmt: skip
def test_a_redirect_is_as_suspicious_as_the_first_address(desk, source, target):
    url = source.put("/lured", statuses=[302] * 9, headers={"Location": target})

    with pytest.raises(ParquayError) as refused:
        desk.run(desk.begin(url))

    assert refused.value.code == "fetch_refused"


def test_a_circle_of_redirects_ends(desk, source):
    url = source.put("/circle", statuses=[302] * 99, headers={"Location": "/circle"})

    with pytest.raises(ParquayError, match="more than 5"):
        desk.run(desk.begin(url))

    assert len(source.requests("/circle")) == 6


def _endless(*pieces: bytes, times: int = 5000) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        try:
            connection.sendall(pieces[0])
            for _ in range(times):
                connection.sendall(pieces[1])
        except OSError:
            pass

    return send


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        _endless(OK, b"X-Long: " + b"a" * 1000 + b"\r\n"),
        _endless(b"HTTP/1.1 100 Continue\r\n\r\n", b"nonsense\r\n\r\n", times=3),
        _endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n", times=1),
        _endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"5;" + b"x" * 1000, times=1000),
        _endless(OK + b"Content-Length: 10\r\nContent-Length: 11\r\n\r\n", b"x" * 11, times=1),
        _endless(OK + b"Content-Length: -1\r\n\r\n", b"x", times=1),
        _endless(b"SSH-2.0-OpenSSH_9.6\r\n", b"", times=0),
        _endless(b"", b"", times=0),
    ],
    ids=["fields", "continue", "bad-chunk", "long-chunk", "two-lengths", "negative", "ssh", "nothing"],
)  # fmt: skip
def test_a_source_that_speaks_no_http_is_given_up(desk, source, raw):
    url = source.put("/hostile", raw=raw)

    begun = desk.begin(url)
    with pytest.raises(ParquayError) as refused:
        desk.run(begun)

    assert refused.value.code == "fetch_failed"
    assert desk.services.uploads.files.get(begun.id).offset == 0


def test_a_silent_source_is_asked_again_and_given_up(new_desk, source):
    desk = new_desk(idle_timeout=0.1)
    url = source.put("/silent.csv", raw=_endless(OK + b"Content-Length: 100\r\n\r\nabc", b"", times=0))

    with pytest.raises(ParquayError, match="tries"):
        desk.run(desk.begin(url))
