"""Nonsense from outside: a refusal with a name, never a 500, and the server serves on."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import httpx
import pytest

from live_server import LiveServer, entry_when

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
UNKNOWN = "A" * 24
SECRET = "a secret of these tests, which has many bytes"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    directory = tmp_path_factory.mktemp("bad-input")
    server = LiveServer(directory, secret_key=SECRET, allowed_extensions=".csv,.txt", max_size=1_000_000).start()
    yield server
    alive, log = server.alive(), server.log()
    server.stop()
    assert alive
    assert "Traceback" not in log
    assert "internal_error" not in log


@pytest.fixture(scope="module")
def http(live: LiveServer) -> Iterator[httpx.Client]:
    with live.login() as client:
        yield client


@pytest.fixture
def upload(http: httpx.Client) -> str:
    """The id of an upload that expects ten bytes."""
    answer = http.post("/files", headers={**TUS, "Upload-Length": "10", "Upload-Metadata": metadata("a.csv")})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def metadata(name: str) -> str:
    return f"filename {base64.b64encode(name.encode('utf-8', 'surrogateescape')).decode()}"


def form(name: bytes, content: bytes, field: bytes = b"file") -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="' + field + b'"; filename="' + name + b'"\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


def account(username: str, password: str) -> bytes:
    return json.dumps({"username": username, "password": password}).encode()


def assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, (answer.status_code, answer.text)
    if answer.request.method == "HEAD":
        return
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]


def create(**fields: str) -> tuple[str, str, dict[str, str], bytes]:
    return ("POST", "/files", TUS | {name.replace("_", "-"): value for name, value in fields.items()}, b"")


NEW = {"Upload_Length": "10", "Upload_Metadata": metadata("a.csv")}

TWICE = f"{metadata('a.csv')},{metadata('b.csv')}"

REFUSALS = {
    # versions and headers of tus
    "other version": (*create(**NEW, Tus_Resumable="0.2.2"), 412, "unsupported_version"),
    "no length": (*create(Upload_Metadata=metadata("a.csv")), 400, "length_required"),
    "length and deferred": (*create(**NEW, Upload_Defer_Length="1"), 400, "length_conflict"),
    "negative length": (*create(**NEW | {"Upload_Length": "-1"}), 400, "bad_header"),
    "length with a sign": (*create(**NEW | {"Upload_Length": "+10"}), 400, "bad_header"),
    "length with underscore": (*create(**NEW | {"Upload_Length": "1_0"}), 400, "bad_header"),
    "length beyond 63 bits": (*create(**NEW | {"Upload_Length": "9" * 19}), 400, "bad_header"),
    "length of 400 digits": (*create(**NEW | {"Upload_Length": "9" * 400}), 400, "bad_header"),
    "length over the limit": (*create(**NEW | {"Upload_Length": "1000001"}), 413, "too_large"),
    "metadata no base64": (*create(**NEW | {"Upload_Metadata": "filename ###"}), 400, "bad_metadata"),
    "metadata twice": (
        *create(**NEW | {"Upload_Metadata": f"{metadata('a.csv')},{metadata('b.csv')}"}),
        400,
        "bad_metadata",
    ),
    "metadata of 20 KB": (
        *create(**NEW | {"Upload_Metadata": metadata("a" * 15_000 + ".csv")}),
        431,
        "metadata_too_large",
    ),
    "extension not wanted": (*create(**NEW | {"Upload_Metadata": metadata("a.exe")}), 415, "extension_not_allowed"),
    "bad concat": (*create(**NEW, Upload_Concat="sideways"), 400, "bad_concat"),
    # ids
    "unknown id": ("PATCH", f"/files/{UNKNOWN}", TUS | OCTETS | {"Upload-Offset": "0"}, b"x", 404, "not_found"),
    "id of another form": ("GET", "/files/..%2F..%2Fetc%2Fpasswd", {}, b"", 404, "not_found"),
    "id with NUL": ("GET", "/files/%00", {}, b"", 404, "not_found"),
    "id of 10 KB": ("GET", f"/files/{'a' * 10_000}", {}, b"", 404, "not_found"),
    "unknown content": ("GET", f"/files/{UNKNOWN}/content", {}, b"", 404, "not_found"),
    "unknown deleted": ("DELETE", f"/files/{UNKNOWN}", {}, b"", 404, "not_found"),
    # methods and bodies
    "method nobody has": ("PUT", "/files", {}, b"", 405, "method_not_allowed"),
    "body is no JSON": ("POST", "/auth/register", JSON, b"{", 400, "bad_json"),
    "JSON of another form": ("POST", "/auth/register", JSON, b"[1]", 422, "invalid_value"),
    "JSON nested deep": ("POST", "/auth/register", JSON, b"[" * 5_000, 400, "bad_json"),
    "weak password": (
        "POST",
        "/auth/register",
        JSON,
        b'{"username":"eva","password":"12345678"}',
        422,
        "weak_password",
    ),
    "name of controls": (
        "POST",
        "/auth/register",
        JSON,
        json.dumps({"username": "a\x00b", "password": "long enough 7"}).encode(),
        422,
        "bad_username",
    ),
    "form without file": ("POST", "/upload", FORM, form(b"a.csv", b"a\n1\n", b"other"), 422, "file_missing"),
    "form cut short": ("POST", "/upload", FORM, form(b"a.csv", b"a\n1\n")[:-8], 400, "body_incomplete"),
    "form that is none": ("POST", "/upload", FORM, b"hello", 400, "bad_multipart"),
    "form too large": ("POST", "/upload", FORM, form(b"a.csv", bytes(1_000_001)), 413, "too_large"),
    "body of another kind": ("POST", "/upload", {"Content-Type": "text/plain"}, b"a", 415, "unsupported_type"),
    # queries
    "limit no number": ("GET", "/files?limit=many", {}, b"", 422, "invalid_value"),
    "limit too high": ("GET", "/files?limit=100000000", {}, b"", 422, "invalid_value"),
    "sort unknown": ("GET", "/files?sort=drop%20table", {}, b"", 422, "invalid_value"),
    "cursor invented": ("GET", "/files?cursor=AAAA", {}, b"", 400, "bad_cursor"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_bad_request_is_refused_by_name(http: httpx.Client, case: str):
    method, path, headers, body, status, code = REFUSALS[case]

    assert_refused(http.request(method, path, headers=headers, content=body), status, code)


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        (TUS | OCTETS, b"x", 400, "bad_header"),
        (TUS | OCTETS | {"Upload-Offset": "x"}, b"x", 400, "bad_header"),
        (TUS | OCTETS | {"Upload-Offset": "5"}, b"x", 409, "wrong_offset"),
        (TUS | OCTETS | {"Upload-Offset": "0"}, b"eleven byte", 413, "body_too_long"),
        (TUS | {"Upload-Offset": "0", "Content-Type": "text/csv"}, b"x", 415, "wrong_content_type"),
        (OCTETS | {"Upload-Offset": "0"}, b"x", 412, "unsupported_version"),
        (TUS | OCTETS | {"Upload-Offset": "0", "Upload-Checksum": "sha1 AAAA"}, b"x", 400, "bad_checksum"),
        (TUS | OCTETS | {"Upload-Offset": "0", "Upload-Checksum": "rot13 AAAA"}, b"x", 400, "unknown_checksum"),
    ],
)
def test_bad_append_is_refused_and_changes_nothing(
    http: httpx.Client, upload: str, headers: dict[str, str], body: bytes, status: int, code: str
):
    assert_refused(http.patch(f"/files/{upload}", headers=headers, content=body), status, code)

    assert http.head(f"/files/{upload}", headers=TUS).headers["upload-offset"] == "0"
    assert (
        http.patch(
            f"/files/{upload}", headers=TUS | OCTETS | {"Upload-Offset": "0"}, content=b"a,b\n1,2\n3,"
        ).status_code
        == 204
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/x.csv", "x.csv"),
        ("C:\\temp\\x.csv", "x.csv"),
        ("a\x00\x1b[31m\r\nb.csv", None),
        ("\u202etxt.csv", None),
        ("a" * 10_000 + ".csv", None),
        ("Äpfel & Birnen 山.csv", "Äpfel & Birnen 山.csv"),
        ('quote".csv', 'quote".csv'),
    ],
    ids=["parent", "windows", "controls", "direction", "10 KB", "scripts", "quote"],
)
def test_file_name_cannot_leave_its_place(live: LiveServer, http: httpx.Client, name: str, kept: str | None):
    before = {path.name for path in live.directory.rglob("*.csv")}

    answer = http.post("/files", headers={**TUS, "Upload-Length": "0", "Upload-Metadata": metadata(name)})

    assert answer.status_code == 201, answer.text
    file_id = answer.headers["location"].rpartition("/")[2]
    stored = http.get(f"/files/{file_id}").json()["name"]
    assert stored == kept if kept else stored
    assert len(stored.encode()) <= 255
    assert not any(ord(sign) < 32 or sign in "/\\\u202e" for sign in stored)
    disposition = http.get(f"/files/{file_id}/content").headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert not any(sign in disposition for sign in "\r\n\x00")
    assert {path.name for path in live.directory.rglob("*.csv")} == before


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", "error", "no_rows"),
        (b"only,a,header\n", "error", "no_rows"),
        (b'a,b\n1,"open\n2,3\n', "done", None),
        (b"a,b\n1,x\x00y\n2,z\n", "done", None),
        (b"\x00" * 3_000, "done", None),
        (b"\xff\xfe\x00\xd8" * 500, "done", None),
        (b"a,b\n" + b"1,2,3,4\n" * 50, "done", None),
        (b'"' * 10_000, "done", None),
        (b"," * 100_000, "done", None),
    ],
    ids=["empty", "header", "open quote", "NUL cell", "NULs", "broken UTF-16", "ragged", "quotes", "commas"],
)
def test_odd_content_ends_with_a_status(http: httpx.Client, content: bytes, status: str, code: str | None):
    answer = http.post("/upload", headers=FORM, content=form(b"odd.csv", content))
    assert answer.status_code == 201, answer.text

    entry = entry_when(http, answer.json()["file_id"])

    assert entry["status"] in {status, "error"}, entry
    if code:
        assert entry["error"]["code"] == code
    if entry["status"] == "error":
        assert entry["error"]["message"]
    assert http.get(f"/files/{entry['id']}/content").content == content


def test_wrong_login_is_refused_alike_for_known_and_unknown_names(live: LiveServer):
    with live.client() as anybody:
        known = anybody.post("/auth/token", data={"username": "admin", "password": "wrong"})
        unknown = anybody.post("/auth/token", data={"username": "nobody", "password": "wrong"})

    assert_refused(known, 401, known.json()["code"])
    assert_refused(unknown, 401, known.json()["code"])
    assert known.json()["detail"] == unknown.json()["detail"]


def test_tokens_that_are_expired_or_invented_are_refused(live: LiveServer):
    from jose import jwt

    real = jwt.get_unverified_claims(live.token())
    past = int(time.time()) - 3600
    forged = {
        "expired": jwt.encode(real | {"exp": past}, SECRET, "HS256"),
        "other key": jwt.encode(real, "x" * 40, "HS256"),
        "no signature": jwt.encode(real, SECRET, "HS256").rpartition(".")[0] + ".",
        "no token": "x",
        "long": "a." * 10_000,
    }

    with live.client() as anybody:
        for token in forged.values():
            for method, path in (("GET", "/files"), ("POST", "/files"), ("GET", "/events"), ("GET", "/auth/me")):
                answer = anybody.request(method, path, headers={"Authorization": f"Bearer {token}", **TUS})
                assert_refused(answer, 401, answer.json()["code"])


def test_login_is_asked_for_before_the_body_is_read(live: LiveServer):
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(1 << 16)

    with live.client() as anybody:
        answer = anybody.post("/files", headers={**TUS, **OCTETS, "Upload-Length": "900000"}, content=endless())

    assert_refused(answer, 401, answer.json()["code"])
