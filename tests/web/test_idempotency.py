"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a creation that is asked for again makes nothing new."""

from __future__ import annotations

import base64
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from live_server import wait_until
from problems import is_problem
from tus_calls import TUS

_keys = itertools.count(1)
NAME = "filename " + base64.b64encode(b"a.csv").decode()


@pytest.fixture
def key() -> dict[str, str]:
    return {"Idempotency-Key": f'"key-{next(_keys)}"'}


def create(http: httpx.Client, key: dict[str, str], length: int = 8, body: bytes | None = None, **more: str):
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": NAME, **more, **key}
    if body is not None:
        headers["Content-Type"] = "application/offset+octet-stream"
    return http.post("/files", headers=headers, content=body)


def form(http: httpx.Client, key: dict[str, str], content: bytes = b"a,b\n1,2\n", path: str = "/files", **data: str):
    return http.post(path, files={"file": ("a.csv", content, "text/csv")}, data=data, headers=key)


def count(http: httpx.Client) -> int:
    return int(http.get("/files").headers["X-Total-Count"])


def test_a_creation_that_is_asked_for_again_leads_to_the_same_upload(ann, bob, key):
    first, again = create(ann, key), create(ann, key)
    bare = {"Idempotency-Key": key["Idempotency-Key"].strip('"')}

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == again.headers["Location"] == create(ann, bare).headers["Location"]
    assert create(bob, key).headers["Location"] != first.headers["Location"]
    assert (count(ann), count(bob)) == (1, 1)


def test_another_request_with_the_key_is_refused(ann, key):
    assert create(ann, key).status_code == 201

    assert is_problem(create(ann, key, length=9), 422, "idempotency_key_reused")
    assert is_problem(form(ann, key), 422, "idempotency_key_reused")
    assert is_problem(ann.post("/fetch", json={"url": "http://1.1.1.1/"}, headers=key), 422, "idempotency_key_reused")
    assert count(ann) == 1


@pytest.mark.parametrize("body", [b"a,b\n1,2\n", b"a,b\n"])
def test_bytes_that_came_along_are_not_stored_twice(ann, key, body):
    first, again = create(ann, key, body=body), create(ann, key, body=body)

    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["Upload-Offset"] == again.headers["Upload-Offset"] == str(len(body))
    assert is_problem(create(ann, key, body=body[::-1]), 422, "idempotency_key_reused")
    assert count(ann) == 1


def test_after_more_bytes_the_answer_tells_where_it_goes_on(ann, key):
    place = create(ann, key).headers["Location"]
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert ann.patch(place, headers=headers, content=b"a,b\n").status_code == 204

    again = create(ann, key)

    assert again.headers["Location"] == place
    assert ann.head(place, headers=TUS).headers["Upload-Offset"] == "4"


@pytest.mark.parametrize("path", ["/files", "/upload", "/api/files"])
def test_a_form_that_is_sent_again_is_the_same_file(ann, key, path):
    first, again = form(ann, key, path=path, delimiter=","), form(ann, key, path=path, delimiter=",")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["file_id"] == again.json()["file_id"]
    for other in (b"a,b\n1,3\n", b"a,b\n", b"a,b\n1,2\n3,4\n"):
        assert is_problem(form(ann, key, other, path, delimiter=","), 422, "idempotency_key_reused")
    assert is_problem(form(ann, key, path=path, delimiter=";"), 422, "idempotency_key_reused")
    assert count(ann) == 1


def test_what_was_refused_may_be_asked_for_again(ann, key):
    assert form(ann, key, delimiter="two characters").status_code == 422

    assert form(ann, key).status_code == 201


def test_with_the_file_its_key_is_forgotten(ann, key):
    first = form(ann, key).json()["id"]
    ann.delete(f"/files/{first}").raise_for_status()

    assert form(ann, key).json()["id"] != first


@pytest.mark.parametrize("value", ["", '""', "x" * 256, "a b"])
def test_what_is_no_key_is_refused(ann, value):
    assert is_problem(create(ann, {"Idempotency-Key": value}), 400, "bad_idempotency_key")
    assert is_problem(form(ann, {"Idempotency-Key": value}), 400, "bad_idempotency_key")


def test_of_many_at_the_same_time_one_makes_the_file(ann, key):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: create(ann, key), range(8)))

    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.headers["Location"] for each in answers if each.status_code == 201}) == 1
    assert count(ann) == 1


def test_while_the_first_one_sends_its_form_another_is_told_to_wait(ann, key):
    sent, release = threading.Event(), threading.Event()

    def body():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n'
        sent.set()
        release.wait(20)
        yield b"3,4\n\r\n--x--\r\n"

    headers = {**key, "Content-Type": "multipart/form-data; boundary=x"}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ann.post, "/files", headers=headers, content=body())
        assert sent.wait(20)
        wait_until(lambda: count(ann), "the file of the first request")
        try:
            same = b"".join(
                [b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n', b"a\r\n--x--\r\n"]
            )
            assert is_problem(ann.post("/files", headers=headers, content=same), 409, "idempotency_key_in_use")
        finally:
            release.set()
        assert first.result().status_code == 201
    assert count(ann) == 1
