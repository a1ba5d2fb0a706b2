"""The list of files: its pages, its order, and what narrows it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest

from live_server import entry_when
from problems import is_problem
from web.form_uploads import TUS, begin, upload

# The list


def test_empty_list(ann):
    answer = ann.get("/files")

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["x-total-count"] == "0"
    assert "link" not in answer.headers


def next_page(answer):
    if "link" not in answer.headers:
        return None
    found = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers["link"])
    assert found is not None
    return found[1]


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


# Whether bytes are there


def test_own_files_are_found_by_their_bytes(ann, bob):
    bytes_ = b"n\n1\n"
    digest = hashlib.sha256(bytes_).hexdigest()
    first, second = (upload(ann, name, bytes_)["id"] for name in ("a.csv", "b.csv"))
    upload(bob, "c.csv", bytes_)
    begin(ann, 100)
    for each in (first, second):
        entry_when(ann, each, "done")

    def found(sha256: str = digest, size: int = 4) -> list[str]:
        answer = ann.post("/files/exists", json={"sha256": sha256, "size": size})
        assert answer.status_code == 200
        assert answer.json()["total"] == len(answer.json()["files"])
        return [each["id"] for each in answer.json()["files"]]

    assert found() == found(digest.upper()) == [second, first]
    assert found(size=5) == found("0" * 64) == []
    assert ann.delete(f"/files/{first}").status_code == 204
    assert found() == [second]
    for body in ({"sha256": digest}, {"size": 4}, {"sha256": "x", "size": 4}, {"sha256": digest, "size": -1}, {}):
        assert is_problem(ann.post("/files/exists", json=body), 422, "invalid_value")


def test_files_are_tagged_by_their_owner_and_listed_and_packed_by_tags(ann, bob):
    ids = [ann.post("/files", files={"file": (f"{name}.bin", name.encode())}).json()["id"] for name in ("a", "b", "c")]
    tagged = ann.patch(f"/files/{ids[0]}", json={"tags": ["Q4  2025", "q4 2025", "Rechnung"]})
    assert tagged.json()["tags"] == ["Q4 2025", "Rechnung"]
    assert ann.patch(f"/files/{ids[1]}", json={"tags": ["rechnungen", "Q4 2025"], "shared": True}).is_success

    def found(http, *tags):
        return {each["id"] for each in http.get("/files", params={"tag": list(tags)}).json()} & set(ids)

    assert found(ann, "RECHNUNG") == {ids[0]}
    assert found(ann, "q4 2025") == {ids[0], ids[1]}
    assert found(ann, "Q4 2025", "rechnungen") == {ids[1]}
    assert found(ann, "Q4") == found(ann, "%") == set()
    assert found(bob, "q4 2025") == {ids[1]}
    assert ann.get("/files", params={"tag": "q4 2025", "limit": 1}).headers["x-total-count"] == "2"
    packed = ann.get("/files/archive", params={"tag": "q4 2025"})
    assert sorted(zipfile.ZipFile(io.BytesIO(packed.content)).namelist()) == ["a.bin", "b.bin"]
    assert is_problem(ann.get("/files/archive", params={"tag": "none"}), 422, "invalid_value")

    assert bob.patch(f"/files/{ids[1]}", json={"tags": []}).status_code == 403
    assert ann.patch(f"/files/{ids[0]}", json={"tags": []}).json()["tags"] == []
    for wrong in (["a,b"], [" "], ["x" * 65], ["a\x01b"], ["t"] * 51):
        assert is_problem(ann.patch(f"/files/{ids[0]}", json={"tags": wrong}), 422, "invalid_value")
