"""Every route with every kind of caller. The routes come from the application: a new one without a policy fails."""

from __future__ import annotations

import re
import secrets

import pytest

from live_server import LiveServer, entry_when, wait_until
from parquay.app import create_app
from parquay.auth.tokens import Tokens
from parquay.catalog.session import Catalog
from parquay.catalog.users import Users
from parquay.ids import new_id
from parquay.settings import Settings
from parquay.wiring import build
from web.policy import ADMIN, BODIES, EDIT, OPEN, OWN, OWNER, POLICY, TUS, UPLOAD_VERBS, VIEW


def routes_of_the_application(tmp_path):
    services = build(Settings(_env_file=None, data_dir=tmp_path))
    try:
        found = list(flattened(create_app(services).rest.routes))
    finally:
        services.close()
    paths = ((route, getattr(route, "path_format", route.path)) for route in found)
    return {(method, path) for route, path in paths for method in getattr(route, "methods", {"WS"}) - {"HEAD"}}


def flattened(routes):
    for route in routes:
        included = getattr(route, "original_router", route)
        yield from flattened(included.routes) if hasattr(included, "routes") else [route]


def test_every_route_has_a_policy(tmp_path):
    assert routes_of_the_application(tmp_path) == set(POLICY)


UPLOAD_ROWS = {
    (method, path)
    for path in ("/files", "/files/{file_id}", "/u/{token}/files/{file_id}")
    for method in ("HEAD", "OPTIONS", "PATCH", "DELETE", "POST")
}
"""What the upload protocols answer: UPLOAD_VERBS below."""


def test_every_operation_that_is_documented_has_a_policy(place):
    paths = place.ann.get("/openapi.json").json()["paths"]
    told = {(verb.upper(), path) for path, verbs in paths.items() for verb in verbs}

    assert told - UPLOAD_ROWS <= set(POLICY)
    assert {route for route in POLICY if route[0] not in ("WS", "HEAD")} - told <= {
        ("GET", "/docs"), ("GET", "/openapi.json"), ("POST", "/auth/login"),
    }  # fmt: skip


def test_no_body_takes_fields_that_nobody_knows(place):
    document = place.ann.get("/openapi.json").json()
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                schema = content["schema"]
                if "$ref" in schema:
                    schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
                free = {"/datasets/{dataset_id}/rows", "/datasets/{dataset_id}/rows/{rid}"}  # cells, by their columns
                if kind != "multipart/form-data" and schema.get("type") == "object" and path not in free:
                    assert schema.get("additionalProperties") is False, (verb, path)


