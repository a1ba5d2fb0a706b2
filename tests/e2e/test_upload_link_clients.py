"""tus-js-client and tuspy at the endpoint of an upload link: over cut connections, a killed server, and within limits."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from cutting_proxy import CuttingProxy
from e2e.test_foreign_clients import node_upload
from live_server import LiveServer, entry_when
from problems import is_problem
from web.guest import Guest, made

SIZE = 20_000_000

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def owner(server: LiveServer) -> Iterator[httpx.Client]:
    with server.register("owner-of-links", "long enough to be kept") as http:
        yield http


@pytest.fixture
def proxy(server: LiveServer) -> Iterator[CuttingProxy]:
    line = CuttingProxy(server.port)
    yield line
    line.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "bytes.bin"
    path.write_bytes(random.Random(5).randbytes(SIZE))
    return path


def through(proxy: CuttingProxy, link: dict[str, Any]) -> str:
    """The address of the page of a link, by way of the proxy."""
    return proxy.url + httpx.URL(link["url"]).path


def assert_arrived(owner: httpx.Client, url: str, path: Path, link: dict[str, Any]) -> None:
    file_id = url.rstrip("/").rpartition("/")[2]
    entry = entry_when(owner, file_id)
    assert (entry["name"], entry["size"], entry["upload_link"]["id"]) == (path.name, SIZE, link["id"])
    content = owner.get(f"/files/{file_id}/content").content
    assert hashlib.sha256(content).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_tus_js_client_goes_on_after_its_server_was_killed(server, proxy, owner, path: Path, tmp_path: Path):
    link, storage = made(owner, max_files=1, max_bytes=SIZE), tmp_path / "urls.json"
    proxy.cut(SIZE * 2 // 3)

    broken = node_upload(through(proxy, link), "", path, storage)
    server.kill()
    server.start()
    resumed = node_upload(through(proxy, link), "", path, storage)

    assert "error" in broken
    assert "error" not in resumed, resumed
    assert 0 < int(resumed["resumedAt"]) < SIZE
    assert_arrived(owner, str(resumed["url"]), path, link)
    with Guest(server, link) as guest:
        assert guest.left() == (0, 0)
        assert is_problem(guest.create(1), 413, "upload_link_full")


def test_tuspy_goes_on_after_its_connection_was_cut(proxy, owner, path: Path):
    link = made(owner)
    client = TusClient(through(proxy, link) + "/files")
    with path.open("rb") as stream:
        first = client.uploader(file_stream=stream, metadata={"filename": path.name})
        first.set_url(first.create_url())
        proxy.cut(SIZE * 2 // 3)
        with pytest.raises((TusCommunicationError, requests.ConnectionError)):
            first.upload()
        second = client.uploader(file_stream=stream, url=first.url)
        assert SIZE // 3 < second.offset < SIZE
        second.upload()

    assert_arrived(owner, str(second.url), path, link)


@pytest.mark.parametrize(
    "options", [{"parallelUploads": 4}, {"uploadLengthDeferred": True}, {"protocol": "ietf-draft-05"}], ids=str
)
def test_tus_js_client_uploads_in_the_ways_it_knows_within_the_limits(
    server, owner, path: Path, tmp_path: Path, options
):
    link = made(owner, max_files=1, max_bytes=SIZE)

    result = node_upload(link["url"], "", path, tmp_path / "urls.json", **options)

    assert "error" not in result, result
    assert_arrived(owner, str(result["url"]), path, link)
    again = node_upload(link["url"], "", path, tmp_path / "others.json", **options)
    assert "413" in again["error"]
