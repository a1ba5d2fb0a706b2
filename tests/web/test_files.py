from __future__ import annotations

import base64
import random
import socket
import threading
from urllib.parse import urlsplit

import pytest

from live_server import entry_when, wait_until
from problems import is_problem
from web.form_uploads import TUS, begin, upload

FIELDS = {
    "id", "name", "size", "offset", "content_type", "status", "progress", "error", "uploaded_at", "finished_at",
    "row_count", "reject_count", "warnings", "parquet_path", "dataset_id", "sha256", "owner", "shared", "role", "path", "ahead",
    "source_url", "upload_link", "tags",
}  # fmt: skip


# Uploading by form


@pytest.mark.parametrize("path", ["/files", "/upload", "/api/files", "/api/upload", "/files/", "/upload/"])
def test_form_upload_answers_the_entry_and_its_file_id(ann, path):
    made = upload(ann, path=path)

    assert set(made) == FIELDS | {"file_id"}
    assert made["file_id"] == made["id"]
    assert (made["name"], made["size"], made["offset"]) == ("table.csv", 12, 12)
    assert made["status"] == "processing"
    assert made["owner"] == ann.get("/me").json()["username"]
    assert made["shared"] is False


def test_form_upload_becomes_a_table(ann):
    made = upload(ann)

    entry = entry_when(ann, made["id"])

    assert (entry["status"], entry["row_count"], entry["progress"]) == ("done", 2, 100)
    assert entry["parquet_path"] == f"parquet/{made['id']}/_newest"
    assert entry["dataset_id"] == made["id"]
    assert entry["content"]["columns"] == [
        {"name": "a", "type": "int64", "style": "0", "missing": {}, "offers": None},
        {"name": "b", "type": "text", "style": "text", "missing": {}, "offers": None},
    ]
    assert entry["content"]["rows"] == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert (entry["content"]["total"], entry["content"]["next"]) == (2, None)


def test_first_hundred_rows_are_shown_and_the_rest_is_counted(ann):
    content = b"n\n" + b"".join(b"%d\n" % number for number in range(250))

    entry = entry_when(ann, upload(ann, content=content)["id"])

    assert [row["n"] for row in entry["content"]["rows"]] == list(range(100))
    assert entry["content"]["total"] == 250
    assert entry["content"]["next"] is not None


def test_header_without_rows_ends_as_no_rows(ann):
    entry = entry_when(ann, upload(ann, content=b"a,b,c\n")["id"])

    assert (entry["status"], entry["error"]["code"], entry["content"]) == ("error", "no_rows", None)


def test_stored_bytes_are_those_that_were_sent(ann):
    content = random.Random(7).randbytes(3_000_000) + b"\r\n--boundary--\r\n"

    made = upload(ann, "data.bin", content, "application/octet-stream")

    assert made["size"] == len(content)
    assert ann.get(f"/files/{made['id']}/content").content == content


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("a\x01b\u202ec.csv", "abc.csv"),
        ("Zoë 小明.csv", "Zoë 小明.csv"),
        ("x" * 10_000 + ".csv", None),
        ("..", "upload"),
        ("a/", "a"),
    ],
)
def test_name_is_kept_without_what_could_harm(ann, sent, kept):
    body = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="'
        + sent.encode()
        + b'"\r\n\r\na\n1\n\r\n--B--\r\n'
    )

    answer = ann.post("/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=B"})

    if kept is None:
        assert answer.status_code in {201, 400}
        assert answer.status_code == 400 or len(answer.json()["name"].encode()) <= 255
    else:
        assert (answer.status_code, answer.json()["name"]) == (201, kept)


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415, "unsupported_type"),
        ({"Content-Type": "text/csv"}, b"a,b\n", 415, "unsupported_type"),
        ({}, b"", 415, "unsupported_type"),
        ({"Content-Type": "multipart/form-data"}, b"x", 400, "bad_multipart"),
        ({"Content-Type": "multipart/form-data; boundary=B"}, b"junk", 400, "bad_multipart"),
        ({"Content-Type": "multipart/form-data; boundary=B"}, b"--B--\r\n", 422, "file_missing"),
        ({"Content-Type": "multipart/form-data; boundary=B"}, b"", 400, "body_incomplete"),
    ],
)
def test_request_that_is_no_form_with_a_file_is_refused(ann, headers, body, status, code):
    assert is_problem(ann.post("/files", headers=headers, content=body), status, code)
    assert ann.get("/files").json() == []


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        (b"a,b\n1,2\n", "body_incomplete"),
        (
            b'a\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nb\r\n--B--\r\n',
            "too_many_files",
        ),
        (b"a\r\n--B\r\nContent-Dispo\x00sition: x\r\n\r\n", "bad_multipart"),
    ],
)
def test_form_that_breaks_after_its_file_began_leaves_nothing(ann, tail, code):
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + tail

    answer = ann.post("/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=B"})

    assert is_problem(answer, 400, code)
    assert ann.get("/files").json() == []


