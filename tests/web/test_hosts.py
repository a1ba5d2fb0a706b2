"""Which hosts are answered, which pages may call, and who may keep the answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest
import websockets

from live_server import LiveServer
from parquay.ids import new_id
from parquay.web.http.hosts import is_loopback_name
from problems import is_problem

TUS = {"Tus-Resumable": "1.0.0"}


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST:8000", "localhost.", "app.localhost:1", "127.0.0.1", "127.0.0.1:9000", "127.8.9.1",
        "[::1]", "[::1]:8000", " localhost ",
    ],
)  # fmt: skip
def test_names_of_this_machine(host):
    assert is_loopback_name(host)


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1:80:80",
        "0.0.0.0", "192.168.0.5", "10.0.0.1", "[::]", "[fe80::1]", "notlocalhost", "localhost@evil.example", "2130706433",
        "127.1", "evil.example/localhost", "127.0.0.1, evil.example", "[::ffff:8.8.8.8]",
    ],
)  # fmt: skip
def test_names_that_may_lead_elsewhere(host):
    assert not is_loopback_name(host)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/livez", {}),
        ("GET", "/", {"Accept": "text/html"}),
        ("POST", "/login", {}),
        ("GET", "/api/files", {}),
        ("OPTIONS", "/files", TUS),
        ("POST", "/files", TUS | {"Upload-Length": "1"}),
        ("POST", "/files", TUS | {"Upload-Length": "1", "Content-Type": "application/offset+octet-stream"}),
        ("HEAD", f"/files/{'A' * 24}", TUS),
    ],
)
def test_a_name_that_was_rebound_to_this_machine_is_not_answered(ann, method, path, headers):
    content = b"x" if method == "POST" else b""
    for host in ("evil.example", f"evil.example:{ann.base_url.port}"):
        answer = ann.request(method, path, headers={"Host": host, **headers}, content=content)
        assert answer.status_code == 421
        assert method == "HEAD" or is_problem(answer, 421, "misdirected_request")
    assert ann.request(method, path, headers={"Host": "localhost:1", **headers}, content=content).status_code != 421


def closed_with(url: str, **headers: str) -> int:
    async def opened() -> int:
        try:
            async with websockets.connect(url, additional_headers=headers):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    return asyncio.run(opened())


def test_a_websocket_of_a_name_that_was_rebound_is_not_opened(shared_server: LiveServer, ann):
    login = {"Authorization": ann.headers["authorization"]}
    url = shared_server.url.replace("http://", "ws://") + "/ws"

    assert closed_with(url.replace("127.0.0.1", "localhost"), **login) == 101
    port = ann.base_url.port
    for host in (f"evil.example:{port}", "evil.example"):
        answer = raw_handshake(port, host, login["Authorization"])
        assert answer.startswith(b"HTTP/1.1 421 ")
        assert b'"code": "misdirected_request"' in answer
        assert b"application/problem+json" in answer
    assert "handshake" not in shared_server.log()


def raw_handshake(port: int, host: str, login: str) -> bytes:
    import socket

    lines = [
        "GET /ws HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Authorization: {login}", "", "",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), 10) as wire:
        wire.sendall("\r\n".join(lines).encode())
        return b"".join(iter(lambda: wire.recv(4096), b""))


# ------------------------------------------------------------------------------------------------------- pages


@pytest.fixture(scope="module")
def public_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server behind a proxy that rewrites Host and speaks plain HTTP."""
    settings = {"public_url": "https://files.example.org", "cors_origins": "https://app.example", "workers": 0}
    server = LiveServer(tmp_path_factory.mktemp("public"), **settings).start()
    yield server
    server.stop()


def with_cookie(server: LiveServer) -> httpx.Client:
    name = f"page{new_id()}"
    with server.register(name, "a long secret") as http:
        token = http.headers["authorization"].partition(" ")[2]
    return server.client(headers={"Cookie": f"parquay_session={token}"})


CALLS = [
    ("POST", "/files", TUS | {"Upload-Length": "1"}),
    ("POST", "/files", {"Upload-Draft-Interop-Version": "6", "Upload-Complete": "?1"}),
    ("HEAD", f"/files/{'A' * 24}", TUS),
    ("PATCH", f"/files/{'A' * 24}", {"Content-Type": "application/json"}),
    ("DELETE", f"/files/{'A' * 24}", {}),
    ("GET", "/files", {}),
    ("GET", "/events", {}),
    ("POST", "/logout", {}),  # the last one: it ends the session
]


def refused(server: LiveServer, origin: str, **more: str) -> set[tuple[str, str]]:
    """Which calls a page at `origin` may not make with the cookie."""
    found = set()
    with with_cookie(server) as http:
        url = server.url.replace("http://", "ws://") + "/ws"
        if closed_with(url, Cookie=http.headers["cookie"], Origin=origin, **more) != 101:
            found.add(("WS", "/ws"))
        for method, path, headers in CALLS:
            with http.stream(method, path, headers={"Origin": origin, **headers, **more}) as answer:
                if answer.status_code == 403:
                    assert method == "HEAD" or b"cross_site" in answer.read()
                    found.add((method, path))
                else:
                    assert answer.status_code < 500
    return found


