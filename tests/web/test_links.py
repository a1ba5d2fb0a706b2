"""Links: who has one looks at one file, and does nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from live_server import entry_when, wait_until
from problems import is_problem
from web.policy import BODIES, EDIT, OPEN, POLICY, TUS, UPLOAD_VERBS

CSV = b"n,word\n1,a\n2,b\n3,c\n"
READING = (
    "/files/{}", "/files/{}/progress", "/files/{}/content", "/files/{}/rejects", "/datasets/{}", "/datasets/{}/rows",
    "/datasets/{}/aggregate?by=word", "/datasets/{}/crosstab?by=word", "/datasets/{}/boxes?column=n",
    "/datasets/{}/points?x=n&y=n", "/datasets/{}/profile?column=n", "/datasets/{}/status", "/datasets/{}/export",
    "/datasets/{}/versions", "/datasets/{}/versions/0/diff/0",
    "/datasets/{}/views",
)  # fmt: skip

OPENED = {re.sub(r"[?].*", "", each).replace("0/diff/0", "{a}/diff/{b}") for each in READING}
"""The same as their paths are declared, but for the name of the id."""
CLOSED = [
    (method, path)
    for (method, path), policy in POLICY.items()
    if policy is not OPEN
    and (method, path[-13:]) != ("GET", "/views/{name}")
    and method != "WS"
    and (method, re.sub("{(file|dataset)_id}", "{}", path)) not in {("GET", each) for each in OPENED}
]

NAMES = ("username", "user_id", "job_id", "key_id", "session_id", "link_id", "name", "rid", "a", "b", "version", "n")


def table_of(http: httpx.Client) -> str:
    file_id: str = http.post("/files", files={"file": ("few.csv", CSV)}).json()["id"]
    assert entry_when(http, file_id)["status"] == "done"
    return file_id


@pytest.fixture
def table(ann: httpx.Client) -> str:
    return table_of(ann)


def link_to(http: httpx.Client, file_id: str, **wanted: Any) -> dict[str, Any]:
    answer = http.post(f"/files/{file_id}/links", json={"role": "view", **wanted})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def at(moment: timedelta) -> str:
    return (datetime.now(UTC) + moment).isoformat()


def with_link(path: str, token: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}link={token}"


def test_a_link_opens_the_reading_routes_of_its_file(ann, anybody, table, shared_server):
    made = link_to(ann, table)

    assert made["url"] == f"{shared_server.url}/l/{made['token']}"
    assert (made["role"], made["has_password"], made["expires_at"]) == ("view", False, None)
    for path in READING:
        by_field = anybody.get(path.format(table), headers=bearer(made["token"]))
        by_address = anybody.get(with_link(path.format(table), made["token"]))
        assert (by_field.status_code, by_address.status_code) == (200, 200), path
    assert anybody.get(f"/files/{table}/content?link={made['token']}").content == CSV
    assert anybody.get(f"/files/{table}?link={made['token']}").json()["role"] == "view"
    told = anybody.get(f"/links/{made['token']}").json()
    assert told == {"file_id": table, "has_password": False, "expires_at": None}


def test_a_link_opens_nothing_else(ann, bob, table, shared_server):
    token, other = link_to(ann, table)["token"], table_of(ann)
    everybodys = table_of(bob)
    assert bob.patch(f"/files/{everybodys}", json={"shared": True}).status_code == 200
    with shared_server.client(headers=bearer(token)) as reader:
        for file_id in (other, everybodys):
            for path in READING:
                assert is_problem(reader.get(path.format(file_id)), 404, "not_found")
        for route in CLOSED:
            path = route[1].format(file_id=table, dataset_id=table, **dict.fromkeys(NAMES, "0"))
            answer = reader.request(route[0], path, **BODIES.get(route, {}))
            assert is_problem(answer, 403, "scope_missing"), route
        for method, headers, body in UPLOAD_VERBS:
            answer = reader.request(method, f"/files/{table}", headers=headers, content=body)
            assert answer.status_code == 403, (method, headers)
        created = reader.post("/files", headers=TUS | {"Upload-Length": "3"})
        assert is_problem(created, 403, "scope_missing")
    assert ann.get(f"/files/{table}").json()["name"] == "few.csv"


def test_a_link_looks_even_where_everybody_may_edit(ann, anybody, table):
    assert ann.put(f"/files/{table}/access/*", json={"role": "edit"}).status_code == 200
    token = link_to(ann, table)["token"]

    assert anybody.get(f"/files/{table}", headers=bearer(token)).json()["role"] == "view"
    edit = anybody.post(f"/datasets/{table}/rows", json={"n": 4}, headers=bearer(token))
    assert is_problem(edit, 403, "scope_missing")


def test_a_link_that_is_taken_back_opens_nothing(ann, bob, anybody, table):
    first, second = link_to(ann, table), link_to(ann, table)
    listed = ann.get(f"/files/{table}/links").json()

    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert all("token" not in each for each in listed)
    assert anybody.get(f"/files/{table}", headers=bearer(first["token"])).status_code == 200
    assert is_problem(bob.delete(f"/files/{table}/links/{first['id']}"), 404, "not_found")
    assert ann.delete(f"/files/{table}/links/{first['id']}").status_code == 204

    assert is_problem(anybody.get(f"/files/{table}", headers=bearer(first["token"])), 401, "bad_token")
    assert is_problem(anybody.get(f"/links/{first['token']}"), 404, "unknown_link")
    assert is_problem(ann.delete(f"/files/{table}/links/{first['id']}"), 404, "unknown_link")
    assert anybody.get(f"/files/{table}", headers=bearer(second["token"])).status_code == 200
    assert ann.delete(f"/files/{table}").status_code == 204
    refused = anybody.get(f"/files/{table}", headers=bearer(second["token"]))
    assert refused.status_code in (401, 404)


def test_a_link_with_a_password_opens_nothing_without(ann, anybody, table):
    made = link_to(ann, table, password="open sesame")

    assert made["has_password"]
    assert is_problem(anybody.get(f"/files/{table}?link={made['token']}"), 401, "password_needed")
    assert anybody.get(f"/links/{made['token']}").json()["has_password"]
    wrong = anybody.post(f"/links/{made['token']}/open", json={"password": "open barley"})
    assert is_problem(wrong, 401, "bad_credentials")
    answer = anybody.post(f"/links/{made['token']}/open", json={"password": "open sesame"})
    opened = answer.json()
    assert (answer.status_code, opened["file_id"], opened["expires_in"]) == (200, table, 3600)
    for path in READING:
        assert anybody.get(path.format(table), headers=bearer(opened["token"])).status_code == 200
        assert anybody.get(with_link(path.format(table), opened["token"])).status_code == 200
    assert is_problem(anybody.get("/files", headers=bearer(opened["token"])), 403, "scope_missing")

    assert ann.delete(f"/files/{table}/links/{made['id']}").status_code == 204
    assert is_problem(anybody.get(f"/files/{table}", headers=bearer(opened["token"])), 401, "bad_token")


def test_passwords_of_links_are_not_guessed(ann, anybody, table):
    made = link_to(ann, table, password="open sesame")

    tried = [anybody.post(f"/links/{made['token']}/open", json={"password": f"{n}"}) for n in range(7)]

    assert is_problem(tried[0], 401, "bad_credentials")
    assert is_problem(tried[-1], 429, "too_many_attempts")
    assert int(tried[-1].headers["retry-after"]) >= 1


def test_a_link_ends_when_its_time_is_over(ann, anybody, table):
    assert is_problem(ann.post(f"/files/{table}/links", json={"expires_at": at(timedelta(-1))}), 422, "invalid_value")
    made = link_to(ann, table, expires_at=at(timedelta(seconds=2)))
    opened = anybody.post(f"/links/{made['token']}/open", json={}).json()["token"]
    assert anybody.get(f"/files/{table}", headers=bearer(made["token"])).status_code == 200

    for token in (made["token"], opened):
        wait_until(partial(is_over, anybody, table, token), "its end")
        assert is_problem(anybody.get(f"/files/{table}", headers=bearer(token)), 401, "token_expired")
    assert is_problem(anybody.get(f"/links/{made['token']}"), 404, "unknown_link")


def is_over(http: httpx.Client, file_id: str, token: str) -> bool:
    return http.get(f"/files/{file_id}", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"role": "edit"}, {"role": "owner"}, {"expires": "2027-01-01"}, {"password": ""}, {"password": 5}, [],
        {"expires_at": "soon"}, {"password": "x" * 1025},
    ],
)  # fmt: skip
def test_what_a_link_cannot_be_is_refused(ann, table, body):
    assert ann.post(f"/files/{table}/links", json=body).status_code == 422
    assert ann.get(f"/files/{table}/links").json() == []


def test_an_address_takes_only_links(ann, anybody, table, shared_server):
    token = ann.headers.get("authorization", "").removeprefix("Bearer ")
    link = link_to(ann, table)["token"]

    assert is_problem(anybody.get(f"/files/{table}?link={token}"), 401, "bad_token")
    assert is_problem(anybody.get(f"/files/{table}?link="), 401, "login_required")
    assert is_problem(anybody.get(f"/files/{table}?link={link}&link={link}"), 401, "login_required")
    assert is_problem(anybody.get(f"/files/{table}?link=pql_nobody"), 401, "bad_token")
    assert is_problem(anybody.get("/links/x"), 404, "unknown_link")
    assert is_problem(ann.get(f"/files?link={link}"), 403, "scope_missing")
    assert POLICY[("POST", "/datasets/{dataset_id}/append")] is EDIT
    assert anybody.get(f"/files/{table}?link={link}&nothing=1").status_code == 422


def test_a_files_links_are_bounded(ann, table):
    for _ in range(100):
        link_to(ann, table)

    assert is_problem(ann.post(f"/files/{table}/links", json={}), 409, "too_many_links")


def test_the_page_of_a_link_tells_nobody_its_address(anybody, ann, table):
    made = link_to(ann, table)
    navigation = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}

    for path in (f"/l/{made['token']}", f"/l/{made['token']}/", "/l/nothing"):
        page = anybody.get(path, headers=navigation)
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["referrer-policy"] == "no-referrer"
    assert anybody.get(f"/api/l/{made['token']}", headers=navigation).status_code == 404
