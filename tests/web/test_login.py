from __future__ import annotations

import asyncio
import threading
from http.cookies import SimpleCookie

import pytest
from starlette.concurrency import run_in_threadpool

from live_server import wait_until
from parquay.auth.passwords import PARALLEL
from parquay.errors import Unavailable
from parquay.web.http.hashing import MAX_WAITING, BoundedQueue
from problems import is_problem
from web.accounts import SECRET, bearer


def test_token_route_takes_a_form_and_gives_a_bearer_token(anybody, account):
    answer = anybody.post("/auth/token", data=account)

    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 604800
    assert answer.headers["cache-control"] == "private, no-store"
    assert (
        anybody.get("/auth/me", headers=bearer(answer.json()["access_token"])).json()["username"] == account["username"]
    )


@pytest.mark.parametrize("path", ["/login", "/auth/login", "/api/login", "/login/", "/api/auth/login/"])
def test_login_answers_the_same_on_every_path_and_sets_the_cookie(anybody, account, path):
    answer = anybody.post(path, json=account)

    body = answer.json()
    assert set(body) == {"token", "access_token", "token_type", "expires_in", "user"}
    assert body["token"] == body["access_token"]
    assert body["user"]["username"] == account["username"]
    cookie = SimpleCookie(answer.headers["set-cookie"])["parquay_session"]
    assert cookie.value == body["token"]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert not cookie["domain"]


@pytest.mark.parametrize("how", ["json", "data"])
def test_login_takes_json_and_forms(anybody, account, how):
    assert anybody.post("/login", **{how: account}).status_code == 200


def test_login_takes_a_multipart_form(anybody, account):
    parts = {name: (None, value) for name, value in account.items()}

    assert anybody.post("/login", files=parts).status_code == 200


@pytest.mark.parametrize("path", ["/auth/me", "/me", "/api/me", "/me/"])
def test_me_tells_who_is_logged_in_by_token_or_cookie(shared_server, account, path):
    with shared_server.client() as http:
        token = http.post("/login", json=account).json()["token"]
        by_cookie = http.get(path)
        http.cookies.clear()
        by_token = http.get(path, headers=bearer(token))

    assert by_cookie.json() == by_token.json()
    assert set(by_cookie.json()) == {"id", "username", "is_admin"}
    assert by_cookie.json()["is_admin"] is False


def test_demo_accounts_work_and_admin_is_an_administrator(shared_server):
    with shared_server.login("test", "password") as test, shared_server.login("admin", "admin123") as admin:
        assert test.get("/me").json()["is_admin"] is False
        assert admin.get("/me").json()["is_admin"] is True


def test_wrong_password_and_unknown_user_get_the_same_answer(anybody, account):
    wrong = anybody.post("/login", json=account | {"password": "wrong"})
    unknown = anybody.post("/login", json={"username": "nobody-at-all", "password": "wrong"})

    assert is_problem(wrong, 401, "bad_credentials")
    assert wrong.json() == unknown.json()
    assert "set-cookie" not in wrong.headers
    assert wrong.headers["www-authenticate"] == "Bearer"


def test_too_many_wrong_passwords_have_to_wait_and_then_the_right_one_works(anybody, account):
    wrong = account | {"password": "wrong"}
    for _ in range(5):
        assert is_problem(anybody.post("/auth/token", data=wrong), 401, "bad_credentials")

    refused = anybody.post("/auth/token", data=account)

    assert is_problem(refused, 429, "too_many_attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    wait_until(lambda: anybody.post("/auth/token", data=account).status_code == 200, "login after the delay", 5, 0.2)


def test_guesses_in_parallel_are_counted_too(shared_server, account):
    answers = []

    def guess():
        with shared_server.client() as http:
            answers.append(http.post("/auth/token", data=account | {"password": "wrong"}).status_code)

    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) == {401, 429}
    assert answers.count(401) <= 10


def test_flood_of_logins_waits_in_line_and_takes_no_thread_from_others():
    release = threading.Event()

    async def run():
        hashing = BoundedQueue()
        waiting = [asyncio.create_task(hashing.run(release.wait)) for _ in range(PARALLEL + MAX_WAITING)]
        async with asyncio.timeout(5):
            while hashing.waiting < MAX_WAITING:  # noqa: ASYNC110  the line tells nobody that it grows
                await asyncio.sleep(0.001)
        with pytest.raises(Unavailable) as refusal:
            await hashing.run(release.wait)
        async with asyncio.timeout(5):
            assert await run_in_threadpool(lambda: "another route") == "another route"
        release.set()
        await asyncio.gather(*waiting)
        return refusal.value

    refused = asyncio.run(run())

    assert (refused.status, refused.code, refused.retry_after) == (503, "login_busy", 2)


