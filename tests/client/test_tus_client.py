"""The upload client against a small tus server on a real socket that misbehaves as it is told."""

from __future__ import annotations

import email.utils
import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from parquay.client.errors import TransferError
from parquay.client.tus_answers import retry_after
from parquay.client.tus_client import (
    Backoff,
    TusClient,
    UploadSource,
    Watch,
    encode_metadata,
)

SIZE = 3_000_000


def content_of(source: UploadSource) -> bytes:
    with source.opened() as file:
        return file.read()


class StubbornServer(ThreadingHTTPServer):
    """Keeps uploads in memory. `script` holds what the next requests of a method get instead of service."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.uploads: dict[str, bytearray] = {}
        self.lengths: dict[str, int] = {}
        self.script: dict[str, deque[tuple[int, dict[str, str]]]] = {"POST": deque(), "HEAD": deque(), "PATCH": deque()}
        self.cut_after: int | None = None
        self.seen: list[str] = []
        self.keys: list[str | None] = []
        self.endpoint = f"http://127.0.0.1:{self.server_port}/files"

    def handle_error(self, request, client_address):
        """A client that went away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StubbornServer

    def do_POST(self):
        self.server.keys.append(self.headers["Idempotency-Key"])
        if self._scripted():
            return
        name = f"/files/{len(self.server.uploads)}"
        self.server.uploads[name] = bytearray()
        self.server.lengths[name] = int(self.headers["Upload-Length"])
        self._answer(201, {"Location": name})

    def do_HEAD(self):
        if self._scripted():
            return
        if self.path not in self.server.uploads:
            self._answer(404, {})
            return
        length, offset = self.server.lengths[self.path], len(self.server.uploads[self.path])
        self._answer(200, {"Upload-Length": str(length), "Upload-Offset": str(offset)})

    def do_PATCH(self):
        if self._scripted():
            return
        body, left = self.server.uploads[self.path], int(self.headers["Content-Length"])
        assert int(self.headers["Upload-Offset"]) == len(body)
        while left:
            block = self.rfile.read(min(left, 1 << 16))
            body += block
            left -= len(block)
            if self.server.cut_after is not None and len(body) >= self.server.cut_after:
                self.server.cut_after = None
                self.close_connection = True
                return
        self._answer(204, {"Upload-Offset": str(len(body))})

    def _scripted(self) -> bool:
        self.server.seen.append(self.command)
        if not (script := self.server.script[self.command]):
            return False
        status, headers = script.popleft()
        self._answer(status, headers | {"Connection": "close"})
        self.close_connection = True
        return True

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | headers).items():
            if not (status == 204 and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args):
        """Keep the test's output clean."""


