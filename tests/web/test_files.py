import base64
import hashlib
import random
import re
import socket
import threading
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from live_server import entry_when, wait_until
from problems import is_problem

TUS = {"Tus-Resumable": "1.0.0"}
FIELDS = {
    "id", "name", "size", "offset", "content_type", "status", "progress", "error", "uploaded_at", "finished_at",
    "row_count", "reject_count", "warnings", "parquet_path", "dataset_id", "sha256", "owner", "shared", "role", "path", "ahead",
}  # fmt: skip


def upload(http, name="table.csv", content=b"a,b\n1,x\n2,y\n", kind="text/csv", path="/files"):
    answer = http.post(path, files={"file": (name, content, kind)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def begin(http, size=10, name="begun.csv"):
    """Create an upload by tus that has no byte yet; return its id."""
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = http.post("/files", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata})
    assert answer.status_code == 201
    return answer.headers["location"].rsplit("/", 1)[1]


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
        {"name": "a", "type": "int64", "style": "0"},
        {"name": "b", "type": "text", "style": "text"},
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


# The list


def test_empty_list(ann):
    answer = ann.get("/files")

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["x-total-count"] == "0"
    assert "link" not in answer.headers


def next_page(answer):
    return re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers["link"])[1] if "link" in answer.headers else None


def walk(http, path):
    """Follow the list from page to page; return the pages."""
    pages = []
    while path is not None:
        answer = http.get(path)
        assert answer.status_code == 200
        pages.append(answer.json())
        path = next_page(answer)
    return pages


@pytest.fixture(scope="module")
def library(shared_server):
    """A user with nine finished files of different names and sizes, and one that is still being uploaded."""
    http = shared_server.register("librarian", "the secret of the librarian")
    sizes = [30, 10, 20, 20, 20, 50, 40, 70, 60]
    for number, size in enumerate(sizes):
        name = f"{'abcabcabc'[number]}-{number}.csv"
        entry_when(http, upload(http, name, b"n\n" + b"1\n" * size)["id"])
    begin(http, name="unfinished_100%.csv")
    yield http
    http.close()


@pytest.mark.parametrize("sort", ["uploaded_at", "name", "size", "row_count", "status", "finished_at"])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_pages_hold_every_file_once_in_order(library, sort, sign, limit):
    pages = walk(library, f"/files?limit={limit}&sort={sign}{sort}")

    entries = [entry for page in pages for entry in page]
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert len({entry["id"] for entry in entries}) == len(entries) == 10
    keys = [
        (entry[sort] is not None, entry[sort] or 0) if entry[sort] is None else (True, entry[sort]) for entry in entries
    ]
    assert keys == sorted(
        keys, key=lambda key: (key[0], str(key[1]) if isinstance(key[1], str) else key[1]), reverse=bool(sign)
    )


def test_list_shows_the_newest_first(library):
    times = [entry["uploaded_at"] for entry in library.get("/files").json()]

    assert times == sorted(times, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in times)


