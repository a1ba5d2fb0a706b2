"""A server that speaks TLS by itself: uploads, resumption, events and WebSockets through it, a renewed certificate."""

from __future__ import annotations

import json
import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from certificates import write_pair
from live_server import LiveServer, clean_environment, run_command, wait_until

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = TUS | {"Content-Type": "application/offset+octet-stream"}
DATA = b"a,b\n" + b"1,2\n" * 500_000


class TlsServer(LiveServer):
    """A server with a certificate of its own."""

    def __init__(self, directory: Path) -> None:
        self.chain, key = write_pair(directory)
        super().__init__(directory, tls_cert=self.chain, tls_key=key, workers=0)
        self.url = f"https://localhost:{self.port}"

    @property
    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.chain))

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=self.trusting, **options)

    def _ready(self) -> bool:
        assert self.alive(), self.log()[-4000:]
        try:
            with self.client() as http:
                return http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    made = TlsServer(tmp_path_factory.mktemp("tls")).start()
    yield made
    made.stop()


@pytest.fixture
def http(server: TlsServer):
    with server.login() as made:
        yield made


def test_a_cut_upload_goes_on_where_it_stopped(http: httpx.Client, server: TlsServer) -> None:
    created = http.post("/files", headers=TUS | {"Upload-Length": str(len(DATA))})
    where = created.headers["location"]

    def half():
        yield DATA[:700_000]
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError), server.login() as cut:
        cut.patch(where, headers=OCTETS | {"Upload-Offset": "0", "Content-Length": str(len(DATA))}, content=half())

    def kept() -> int:
        return int(http.head(where, headers=TUS).headers["upload-offset"])

    offset = wait_until(kept, "bytes of the cut upload")
    rest = http.patch(where, headers=OCTETS | {"Upload-Offset": str(offset)}, content=DATA[offset:])

    assert where.startswith(server.url)
    assert rest.status_code == 204, rest.text
    assert http.get(f"{where}/content").content == DATA


def test_events_and_websockets_pass(http: httpx.Client, server: TlsServer) -> None:
    login = {"Authorization": http.headers["Authorization"]}
    with (
        http.stream("GET", "/events") as stream,
        connect(f"wss://localhost:{server.port}/ws", ssl=server.trusting, additional_headers=login) as socket,
    ):
        made = http.post("/files", files={"file": ("a.bin", b"x")}).json()["id"]
        lines = iter(stream.iter_lines())
        data = next(line for line in lines if line.startswith("data:") and made in line)
        message = next(text for text in map(str, iter(socket.recv, None)) if made in text)

    assert made in json.dumps(json.loads(data.removeprefix("data:")))
    assert json.loads(message)["event"] == "file.created"


def test_the_session_cookie_is_for_tls_alone(server: TlsServer) -> None:
    with server.client() as http:
        answer = http.post("/login", json={"username": "test", "password": "password"})

    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_renewed_certificate_is_shown_while_connections_go_on(server: TlsServer) -> None:
    with server.client() as before:
        assert before.get("/livez").status_code == 200
        write_pair(server.directory)

        def renewed() -> bool:
            try:
                with server.client() as http:
                    return http.get("/livez").status_code == 200
            except httpx.ConnectError:
                return False

        wait_until(renewed, "the renewed certificate")
        assert before.get("/livez").status_code == 200


def test_whoever_speaks_no_tls_gets_no_answer_and_disturbs_nobody(server: TlsServer) -> None:
    with pytest.raises(httpx.TransportError), httpx.Client(trust_env=False) as plain:
        plain.get(f"http://localhost:{server.port}/livez")

    with server.client() as http:
        assert http.get("/livez").status_code == 200
    assert "Traceback" not in server.log()


def test_a_key_of_another_certificate_is_one_line(tmp_path: Path) -> None:
    chain, _ = write_pair(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    env = clean_environment(data_dir=tmp_path / "var", tls_cert=chain, tls_key=write_pair(other)[1])

    ended: subprocess.CompletedProcess[str] = run_command("serve", env=env, cwd=tmp_path)

    assert ended.returncode != 0
    assert "PARQUAY_TLS_CERT, PARQUAY_TLS_KEY" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
