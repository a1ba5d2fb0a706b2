"""Upload clients that nobody of this project wrote, each as its manual has it, against the real server."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiotus
import httpx
import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from cutting_proxy import CuttingProxy
from live_server import LiveServer, entry_when

MB = 1_000_000
MIB = 1 << 20
SIZES = [0, 1, 5 * MIB + 1, 40 * MB]
NODE = Path(__file__).parent / "node" / "upload.mjs"

pytestmark = [
    pytest.mark.slow,
    # aiohttp advises aiotus about a body that it hands over as bytes; that is between the two of them
    pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]) -> Iterator[LiveServer]:
    made = LiveServer(tmp_path_factory.mktemp("foreign-clients"), **setting()).start()
    yield made
    made.stop()


@pytest.fixture
def source(tmp_path: Path) -> Callable[[int], Path]:
    """Make a file of a given size with bytes that no compression or table reader takes for something else."""

    def make(size: int) -> Path:
        path = tmp_path / f"bytes-{size}.bin"
        path.write_bytes(random.Random(size).randbytes(size))
        return path

    return make


@pytest.fixture
def proxy(server: LiveServer) -> Iterator[CuttingProxy]:
    made = CuttingProxy(server.port)
    yield made
    made.close()


@pytest.fixture(scope="module")
def owner(server: LiveServer) -> Iterator[httpx.Client]:
    with server.register("foreign-clients", "long enough to be kept") as http:
        yield http


@pytest.fixture
def token(owner: httpx.Client) -> str:
    return owner.headers["Authorization"].removeprefix("Bearer ")


def assert_same_bytes(owner: httpx.Client, url: str, path: Path) -> None:
    """The server has exactly the bytes of `path` under `url`, as one finished file of that name."""
    file_id = url.rstrip("/").rpartition("/")[2]
    entry, size = entry_when(owner, file_id), path.stat().st_size
    # A file that is no table is done without rows; one without a byte is an error, as it may have been one.
    assert (entry["status"], entry["name"], entry["size"]) == ("done" if size else "error", path.name, size), entry
    with owner.stream("GET", f"/files/{file_id}/content") as answer:
        assert answer.status_code == 200
        digest = hashlib.sha256()
        for block in answer.iter_bytes():
            digest.update(block)
    assert digest.digest() == hashlib.sha256(path.read_bytes()).digest()


def ids(owner: httpx.Client) -> set[str]:
    return {entry["id"] for entry in owner.get("/files", params={"limit": 500}).json()}


# ------------------------------------------------------------------------------------------------ tuspy


def tuspy_client(url: str, token: str) -> TusClient:
    return TusClient(f"{url}/files", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("size", SIZES)
def test_tuspy_uploads(server: LiveServer, owner: httpx.Client, token: str, source, size: int):
    path = source(size)

    with path.open("rb") as stream:
        uploader = tuspy_client(server.url, token).uploader(
            file_stream=stream, metadata={"filename": path.name}, chunk_size=3 * MIB
        )
        uploader.upload()

    assert_same_bytes(owner, str(uploader.url), path)


@pytest.mark.parametrize("size", SIZES[2:])
def test_tuspy_resumes_after_its_connection_was_cut(proxy, owner: httpx.Client, token: str, source, size: int):
    path, before = source(size), ids(owner)
    with path.open("rb") as stream:
        first = tuspy_client(proxy.url, token).uploader(file_stream=stream, metadata={"filename": path.name})
        first.set_url(first.create_url())
        proxy.cut(size * 2 // 3)

        with pytest.raises((TusCommunicationError, requests.ConnectionError)):
            first.upload()
        second = tuspy_client(proxy.url, token).uploader(file_stream=stream, url=first.url)
        resumed_at = second.offset
        second.upload()

    assert size // 3 < resumed_at < size
    assert_same_bytes(owner, str(second.url), path)
    assert len(ids(owner) - before) == 1


def test_tuspy_async_uploads_with_checksums(server: LiveServer, owner: httpx.Client, token: str, source):
    path = source(5 * MIB + 1)

    async def run() -> str:
        with path.open("rb") as stream:
            uploader = tuspy_client(server.url, token).async_uploader(
                file_stream=stream, metadata={"filename": path.name}, chunk_size=MIB, upload_checksum=True
            )
            await uploader.upload()
        return str(uploader.url)

    assert_same_bytes(owner, asyncio.run(run()), path)


# ----------------------------------------------------------------------------------------------- aiotus


def aiotus_upload(url: str, token: str, path: Path) -> str:
    async def run() -> str:
        with path.open("rb") as handle:
            location = await aiotus.upload(
                f"{url}/files",
                handle,
                {"filename": path.name.encode()},
                config=aiotus.RetryConfiguration(max_retry_period_seconds=0.2),
                headers={"Authorization": f"Bearer {token}"},
            )
        assert location is not None, "aiotus gave up"
        return str(location)

    return asyncio.run(run())


@pytest.mark.parametrize("size", SIZES)
def test_aiotus_uploads(server: LiveServer, owner: httpx.Client, token: str, source, size: int):
    path = source(size)

    url = aiotus_upload(server.url, token, path)

    assert_same_bytes(owner, url, path)


@pytest.mark.parametrize("size", SIZES[2:])
def test_aiotus_goes_on_after_its_connection_was_cut(proxy, owner: httpx.Client, token: str, source, size: int):
    path, before = source(size), ids(owner)
    proxy.cut(size * 2 // 3)

    url = aiotus_upload(proxy.url, token, path)

    assert proxy.cuts == 1
    assert proxy.sent < size * 1.7, "what had arrived was sent again"
    assert_same_bytes(owner, url, path)
    assert len(ids(owner) - before) == 1


def test_aiotus_joins_files_that_it_sends_side_by_side(server: LiveServer, owner: httpx.Client, token: str, source):
    paths = [source(size) for size in (3 * MIB, 1, 5 * MIB)]
    whole = paths[0].with_name("joined.bin")
    whole.write_bytes(b"".join(path.read_bytes() for path in paths))

    async def run() -> str:
        with contextlib.ExitStack() as opened:
            location = await aiotus.upload_multiple(
                f"{server.url}/files",
                [opened.enter_context(path.open("rb")) for path in paths],
                {"filename": whole.name.encode()},
                headers={"Authorization": f"Bearer {token}"},
            )
        assert location is not None, "aiotus gave up"
        return str(location)

    assert_same_bytes(owner, asyncio.run(run()), whole)


# ---------------------------------------------------------------------------------------- tus-js-client


def node_upload(url: str, token: str, path: Path, storage: Path, **options: object) -> dict[str, Any]:
    node = shutil.which("node")
    assert node, "Node.js is needed"
    done = subprocess.run(
        [node, NODE, f"{url}/files", token, path, storage, json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.strip(), done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize(
    ("size", "with_creation"),
    # Its reader for node cannot send the first byte of an empty file with the creation.
    [*((size, False) for size in SIZES), *((size, True) for size in SIZES[1:])],
)
def test_tus_js_client_uploads(
    server: LiveServer, owner: httpx.Client, token: str, source, tmp_path, size: int, with_creation: bool
):
    path = source(size)

    result = node_upload(server.url, token, path, tmp_path / "urls.json", uploadDataDuringCreation=with_creation)

    assert "error" not in result
    assert_same_bytes(owner, str(result["url"]), path)


@pytest.mark.parametrize("size", SIZES[2:])
def test_tus_js_client_resumes_in_another_process(proxy, owner: httpx.Client, token: str, source, tmp_path, size: int):
    path, storage, before = source(size), tmp_path / "urls.json", ids(owner)
    proxy.cut(size * 2 // 3)

    broken = node_upload(proxy.url, token, path, storage)
    resumed = node_upload(proxy.url, token, path, storage)

    assert "error" in broken
    assert "error" not in resumed
    assert 0 < int(resumed["resumedAt"]) < size
    assert_same_bytes(owner, str(resumed["url"]), path)
    assert len(ids(owner) - before) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"parallelUploads": 4},
        {"uploadLengthDeferred": True},
        {"overridePatchMethod": True},
        {"protocol": "ietf-draft-03"},
        {"protocol": "ietf-draft-05"},
        {"protocol": "ietf-draft-05", "uploadDataDuringCreation": True},
    ],
    ids=lambda options: "-".join(map(str, options.values())) + "-" + "-".join(options),
)
def test_tus_js_client_uploads_in_every_way_it_knows(
    server: LiveServer, owner: httpx.Client, token: str, source, tmp_path, options: dict[str, object]
):
    path = source(20 * MB)

    result = node_upload(server.url, token, path, tmp_path / "urls.json", **options)

    assert "error" not in result, result
    assert_same_bytes(owner, str(result["url"]), path)


def test_tus_js_client_resumes_by_the_draft(proxy, owner: httpx.Client, token: str, source, tmp_path):
    path, storage = source(40 * MB), tmp_path / "urls.json"
    proxy.cut(25 * MB)

    broken = node_upload(proxy.url, token, path, storage, protocol="ietf-draft-05")
    resumed = node_upload(proxy.url, token, path, storage, protocol="ietf-draft-05")

    assert "error" in broken
    assert "error" not in resumed, resumed
    assert 0 < int(resumed["resumedAt"]) < 40 * MB
    assert_same_bytes(owner, str(resumed["url"]), path)
