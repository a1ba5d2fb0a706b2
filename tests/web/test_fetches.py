"""Imports from the web, through a whole server that may be killed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from live_server import LiveServer, entry_when, wait_until
from parquay.client import ApiError, AsyncClient, Client
from problems import is_problem
from source_server import SourceServer, source_server
from tus_calls import TUS

KEY = {"Idempotency-Key": "killed"}
CREATION = {**TUS, "Upload-Length": "10", "Idempotency-Key": "created"}
CONTENT = b"n,square\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(100_000))


@pytest.fixture(scope="module")
def source() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that may fetch from this machine; each test may kill it, and leaves it running."""
    server = LiveServer(tmp_path_factory.mktemp("fetching"), fetch_allow="127.0.0.1")
    yield server.start()
    server.stop()


@pytest.fixture
def http(fetching: LiveServer) -> Iterator[httpx.Client]:
    with fetching.login() as logged_in:
        yield logged_in


@pytest.fixture
def held(source: SourceServer) -> Iterator[Callable[[str], tuple[str, threading.Event]]]:
    """Serve a file whose source stops half-way until it is let go."""
    events: list[threading.Event] = []

    def make(path: str) -> tuple[str, threading.Event]:
        events.append(threading.Event())
        events[-1].set()
        return source.put(path, CONTENT, held=events[-1]), events[-1]

    yield make
    for event in events:
        event.clear()


def test_a_file_is_fetched_and_becomes_a_table(http, source):
    url = source.put("/squares.csv", CONTENT)

    answer = http.post("/api/fetch", json={"url": url + "?token=secret", "types": {"n": "text"}})
    begun = answer.json()
    entry = entry_when(http, begun["id"])

    assert (answer.status_code, begun["status"]) == (202, "uploading")
    assert (entry["status"], entry["row_count"], entry["name"], entry["source_url"]) == (
        "done",
        100_000,
        "squares.csv",
        url,
    )
    assert entry["content"]["columns"][0]["type"] == "text"
    assert http.get(f"/files/{begun['id']}/content").content == CONTENT
    assert [each["source_url"] for each in http.get("/files").json() if each["id"] == begun["id"]] == [url]


def test_rows_are_appended_to_a_table(http, source):
    first = entry_when(http, http.post("/fetch", json={"url": source.put("/one.csv", b"a\n1\n")}).json()["id"])
    asked = {"url": source.put("/two.csv", b"a\n2\n"), "dataset": first["id"], "name": "more.csv"}

    second = entry_when(http, http.post("/fetch", json=asked).json()["id"])

    assert (second["status"], second["name"], second["dataset_id"]) == ("done", "more.csv", first["id"])
    assert http.get(f"/datasets/{first['id']}/rows").json()["rows"][1]["a"] == 2


def test_killed_in_the_middle_it_goes_on_where_it_stopped(fetching, source, held):
    url, event = held("/held.csv")
    with fetching.login() as http:
        file_id = http.post("/fetch", json={"url": url}, headers=KEY).json()["id"]
        place = http.post("/files", headers=CREATION).headers["Location"]
        there = wait_until(lambda: http.get(f"/files/{file_id}").json()["offset"], "bytes that are durable")

    fetching.kill()
    event.clear()
    fetching.start()
    with fetching.login() as http:
        # Whether the answers arrived the server does not know; asked for again, nothing new is made.
        assert http.post("/fetch", json={"url": url}, headers=KEY).json()["id"] == file_id
        assert http.post("/files", headers=CREATION).headers["Location"] == place
        entry = entry_when(http, file_id)

        assert (entry["status"], entry["row_count"]) == ("done", 100_000)
        assert http.get(f"/files/{file_id}/content").content == CONTENT
    first, second = source.requests("/held.csv")
    assert "range" not in first
    assert int(second["range"].removeprefix("bytes=").removesuffix("-")) >= there


def test_deleting_the_file_ends_it_and_nobody_else_may_send_its_bytes(http, held):
    url, _ = held("/deleted.csv")
    file_id = http.post("/fetch", json={"url": url}).json()["id"]
    offset = wait_until(lambda: http.get(f"/files/{file_id}").json()["offset"], "bytes that are durable")

    headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    assert is_problem(http.patch(f"/files/{file_id}", headers=headers, content=b"x"), 409, "import_running")
    assert http.delete(f"/files/{file_id}").status_code == 204
    assert http.get(f"/files/{file_id}").status_code == 404