def test_next_link_keeps_prefix_and_filters(library):
    link = next_page(library.get("/api/files/", params={"limit": 2, "q": ".csv", "status": "done"}))

    assert urlsplit(link).path == "/api/files"
    query = parse_qs(urlsplit(link).query)
    assert (query["limit"], query["q"], query["status"]) == (["2"], [".csv"], ["done"])
    assert library.get(link).headers["x-total-count"] == "9"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=done", 9),
        ("status=uploading", 1),
        ("status=error", 0),
        ("status=done,uploading", 10),
        ("q=a-", 3),
        ("q=A-", 3),
        ("q=CSV", 10),
        ("q=100%25", 1),
        ("q=%25", 1),
        ("q=_", 1),
        ("q=nothing", 0),
        ("q=", 10),
        ("q=b-&status=done", 3),
        ("q=%27%20OR%201=1--", 0),
        ("owner=me", 10),
        ("owner=others", 0),
        ("kind=table", 9),
        ("kind=other&status=uploading", 1),
        ("since=2000-01-01T00:00:00Z", 10),
        ("since=2999-01-01T00:00:00%2B02:00", 0),
        ("sha256=" + "0" * 64, 0),
    ],
)
def test_list_is_narrowed_by_what_the_query_says(library, query, count):
    answer = library.get(f"/files?{query}")

    assert (answer.status_code, len(answer.json())) == (200, count)
    assert answer.headers["x-total-count"] == str(count)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "invalid_value"),
        ("limit=1001", 422, "invalid_value"),
        ("limit=x", 422, "invalid_value"),
        ("limit=-1", 422, "invalid_value"),
        ("sort=password_hash", 422, "invalid_value"),
        ("sort=", 422, "invalid_value"),
        ("sort=--name", 422, "invalid_value"),
        ("status=gone", 422, "invalid_value"),
        ("status=done;drop", 422, "invalid_value"),
        ("q=" + "x" * 300, 422, "invalid_value"),
        ("q=a%00b", 422, "invalid_value"),
        ("owner=nobody", 422, "invalid_value"),
        ("kind=picture", 422, "invalid_value"),
        ("since=yesterday", 422, "invalid_value"),
        ("since=2026-01-01T00:00:00", 422, "invalid_value"),
        ("sha256=xyz", 422, "invalid_value"),
        ("cursor=x", 400, "bad_cursor"),
        ("cursor=%00", 400, "bad_cursor"),
        ("cursor=" + "A" * 5000, 400, "bad_cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b'["name","a","x"]').decode(), 400, "bad_cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b'["uploaded_at","never","x"]').decode(), 400, "bad_cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b'["uploaded_at",5,"x"]').decode(), 400, "bad_cursor"),
        ("sort=size&cursor=" + base64.urlsafe_b64encode(b'["size",1e400,"x"]').decode(), 400, "bad_cursor"),
        (
            "sort=size&cursor=" + base64.urlsafe_b64encode(b'["size",99999999999999999999,"x"]').decode(),
            400,
            "bad_cursor",
        ),
    ],
)
def test_question_that_makes_no_sense_is_refused(library, query, status, code):
    assert is_problem(library.get(f"/files?{query}"), status, code)


def test_page_does_not_move_when_files_come_and_go(ann):
    ids = [upload(ann, f"{number}.csv")["id"] for number in range(6)]
    first = ann.get("/files?limit=3&sort=uploaded_at")
    ann.delete(f"/files/{ids[0]}")
    upload(ann, "late.csv")

    second = ann.get(next_page(first))

    assert [entry["id"] for entry in second.json()] == ids[3:6]


def test_parts_of_concatenations_are_not_listed(ann):
    answer = ann.post("/files", headers=TUS | {"Upload-Length": "3", "Upload-Concat": "partial"})
    assert answer.status_code == 201

    assert ann.get("/files").json() == []


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


# The bytes


@pytest.fixture(scope="module")
def stored(shared_server):
    """A logged-in client, the id of a finished file, and its bytes."""
    content = random.Random(3).randbytes(1_300_000)
    http = shared_server.register("downloader", "the secret of the downloader")
    file_id = upload(http, 'Zoë "2026"\u2028.bin', content, "application/octet-stream")["id"]
    entry_when(http, file_id)
    yield http, f"/files/{file_id}/content", content
    http.close()


def test_download_is_whole_and_never_shown_by_a_browser(stored):
    http, path, content = stored

    answer = http.get(path)

    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    shown = re.fullmatch(
        r"attachment; filename=\"([ -~]+)\"; filename\*=UTF-8''(.+)", answer.headers["content-disposition"]
    )
    assert (shown[1], unquote(shown[2])) == ("Zo_ _2026_.bin", 'Zoë "2026".bin')


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/pdf"])
def test_active_content_is_served_as_plain_bytes(ann, kind):
    file_id = upload(ann, "page.html", b"<script>alert(1)</script>", kind)["id"]

    answer = ann.get(f"/files/{file_id}/content")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("field", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=1299990-", 1299990, 1300000),
        ("bytes=-7", 1299993, 1300000),
    ],
)
def test_one_range_is_a_part(stored, field, start, end):
    http, path, content = stored

    answer = http.get(path, headers={"Range": field})

    assert (answer.status_code, answer.content) == (206, content[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(content)}"
    assert answer.headers["content-length"] == str(end - start)


def test_several_ranges_come_in_parts_with_their_places(stored):
    http, path, content = stored

    answer = http.get(path, headers={"Range": "bytes=0-9, 700000-700009, -5"})

    assert answer.status_code == 206
    boundary = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", answer.headers["content-type"])[1].encode()
    assert answer.headers["content-length"] == str(len(answer.content))
    parts = answer.content.split(b"\r\n--" + boundary)
    assert parts[-1] == b"--\r\n"
    bodies = [part.partition(b"\r\n\r\n")[2] for part in parts[1:-1]]
    assert bodies == [content[:10], content[700000:700010], content[-5:]]
    assert b"Content-Range: bytes 700000-700009/1300000" in parts[2]


def test_range_behind_the_end_is_not_satisfiable(stored):
    http, path, content = stored

    answer = http.get(path, headers={"Range": f"bytes={len(content)}-"})

    assert is_problem(answer, 416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(content)}"


@pytest.mark.parametrize(
    "field", ["bytes=5-1", "items=0-1", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2000, 2))]
)
def test_range_that_is_not_understood_gets_the_whole(stored, field):
    http, path, content = stored

    answer = http.get(path, headers={"Range": field})

    assert (answer.status_code, len(answer.content)) == (200, len(content))


