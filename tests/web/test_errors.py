import asyncio
import inspect
import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from parquay import errors
from parquay.errors import ParquayError, TooManyRequests
from parquay.web.http.errors import from_error, install, problem, title
from problems import is_problem


def every_error():
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ParquayError)]
    return [kind for kind in kinds if kind is not ParquayError]


@pytest.mark.parametrize("kind", every_error())
def test_every_error_becomes_a_problem_with_its_code_and_status(kind):
    response = from_error(kind("One sentence."))

    body = json.loads(bytes(response.body))
    assert response.status_code == body["status"] == kind.status
    assert (body["code"], body["detail"]) == (kind.default_code, "One sentence.")
    assert body["title"] == title(kind.status) != ""
    assert response.media_type == "application/problem+json"
    assert response.headers["cache-control"] == "private, no-store"


def test_problem_tells_when_to_retry_and_how_to_log_in():
    assert from_error(TooManyRequests("Wait.", retry_after=7)).headers["retry-after"] == "7"
    assert problem(401, "x", "y").headers["www-authenticate"] == "Bearer"


def test_fault_of_our_own_is_noted_with_its_trace_and_tells_nothing(caplog):
    app = FastAPI()
    install(app)

    @app.get("/broken")
    def broken():
        raise KeyError("a secret")

    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            return await http.get("/broken")

    answer = asyncio.run(ask())

    assert is_problem(answer, 500, "internal_error")
    assert "a secret" not in answer.text
    noted = next(record for record in caplog.records if record.name == "parquay.web.http.errors")
    assert noted.getMessage() == "request failed: GET /broken"
    assert isinstance(noted.exc_info[1], KeyError)


def test_status_that_http_does_not_know_has_a_title():
    assert title(460) == "Refused"


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/nothing", "/files/a/b/c", "/auth", "/.env", "/%2e%2e/etc/passwd", "/a%00b"]
)
def test_unknown_path_is_not_found(anybody, path):
    assert is_problem(anybody.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/files"),
        ("DELETE", "/files"),
        ("PATCH", "/files"),
        ("PUT", "/files/x"),
        ("POST", "/files/x"),
        ("GET", "/upload"),
        ("DELETE", "/login"),
        ("POST", "/me"),
        ("POST", "/events"),
        ("BREW", "/files"),
    ],
)
def test_wrong_method_names_the_right_ones(ann, method, path):
    answer = ann.request(method, path)

    assert is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


def test_answer_to_a_body_that_is_too_large_can_be_read(ann):
    answer = ann.patch("/files/x", content=b"x" * 200_000, headers={"Content-Type": "application/json"})

    assert is_problem(answer, 413, "too_large")


def raw(server, request):
    url = urlsplit(server.url)
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(65536)


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /files\xff HTTP/1.1",
        b"GET /%ff%fe HTTP/1.1",
        b"GET //files HTTP/1.1",
        b"GET http://evil.example/files HTTP/1.1",
        b"GET /files?limit=%ff&q=%ff HTTP/1.1",
        b"GET /" + b"a" * 8000 + b" HTTP/1.1",
    ],
)
def test_strange_request_lines_are_no_server_error(shared_server, request_line):
    answer = raw(shared_server, request_line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert answer[:9] == b"HTTP/1.1 "
    assert answer[9:10] in (b"2", b"4")


@pytest.mark.parametrize(
    "fields",
    [
        b"Authorization: Bearer \xff\xfe",
        b"Cookie: parquay_session=\xff\xff",
        b"Content-Type: \xff",
        b"Origin: \xff",
        b"Range: \xff",
        b"Last-Event-ID: \xff",
        b"X-Forwarded-For: " + b"1," * 5000,
        b"Cookie: " + b"a=b; " * 3000,
    ],
)
def test_strange_fields_are_no_server_error(shared_server, fields):
    for line in (b"GET /files", b"GET /events", b"GET /me", b"POST /login", b"POST /upload"):
        answer = raw(
            shared_server,
            line + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n" + fields + b"\r\n\r\n",
        )
        assert answer[9:10] == b"4", (line, answer[:200])


def test_answers_show_no_inside(ann):
    for answer in (
        ann.get("/files?limit=x"),
        ann.get("/nothing"),
        ann.patch("/files/x", content=b"{"),
        ann.get("/files?cursor=x"),
    ):
        assert "Traceback" not in answer.text
        assert "pydantic" not in answer.text.lower()
        assert "/work" not in answer.text
        assert "sqlalchemy" not in answer.text.lower()