@pytest.fixture
def stubborn() -> Iterator[StubbornServer]:
    with StubbornServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def source(tmp_path: Path) -> UploadSource:
    path = tmp_path / "numbers.csv"
    path.write_bytes(bytes(range(250)) * (SIZE // 250))
    return UploadSource(path, SIZE, {"filename": path.name})


class Log:
    """What the client told while it worked, and the pauses it made."""

    def __init__(self, *, renews: bool = False) -> None:
        self.created: list[str] = []
        self.offsets: list[int] = []
        self.setbacks: list[str] = []
        self.pauses: list[float] = []
        self.renewed = 0
        self._renews = renews

    def watch(self) -> Watch:
        return Watch(
            self.created.append, self.offsets.append, lambda why, _pause: self.setbacks.append(why), self._renew
        )

    def _renew(self) -> bool:
        self.renewed += 1
        return self._renews


def upload(server: StubbornServer, source: UploadSource, log: Log, url: str | None = None, patience: float = 60) -> str:
    with httpx.Client(trust_env=False) as http:
        client = TusClient(http, server.endpoint, patience=patience, sleep=log.pauses.append)
        return client.upload(source, log.watch(), url)


def stored(server: StubbornServer, url: str) -> bytes:
    return bytes(server.uploads[httpx.URL(url).path])


def test_every_byte_arrives_and_progress_ends_at_the_size(stubborn: StubbornServer, source: UploadSource):
    log = Log()

    url = upload(stubborn, source, log)

    assert stored(stubborn, url) == content_of(source)
    assert log.created == [url]
    assert log.offsets[0] == 0
    assert log.offsets[-1] == SIZE
    assert log.offsets == sorted(log.offsets)


def test_empty_file_is_complete_with_its_creation(stubborn: StubbornServer, tmp_path: Path):
    path = tmp_path / "empty.csv"
    path.touch()

    url = upload(stubborn, UploadSource(path, 0, {}), Log())

    assert stored(stubborn, url) == b""
    assert "PATCH" not in stubborn.seen


def test_creation_is_asked_for_again_with_its_key_and_a_new_one_with_another(stubborn: StubbornServer, source: UploadSource):
    stubborn.script["POST"].append((503, {}))
    url = upload(stubborn, source, Log())
    lost, again = stubborn.keys

    stubborn.uploads.pop(httpx.URL(url).path)
    upload(stubborn, source, Log(), url)

    assert lost == again is not None
    assert stubborn.keys[2] not in (None, lost)


def test_cut_connection_costs_only_what_had_not_arrived(stubborn: StubbornServer, source: UploadSource):
    stubborn.cut_after, log = 1_000_000, Log()

    url = upload(stubborn, source, log)

    assert stored(stubborn, url) == content_of(source)
    assert len(log.created) == 1
    assert len(log.setbacks) == 1


@pytest.mark.parametrize("status", [409, 423, 425, 429, 408, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH"])
def test_refusal_that_passes_is_tried_again(stubborn: StubbornServer, source: UploadSource, status: int, method: str):
    stubborn.script[method].extend([(status, {})] * 2)
    log = Log()

    url = upload(stubborn, source, log)

    assert stored(stubborn, url) == content_of(source)
    assert len(log.pauses) == 2
    assert log.pauses[1] > log.pauses[0]


@pytest.mark.parametrize("status", [400, 403, 413, 415, 422, 507])
def test_refusal_for_good_ends_the_upload_at_once(stubborn: StubbornServer, source: UploadSource, status: int):
    stubborn.script["POST"].append((status, {}))
    log = Log()

    with pytest.raises(TransferError, match=str(status)):
        upload(stubborn, source, log)

    assert log.pauses == []


def test_server_is_left_alone_as_long_as_it_asks(stubborn: StubbornServer, source: UploadSource):
    stubborn.script["PATCH"].append((503, {"Retry-After": "17"}))
    log = Log()

    upload(stubborn, source, log)

    assert log.pauses == [17.0]


def test_patience_ends_when_the_server_asks_for_more_than_there_is(stubborn: StubbornServer, source: UploadSource):
    stubborn.script["PATCH"].append((503, {"Retry-After": "3600"}))

    with pytest.raises(TransferError, match="given up"):
        upload(stubborn, source, Log(), patience=60)


def test_upload_begun_earlier_goes_on(stubborn: StubbornServer, source: UploadSource):
    stubborn.uploads["/files/old"] = bytearray(content_of(source)[:2_000_000])
    stubborn.lengths["/files/old"] = SIZE
    log = Log()

    url = upload(stubborn, source, log, stubborn.endpoint + "/old")

    assert url.endswith("/files/old")
    assert log.created == []
    assert log.offsets[0] == 2_000_000
    assert stored(stubborn, url) == content_of(source)


@pytest.mark.parametrize("length", [None, SIZE - 1], ids=["forgotten", "of another size"])
def test_upload_that_is_gone_is_begun_anew(stubborn: StubbornServer, source: UploadSource, length: int | None):
    if length is not None:
        stubborn.uploads["/files/old"], stubborn.lengths["/files/old"] = bytearray(b"x"), length
    log = Log()

    url = upload(stubborn, source, log, stubborn.endpoint + "/old")

    assert log.created == [url]
    assert stored(stubborn, url) == content_of(source)


def test_login_is_renewed_when_it_ends_in_the_midst(stubborn: StubbornServer, source: UploadSource):
    stubborn.script["PATCH"].append((401, {}))
    log = Log(renews=True)

    url = upload(stubborn, source, log)

    assert log.renewed == 1
    assert stored(stubborn, url) == content_of(source)


def test_login_that_cannot_be_renewed_ends_the_upload(stubborn: StubbornServer, source: UploadSource):
    stubborn.script["HEAD"].append((401, {}))

    with pytest.raises(TransferError, match="401"):
        upload(stubborn, source, Log())


def test_file_that_became_shorter_is_no_success(stubborn: StubbornServer, source: UploadSource):
    with pytest.raises(TransferError, match="shorter"):
        upload(stubborn, UploadSource(source.path, SIZE + 1, {}), Log())


def test_address_without_upload_service_is_named(stubborn: StubbornServer, source: UploadSource):
    stubborn.script["POST"].append((404, {}))

    with pytest.raises(TransferError, match="no upload service"):
        upload(stubborn, source, Log())


def test_metadata_carries_any_text():
    assert encode_metadata({"filename": "Äpfel, 1.csv", "empty": ""}) == "filename w4RwZmVsLCAxLmNzdg==,empty "


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("7", 7.0), ("0", 0.0), ("soon", None), ("-3", None), ("٣", None)],
)
def test_retry_after_is_read_strictly(value: str | None, seconds: float | None):
    assert retry_after(value, 1_000_000.0) == seconds


def test_retry_after_may_be_a_date():
    now = 1_700_000_000.0

    assert retry_after(email.utils.formatdate(now + 90, usegmt=True), now) == 90.0
    assert retry_after(email.utils.formatdate(now - 90, usegmt=True), now) == 0.0


def test_pauses_grow_and_start_anew_with_progress():
    backoff = Backoff(1000, clock=lambda: 0.0)

    first = [pause for _ in range(8) if (pause := backoff.next_pause(None)) is not None]
    backoff.progressed(10)
    again = backoff.next_pause(None)

    assert len(first) == 8
    assert all(pause <= 25 for pause in first)
    assert first[5] > first[0]
    assert again is not None
    assert again < first[2]


def test_patience_counts_from_the_last_progress():
    now = [0.0]
    backoff = Backoff(100, clock=lambda: now[0])

    now[0] = 99.9
    assert backoff.next_pause(None) is None
    backoff.progressed(1)
    assert backoff.next_pause(None) is not None
    now[0] = 150.0
    backoff.progressed(1)
    now[0] = 199.95
    assert backoff.next_pause(None) is None
