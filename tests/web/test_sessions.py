"""Logins in the world: pages of other sites, keys, restarts, proxies."""

from __future__ import annotations

import httpx
import pytest

from problems import is_problem
from web.accounts import SECRET, bearer

CROSS = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


def test_page_of_another_site_can_not_log_somebody_in_or_out(shared_server, account):
    with shared_server.client() as http:
        assert is_problem(http.post("/login", data=account, headers=CROSS), 403, "cross_site")
        assert "parquay_session" not in http.cookies
        http.post("/login", json=account)
        assert is_problem(http.post("/logout", headers=CROSS), 403, "cross_site")
        assert is_problem(http.post("/logout", headers={"Origin": "null"}), 403, "cross_site")
        assert http.get("/me").status_code == 200


def test_bearer_token_may_come_from_anywhere(anybody, account):
    token = anybody.post("/auth/token", data=account).json()["access_token"]

    assert anybody.post("/logout", headers=bearer(token) | CROSS).status_code == 204


def test_api_key_works_as_bearer_until_it_is_removed(ann, anybody):
    made = ann.post("/auth/api-keys", json={"name": "nightly"})
    key = made.json()

    assert made.status_code == 201
    assert set(key) == {"id", "name", "created_at", "scopes", "expires_at", "key"}
    assert (key["scopes"], key["expires_at"]) == (None, None)
    assert key["key"].startswith("pq_")
    assert anybody.get("/me", headers=bearer(key["key"])).json() == ann.get("/me").json()
    assert ann.get("/auth/api-keys").json() == [{name: key[name] for name in key if name != "key"}]
    assert ann.delete(f"/auth/api-keys/{key['id']}").status_code == 204
    assert anybody.get("/me", headers=bearer(key["key"])).status_code == 401
    assert ann.get("/auth/api-keys").json() == []


def test_api_key_of_somebody_else_looks_unknown(ann, bob):
    key = ann.post("/auth/api-keys", json={"name": "mine"}).json()

    theirs, unknown = bob.delete(f"/auth/api-keys/{key['id']}"), bob.delete("/auth/api-keys/unknown")

    assert is_problem(theirs, 404, "unknown_key")
    assert theirs.json() == unknown.json()
    assert len(ann.get("/auth/api-keys").json()) == 1


def test_api_key_can_not_make_or_see_keys_or_log_out(ann, anybody):
    key = bearer(ann.post("/auth/api-keys", json={"name": "script"}).json()["key"])

    assert is_problem(anybody.post("/auth/api-keys", json={"name": "more"}, headers=key), 403, "session_required")
    assert is_problem(anybody.get("/auth/api-keys", headers=key), 403, "session_required")
    assert is_problem(anybody.post("/logout", headers=key), 403, "not_a_session")


def test_session_survives_a_restart_and_ends_for_a_disabled_user(server):
    with server.client() as http:
        token = http.post("/login", json={"username": "test", "password": "password"}).json()["token"]
        server.kill()
        server.start()
        assert http.get("/me", headers=bearer(token)).status_code == 200


def test_cookie_is_secure_behind_https(start_server):
    account = {"username": "test", "password": "password"}
    proxied = start_server(trusted_proxies="127.0.0.1/32", workers=0)
    public = start_server(public_url="https://files.example.org", workers=0)

    def cookie(server, **headers):
        with server.client() as http:
            return http.post("/login", json=account, headers=headers).headers["set-cookie"].lower()

    assert "secure" in cookie(proxied, **{"X-Forwarded-Proto": "https"})
    assert "secure" not in cookie(proxied, **{"X-Forwarded-Proto": "http"})
    assert "secure" in cookie(public)


def test_forwarded_fields_of_anybody_else_are_not_believed(shared_server, account):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

    with shared_server.client() as http:
        assert "secure" not in http.post("/login", json=account, headers=headers).headers["set-cookie"].lower()


def test_forged_address_does_not_escape_the_delay(shared_server, account):
    with shared_server.client() as http:
        answers = [
            http.post(
                "/auth/token",
                data=account | {"password": "wrong"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            ).status_code
            for number in range(8)
        ]

    assert 429 in answers


def test_allowed_origin_may_use_the_cookie(start_server):
    server = start_server(cors_origins="https://app.example.org", workers=0)
    origin = {"Sec-Fetch-Site": "cross-site", "Origin": "https://app.example.org"}

    with server.client() as http:
        answer = http.post("/login", json={"username": "test", "password": "password"}, headers=origin)
        other = http.get("/me", headers={"Origin": "https://evil.example"})
        preflight = http.options("/auth/logout", headers=origin | {"Access-Control-Request-Method": "POST"})
        denied = http.options(
            "/auth/logout", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        )

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://app.example.org"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "origin" in answer.headers["vary"].lower()
    assert "access-control-allow-origin" not in other.headers
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in denied.headers


def test_log_never_shows_passwords_or_tokens(server):
    with server.client() as http:
        token = http.post("/login", json={"username": "test", "password": "password"}).json()["token"]
        http.post("/login", json={"username": "test", "password": SECRET})
        http.get("/me", headers=bearer(token))
        http.get("/me", headers=bearer(token[:-2]))

    assert SECRET not in server.log()
    assert token[:-2] not in server.log()


def test_connection_closed_in_the_middle_of_a_login_leaves_the_server_alive(shared_server):
    class Cut(httpx.SyncByteStream):
        def __iter__(self):
            yield b'{"username": '
            raise OSError("cut")

    with shared_server.client() as http:
        with pytest.raises(OSError, match="cut"):
            http.post("/login", content=Cut(), headers={"Content-Type": "application/json", "Content-Length": "100"})
        assert http.get("/livez").status_code == 200