def test_upload_that_is_cut_leaves_nothing(ann, shared_server):
    url = urlsplit(shared_server.url)
    head = (
        f"POST /files HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: {ann.headers['authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 5000000\r\n\r\n"
        '--B\r\nContent-Disposition: form-data; name="file"; filename="cut.csv"\r\n\r\n'
    )
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(head.encode() + b"a,b\n" * 500_000)
        wait_until(lambda: ann.get("/files").json(), "the upload is seen")

    wait_until(lambda: ann.get("/files").json() == [], "the upload is gone")


def test_login_is_asked_for_before_the_body_is_read(shared_server):
    url = urlsplit(shared_server.url)
    head = (
        f"POST /files HTTP/1.1\r\nHost: {url.netloc}\r\n"
        "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 5000000\r\n\r\n"
    )
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(head.encode())

        assert connection.recv(4096).startswith(b"HTTP/1.1 401")


def test_limits_hold_for_forms(start_server):
    server = start_server(max_size=1000, allowed_extensions=".csv,.TSV", workers=0)

    with server.login() as http:
        assert is_problem(http.post("/files", files={"file": ("a.csv", b"x" * 1001)}), 413, "too_large")
        refused = http.post("/upload", files={"file": ("a.exe", b"x")})
        assert is_problem(refused, 415, "extension_not_allowed")
        assert ".csv" in refused.json()["detail"]
        assert http.get("/files").json() == []
        assert upload(http, "a.tsv", b"x" * 1000)["size"] == 1000


def test_page_of_another_site_can_not_upload(shared_server):
    with shared_server.client() as http:
        http.post("/login", json={"username": "test", "password": "password"})
        answer = http.post("/files", files={"file": ("a.csv", b"a\n1\n")}, headers={"Sec-Fetch-Site": "cross-site"})

    assert is_problem(answer, 403, "cross_site")


# One file


def test_upload_in_progress_has_an_entry_and_no_content(ann):
    file_id = begin(ann, 100)
    ann.patch(
        f"/files/{file_id}",
        headers=TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        content=b"a,b\n" * 10,
    )

    entry = ann.get(f"/files/{file_id}").json()
    told = ann.get(f"/files/{file_id}/progress").json()

    assert (entry["status"], entry["offset"], entry["size"], entry["content"]) == ("uploading", 40, 100, None)
    assert set(told) == {"file_id", "status", "progress", "upload", "parse", "ahead"}
    assert told["upload"] == {"offset": 40, "size": 100}
    assert told["progress"] >= 20
    assert is_problem(ann.get(f"/files/{file_id}/content"), 409, "upload_unfinished")


@pytest.mark.parametrize(
    "file_id", ["x", "../../etc/passwd", "%2e%2e", "A" * 24, "A" * 5000, "\u00fc", "a%00b", "WaI37GxmLH_cJtbeCu22PcnZ"]
)
@pytest.mark.parametrize("tail", ["", "/progress", "/content", "/rejects"])
def test_unknown_id_is_not_found_whatever_it_looks_like(ann, file_id, tail):
    answer = ann.get(f"/files/{file_id}{tail}", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("prefix", ["/files/", "/api/files/"])
def test_trailing_slash_makes_no_difference(ann, prefix):
    file_id = upload(ann)["id"]
    entry_when(ann, file_id)

    assert ann.get(f"{prefix}{file_id}").json() == ann.get(f"{prefix}{file_id}/").json()
    for tail in ("progress", "rejects"):
        assert ann.get(f"{prefix}{file_id}/{tail}").json() == ann.get(f"{prefix}{file_id}/{tail}/").json()


# Options for reading


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"types": "d:klingon"}, "invalid_value"),
        ({"types": "d"}, "invalid_value"),
        ({"delimiter": "ab"}, "invalid_value"),
        ({"encoding": "klingon"}, "invalid_value"),
        ({"skip": "-1"}, "invalid_value"),
        ({"comment": "##"}, "invalid_value"),
        ({"missing": "n\nv"}, "bad_option"),
        ({"delimeter": ";"}, "bad_option"),
    ],
)
def test_option_that_cannot_be_meant_is_refused_by_name_before_anything_is_stored(ann, told, code):
    name = next(iter(told))
    before = ann.get("/files").headers["x-total-count"]

    form = ann.post("/files", data=told, files={"file": ("a.csv", b"a\n1\n")})
    metadata = f"filename YS5jc3Y=,{name} {base64.b64encode(told[name].encode()).decode()}"
    creation = TUS | {"Upload-Length": "4", "Upload-Metadata": metadata}
    tus = ann.post("/files", headers=creation)

    assert is_problem(form, 422, code)
    assert name.removesuffix("s") in form.json()["detail"]
    assert ann.get("/files").headers["x-total-count"] == before or name == "delimeter"
    # What a client calls its own metadata is its own affair.
    assert tus.status_code == (201 if name == "delimeter" else 422)


def test_fields_of_a_form_tell_how_the_file_is_read(ann):
    told = {"delimiter": ";", "skip": "1", "comment": "#", "types": "p:decimal(18,2),n:text", "name": "a.csv"}

    made = ann.post("/upload", data=told, files={"file": ("a.csv", b"by me\nn;p\n#;0\n1;2.50\n")}).json()

    assert entry_when(ann, made["id"])["content"]["columns"] == [
        {"name": "n", "type": "text", "style": "text", "missing": {}, "offers": None},
        {"name": "p", "type": "decimal(18,2)", "style": "0.0", "missing": {}, "offers": None},
    ]


