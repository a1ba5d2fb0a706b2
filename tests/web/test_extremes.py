"""Parameters that nobody means: whatever is sent, the answer is a refusal or an answer, never an error of ours."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from live_server import LiveServer, entry_when

NUMBERS = ["-1", "0", "1e3", "1.5", "x", "", "9223372036854775807", "9223372036854775808", "1" + "0" * 30, "1" * 5000]
TEXTS = ["", "\0", "a\0b", "%", "'", '"', "\\", "*", "../..", "ä" * 300, "\U0001f600", "\u202e", ":", "a:b", "a:eq:\0"]
TIMES = [
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999Z", "0000-00-00", "1e400",
    "2026-02-30T00:00:00Z", "253402300800", "-62135596801", "99999999999999999999", "NaN", "inf", "2026-01-01T00:00:00",
]  # fmt: skip
CURSORS = [
    "A", "====", "bnVsbA", "W10", "e30", "WzFd", "WyJ1cGxvYWRlZF9hdCIsIjk5OTktMTItMzFUMjM6NTk6NTktMjM6NTkiLCJhIl0",
    "WyJ1cGxvYWRlZF9hdCIsICJhXHUwMDAwYiIsICJcdTAwMDAiXQ", "WyJuYW1lIiwgIlx1MDAwMCIsICJcdTAwMDAiXQ",
    "WyJzaXplIiwgOTIyMzM3MjAzNjg1NDc3NTgwNywgIngiXQ", "WyJuYW1lIiwgIlx1ZDgwMCIsICJcdWRmZmYiXQ", "9" * 19, "-1",
    "W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb", "A" * 5000,
]  # fmt: skip
RAW = ["%ff", "%00", "%ed%a0%80", "%c0%80", "%", "%zz", "a%0d%0ab"]
"""What stands in a query or a path as it is."""


@pytest.fixture(scope="module")
def somebody(shared_server: LiveServer):
    with shared_server.register("extreme", "the secret of extreme") as http:
        yield http


@pytest.fixture(scope="module")
def table(somebody: httpx.Client) -> str:
    file_id: str = somebody.post("/files", files={"file": ("a.csv", b"a,b\n1,x\n2,y\n")}).json()["id"]
    assert entry_when(somebody, file_id)["status"] == "done"
    return file_id


def operations(http: httpx.Client) -> list[tuple[str, dict[str, Any]]]:
    paths = http.get("/openapi.json").json()["paths"]
    return [(path, verbs["get"]) for path, verbs in paths.items() if "get" in verbs and path != "/events"]


def values_of(parameter: dict[str, Any]) -> list[str]:
    if parameter["name"] == "cursor":
        return CURSORS
    told = str(parameter["schema"])
    if "date-time" in told:
        return TIMES
    return NUMBERS if "integer" in told or "number" in told else TEXTS


def in_order(answer: httpx.Response, asked: str) -> None:
    assert answer.status_code < 500, (asked, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["code"], asked


def test_no_parameter_of_a_query_leads_to_an_error_of_ours(somebody, table):
    for path, operation in operations(somebody):
        filled = re.sub(r"\{(file_id|dataset_id)\}", table, path)
        filled = re.sub(r"\{(name|username|user_id|key_id)\}", "random", re.sub(r"\{(a|b|version)\}", "0", filled))
        declared = [each for each in operation.get("parameters", []) if each["in"] == "query"]
        required = {each["name"]: table if each["name"] == "ids" else "a" for each in declared if each["required"]}
        for parameter in declared:
            name = parameter["name"]
            others = "".join(f"&{key}={value}" for key, value in required.items() if key != name)
            for value in [*map(quote, values_of(parameter)), *RAW]:
                asked = f"{filled}?{name}={value}{others}"
                in_order(somebody.get(asked), asked)


def test_no_part_of_a_path_leads_to_an_error_of_ours(somebody, table):
    odd = [quote(each, safe="") for each in [*NUMBERS, *TEXTS, *TIMES] if each] + RAW
    for path in {re.sub(r"\}/.*", "}", path) for path, _ in operations(somebody)} | {"/datasets/{dataset_id}/export"}:
        for name in re.findall(r"\{(\w+)\}", path):
            for value in odd:
                filled = path.replace(f"{{{name}}}", value)
                filled = re.sub(r"\{(file_id|dataset_id)\}", table, filled)
                filled = re.sub(r"\{\w+\}", "0", filled)
                in_order(somebody.get(filled), filled)


@pytest.mark.parametrize("sort", ["uploaded_at", "finished_at", "name", "size", "row_count", "status"])
@pytest.mark.parametrize(
    "value", [None, "\0", "\ud800", 2**63 - 1, -(2**63), 2**63, 1.5, True, "9999-12-31T23:59:59-23:59"]
)
def test_no_forged_cursor_leads_to_an_error_of_ours(somebody, sort, value):
    from parquay.web.http.list_cursors import encode

    for file_id in ("x", "\0", "\ud800"):
        for sign in ("", "-"):
            asked = f"/files?sort={sign}{sort}&cursor={encode([sort, value, file_id])}"
            in_order(somebody.get(asked), asked)


def test_odd_ids_are_no_uploads(somebody):
    tus = {"Tus-Resumable": "1.0.0"}
    patch = tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    for value in [quote(each, safe="") for each in TEXTS if each] + RAW + ["A" * 5000]:
        for method, headers in (("HEAD", tus), ("PATCH", patch), ("DELETE", tus), ("DELETE", {})):
            answer = somebody.request(method, f"/files/{value}", headers=headers)
            assert 400 <= answer.status_code < 500, (method, value)


@pytest.mark.parametrize("text", ["\0", "a\0b"])
def test_a_text_that_not_every_database_can_keep_is_refused(somebody, table, text):
    for method, path, body in [
        ("POST", "/auth/api-keys", {"name": text}),
        ("PATCH", f"/datasets/{table}/rows", {"insert": [{"b": "m"}], "message": text}),
        ("POST", f"/datasets/{table}/restore", {"version": 0, "message": text}),
        ("POST", f"/datasets/{table}/append", {"file_id": table, "message": text}),
    ]:
        assert somebody.request(method, path, json=body).status_code == 422, path
    assert somebody.post("/login", json={"username": text, "password": "x"}).status_code == 401
    for path in ("/auth/api-keys/", "/auth/sessions/", f"/files/{table}/access/", "/files/"):
        assert somebody.delete(path + quote(text)).status_code == 404
    assert somebody.get(f"/datasets/{table}").json()["version"] == 0
