"""Uploads through proxies that take only short requests."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import httpx
import pytest

from limiting_proxy import LimitingProxy
from live_server import PARQUAY, LiveServer, clean_environment
from parquay.client.resume import UploadBook
from parquay.client.errors import TransferError
from parquay.client.tus_answers import is_of_server
from parquay.client.tus_client import (
    MAX_CHUNK_BYTES,
    MIN_CHUNK_BYTES,
    TusClient,
    UploadSource,
    Watch,
    smaller_than,
)

MIB = 1 << 20
DATA = random.Random(6).randbytes(5 * MIB)


@pytest.mark.parametrize(
    ("refused", "piece"),
    [
        (10 << 30, MAX_CHUNK_BYTES),
        (MAX_CHUNK_BYTES, MAX_CHUNK_BYTES // 2),
        (MIB + 1, MIB),
        (MIB, MIB // 2),
        (MIN_CHUNK_BYTES + 1, MIN_CHUNK_BYTES),
        (MIN_CHUNK_BYTES, None),
        (0, None),
    ],
)
def test_pieces_become_smaller_until_they_cannot(refused: int, piece: int | None):
    assert smaller_than(refused) == piece


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (httpx.Response(413, headers={"Tus-Resumable": "1.0.0"}), True),
        (httpx.Response(413, json={"code": "too_large"}), True),
        (httpx.Response(413, json="code"), False),
        (httpx.Response(413, json={"error": "too large"}), False),
        (httpx.Response(413, text="<html>413</html>"), False),
        (httpx.Response(413), False),
    ],
)
def test_a_refusal_of_the_server_is_told_from_one_of_a_proxy(answer: httpx.Response, ours: bool):
    assert is_of_server(answer) is ours


class Run:
    """One run of the client against a proxy."""

    def __init__(self, proxy: LimitingProxy, server: LiveServer, path: Path, piece: int | None = None) -> None:
        self.smaller: list[int] = []
        self.setbacks = 0
        login = {"Authorization": f"Bearer {server.token()}"}
        watch = Watch(lambda _: None, lambda _: None, self._count, lambda: False, self.smaller.append)
        with httpx.Client(headers=login, trust_env=False) as http:
            client = TusClient(http, f"{proxy.url}/files", sleep=lambda _: None, piece=piece)
            url = client.upload(UploadSource(path, len(DATA), {"filename": path.name}), watch)
        with server.login() as http:
            assert http.get(f"/files/{url.rpartition('/')[2]}/content").content == DATA

    def _count(self, _reason: str, _pause: float) -> None:
        self.setbacks += 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "data.bin"
    made.write_bytes(DATA)
    return made


def test_what_a_proxy_refuses_for_its_length_goes_in_pieces(shared_server: LiveServer, path: Path):
    proxy = LimitingProxy(shared_server.port, MIB)
    try:
        run = Run(proxy, shared_server, path)
        assert run.smaller == [4 * MIB, 2 * MIB, MIB]
        assert run.setbacks == 0
        assert proxy.passed == [MIB] * 5

        proxy.refused.clear()
        Run(proxy, shared_server, path, piece=run.smaller[-1])
        assert proxy.refused == []
    finally:
        proxy.close()


def test_the_command_finds_the_size_once(shared_server: LiveServer, path: Path, tmp_path: Path):
    proxy = LimitingProxy(shared_server.port, 2 * MIB)
    login = ["--user", "test", "--password", "password"]
    env = clean_environment() | {"XDG_STATE_HOME": str(tmp_path / "state")}
    try:
        for refused in (1, 0):  # 5 MiB, then 4; later none
            command: list[str | Path] = [PARQUAY, "upload", path, "--url", proxy.url, *login]
            subprocess.run(command, env=env, check=True, timeout=60, capture_output=True)
            assert len(proxy.refused) == 2 * refused
            proxy.refused.clear()
        assert proxy.passed == [2 * MIB, 2 * MIB, MIB] * 2
    finally:
        proxy.close()


def test_what_a_proxy_breaks_off_again_and_again_goes_in_pieces(shared_server: LiveServer, path: Path):
    proxy = LimitingProxy(shared_server.port, 2 * MIB, breaks=True)
    try:
        run = Run(proxy, shared_server, path)
        assert run.smaller == []  # a broken connection proves nothing that would be worth remembering
        assert proxy.passed == [2 * MIB, 2 * MIB, MIB]
    finally:
        proxy.close()


def test_a_proxy_that_takes_next_to_nothing_is_given_up(shared_server: LiveServer, path: Path):
    proxy = LimitingProxy(shared_server.port, 1000)
    try:
        with pytest.raises(TransferError, match="413"):
            Run(proxy, shared_server, path)
        assert proxy.refused[-1] == MIN_CHUNK_BYTES
    finally:
        proxy.close()


def test_the_size_is_remembered_for_each_server(tmp_path: Path):
    book = UploadBook(tmp_path)
    book.remember("key", "url")
    assert book.piece("https://a") is None

    book.keep_piece("https://a", MIB)
    book.keep_piece("https://b", 2 * MIB)

    again = UploadBook(tmp_path)
    assert (again.piece("https://a"), again.piece("https://b"), again.piece("https://c")) == (MIB, 2 * MIB, None)
    assert again.recall("key") == "url"
    (tmp_path / "pieces.json").write_text('{"https://a": 5}')
    assert again.piece("https://a") is None