@pytest.mark.parametrize("path", ["/auth/logout", "/logout", "/api/logout/"])
def test_logout_ends_token_and_cookie(shared_server, account, path):
    with shared_server.client() as http:
        token = http.post("/login", json=account).json()["token"]
        answer = http.post(path)
        http.cookies.set("parquay_session", token)
        stolen = http.get("/me")
        by_token = http.get("/me", headers=bearer(token))

    assert (answer.status_code, answer.content) == (204, b"")
    cookie = SimpleCookie(answer.headers["set-cookie"])["parquay_session"]
    assert (cookie.value, cookie["max-age"]) == ("", "0")
    assert is_problem(stolen, 401, "session_ended")
    assert is_problem(by_token, 401, "session_ended")


def test_logout_of_one_session_leaves_the_others(anybody, account):
    first, second = (anybody.post("/auth/token", data=account).json()["access_token"] for _ in range(2))

    assert anybody.post("/auth/logout", headers=bearer(first)).status_code == 204

    assert anybody.get("/me", headers=bearer(first)).status_code == 401
    assert anybody.get("/me", headers=bearer(second)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Bearer " + "A" * 5000},
        {"Authorization": "Basic dGVzdDpwYXNzd29yZA=="},
        {"Cookie": "parquay_session=abc"},
        {"Authorization": "Bearer pq_unknown"},
    ],
)
def test_without_a_valid_login_the_answer_is_401(anybody, headers):
    answer = anybody.get("/auth/me", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] in {"login_required", "bad_token"}


@pytest.mark.parametrize("path", ["/auth/register", "/register", "/api/register"])
def test_registration_makes_an_account_that_can_log_in(anybody, path):
    given = {"username": f"newcomer{path.replace('/', '-')}", "password": "correct horse battery"}

    answer = anybody.post(path, json=given)

    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "username"}
    assert answer.json()["username"] == given["username"]
    assert anybody.post("/login", json=given).status_code == 200


def test_taken_name_is_a_conflict(anybody, account):
    assert is_problem(anybody.post("/auth/register", json=account), 409, "username_taken")


@pytest.mark.parametrize("password", ["short", "12345678", "password", "x" * 2000])
def test_weak_password_is_refused_without_repeating_it(anybody, password):
    answer = anybody.post("/auth/register", json={"username": "weak", "password": password})

    assert is_problem(answer, 422, "weak_password")
    assert password == "password" or password not in answer.text


@pytest.mark.parametrize("name", ["", "a b", "../../etc", "x" * 65, "<script>", "nul\0"])
def test_misleading_name_is_refused(anybody, name):
    answer = anybody.post("/auth/register", json={"username": name, "password": "correct horse battery"})

    assert is_problem(answer, 422, "bad_username")


def test_closed_registration_is_refused(start_server):
    server = start_server(open_registration="false", workers=0)

    with server.client() as http:
        answer = http.post("/register", json={"username": "new", "password": "correct horse battery"})

    assert is_problem(answer, 403, "registration_closed")


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_json"),
        (b"", "application/json", 400, "bad_json"),
        (b"\xff\xfe", "application/json", 400, "bad_json"),
        (b"[" * 20000, "application/json", 400, "bad_json"),
        (b"[]", "application/json", 422, "invalid_value"),
        (b"null", "application/json", 422, "invalid_value"),
        (b'{"username": "a"}', "application/json", 422, "invalid_value"),
        (b'{"password": "%b"}' % SECRET.encode(), "application/json", 422, "invalid_value"),
        (b'{"username": 1, "password": "%b"}' % SECRET.encode(), "application/json", 422, "invalid_value"),
        (b'{"username": "a", "password": ["%b"]}' % SECRET.encode(), "application/json", 422, "invalid_value"),
        (b'{"username": "\\ud800", "password": "%b"}' % SECRET.encode(), "application/json", 422, "invalid_value"),
        (b"username=a", "application/x-www-form-urlencoded", 422, "invalid_value"),
        (b"\xff=\xff", "application/x-www-form-urlencoded", 400, "bad_form"),
        (b"a=1&" * 50, "application/x-www-form-urlencoded", 400, "bad_form"),
        (b"username=a&password=b", "text/plain", 415, "unsupported_type"),
        (b"{}", "", 415, "unsupported_type"),
        (b'{"username": "%b"}' % (b"a" * 100_000), "application/json", 413, "too_large"),
    ],
)
@pytest.mark.parametrize("path", ["/login", "/auth/token", "/auth/register"])
def test_body_that_is_no_login_is_refused_and_never_repeated(anybody, path, body, kind, status, code):
    answer = anybody.post(path, content=body, headers={"Content-Type": kind} if kind else {})

    assert is_problem(answer, status, code)
    assert SECRET not in answer.text


def test_missing_field_is_named(anybody):
    answer = anybody.post("/login", json={"username": "ann"})

    assert answer.json()["errors"] == [{"field": "password", "reason": "Field required"}]
