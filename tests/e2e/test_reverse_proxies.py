"""The proxies that are installed here, configured as docs/reverse-proxy.md says, in front of a real server.

They are started by `make large`. What the page promises of every proxy is in one test for each promise.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from event_stream import EventStream
from live_server import NO_TLS, PARQUAY, LiveServer, clean_environment, entry_when, wait_until
from reverse_proxies import COMMANDS, LANGUAGES, InstalledProxy, block, installed, written

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}
MIB = 1 << 20
DATA = random.Random(3).randbytes(12 * MIB)
GATHERING = {"nginx": re.compile(r"^ *proxy_(?:request_)?buffering off;\n", re.MULTILINE)}
"""What is taken out of a configuration to have that proxy gather bodies and answers, as it does when nobody says more."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that believes what is said on this machine."""
    made = LiveServer(tmp_path_factory.mktemp("server"), trusted_proxies="127.0.0.1,::1").start()
    yield made
    made.stop()


@pytest.fixture
def start_proxy(server: LiveServer, tmp_path: Path) -> Iterator[Callable[..., InstalledProxy]]:
    started: list[InstalledProxy] = []

    def start(kind: str, path: str = "", change: Callable[[str], str] = str) -> InstalledProxy:
        tmp_path.chmod(0o755)
        started.append(InstalledProxy(kind, tmp_path, server.port, path, change))
        return started[-1].start()

    yield start
    for each in started:
        each.stop()


def login(proxy: InstalledProxy) -> httpx.Client:
    """Return a client that goes through the proxy, logged in."""
    form = {"username": "test", "password": "password"}
    answer = httpx.post(f"{proxy.url}/auth/token", data=form, trust_env=False, verify=NO_TLS).raise_for_status()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=proxy.url, headers=headers, timeout=60, trust_env=False, verify=NO_TLS)


def broken_upload(proxy: InstalledProxy, http: httpx.Client, size: int) -> str:
    """Create an upload and break the connection after `size` bytes of its body; return its address."""
    made = http.post("/files", headers=TUS | {"Upload-Length": str(len(DATA)), "Upload-Metadata": "filename YS5iaW4="})
    where: str = made.raise_for_status().headers["location"]
    assert where.startswith(f"{proxy.url}/files/")
    head = {
        **TUS,
        **OCTETS,
        "Upload-Offset": "0",
        "Content-Length": str(len(DATA)),
        "Host": http.base_url.netloc.decode(),
    }
    head["Authorization"] = http.headers["Authorization"]
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    with socket.create_connection(("127.0.0.1", proxy.port)) as raw:
        raw.sendall(f"PATCH {httpx.URL(where).path} HTTP/1.1\r\n{lines}\r\n".encode() + DATA[:size])
    return where


def offset_of(http: httpx.Client, where: str) -> int:
    return int(http.head(where, headers=TUS).raise_for_status().headers["upload-offset"])


def send_rest(http: httpx.Client, where: str, piece: int = len(DATA)) -> dict[str, Any]:
    """Go on from where the server stands, in pieces; return the entry."""
    while (offset := offset_of(http, where)) < len(DATA):
        http.patch(where, headers=TUS | OCTETS | {"Upload-Offset": str(offset)}, content=DATA[offset : offset + piece])
    return entry_when(http, where.rpartition("/")[2])


proxies = pytest.mark.parametrize("kind", installed())
paths = pytest.mark.parametrize("path", ["", "/parquay"], ids=["root", "path"])


@pytest.mark.long
@proxies
@paths
def test_an_upload_that_breaks_goes_on_from_what_came_and_is_read_back(start_proxy, kind: str, path: str):
    proxy = start_proxy(kind, path)
    with login(proxy) as http:
        where = broken_upload(proxy, http, 5 * MIB)
        offset = wait_until(lambda: offset_of(http, where), "bytes that came before the end", 20)
        assert MIB <= offset <= 5 * MIB

        entry = send_rest(http, where)

        assert entry["sha256"] == hashlib.sha256(DATA).hexdigest()
        part = http.get(f"/files/{entry['id']}/content", headers={"Range": "bytes=1000000-1999999"})
        assert (part.status_code, part.content) == (206, DATA[1_000_000:2_000_000])
        assert http.get(f"/files/{entry['id']}/content").content == DATA


