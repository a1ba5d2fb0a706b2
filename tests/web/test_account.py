"""One's own account: password, sessions, bounds of keys; and the administration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from live_server import LiveServer, entry_when, wait_until
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Job, User
from problems import is_problem


def name_of(http: httpx.Client) -> str:
    name: str = http.get("/me").json()["username"]
    return name


def secret_of(http: httpx.Client) -> str:
    return f"the secret of {name_of(http)}"


def test_a_key_is_taken_as_the_password_of_basic_and_not_from_pages_of_others(shared_server: LiveServer, ann):
    key = ann.post("/auth/api-keys", json={"name": "script", "scopes": ["read"]}).json()["key"]
    with shared_server.client() as http:
        for pair in (("any", key), (key, "")):
            assert http.get("/auth/me", auth=pair).json()["username"] == name_of(ann)
            assert http.post("/upload", auth=pair, files={"file": ("a.csv", b"a\n1\n")}).status_code == 403
        assert http.get("/files", auth=(name_of(ann), secret_of(ann))).status_code == 401
        refused = http.get("/files", auth=("any", key), headers={"Origin": "https://evil.example"})
        assert is_problem(refused, 403, "cross_site")


def test_a_new_password_ends_the_other_sessions(shared_server: LiveServer, ann):
    name, old = name_of(ann), secret_of(ann)
    other = shared_server.login(name, old)
    key = ann.post("/auth/api-keys", json={"name": "script"}).json()["key"]

    assert ann.post("/auth/password", json={"old": old, "new": "quite another secret"}).status_code == 204

    assert is_problem(other.get("/me"), 401, "session_ended")
    assert ann.get("/me").status_code == 200
    assert ann.get("/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    with shared_server.client() as anybody:
        assert anybody.post("/login", json={"username": name, "password": old}).status_code == 401
        assert anybody.post("/login", json={"username": name, "password": "quite another secret"}).status_code == 200
    other.close()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"old": "wrong", "new": "quite another secret"}, 403, "wrong_password"),
        ({"old": None, "new": "quite another secret"}, 422, "invalid_value"),
        ({"new": "quite another secret"}, 422, "invalid_value"),
        ({"old": "right", "new": "short"}, 422, "weak_password"),
        ({"old": "right", "new": "quite another secret", "username": "admin"}, 422, "invalid_value"),
    ],
)
def test_a_password_that_cannot_be_changed_stays(ann, body, status, code):
    right = secret_of(ann)
    told = {name: right if value == "right" else value for name, value in body.items()}

    assert is_problem(ann.post("/auth/password", json=told), status, code)
    assert ann.post("/auth/password", json={"old": right, "new": right + "!"}).status_code == 204


def test_guessing_the_old_password_is_slowed(ann):
    answers = [ann.post("/auth/password", json={"old": f"{n}", "new": "quite another secret"}) for n in range(6)]

    assert [each.status_code for each in answers] == [403] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_sessions_are_listed_and_ended_one_by_one_or_together(shared_server: LiveServer, ann):
    name, secret = name_of(ann), secret_of(ann)
    second, third = (shared_server.login(name, secret) for _ in range(2))

    found = third.get("/auth/sessions").json()
    assert [each["current"] for each in found] == [True, False, False]
    assert {each["address"] for each in found} == {"127.0.0.1"}
    assert all(each["created_at"] <= each["last_seen_at"] < each["expires_at"] for each in found)
    mine = second.get("/auth/sessions").json()
    second_id = next(each["id"] for each in mine if each["current"])

    assert third.delete(f"/auth/sessions/{second_id}").status_code == 204
    assert is_problem(second.get("/me"), 401, "session_ended")
    assert is_problem(third.delete(f"/auth/sessions/{second_id}"), 404, "unknown_session")
    assert third.delete("/auth/sessions").status_code == 204
    assert is_problem(ann.get("/me"), 401, "session_ended")
    assert [each["current"] for each in third.get("/auth/sessions").json()] == [True]
    second.close()
    third.close()


def test_sessions_of_somebody_else_look_unknown(ann, bob):
    theirs = ann.get("/auth/sessions").json()[0]["id"]

    assert is_problem(bob.delete(f"/auth/sessions/{theirs}"), 404, "unknown_session")
    assert ann.get("/me").status_code == 200


def test_a_key_ends_when_it_was_to_end(shared_server: LiveServer, ann):
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    made = ann.post("/auth/api-keys", json={"name": "short", "scopes": ["read"], "expires_at": soon.isoformat()})
    assert (made.status_code, made.json()["scopes"]) == (201, ["read"])
    assert ann.get("/auth/api-keys").json()[0]["expires_at"] == made.json()["expires_at"]

    with shared_server.client(headers={"Authorization": f"Bearer {made.json()['key']}"}) as key:
        assert key.get("/files").status_code == 200
        wait_until(lambda: key.get("/files").status_code == 401, "the end of the key")
        assert is_problem(key.get("/files"), 401, "token_expired")


@pytest.mark.parametrize(
    "bound",
    [
        {"scopes": []},
        {"scopes": ["admin"]},
        {"scopes": "read"},
        {"scope": ["read"]},
        {"expires": "2030-01-01T00:00:00Z"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"expires_at": "9999-12-31T23:59:59-23:59"},
        {"expires_at": 4102444800},
        {"expires_at": "tomorrow"},
    ],
)
def test_a_key_is_not_made_without_the_bounds_that_were_asked_for(ann, bound):
    assert is_problem(ann.post("/auth/api-keys", json={"name": "k", **bound}), 422, "invalid_value")
    assert ann.get("/auth/api-keys").json() == []


def test_a_key_for_uploads_appends_to_no_table(shared_server: LiveServer, ann):
    table = ann.post("/files", files={"file": ("a.csv", b"a,b\n1,2\n")}).json()["id"]
    assert entry_when(ann, table)["status"] == "done"
    key = ann.post("/auth/api-keys", json={"scopes": ["upload"]}).json()["key"]

    with shared_server.client(headers={"Authorization": f"Bearer {key}"}) as http:
        upload: dict[str, Any] = {"params": {"dataset": table}, "files": {"file": ("b.csv", b"a,b\n3,4\n")}}
        assert is_problem(http.post("/files", **upload), 403, "scope_missing")
        assert http.post("/files", files={"file": ("b.csv", b"a,b\n3,4\n")}).status_code == 201


@pytest.mark.parametrize("path", ["/login", "/register", "/auth/token", "/auth/register"])
def test_fields_that_nobody_knows_are_refused(anybody, path):
    body = {"username": "mallory", "password": "the secret of mallory"}

    answer = anybody.post(path, json={**body, "is_admin": True})

    assert is_problem(answer, 422, "invalid_value")
    assert "is_admin" in answer.json()["detail"]
    assert anybody.post("/login", json=body).status_code == 401


def test_a_form_may_have_what_oauth_sends_but_asks_for_nothing_more(shared_server: LiveServer, ann, anybody):
    form = {"username": name_of(ann), "password": secret_of(ann), "client_id": "x", "client_secret": ""}

    assert anybody.post("/auth/token", data={**form, "grant_type": "password", "scope": ""}).status_code == 200
    assert is_problem(anybody.post("/auth/token", data={**form, "scope": "read"}), 422, "invalid_value")
    assert is_problem(anybody.post("/auth/token", data={**form, "grant_type": "refresh_token"}), 422, "invalid_value")
    assert is_problem(anybody.post("/auth/token", data={**form, "otp": "1"}), 422, "invalid_value")


@pytest.mark.parametrize(
    "query", ["fliter=a:eq:1", "filters=a:eq:1", "Limit=1", "limit=1&ofset=2", "_=1", "%00=1", "limit[]=1"]
)
@pytest.mark.parametrize("path", ["/files", "/datasets", "/datasets/{id}/rows", "/datasets/{id}/export"])
def test_parameters_that_nobody_knows_are_refused(ann, path, query):
    answer = ann.get(f"{path.replace('{id}', 'A' * 24)}?{query}")

    assert is_problem(answer, 422, "unknown_parameter")


def test_a_misspelt_option_of_reading_is_refused_and_nothing_is_stored(ann):
    answer = ann.post("/files?delimeter=;", files={"file": ("a.csv", b"a;b\n1;2\n")})

    assert is_problem(answer, 422, "unknown_parameter")
    assert ann.get("/files").json() == []


# ------------------------------------------------------------------------------------------------- administration


@pytest.fixture
def admin(shared_server: LiveServer):
    with shared_server.login("admin", "admin123") as http:
        yield http


def test_an_administrator_makes_bars_and_resets_accounts(shared_server: LiveServer, admin):
    made = admin.post("/admin/users", json={"username": "dora", "password": "the secret of dora"})
    assert made.status_code == 201
    path = f"/admin/users/{made.json()['id']}"
    dora = shared_server.login("dora", "the secret of dora")
    dora.post("/files", files={"file": ("a.bin", b"12345")})

    shown = admin.get(path).json()
    assert (shown["files"], shown["bytes"], shown["is_admin"], shown["disabled"]) == (1, 5, False, False)
    assert shown in admin.get("/admin/users").json()
    assert is_problem(dora.get("/admin/users"), 403, "forbidden")

    assert admin.patch(path, json={"disabled": True}).json()["disabled"] is True
    assert dora.get("/me").status_code == 401
    assert admin.patch(path, json={"disabled": False, "password": "a new secret for dora"}).status_code == 200
    assert dora.get("/me").status_code == 401
    again = shared_server.login("dora", "a new secret for dora")
    assert admin.patch(path, json={"is_admin": True}).json()["is_admin"] is True
    assert again.get("/admin/users").status_code == 200

    told = [(each["actor"], each["action"]) for each in admin.get("/admin/audit").json() if each["subject"] == "dora"]
    assert told == [("admin", "user.changed")] * 3 + [("admin", "user.created")]
    admin.patch(path, json={"is_admin": False, "disabled": True})
    dora.close()
    again.close()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_value"),
        ({"disabled": "yes"}, 422, "invalid_value"),
        ({"username": "x"}, 422, "invalid_value"),
        ({"quota_bytes": -1}, 422, "invalid_value"),
        ({"quota_bytes": 1.5}, 422, "invalid_value"),
        ({"quota_bytes": "100"}, 422, "invalid_value"),
        ({"quota_bytes": True}, 422, "invalid_value"),
        ({"quota_bytes": 2**63}, 422, "invalid_value"),
        ({"password": "short"}, 422, "weak_password"),
        ({"is_admin": False}, 409, "last_admin"),
        ({"disabled": True}, 409, "last_admin"),
    ],
)
def test_what_cannot_be_changed_of_an_account_stays(admin, body, status, code):
    path = f"/admin/users/{admin.get('/me').json()['id']}"

    assert is_problem(admin.patch(path, json=body), status, code)
    assert admin.get(path).json()["is_admin"] is True
    assert is_problem(admin.get("/admin/users/unknown"), 404, "unknown_user")
    assert is_problem(admin.patch("/admin/users/unknown", json={"disabled": True}), 404, "unknown_user")


def test_a_quota_of_one_user_holds_where_the_server_has_none(shared_server: LiveServer, admin, ann):
    table = ann.post("/files", files={"file": ("a.csv", b"a,b\n1,2\n")}).json()["id"]
    entry_when(ann, table)
    used = sum(ann.get("/usage").json()["used_bytes"].values())
    path = f"/admin/users/{ann.get('/me').json()['id']}"
    creation = {"Tus-Resumable": "1.0.0", "Upload-Length": "20", "Content-Type": "application/offset+octet-stream"}

    def tried() -> list[int]:
        whole = ann.post("/files", headers=creation, content=b"x" * 20)  # what a fast path would take
        return [whole.status_code, ann.patch(f"/datasets/{table}/rows/0", json={"a": 3}).status_code]

    assert ann.get("/usage").json()["quota_bytes"] is None
    assert admin.patch(path, json={"quota_bytes": used}).status_code == 200
    assert tried() == [413, 413]
    assert admin.patch(path, json={"quota_bytes": None}).status_code == 200
    assert tried() == [201, 200]


def test_jobs_are_seen_and_those_that_failed_tried_again(shared_server: LiveServer, admin, ann):
    file_id = ann.post("/files", files={"file": ("a.csv", b"a,b\n1,2\n")}).json()["id"]
    entry_when(ann, file_id)

    def job() -> dict[str, Any]:
        return next(each for each in admin.get("/admin/jobs").json() if each["subject"] == file_id)

    wait_until(lambda: job()["state"] == "done", "the end of the job")
    assert (job()["kind"], job()["name"], job()["owner"]) == ("convert", "a.csv", name_of(ann))
    assert is_problem(admin.post(f"/admin/jobs/{job()['id']}/retry"), 409, "job_not_failed")
    catalog = Catalog(f"sqlite:///{shared_server.data_dir / 'metadata.db'}")

    def fail(session):
        row = session.get(Job, job_id)
        row.state, row.error_code, row.error_message = "failed", "conversion_failed", "It broke."

    job_id = job()["id"]
    catalog.write(fail)
    catalog.close()
    assert job_id in [each["id"] for each in admin.get("/admin/jobs?state=failed").json()]

    assert admin.post(f"/admin/jobs/{job_id}/retry").status_code == 204

    wait_until(lambda: job()["state"] == "done", "the end of the second run")
    assert (job()["error"], job()["worker"]) == (None, None)
    assert entry_when(ann, file_id)["status"] == "done"
    assert is_problem(admin.post("/admin/jobs/unknown/retry"), 404, "unknown_job")


def test_storage_counts_uploads_and_tables(admin, ann):
    before = admin.get("/admin/storage").json()
    file_id = ann.post("/files", files={"file": ("a.csv", b"a,b\n1,2\n")}).json()["id"]
    entry_when(ann, file_id)

    after = admin.get("/admin/storage").json()

    assert (after["files"] - before["files"], after["uploads"] - before["uploads"]) == (1, 8)
    assert after["tables"] > before["tables"]
    assert after["free"] > 0


def test_what_is_given_and_taken_is_in_the_audit(admin, ann, bob):
    file_id = ann.post("/files", files={"file": ("a.bin", b"x")}).json()["id"]
    ann.put(f"/files/{file_id}/access/{name_of(bob)}", json={"role": "edit"})
    ann.delete(f"/files/{file_id}/access/{name_of(bob)}")

    found = [each for each in admin.get("/admin/audit").json() if each["subject"] == file_id]

    assert [(each["actor"], each["action"]) for each in found] == [
        (name_of(ann), "access.taken"),
        (name_of(ann), "access.given"),
    ]
    assert found[1]["detail"] == {"to": name_of(bob), "role": "edit"}
    page = admin.get("/admin/audit", params={"before": found[0]["id"], "limit": 1}).json()
    assert page == [found[1]]


# ------------------------------------------------------------------------------------------------------------- names


def test_nobody_registers_beside_a_name_that_looks_the_same(shared_server: LiveServer, anybody):
    for name, status in [
        ("\uff41\uff44\uff4d\uff49\uff4e", 409),  # wide letters
        ("\u0430dmin", 422),  # a Cyrillic a
        ("\u0251dm\u0131n", 409),  # letters of phonetics
        ("ADMIN", 409),
        ("admin\ufe0f", 422),  # a mark that is not drawn
        ("adm\u034fin", 422),
    ]:
        answer = anybody.post("/auth/register", json={"username": name, "password": "a long secret"})
        assert answer.status_code == status, name
    with shared_server.login("\uff41\uff44\uff4d\uff49\uff4e", "admin123") as http:
        assert http.get("/me").json()["username"] == "admin"


@pytest.mark.parametrize(
    "name", ["Зоя", "山田太郎", "ヤマダ花子", "김철수", "Ångström", "Νίκος", "محمد", "ann.lee-2@x+y", "ひらABC"]
)
def test_names_of_any_script_can_be_had(anybody, name):
    answer = anybody.post("/auth/register", json={"username": name, "password": "a long secret"})

    assert answer.status_code == 201, answer.text


def test_names_from_before_can_still_log_in(shared_server: LiveServer):
    from parquay.auth.passwords import Passwords

    catalog = Catalog(f"sqlite:///{shared_server.data_dir / 'metadata.db'}")
    hashed = Passwords(memory_kib=64, passes=1).hash("a long secret")
    catalog.write(lambda session: session.add(User(id="old", username="\ufb01nn", password_hash=hashed)))
    catalog.close()

    with shared_server.login("\ufb01nn", "a long secret") as http:
        assert http.get("/me").json()["id"] == "old"