# What a WebSocket without a login gets is in test_live.
NEEDING_LOGIN = sorted(route for route, policy in POLICY.items() if policy is not OPEN and route[0] != "WS")
WITH_FILE = sorted(route for route, policy in POLICY.items() if "{file_id}" in route[1] or "{dataset_id}" in route[1])
SECRET = secrets.token_hex(32)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server whose secret is known, with callers of every kind and a file of each of two users."""
    server = LiveServer(tmp_path_factory.mktemp("matrix"), secret_key=SECRET).start()
    made = Place(server)
    yield made
    made.ann.close()
    made.bob.close()
    server.stop()


class Place:
    def __init__(self, server):
        self.server = server
        self.ann = server.register("ann", "the secret of ann")
        self.bob = server.register("bob", "the secret of bob")
        self.file_id = self.upload()
        self.key_id = self.ann.post("/auth/api-keys", json={"name": "k"}).json()["id"]

    def upload(self):
        made = self.ann.post("/files", files={"file": ("a.csv", b"a,b\n1,2\n")}).json()["id"]
        entry_when(self.ann, made)
        return made

    def begun(self):
        answer = self.ann.post("/files", headers=TUS | {"Upload-Length": "10"})
        return answer.headers["location"].rsplit("/", 1)[1]

    def tokens(self):
        """Tokens that must not work, by what is wrong with them."""
        made = Tokens(SECRET.encode())
        user = self.ann.get("/me").json()["id"]
        revoked = self.server.token("ann", "the secret of ann")
        with self.server.client(headers={"Authorization": f"Bearer {revoked}"}) as http:
            http.post("/logout").raise_for_status()
        return {
            "expired": made.issue(user, new_id(), -3600),
            "of no session": made.issue(user, new_id(), 3600),
            "revoked": revoked,
            "of another secret": Tokens(b"x" * 32).issue(user, new_id(), 3600),
            "an unknown key": "pq_" + secrets.token_urlsafe(32),
            "nonsense": "x",
        }


@pytest.fixture(scope="module")
def bad_tokens(place):
    return place.tokens()


def ask(http, method, path, file_id, key_id="unknown", **more):
    filled = path.replace("{file_id}", file_id).replace("{dataset_id}", file_id).replace("{key_id}", key_id)
    filled = filled.replace("{username}", "*").replace("/columns/{name}", "/columns/b").replace("{n}", "0")
    filled = re.sub(r"\{(session_id|user_id|job_id)\}", "unknown", filled)
    filled = re.sub(r"\{(rid|version|a|b)\}", "0", filled)
    return http.request(method, filled, **BODIES.get((method, path), {}), **more)


@pytest.mark.parametrize(("method", "path"), NEEDING_LOGIN)
def test_without_a_login_nothing_is_told(place, method, path):
    with place.server.client() as anybody:
        for prefix in ("", "/api"):
            answer = ask(anybody, method, prefix + path, place.file_id, place.key_id)
            assert (answer.status_code, answer.json()["code"]) == (401, "login_required")


@pytest.mark.parametrize(("method", "path"), NEEDING_LOGIN)
def test_with_a_token_that_is_not_valid_nothing_is_told(place, bad_tokens, method, path):
    with place.server.client() as http:
        for wrong, token in bad_tokens.items():
            for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"parquay_session={token}"}):
                answer = ask(http, method, path, place.file_id, place.key_id, headers=headers)
                assert answer.status_code == 401, wrong


@pytest.mark.parametrize(
    ("method", "path"), sorted(route for route, policy in POLICY.items() if policy in (OWN, VIEW, EDIT, OWNER))
)
def test_somebody_elses_looks_unknown(place, method, path):
    theirs = ask(place.bob, method, path, place.file_id, place.key_id)
    unknown = ask(place.bob, method, path, new_id(), new_id())

    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json() == unknown.json()
    assert set(theirs.headers) == set(unknown.headers)
    assert place.ann.get(f"/files/{place.file_id}").json()["name"] == "a.csv"
    assert len(place.ann.get("/auth/api-keys").json()) == 1


@pytest.mark.parametrize(("method", "path"), WITH_FILE)
def test_administrator_is_no_owner_either(place, method, path):
    with place.server.login("admin", "admin123") as admin:
        assert ask(admin, method, path, place.file_id).status_code == 404


@pytest.mark.parametrize(("method", "headers", "body"), UPLOAD_VERBS)
def test_upload_of_somebody_else_looks_unknown(place, method, headers, body):
    file_id = place.begun()

    theirs = place.bob.request(method, f"/files/{file_id}", headers=headers, content=body)
    unknown = place.bob.request(method, f"/files/{new_id()}", headers=headers, content=body)
    with place.server.client() as anybody:
        refused = anybody.request(method, f"/files/{file_id}", headers=headers, content=body)

    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content
    assert refused.status_code == 401
    mine = place.ann.head(f"/files/{file_id}", headers=TUS)
    assert (mine.status_code, mine.headers["upload-offset"]) == (200, "0")


ALLOWED = {"view": {VIEW}, "edit": {VIEW, EDIT}, "owner": {VIEW, EDIT, OWNER}}
# What takes the file away, or another's role in it, comes last.
IN_TURN = sorted(WITH_FILE, key=lambda route: (route[0] == "DELETE", route[1] == "/files/{file_id}", route))


@pytest.mark.parametrize("to", ["bob", "*"])
@pytest.mark.parametrize("role", ["view", "edit"])
def test_a_role_lets_do_what_is_its_own_and_nothing_else(place, role, to):
    file_id = place.upload()
    place.ann.put(f"/files/{file_id}/access/{to}", json={"role": role}).raise_for_status()

    for method, path in IN_TURN:
        answer = ask(place.bob, method, path, file_id)
        if POLICY[method, path] in ALLOWED[role]:
            assert answer.status_code < 300 or answer.json()["code"] in LATE, (method, path, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)
    for method, headers, body in UPLOAD_VERBS[1:]:
        assert place.bob.request(method, f"/files/{file_id}", headers=headers, content=body).status_code == 403
    assert place.bob.head(f"/files/{file_id}", headers=TUS).status_code == 200
    assert place.ann.get(f"/files/{file_id}").json()["role"] == "owner"
    assert place.bob.get(f"/files/{file_id}").json()["role"] == role
    place.ann.delete(f"/files/{file_id}").raise_for_status()
    assert place.bob.get(f"/files/{file_id}").status_code == 404


LATE = {
    "unknown_row", "not_found", "unknown_access", "unknown_link", "unknown_view", "no_reread", "unknown_reject",
    "no_refresh", "no_origin", "not_undoable",
}  # fmt: skip
"""Refusals that come after it is sure that the caller may do this: an earlier call of the same test took it away."""


def test_the_owner_may_do_everything(place):
    file_id = place.upload()

    for method, path in IN_TURN:
        answer = ask(place.ann, method, path, file_id)
        assert answer.status_code < 300 or answer.json()["code"] in LATE, (method, path, answer.text)
    assert place.ann.get(f"/files/{file_id}").status_code == 404


@pytest.mark.parametrize(("method", "path"), sorted(route for route, policy in POLICY.items() if policy is ADMIN))
def test_administration_is_for_administrators(place, method, path):
    refused = ask(place.bob, method, path, place.file_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    with place.server.login("admin", "admin123") as admin:
        assert ask(admin, method, path, place.file_id).status_code in (200, 201, 404)
        bound = admin.post("/auth/api-keys", json={"scopes": ["read", "upload", "write"]}).json()["key"]
    with place.server.client(headers={"Authorization": f"Bearer {bound}"}) as key:
        assert ask(key, method, path, place.file_id).json()["code"] == "scope_missing"


@pytest.fixture(scope="module")
def keys(place):
    """A client with a key of each scope."""
    made = {}
    for scope in ("read", "upload", "write"):
        key = place.ann.post("/auth/api-keys", json={"scopes": [scope]}).json()["key"]
        made[scope] = place.server.client(headers={"Authorization": f"Bearer {key}"})
    yield made
    for each in made.values():
        each.close()


def scope_of(method, path):
    """The scope that is enough for a route, besides `write`; None: any will do, empty: none."""
    if path in ("/me", "/auth/me"):
        return None
    if path.startswith(("/auth/", "/admin/")) or path == "/logout":
        return ""
    if method == "GET" or path.endswith(("/preview", "/files/exists", "/files/archive", "/sql")):
        return "read"
    return "upload" if method == "POST" and path in {"/files", "/upload", "/fetch"} else "write"


@pytest.mark.parametrize(("method", "path"), [route for route in NEEDING_LOGIN if route[1] != "/events"])
def test_a_key_does_what_its_scopes_say_and_nothing_else(place, keys, method, path):
    enough = scope_of(method, path)

    for scope, http in keys.items():
        answer = ask(http, method, path, "A" * 24)
        code = answer.json()["code"] if answer.status_code >= 400 else ""
        if enough is None or (enough and scope in (enough, "write")):
            assert (answer.status_code, code) not in {(403, "scope_missing"), (401, "login_required")}
        else:
            assert answer.status_code == 403, (scope, answer.text)
            assert code in ("scope_missing", "session_required", "not_a_session")


@pytest.mark.parametrize(("method", "headers", "body"), UPLOAD_VERBS)
def test_verbs_of_uploads_need_the_scope_too(place, keys, method, headers, body):
    real = headers.get("X-HTTP-Method-Override", method)
    allowed = {"HEAD": {"read", "upload", "write"}, "PATCH": {"upload", "write"}, "DELETE": {"write"}}[real]

    for scope, http in keys.items():
        file_id = place.begun()
        answer = http.request(method, f"/files/{file_id}", headers=headers, content=body)
        assert (answer.status_code != 403) == (scope in allowed), (scope, answer.text)
        created = http.post("/files", headers=TUS | {"Upload-Length": "1"})
        assert created.status_code == (403 if scope == "read" else 201)
        whole = {"Upload-Length": "1", "Content-Type": "application/offset+octet-stream"}
        assert http.post("/files", headers=TUS | whole, content=b"x").status_code == created.status_code
        draft = {"Upload-Draft-Interop-Version": "6", "Upload-Complete": "?1"}
        assert http.post("/files", headers=draft, content=b"x").status_code == created.status_code


# Reading is left to the browser, which keeps the answer from the page; an open stream would cost us something.
CHANGING = [route for route in NEEDING_LOGIN if route[0] != "GET" or route[1] == "/events"]


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_page_of_another_site_changes_nothing_with_the_cookie(place, method, path):
    with place.server.client() as http:
        http.post("/login", json={"username": "ann", "password": "the secret of ann"})
        http.headers.update({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
        answer = ask(http, method, path, place.file_id, place.key_id)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


def test_no_answer_lets_a_foreign_page_read(place):
    with place.server.client() as http:
        http.post("/login", json={"username": "ann", "password": "the secret of ann"})
        for method, path in sorted(POLICY):
            if method == "GET" and path != "/events":
                answer = ask(http, method, path, place.file_id, headers={"Origin": "https://evil.example"})
                assert "access-control-allow-origin" not in answer.headers, path


@pytest.mark.parametrize(("method", "path"), NEEDING_LOGIN)
def test_disabled_user_is_nobody(place, method, path):
    name = f"disabled{new_id()}"
    http = place.server.register(name, "a long secret")
    http.get("/me").raise_for_status()
    catalog = Catalog(f"sqlite:///{place.server.data_dir / 'metadata.db'}")
    Users(catalog).disable(name)
    catalog.close()

    wait_until(lambda: http.get("/me").status_code == 401, "the end of the session")
    assert ask(http, method, path, place.file_id, place.key_id).status_code == 401
    http.close()