def test_what_cannot_be_got_ends_as_an_error(http, source):
    entry = entry_when(http, http.post("/fetch", json={"url": f"{source.url}/nowhere.csv"}).json()["id"])

    assert (entry["status"], entry["error"]["code"]) == ("error", "fetch_failed")
    assert "404" in entry["error"]["message"]


def test_a_redirect_inside_ends_as_an_error(http, source):
    url = source.put("/lured.csv", statuses=[302], headers={"Location": "http://169.254.169.254/latest/meta-data"})

    entry = entry_when(http, http.post("/fetch", json={"url": url}).json()["id"])

    assert (entry["status"], entry["error"]["code"]) == ("error", "fetch_refused")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://localhost:8000/files", "http://[::1]/", "http://169.254.169.254/", "http://2130706433/",
     "http://10.1.2.3/", "http://0/", "s3://bucket/key", "file:///etc/passwd", "ftp://1.1.1.1/x", "nonsense"],
)  # fmt: skip
def test_addresses_inside_are_refused_at_once(ann, url):
    before = ann.get("/files").headers["X-Total-Count"]

    assert is_problem(ann.post("/fetch", json={"url": url}), 422, "fetch_refused")

    assert ann.get("/files").headers["X-Total-Count"] == before


def test_what_cannot_be_meant_is_refused(http, anybody):
    assert anybody.post("/fetch", json={"url": "http://1.1.1.1/"}).status_code == 401
    for body in (
        {},
        {"url": "http://1.1.1.1/", "colour": 1},
        {"url": 5},
        {"url": ""},
        {"url": "http://1.1.1.1/", "name": ""},
    ):
        assert http.post("/fetch", json=body).status_code == 422
    wrong = {"url": "http://1.1.1.1/x", "delimiter": "two characters"}
    assert http.post("/fetch", json=wrong).status_code == 422
    assert is_problem(http.post("/fetch", json={"url": "http://1.1.1.1/x", "dataset": "x"}), 422, "unknown_dataset")


def test_slow_sources_of_one_user_hold_up_nobody_else(fetching: LiveServer, http, source, held):
    urls = [held(f"/slow-{number}.csv")[0] for number in range(10)]
    begun = [http.post("/fetch", json={"url": url}).json()["id"] for url in urls]
    wait_until(
        lambda: len({path for path, _ in source.asked} & {f"/slow-{n}.csv" for n in range(10)}) >= 4, "four slow"
    )

    with fetching.register("patient", "a long secret") as other:
        quick = other.post("/fetch", json={"url": source.put("/quick.csv", CONTENT)}).json()["id"]
        assert entry_when(other, quick)["status"] == "done"

    assert len({path for path, _ in source.asked} & {f"/slow-{number}.csv" for number in range(10)}) == 4
    for file_id in begun:
        assert http.delete(f"/files/{file_id}").status_code == 204


def test_the_python_client_has_a_file_fetched(fetching: LiveServer, source):
    heard: list[tuple[int, int | None]] = []
    with Client(fetching.url, username="test", password="password") as client:
        file = client.fetch(
            source.put("/client.csv", CONTENT),
            name="fetched.csv",
            progress=lambda count, size: heard.append((count, size)),
            types={"n": "text"},
        )
        assert (file.name, file.wait().row_count) == ("fetched.csv", 100_000)
        assert client.fetch(source.put("/later.csv", CONTENT), wait=False).status in ("uploading", "processing", "done")
        with pytest.raises(ApiError) as refused:
            client.fetch("http://10.0.0.1/a.csv")
        with pytest.raises(ApiError) as failed:
            client.fetch(source.put("/gone.csv", b"", statuses=[404]))

    assert heard[-1] == (len(CONTENT), len(CONTENT))
    assert (refused.value.status, refused.value.code) == (422, "fetch_refused")
    assert failed.value.code == "fetch_failed"

    async def awaited() -> int | None:
        async with AsyncClient(fetching.url, username="test", password="password") as client:
            file = await client.fetch(source.put("/awaited.csv", CONTENT))
            return file.file.size

    assert asyncio.run(awaited()) == len(CONTENT)
