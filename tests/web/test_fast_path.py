"""Creations that came whole: answered at once where nothing is unusual, and exactly as the full path answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from parquay.app import Application, create_app
from parquay.errors import StorageFull
from parquay.settings import Settings
from parquay.storage.local.uploads import LocalStore
from parquay.uploads.create.small_uploads import MAX_SMALL_BYTES
from parquay.wiring import accounts, build, prepare
from uploads.engine import QUICK_PASSWORDS, until

Fields = dict[str, str]
Common = tuple[Application, Fields]
Answer = tuple[int, dict[str, str], bytes]
DATA = b"a,b\n1,2\n"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    made = served(tmp_path)
    yield made
    made.services.close()


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Common]:
    """A server to which nothing is uploaded, and the fields of an ordinary request to it."""
    made = served(tmp_path_factory.mktemp("fast_path"))
    yield made, plain(made)
    made.services.close()


def served(directory: Path, **settings: Any) -> Application:
    chosen = Settings(_env_file=None, data_dir=directory, demo_users="ann:the secret of ann", **settings)
    with patch.object(accounts, "Passwords", QUICK_PASSWORDS):
        services = build(chosen)
    prepare(services)
    return create_app(services)


def plain(app: Application, data: bytes = DATA, **changed: str | None) -> Fields:
    """The fields of an ordinary request; None takes one away."""
    token = app.services.accounts.sessions.login("ann", "the secret of ann", "").token
    app.services.accounts.sessions.authenticate(token)
    found = {
        "host": "tables.localhost",
        "authorization": f"Bearer {token}",
        "tus-resumable": "1.0.0",
        "upload-length": str(len(data)),
        "upload-metadata": "filename YS5jc3Y=",
        "content-type": "application/offset+octet-stream",
        "content-length": str(len(data)),
    }
    return altered(found, **changed)


def altered(fields: Fields, **changed: str | None) -> Fields:
    found = fields | {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in found.items() if value is not None}


def scope_of(fields: Fields, path: str = "/files", method: str = "POST") -> dict[str, Any]:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}


async def looked(app: Application) -> None:
    """Let the room on the disk be known, as after any upload."""
    await app.services.uploads.creator._free(1)


async def fast_path(app: Application, fields: Fields, data: bytes = DATA, **scope: str) -> Answer | None:
    """The answer of the fast path, None where it does not take the request."""
    answers: list[Answer] = []

    def reply(status: int, headers: Any, body: bytes) -> None:
        answers.append((status, {name.decode(): value.decode() for name, value in headers}, body))

    assert app.fast_path is not None
    if not app.fast_path(scope_of(fields, **scope), data, reply):
        assert answers == []
        return None
    await until(lambda: answers, "an answer")
    return answers[0]


async def full(app: Application, fields: Fields, data: bytes = DATA, path: str = "/files") -> Answer:
    """The answer of the application."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope_of(fields, path), receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


def rows(app: Application) -> int:
    return len(app.services.uploads.files.ids())


