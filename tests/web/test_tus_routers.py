"""One black-box suite against both routers: what tuspyserver's does weaker, differs here, and nothing else does.

A check looks at a server from outside and returns what it saw. `CHECKS` says what each router shows: one value
means that both show it. A router that becomes better or worse than the table fails its test, so `docs/tuspyserver.md`
and the table can be kept true.
"""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from live_server import LiveServer, entry_when, wait_until

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {**TUS, "Content-Type": "application/offset+octet-stream"}
CSV = b"a,b\n1,2\n3,4\n"
MAX_SIZE = 1 << 30


@pytest.fixture(scope="module", params=["native", "tuspyserver"])
def router(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    setting: Callable[[], dict[str, object]],
) -> Iterator[World]:
    directory = tmp_path_factory.mktemp(request.param)
    server = LiveServer(directory, tus_router=request.param, max_size=MAX_SIZE, **setting()).start()
    with server.login() as http, server.login("admin", "admin123") as other:
        yield World(request.param, server, http, other)
    server.stop()


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


@dataclass(frozen=True)
class World:
    """A server with two users."""

    router: str
    server: LiveServer
    http: httpx.Client
    other: httpx.Client

    def create(self, length: int, name: str = "table.csv", **headers: str) -> str:
        """Return the path of a new upload."""
        given = {"Upload-Length": str(length), "Upload-Metadata": metadata(filename=name)} | headers
        answer = self.http.post("/files", headers=TUS | given)
        assert answer.status_code == 201, answer.text
        return httpx.URL(answer.headers["location"]).path

    def patch(self, path: str, offset: int, body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
        return self.http.patch(path, headers=OCTETS | {"Upload-Offset": str(offset)} | headers, content=body)

    def offset(self, path: str) -> int:
        return int(self.http.head(path, headers=TUS).headers["upload-offset"])

    def raw(self, path: str, head: str, body: bytes) -> socket.socket:
        """Send a PATCH with the user's login of which only `body` arrives; the connection stays open."""
        line = socket.create_connection(("127.0.0.1", self.server.port))
        login = f"Authorization: {self.http.headers['authorization']}\r\n"
        text = f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\n{login}Tus-Resumable: 1.0.0\r\n"
        kind = "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
        line.sendall(f"{text}{kind}{head}\r\n".encode() + body)
        return line


def status_line(line: socket.socket) -> int:
    line.settimeout(10)
    return int(line.recv(4096).split(b" ")[1])


def creating(world: World) -> Any:
    answer = world.http.post("/files", headers=TUS | {"Upload-Length": "8"})
    return answer.status_code, "upload-offset" in answer.headers, "upload-expires" in answer.headers


def appending_in_two(world: World) -> Any:
    path = world.create(len(CSV))
    first, second = world.patch(path, 0, CSV[:5]), world.patch(path, 5, CSV[5:])
    return [(answer.status_code, answer.headers["upload-offset"]) for answer in (first, second)]


def appending_with_a_method_override(world: World) -> Any:
    path = world.create(4)
    headers = OCTETS | {"Upload-Offset": "0", "X-HTTP-Method-Override": "patch"}
    return world.http.post(path, headers=headers, content=b"abcd").status_code, world.offset(path)


def asking_for_the_offset(world: World) -> Any:
    path = world.create(8)
    world.patch(path, 0, b"abc")
    answer = world.http.head(path, headers=TUS)
    names = ("upload-offset", "upload-length", "cache-control")
    return answer.status_code, *(answer.headers[name] for name in names)


def metadata_given_back(world: World) -> Any:
    raw = metadata(filename="b.csv", note="keep me", filetype="text/csv")
    path = world.create(8, **{"Upload-Metadata": raw})
    answer = world.http.head(path, headers=TUS).headers["upload-metadata"]
    return "as it was sent" if answer == raw else [pair.split(" ")[0] for pair in answer.split(", ")]


def resuming_without_metadata(world: World) -> Any:
    answer = world.http.post("/files", headers=TUS | {"Upload-Length": "8"})
    path = httpx.URL(answer.headers["location"]).path
    world.patch(path, 0, b"abcd")
    return world.offset(path), world.patch(path, 4, b"efgh").status_code


def appending_at_a_wrong_offset(world: World) -> Any:
    path = world.create(8)
    answer = world.patch(path, 3, b"abc")
    return answer.status_code, answer.headers.get("upload-offset"), world.offset(path)


def appending_without_a_version(world: World) -> Any:
    path = world.create(8)
    headers = {name: value for name, value in OCTETS.items() if name != "Tus-Resumable"} | {"Upload-Offset": "0"}
    answer = world.http.patch(path, headers=headers, content=b"abc")
    return answer.status_code, answer.headers.get("tus-version"), world.offset(path)


def appending_another_media_type(world: World) -> Any:
    path = world.create(8)
    return world.patch(path, 0, b"abc", **{"Content-Type": "text/plain"}).status_code, world.offset(path)


def appending_too_much(world: World) -> Any:
    path = world.create(4)
    return world.patch(path, 0, b"abcdef").status_code, world.offset(path)


def appending_in_chunks_of_unknown_total(world: World) -> Any:
    path = world.create(6)
    return world.patch(path, 0, iter([b"abc", b"def"])).status_code, world.offset(path)


def appending_too_much_in_chunks(world: World) -> Any:
    path = world.create(4)
    line = world.raw(path, "Transfer-Encoding: chunked\r\n", b"6\r\nabcdef\r\n0\r\n\r\n")
    with line:
        return status_line(line), world.offset(path)


def telling_the_length_late(world: World) -> Any:
    answer = world.http.post("/files", headers=TUS | {"Upload-Defer-Length": "1"})
    path = httpx.URL(answer.headers["location"]).path
    deferred = world.http.head(path, headers=TUS).headers["upload-defer-length"]
    finished = world.patch(path, 0, b"abc", **{"Upload-Length": "3"})
    return deferred, finished.status_code, "parquay-file" in finished.headers


def sending_bytes_with_the_creation(world: World) -> Any:
    headers = OCTETS | {"Upload-Length": str(len(CSV)), "Upload-Metadata": metadata(filename="now.csv")}
    answer = world.http.post("/files", headers=headers, content=CSV)
    return answer.status_code, answer.headers["upload-offset"], "parquay-file" in answer.headers


def a_finished_upload_becoming_a_table(world: World) -> Any:
    path = world.create(len(CSV))
    answer = world.patch(path, 0, CSV)
    entry = entry_when(world.http, path.rpartition("/")[2])
    content = world.http.get(f"{path}/content").content
    return httpx.URL(answer.headers["parquay-file"]).path == path, entry["status"], entry["row_count"], content == CSV


def expiry_of_a_finished_upload(world: World) -> Any:
    path = world.create(3)
    return "upload-expires" in world.patch(path, 0, b"abc").headers


def login_before_the_body(world: World) -> Any:
    path = world.create(1 << 20)
    line = socket.create_connection(("127.0.0.1", world.server.port))
    with line:
        head = f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        more = "Content-Type: application/offset+octet-stream\r\nContent-Length: 1048576\r\n\r\n"
        line.sendall((head + more).encode() + bytes(1000))
        return status_line(line), world.offset(path)


def somebody_elses_upload(world: World) -> Any:
    path = world.create(8)
    headers = OCTETS | {"Upload-Offset": "0"}
    theirs = [
        world.other.head(path, headers=TUS),
        world.other.patch(path, headers=headers, content=b"abc"),
        world.other.delete(path, headers=TUS),
    ]
    return [answer.status_code for answer in theirs], world.offset(path)


def a_page_of_another_site(world: World) -> Any:
    cookie = world.http.headers["authorization"].removeprefix("Bearer ")
    headers = TUS | {"Upload-Length": "8", "Cookie": f"parquay_session={cookie}", "Origin": "https://evil.example"}
    return httpx.post(f"{world.server.url}/files", headers=headers, trust_env=False).status_code


def removing(world: World) -> Any:
    path = world.create(8)
    world.patch(path, 0, b"abc")
    info = world.http.delete(f"{path}.info", headers=TUS).status_code
    return info, world.http.delete(path, headers=TUS).status_code, world.http.head(path, headers=TUS).status_code


def a_cut_connection(world: World) -> Any:
    path = world.create(1 << 20)
    world.raw(path, "Content-Length: 1048576\r\n", bytes(300_000)).close()
    return wait_until(lambda: world.offset(path), "kept bytes"), world.patch(path, 300_000, b"abc").status_code


def a_hung_connection(world: World) -> Any:
    path = world.create(1 << 20)
    with world.raw(path, "Content-Length: 1048576\r\n", bytes(100_000)):
        offset = wait_until(lambda: world.offset(path), "kept bytes")
        return offset, world.patch(path, offset, b"abc").status_code, world.offset(path)


def a_checksum(world: World) -> Any:
    path = world.create(8)
    right = "sha1 " + base64.b64encode(hashlib.sha1(b"abcd").digest()).decode()
    wrong = world.patch(path, 0, b"abcX", **{"Upload-Checksum": right}).status_code, world.offset(path)
    return wrong, world.patch(path, 0, b"abcd", **{"Upload-Checksum": right}).status_code, world.offset(path)


def joining_parts(world: World) -> Any:
    paths = [world.create(4, **{"Upload-Concat": "partial"}) for _ in range(2)]
    for path, body in zip(paths, (b"a\n1\n", b"2\n3\n"), strict=True):
        world.patch(path, 0, body)
    named = metadata(filename="joined.csv")
    headers = TUS | {"Upload-Concat": "final;" + " ".join(paths), "Upload-Metadata": named}
    answer = world.http.post("/files", headers=headers)
    final = httpx.URL(answer.headers["location"]).path
    entry = entry_when(world.http, final.rpartition("/")[2])
    refused = world.patch(final, 8, b"abc").status_code
    return answer.status_code, entry["row_count"], world.http.get(f"{final}/content").content, refused


def offset_of_a_join_that_waits(world: World) -> Any:
    part = world.create(4, **{"Upload-Concat": "partial"})
    answer = world.http.post("/files", headers=TUS | {"Upload-Concat": f"final;{part}"})
    head = world.http.head(httpx.URL(answer.headers["location"]).path, headers=TUS)
    return head.status_code, head.headers.get("upload-offset")


def limits_at_creation(world: World) -> Any:
    lengths = [str(MAX_SIZE + 1), "-5", "+5"]
    return [world.http.post("/files", headers=TUS | {"Upload-Length": length}).status_code for length in lengths]


def a_length_that_is_no_number(world: World) -> Any:
    return world.http.post("/files", headers=TUS | {"Upload-Length": "five"}).status_code


def what_is_announced(world: World) -> Any:
    answer = world.http.options("/files")
    return answer.status_code, answer.headers["tus-extension"].split(",")[-1], "tus-max-size" in answer.headers


def a_location_behind_a_foreign_proxy(world: World) -> Any:
    headers = TUS | {"Upload-Length": "8", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    return httpx.URL(world.http.post("/files", headers=headers).headers["location"]).host


def the_draft(world: World) -> Any:
    headers = {"Upload-Draft-Interop-Version": "8", "Upload-Complete": "?1"}
    answer = world.http.post("/files", headers=headers, content=CSV)
    return answer.status_code, answer.headers["upload-complete"]


def errors(world: World) -> Any:
    answers = [world.http.head("/files/" + "x" * 24, headers=TUS), world.http.put("/files", headers=TUS)]
    answers.append(world.http.patch("/files/" + "x" * 24, headers=OCTETS | {"Upload-Offset": "0"}, content=b"abc"))
    return [(answer.status_code, answer.headers.get("tus-resumable")) for answer in answers]


def memory_of_one_long_patch(world: World) -> Any:
    size = 384 << 20
    path = world.create(size, "long.bin")
    before = world.server.rss()
    peaks = []

    def blocks() -> Iterator[bytes]:
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            yield block
            peaks.append(world.server.rss())

    answer = world.patch(path, 0, blocks(), **{"Content-Length": str(size)})
    world.http.delete(path, headers=TUS)
    return answer.status_code, (max(peaks) - before) < 64 << 20


@dataclass(frozen=True)
class Differs:
    """What each router shows."""

    native: Any
    tuspyserver: Any


TWO_STEPS = [(204, "5"), (204, str(len(CSV)))]

CHECKS: dict[Callable[[World], Any], Any] = {
    creating: (201, False, True),
    appending_in_two: TWO_STEPS,
    appending_with_a_method_override: (204, 4),
    asking_for_the_offset: (200, "3", "8", "no-store"),
    metadata_given_back: Differs("as it was sent", ["filename", "filetype"]),
    resuming_without_metadata: (4, 204),
    appending_at_a_wrong_offset: (409, "0", 0),
    appending_without_a_version: (412, "1.0.0", 0),
    appending_another_media_type: (415, 0),
    appending_too_much: (413, 0),
    appending_in_chunks_of_unknown_total: Differs((204, 6), (422, 6)),
    appending_too_much_in_chunks: Differs((413, 4), (400, 0)),
    telling_the_length_late: ("1", 204, True),
    sending_bytes_with_the_creation: (201, str(len(CSV)), True),
    a_finished_upload_becoming_a_table: (True, "done", 2, True),
    expiry_of_a_finished_upload: Differs(native=False, tuspyserver=True),
    login_before_the_body: (401, 0),
    somebody_elses_upload: ([404, 404, 404], 0),
    a_page_of_another_site: 403,
    removing: (404, 204, 404),
    a_cut_connection: (300_000, 204),
    a_hung_connection: (100_000, 204, 100_003),
    a_checksum: ((460, 0), 204, 4),
    joining_parts: (201, 3, b"a\n1\n2\n3\n", 403),
    offset_of_a_join_that_waits: Differs((200, None), (200, "0")),
    limits_at_creation: [413, 400, 400],
    a_length_that_is_no_number: Differs(400, 422),
    what_is_announced: (204, "concatenation-unfinished", True),
    a_location_behind_a_foreign_proxy: "127.0.0.1",
    the_draft: (201, "?1"),
    errors: [(404, "1.0.0"), (405, "1.0.0"), (404, "1.0.0")],
    memory_of_one_long_patch: (204, True),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_router_shows_exactly_what_the_table_says(router: World, check: Callable[[World], Any]) -> None:
    expected = CHECKS[check]
    if isinstance(expected, Differs):
        expected = getattr(expected, router.router)

    seen = check(router)

    assert seen == expected


@pytest.mark.parametrize("tus_router", ["native", "tuspyserver"])
def test_kind_and_quota_are_checked_at_the_creation(start_server: Callable[..., LiveServer], tus_router: str) -> None:
    server = start_server(tus_router=tus_router, allowed_extensions=".csv", quota_bytes=100)

    with server.login() as http:
        statuses = [
            http.post(
                "/files", headers=TUS | {"Upload-Length": length, "Upload-Metadata": metadata(filename=name)}
            ).status_code
            for length, name in (("5", "a.exe"), ("90", "a.csv"), ("11", "b.csv"))
        ]
        listed = http.get("/files").json()

    assert statuses == [415, 201, 413]
    assert len(listed) == 1
