"""The quota: checked and booked in one transaction, over everything that a user stores."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from live_server import LiveServer, entry_when
from problems import is_problem
from s3_server import S3Server

QUOTA, SIZE = 100_000, 30_000
TUS = {"Tus-Resumable": "1.0.0"}
PATCH = {**TUS, "Content-Type": "application/offset+octet-stream"}
BODY = b"x" * SIZE


@pytest.fixture(scope="module", params=["sqlite", "postgresql", pytest.param("s3", marks=pytest.mark.long)])
def short(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server where everybody may store 100,000 bytes of files that end in `.bin` or `.csv`."""
    settings: dict[str, object] = {"quota_bytes": QUOTA, "allowed_extensions": ".bin,.csv"}
    if request.param != "sqlite":
        settings["database_url"] = request.getfixturevalue("postgres").make(f"quota-{time.time_ns()}")
    if request.param == "s3":
        s3: S3Server = request.getfixturevalue("lasting_s3")
        settings |= {"storage_url": f"s3://{s3.new_bucket()}/quota", "s3_endpoint": s3.url}
    server = LiveServer(tmp_path_factory.mktemp("quota"), **settings).start()
    yield server
    server.stop()


@pytest.fixture
def user(short: LiveServer) -> Iterator[httpx.Client]:
    name = f"user{time.time_ns()}"
    with short.register(name, f"the secret of {name}") as http:
        yield http


def used(http: httpx.Client) -> dict[str, int]:
    told = http.get("/usage").json()
    assert told["quota_bytes"] == QUOTA
    counted: dict[str, int] = told["used_bytes"]
    return counted


def metadata(name: str = "a.bin") -> dict[str, str]:
    return {"Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}


def created(http: httpx.Client, _number: int) -> int:
    return http.post("/files", headers={**TUS, **metadata(), "Upload-Length": str(SIZE)}).status_code


def created_with_bytes(http: httpx.Client, _number: int) -> int:
    headers = {**PATCH, **metadata(), "Upload-Length": str(SIZE)}
    return http.post("/files", headers=headers, content=BODY).status_code


def sent_as_a_form(http: httpx.Client, _number: int) -> int:
    return http.post("/files", files={"file": ("a.bin", BODY)}).status_code


def with_a_length_that_comes_later(http: httpx.Client, _number: int) -> int:
    made = http.post("/files", headers={**TUS, **metadata(), "Upload-Defer-Length": "1"})
    assert made.status_code == 201
    answer = http.patch(made.headers["Location"], headers={**PATCH, "Upload-Offset": "0"}, content=BODY)
    return 201 if answer.status_code == 204 else answer.status_code


@pytest.mark.parametrize("way", [created, created_with_bytes, sent_as_a_form, with_a_length_that_comes_later])
def test_of_twenty_at_once_those_pass_that_fit(user: httpx.Client, way: Callable[[httpx.Client, int], int]):
    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(pool.map(lambda number: way(user, number), range(20)))

    assert statuses == {201: 3, 413: 17}
    assert used(user) == {"uploads": 3 * SIZE, "tables": 0}


def test_a_concatenation_counts_beside_its_parts(user: httpx.Client):
    parts = []
    for _ in range(2):
        headers = {**PATCH, "Upload-Concat": "partial", "Upload-Length": "30000"}
        parts.append(user.post("/files", headers=headers, content=BODY).headers["Location"])

    final = user.post("/files", headers={**TUS, **metadata(), "Upload-Concat": f"final;{' '.join(parts)}"})

    assert is_problem(final, 413, "quota_exceeded")
    assert used(user)["uploads"] == 2 * SIZE


def test_edits_count_with_every_version_until_nothing_is_left_and_removal_gives_it_back(user: httpx.Client):
    csv = b"id,name\n" + b"".join(b"%d,%032x\n" % (n, n * 7919) for n in range(600))
    table = user.post("/files", files={"file": ("a.csv", csv)}).json()["id"]
    entry_when(user, table, "done")
    before = used(user)

    statuses: list[int] = []
    while 413 not in statuses:
        assert len(statuses) < 100
        answer = user.patch(f"/datasets/{table}/rows/5", json={"name": f"{len(statuses):032}"})
        statuses.append(answer.status_code)

    assert before["uploads"] == len(csv)
    assert before["tables"] > 0
    assert set(statuses[:-1]) == {200}
    assert is_problem(answer, 413, "quota_exceeded")
    after = used(user)
    assert before["tables"] < after["tables"] <= QUOTA - after["uploads"]
    assert user.post(f"/datasets/{table}/restore", json={"version": 0}).status_code == 200
    assert user.delete(f"/files/{table}").status_code == 204
    assert used(user) == {"uploads": 0, "tables": 0}


def test_an_append_counts_too(user: httpx.Client):
    csv = b"id,name\n" + b"".join(b"%d,%032x\n" % (n, n * 7919) for n in range(900))
    table = user.post("/files", files={"file": ("a.csv", csv)}).json()["id"]
    entry_when(user, table, "done")
    headers = {**TUS, "Upload-Length": str(QUOTA - sum(used(user).values()) - 1000), **metadata()}
    assert user.post("/files", headers=headers).status_code == 201

    answer = user.post(f"/datasets/{table}/rows", json={"id": 1, "name": "y"})

    assert is_problem(answer, 413, "quota_exceeded")


def test_a_user_may_have_a_quota_of_their_own(short: LiveServer, user: httpx.Client):
    path = f"/admin/users/{user.get('/me').json()['id']}"

    def allowed(http: httpx.Client) -> int | None:
        quota: int | None = http.get("/usage").json()["quota_bytes"]
        return quota

    with short.login("admin", "admin123") as admin:
        assert admin.get(path).json()["quota_bytes"] is None
        assert admin.patch(path, json={"quota_bytes": SIZE + 1}).json()["quota_bytes"] == SIZE + 1
        assert allowed(user) == SIZE + 1
        assert allowed(admin) == QUOTA
        ways = (created, created_with_bytes, sent_as_a_form, with_a_length_that_comes_later)
        assert created(user, 0) == 201
        assert [way(user, 0) for way in ways] == [413] * 4

        assert admin.patch(path, json={"quota_bytes": 0}).status_code == 200
        assert allowed(user) is None
        assert [way(user, 0) for way in ways] == [201] * 4

        assert admin.patch(path, json={"disabled": False}).json()["quota_bytes"] == 0
        assert admin.patch(path, json={"quota_bytes": None}).json()["quota_bytes"] is None
        assert allowed(user) == QUOTA
        assert [way(user, 0) for way in ways[:3]] == [413] * 3
        note = admin.get("/admin/audit").json()[0]
        assert (note["action"], note["detail"]) == ("user.changed", {"quota_bytes": None})


def test_a_name_that_is_not_accepted_is_not_given_later_either(user: httpx.Client):
    made = user.post("/files", files={"file": ("a.bin", b"x")}).json()["id"]

    assert is_problem(user.patch(f"/files/{made}", json={"name": "a.exe"}), 415, "extension_not_allowed")
    assert user.patch(f"/files/{made}", json={"name": "b.CSV"}).status_code == 200