@pytest.mark.parametrize("path", ["/files", "/files/", "/api/files"])
@pytest.mark.parametrize("origins", ["", "https://app.example"])
def test_it_answers_as_the_general_way_does_and_makes_the_same_upload(tmp_path: Path, path: str, origins: str):
    app = served(tmp_path, cors_origins=origins)

    async def run() -> None:
        fields = plain(app)
        status, told, body = await full(app, fields, path=path)
        quick = await fast_path(app, fields, path=path)
        assert quick is not None
        first, second = (each.pop("location") for each in (told, quick[1]))
        assert told.pop("content-length") == "0"  # the connection tells it behind the fast path
        assert (quick[0], quick[1].pop("parquay-file"), told.pop("parquay-file")) == (status, second, first)
        assert (status, quick[1:]) == (201, (told, body))
        assert second.rpartition("/")[0] == first.rpartition("/")[0]
        files = app.services.uploads.files.many(url.rpartition("/")[2] for url in (first, second))
        one, other = (files[url.rpartition("/")[2]].model_dump() for url in (first, second))
        differing = {name for name, value in one.items() if other[name] != value}
        assert differing <= {"id", "uploaded_at", "active_at"}
        for url in (first, second):
            with app.services.uploads.store.reader(url.rpartition("/")[2]) as reader:
                assert reader.read_at(0, 100) == DATA
            assert app.services.events.jobs.is_open("convert", url.rpartition("/")[2])

    asyncio.run(run())
    app.services.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"tus_resumable": "0.2.2"},
        {"tus_resumable": None},
        {"authorization": None},
        {"authorization": "Bearer nobody"},
        {"upload_length": "9"},
        {"upload_length": "7"},
        {"upload_length": "+8"},
        {"upload_length": None},
        {"upload_metadata": "filename YS5jc3Y"},
        {"upload_metadata": "sha256 YQ=="},
        {"upload_metadata": "delimiter YWJj"},
        {"upload_metadata": "dataset YQ=="},
        {"content_type": "text/csv"},
        {"upload_checksum": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="},
        {"upload_concat": "partial"},
        {"upload_defer_length": "1"},
        {"x_http_method_override": "PATCH"},
        {"cookie": "parquay_session=a"},
        {"origin": "https://app.example"},
        {"expect": "100-continue"},
        {"x_forwarded_proto": "https"},
        {"upload_draft_interop_version": "8"},
    ],
    ids=str,
)
def test_whatever_is_not_plain_is_left_to_the_general_way(common: Common, changed: dict[str, str | None]):
    app, fields = common

    async def run() -> None:
        await looked(app)
        app.services.accounts.sessions.authenticate(fields["authorization"].removeprefix("Bearer "))
        assert await fast_path(app, altered(fields, **changed)) is None

    asyncio.run(run())
    assert rows(app) == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/files"), ("HEAD", "/files"), ("POST", "/upload"), ("POST", "/files/x"), ("POST", "/api/datasets")],
)
def test_other_requests_are_left_to_the_general_way(common: Common, method: str, path: str):
    app, fields = common

    async def run() -> None:
        await looked(app)
        app.services.accounts.sessions.authenticate(fields["authorization"].removeprefix("Bearer "))
        assert await fast_path(app, fields, method=method, path=path) is None

    asyncio.run(run())
    assert rows(app) == 0


@pytest.mark.parametrize("size", [0, MAX_SMALL_BYTES + 1])
def test_empty_and_larger_uploads_are_left_to_the_general_way(app: Application, size: int):
    async def run() -> None:
        await looked(app)
        assert await fast_path(app, plain(app, bytes(size)), bytes(size)) is None

    asyncio.run(run())


@pytest.mark.parametrize(
    "settings", [{"allowed_extensions": ".parquet"}, {"quota_bytes": 10_000}, {"max_size": 7}], ids=str
)
def test_where_rules_have_to_be_asked_the_general_way_asks_them(tmp_path: Path, settings: dict[str, object]):
    app = served(tmp_path, **settings)

    async def run() -> None:
        await looked(app)
        assert await fast_path(app, plain(app)) is None

    asyncio.run(run())
    app.services.close()


def test_room_that_was_not_looked_at_for_a_second_is_left_to_the_general_way(app: Application, monkeypatch):
    async def run() -> None:
        assert await fast_path(app, plain(app)) is None
        await looked(app)
        fields = plain(app)
        assert await fast_path(app, fields) is not None
        later = time.monotonic() + 1.1
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert await fast_path(app, fields) is None

    asyncio.run(run())


def test_nothing_is_begun_while_the_server_shuts_down(app: Application):
    async def run() -> None:
        await looked(app)
        fields = plain(app)
        await app.services.uploads.writers.drain(0)
        assert await fast_path(app, fields) is None

    asyncio.run(run())
    assert rows(app) == 0


def test_a_fault_is_told_as_everywhere(app: Application, monkeypatch):
    def refuse(*_: object) -> None:
        raise StorageFull("The disk is full.", retry_after=60)

    monkeypatch.setattr(LocalStore, "put", refuse)

    async def run() -> None:
        await looked(app)
        fields = plain(app)
        status, told, body = await full(app, fields)
        quick = await fast_path(app, fields)
        told.pop("content-length")
        assert status == 507
        assert quick == (status, told, body)

    asyncio.run(run())
    assert rows(app) == 0


def test_another_router_takes_every_request_itself(tmp_path: Path):
    app = served(tmp_path, tus_router="tuspyserver")

    assert app.fast_path is None
    app.services.close()