def test_conditions_follow_the_etag(stored):
    http, path, content = stored
    etag = http.get(path, headers={"Range": "bytes=0-0"}).headers["etag"]

    assert http.get(path, headers={"Range": "bytes=0-4", "If-Range": etag}).content == content[:5]
    assert http.get(path, headers={"Range": "bytes=0-4", "If-Range": '"other"'}).status_code == 200
    unchanged = http.get(path, headers={"If-None-Match": f'"other", {etag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == etag
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_says_the_same_as_get_without_the_bytes(stored):
    http, path, _ = stored
    ignored = {"date", "server", "connection", "keep-alive"}

    got, head = http.get(path), http.head(path)

    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in head.headers if name not in ignored} == {
        name: got.headers[name] for name in got.headers if name not in ignored
    }
    assert http.head(path, headers={"Range": "bytes=0-4"}).headers["content-length"] == got.headers["content-length"]


def test_head_of_other_routes_has_no_body(stored):
    http, _, _ = stored

    for each in ("/files", "/me", "/livez"):
        head, got = http.head(each), http.get(each)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]


def test_empty_file_can_be_downloaded(ann):
    file_id = upload(ann, "empty.csv", b"")["id"]

    answer = ann.get(f"/files/{file_id}/content")

    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert ann.get(f"/files/{file_id}/content", headers={"Range": "bytes=0-"}).status_code == 416


def test_download_that_is_left_early_frees_the_file(stored, shared_server):
    http, path, _ = stored
    process = shared_server.processes()[0]

    for _ in range(20):
        with http.stream("GET", path) as answer:
            next(answer.iter_bytes(1000))

    wait_until(lambda: process.num_fds() < 200 and not _open_uploads(process), "uploads are closed")


def _open_uploads(process):
    return [file for file in process.open_files() if "/uploads/" in file.path]


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
        ({"path": "data.items"}, "bad_option"),
        ({"missing": "NA"}, "bad_option"),
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
    assert name.removesuffix("s").replace("skip", "skip_rows") in form.json()["detail"]
    assert ann.get("/files").headers["x-total-count"] == before or name == "delimeter"
    # What a client calls its own metadata is its own affair.
    assert tus.status_code == (201 if name == "delimeter" else 422)