def test_field_behind_the_file_is_refused_where_it_would_have_been_an_option(ann):
    file = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na\n1\n\r\n'
    late = b'--B\r\nContent-Disposition: form-data; name="delimiter"\r\n\r\n;\r\n--B--\r\n'

    answer = ann.post("/files", content=file + late, headers={"Content-Type": "multipart/form-data; boundary=B"})

    assert is_problem(answer, 422, "bad_option")


def test_types_that_could_not_be_taken_are_told(ann):
    made = ann.post("/files?types=a:int64,z:text", files={"file": ("a.csv", b"a,b\n007,1\n")}).json()

    warnings = entry_when(ann, made["id"])["warnings"]

    assert [each["code"] for each in warnings] == ["type_not_taken", "unknown_column"]


# Changing


def test_file_is_renamed(ann):
    file_id = upload(ann)["id"]

    answer = ann.patch(f"/files/{file_id}", json={"name": "../new name.csv"})

    assert (answer.status_code, answer.json()["name"]) == (200, "new name.csv")
    assert set(answer.json()) == FIELDS
    assert ann.get(f"/files/{file_id}").json()["name"] == "new name.csv"


def test_shared_file_is_read_by_everybody_and_changed_by_its_owner_alone(ann, bob):
    file_id = upload(ann)["id"]
    entry_when(ann, file_id)
    path = f"/files/{file_id}"
    assert bob.get(path).status_code == 404

    assert ann.patch(path, json={"shared": True}).json()["shared"] is True

    seen = bob.get(path)
    assert (seen.status_code, seen.json()["owner"]) == (200, ann.get("/me").json()["username"])
    assert bob.get(f"{path}/content").content == ann.get(f"{path}/content").content
    assert file_id in [entry["id"] for entry in bob.get("/files").json()]
    for refused in (bob.patch(path, json={"name": "mine"}), bob.patch(path, json={"shared": False}), bob.delete(path)):
        assert is_problem(refused, 403, "forbidden")
    assert ann.patch(path, json={"shared": False}).json()["shared"] is False
    assert bob.get(path).status_code == 404
    assert file_id not in [entry["id"] for entry in bob.get("/files").json()]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "invalid_value"),
        (b"{", 400, "bad_json"),
        (b"{}", 422, "invalid_value"),
        (b"[]", 422, "invalid_value"),
        (b'{"name": ""}', 422, "invalid_value"),
        (b'{"name": 5}', 422, "invalid_value"),
        (b'{"shared": "yes"}', 422, "invalid_value"),
        (b'{"shared": 1}', 422, "invalid_value"),
        (b'{"owner_id": "x"}', 422, "invalid_value"),
        (b'{"name": "a.csv", "status": "done"}', 422, "invalid_value"),
        (b'{"name": "%b"}' % (b"x" * 2000), 422, "invalid_value"),
        (b'{"name": "%b"}' % (b"x" * 100_000), 413, "too_large"),
        (b'{"name": "\\ud800"}', 422, "invalid_value"),
    ],
)
def test_change_that_makes_no_sense_is_refused(ann, content, status, code):
    file_id = upload(ann)["id"]

    answer = ann.patch(f"/files/{file_id}", content=content, headers={"Content-Type": "application/json"})

    assert is_problem(answer, status, code)
    assert ann.get(f"/files/{file_id}").json()["name"] == "table.csv"


def test_name_that_is_nothing_after_cleaning_is_still_a_name(ann):
    file_id = upload(ann)["id"]

    assert ann.patch(f"/files/{file_id}", json={"name": "\u202e\x01"}).json()["name"]


# Deleting


def test_deleted_file_is_gone_with_its_bytes(ann, shared_server):
    file_id = upload(ann)["id"]
    entry_when(ann, file_id)
    assert (shared_server.data_dir / "parquet" / file_id).is_dir()

    answer = ann.delete(f"/files/{file_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert is_problem(ann.get(f"/files/{file_id}"), 404, "not_found")
    assert is_problem(ann.delete(f"/files/{file_id}"), 404, "not_found")
    assert not list((shared_server.data_dir / "uploads").rglob(f"{file_id}*"))
    assert not (shared_server.data_dir / "parquet" / file_id).exists()


def test_upload_in_progress_can_be_deleted(ann):
    file_id = begin(ann)

    assert ann.delete(f"/files/{file_id}").status_code == 204
    assert ann.head(f"/files/{file_id}", headers=TUS).status_code in {404, 410}


def test_many_uploads_at_once_are_all_kept_apart(ann, shared_server):
    made = {}

    def send(number):
        with shared_server.client(headers=ann.headers) as http:
            content = f"n\n{number}\n".encode() * 1000
            made[upload(http, f"{number}.csv", content)["id"]] = content

    threads = [threading.Thread(target=send, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 24
    for file_id, content in made.items():
        assert ann.get(f"/files/{file_id}/content").content == content