EVERY = {(method, path) for method, path, _ in CALLS} | {("WS", "/ws")}


@pytest.mark.parametrize(
    "origin", ["https://files.example.org", "https://files.example.org:443", "https://app.example"]
)
def test_behind_a_proxy_the_public_origin_may_do_everything(public_server: LiveServer, origin):
    assert refused(public_server, origin) == set()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://files.example.org.evil.example", "own"])
def test_behind_a_proxy_no_other_origin_may_do_anything(public_server: LiveServer, origin):
    # Its own address is not the one that browsers see: a page there is another site.
    assert refused(public_server, public_server.url if origin == "own" else origin) == EVERY


def test_without_a_proxy_the_origin_is_that_of_the_host(tus_server: LiveServer):
    assert refused(tus_server, tus_server.url) == set()
    assert refused(tus_server, "https://evil.example") == EVERY


def test_a_trusted_proxy_says_which_host_browsers_see(small_server: LiveServer):
    told = {"X-Forwarded-Host": "files.example.org", "X-Forwarded-Proto": "https"}

    assert refused(small_server, "https://files.example.org", **told) == set()
    assert refused(small_server, small_server.url, **told) == EVERY
    assert refused(small_server, "https://files.example.org") == EVERY


def test_a_trusted_proxy_says_which_port_browsers_see(small_server: LiveServer):
    told = {"X-Forwarded-Host": "files.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}

    assert refused(small_server, "https://files.example.org:8443", **told) == set()
    assert refused(small_server, "https://files.example.org", **told) == EVERY


@pytest.mark.parametrize("takes_off", [True, False])
def test_a_trusted_proxy_says_below_which_path_browsers_see_the_service(small_server: LiveServer, takes_off: bool):
    told = {"X-Forwarded-Host": "files.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/parquay"}
    below = "" if takes_off else "/parquay"
    page = {"Accept": "text/html", **told}
    with small_server.login() as http:
        http.headers.update(told)
        made = [http.post(f"{below}/files", headers=TUS | {"Upload-Length": "2"}) for _ in range(2)]
        listed = http.get(f"{below}/files", params={"limit": 1})
        entered = http.post(f"{below}/login", json={"username": "test", "password": "password"})
        shown = http.get(f"{below}/files", headers=page).text
        script = re.search(r'src="/parquay(/assets/[^"]+)"', shown)
        assert script
        found = http.get(f"{below}{script[1]}")

    assert [answer.headers["location"].rpartition("/")[0] for answer in made] == [
        "https://files.example.org/parquay/files"
    ] * 2
    assert listed.headers["link"].startswith("</parquay/files?")
    assert "Path=/parquay;" in entered.headers["set-cookie"]
    assert '<meta name="base-path" content="/parquay"' in shown
    assert found.status_code == 200


def test_a_path_that_anybody_else_names_is_not_believed(shared_server: LiveServer):
    told = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Port": "1"}
    with shared_server.login() as http:
        made = http.post("/files", headers=TUS | {"Upload-Length": "2"} | told)
        shown = http.get("/", headers={"Accept": "text/html"} | told).text

    assert made.headers["location"].startswith(f"{shared_server.url}/files/")
    assert "/evil" not in shown


# ------------------------------------------------------------------------------------------------------ caches


def test_no_private_answer_may_be_kept(ann):
    file_id = ann.post("/files", files={"file": ("a.csv", b"a,b\n1,x\n")}).json()["id"]
    paths = ann.get("/openapi.json").json()["paths"]
    public = {"/docs", "/openapi.json", "/livez", "/readyz", "/metrics"}

    for path, verbs in paths.items():
        for method in verbs:
            if path in public or path == "/events" or method.upper() == "OPTIONS":
                continue
            filled = path.replace("{file_id}", file_id).replace("{dataset_id}", file_id)
            answer = ann.request(method, filled if method == "get" else path, params={})
            kept = path.endswith("/content") and answer.status_code == 200
            told = answer.headers["cache-control"]
            if path.startswith(("/files", "/u/{token}/files")) and told == "no-store":  # as tus asks for it
                assert method in ("head", "patch", "delete", "post")
            else:
                assert told == ("private, no-cache" if kept else "private, no-store"), (method, path)
    with ann.stream("GET", "/events") as answer:
        assert answer.headers["cache-control"] == "private, no-store"
    for path in public:
        assert "private" not in ann.get(path).headers.get("cache-control", "")


def test_bytes_are_asked_for_again_but_sent_once(ann):
    file_id = ann.post("/files", files={"file": ("a.bin", b"x")}).json()["id"]
    first = ann.get(f"/files/{file_id}/content")

    again = ann.get(f"/files/{file_id}/content", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