def test_fields_of_a_form_tell_how_the_file_is_read(ann):
    told = {"delimiter": ";", "skip": "1", "comment": "#", "types": "p:decimal(18,2),n:text", "name": "a.csv"}

    made = ann.post("/upload", data=told, files={"file": ("a.csv", b"by me\nn;p\n#;0\n1;2.50\n")}).json()

    assert entry_when(ann, made["id"])["content"]["columns"] == [
        {"name": "n", "type": "text", "style": "text"},
        {"name": "p", "type": "decimal(18,2)", "style": "0.0"},
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


# Rejects


BROKEN = b"a,b\n" + b"1,2\n" * 50 + b"1,2,3,4\n" + b"3,4\n" * 50 + b"5,6,7\n"


def test_rejects_are_listed_page_by_page_and_as_csv(ann):
    file_id = upload(ann, "broken.csv", BROKEN)["id"]
    entry = entry_when(ann, file_id)
    if not entry["reject_count"]:
        pytest.fail(f"the file has rows of a wrong width, but nothing was rejected: {entry}")

    whole = ann.get(f"/files/{file_id}/rejects").json()
    first = ann.get(f"/files/{file_id}/rejects?limit=1").json()
    second = ann.get(f"/files/{file_id}/rejects", params={"limit": 1, "cursor": first["next"]}).json()
    csv = ann.get(f"/files/{file_id}/rejects?format=csv")

    assert whole["total"] == entry["reject_count"] == 2
    assert [item["line"] for item in whole["items"]] == [52, 103]
    assert set(whole["items"][0]) == {"line", "byte", "column", "code", "text", "row"}
    assert [item["row"] for item in whole["items"]] == [50, 100]
    assert whole["next"] is None
    assert first["items"] + second["items"] == whole["items"]
    assert second["next"] is None
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.headers["content-disposition"].startswith("attachment")
    assert csv.text.splitlines()[0] == "line,byte,column,code,text"
    assert len(csv.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("above", "odd", "end", "row"),
    [
        (b"a,b\n", b"", b"\n", 20),
        (b"a,b\n", b"", b"", 20),
        (b"A title\n\n# a comment\na,b\n", b"", b"\n", 20),
        (b"", b"", b"\n", 20),
        (b"a,b\n", b'1,"x\ny"\n', b"\n", None),
        (b"a,b\n", b'1,"x\ny"\n', b"", None),
        (b"a,b\n", b"# a comment\n", b"\n", None),
    ],
    ids=["header", "no end", "title", "no header", "two lines", "two lines, no end", "comment"],
)
def test_reject_tells_the_rows_before_it_where_lines_are_certain(ann, above, odd, end, row):
    body = b"".join(b"%d,x\n" % n for n in range(20))
    file_id = upload(ann, "broken.csv", above + odd + body + b"1,2,3,4\n" + body + b"7,x" + end)["id"]
    entry_when(ann, file_id)

    items = ann.get(f"/files/{file_id}/rejects").json()["items"]

    assert [(item["text"], item["row"]) for item in items] == [("1,2,3,4", row)]


def test_warnings_of_a_conversion_are_in_the_entry_and_in_the_list(ann):
    file_id = upload(ann, "odd.csv", b"a,b\n" + b"1,2\n" * 50 + b'# as "told"\n' + b"3,4\n")["id"]

    entry = entry_when(ann, file_id)

    assert entry["warnings"] == [{"code": "comment_line", "line": 52, "count": 1, "text": '# as "told"'}]
    listed = next(each for each in ann.get("/files").json() if each["id"] == file_id)
    assert listed["warnings"] == entry["warnings"]


def test_rejects_of_a_clean_file_are_none(ann):
    file_id = upload(ann)["id"]

    assert ann.get(f"/files/{file_id}/rejects").json() == {"total": 0, "items": [], "next": None}
    assert ann.get(f"/files/{file_id}/rejects?format=csv").text == "line,byte,column,code,text\r\n"
    assert is_problem(ann.get(f"/files/{file_id}/rejects?cursor=x"), 400, "bad_cursor")
    assert is_problem(ann.get(f"/files/{file_id}/rejects?limit=0"), 422, "invalid_value")
    assert is_problem(ann.get(f"/files/{file_id}/rejects?format=xml"), 422, "invalid_value")


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


def sent_from_a_folder(http, relative_path):
    told = {"filename": "a.csv", "relativePath": relative_path}
    metadata = ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in told.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": metadata}
    return http.post("/files", headers=headers).headers["Location"].rpartition("/")[2]


@pytest.mark.parametrize(
    ("relative_path", "path"),
    [
        ("quay/north/a.csv", "quay/north"),
        ("/quay//./north/../a.csv", "quay/north"),
        ("quay\\north\\a.csv", "quay/north"),
        ("qu\u202eay/a.csv", "quay"),
        ("a.csv", None),
        ("null", None),
        ("/a.csv", None),
    ],
)
def test_a_file_of_an_uploaded_folder_keeps_where_it_was(ann, relative_path, path):
    file_id = sent_from_a_folder(ann, relative_path)

    assert ann.get(f"/files/{file_id}").json()["path"] == path


def test_a_file_is_found_by_its_folder(ann):
    file_id = sent_from_a_folder(ann, "Harbour/East/a.csv")
    sent_from_a_folder(ann, "Elsewhere/a.csv")

    found = ann.get("/files", params={"q": "harbour/ea"}).json()

    assert [entry["id"] for entry in found] == [file_id]