@pytest.mark.long
@pytest.mark.parametrize("kind", sorted(set(installed()) & set(GATHERING)))
def test_a_proxy_that_gathers_bodies_costs_only_what_broke(start_proxy, kind: str):
    proxy = start_proxy(kind, change=lambda text: GATHERING[kind].sub("", text))
    with login(proxy) as http:
        where = broken_upload(proxy, http, 5 * MIB)
        assert send_rest(http, where, 3 * MIB)["sha256"] == hashlib.sha256(DATA).hexdigest()
        assert_events_arrive(http)


@pytest.mark.long
@proxies
@paths
def test_events_arrive_at_once_and_so_do_messages(start_proxy, kind: str, path: str):
    proxy = start_proxy(kind, path)
    with login(proxy) as http:
        assert_events_arrive(http)
        token = http.headers["Authorization"]
        url = proxy.url.replace("http://", "ws://") + "/ws"
        with connect(url, additional_headers={"Authorization": token}, proxy=None) as messages:
            made = http.post("/files", files={"file": ("few.csv", b"n\n1\n")}).json()["id"]
            while made not in messages.recv(10):
                pass


def assert_events_arrive(http: httpx.Client) -> None:
    with EventStream(http) as events:
        made = http.post("/files", files={"file": ("few.csv", b"n\n1\n")}).json()["id"]
        wait_until(lambda: [each for each in events.told if made in json.dumps(each.data)], "an event", 10)


@pytest.mark.long
@proxies
@paths
def test_the_page_and_what_it_loads_are_found(start_proxy, kind: str, path: str):
    proxy = start_proxy(kind, path)
    with login(proxy) as http:
        page = http.get("/", headers={"Accept": "text/html"}).raise_for_status().text
        (script, *_) = re.findall(r' src="([^"]+)"', page)
        assert script.startswith(f"{path}/")
        assert httpx.get(f"http://127.0.0.1:{proxy.port}{script}", trust_env=False, verify=NO_TLS).status_code == 200
        entered = http.post("/login", json={"username": "test", "password": "password"})
        assert f"Path={path or '/'};" in entered.headers["set-cookie"]


@pytest.mark.long
@proxies
def test_what_a_client_says_of_itself_is_replaced(start_proxy, kind: str):
    proxy = start_proxy(kind)
    claimed = {"Host": "evil.example", "Prefix": "/evil", "Port": "1", "Proto": "https", "For": "198.51.100.1"}
    with login(proxy) as http:
        headers = {f"X-Forwarded-{name}": value for name, value in claimed.items()}
        made = http.post("/files", headers=TUS | {"Upload-Length": "1"} | headers)
        assert made.headers["location"].startswith(f"{proxy.url}/files/")


LIMITS = {
    "nginx": lambda text: text.replace("client_max_body_size 0;", "client_max_body_size 1m;"),
    "apache2": lambda text: text.replace("LimitRequestBody 0", "LimitRequestBody 1048576"),
    "caddy": lambda text: text.replace("reverse_proxy ", "request_body {\n max_size 1MB\n }\n reverse_proxy "),
}


@pytest.mark.long
@pytest.mark.parametrize("kind", sorted(set(installed()) & set(LIMITS)))
def test_a_limit_of_the_proxy_only_makes_pieces_smaller(start_proxy, kind: str, tmp_path: Path):
    proxy = start_proxy(kind, change=LIMITS[kind])
    path = tmp_path / "long.bin"
    path.write_bytes(DATA)

    done = subprocess.run(
        [PARQUAY, "upload", path, "--url", proxy.url, "--user", "test", "--password", "password"],
        env=clean_environment(), capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    with login(proxy) as http:
        found = http.get(f"/files/{done.stdout.split()[-1]}/content")
        assert found.content == DATA


def test_the_page_has_a_configuration_for_each_at_the_root_and_below_a_path():
    for kind, language in LANGUAGES.items():
        assert "127.0.0.1:8000" in block(language)
        assert re.search(r"X-Forwarded-Prefix /parquay\b", written(kind, "/parquay"))
        assert not re.search(r"X-Forwarded-Prefix /", written(kind, ""))
    assert set(COMMANDS) == set(LANGUAGES)
