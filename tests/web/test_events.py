import base64
import re
import time
from functools import partial

import pytest

from event_stream import EventStream, Told
from live_server import entry_when, wait_until

TUS = {"Tus-Resumable": "1.0.0"}


def upload(http, name="table.csv", content=b"a,b\n1,x\n"):
    answer = http.post("/files", files={"file": (name, content, "text/csv")})
    assert answer.status_code == 201
    return answer.json()["id"]


def begin(http, size):
    metadata = f"filename {base64.b64encode(b'begun.csv').decode()}"
    answer = http.post("/files", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata})
    return answer.headers["location"].rsplit("/", 1)[1]


def append(http, file_id, offset, content):
    headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    assert http.patch(f"/files/{file_id}", headers=headers, content=content).status_code == 204


def number_of(told: Told) -> int:
    assert told.id is not None
    return int(told.id)


def ended(stream, file_id):
    """Return the event that tells that the file is done."""
    updates = (one for one in stream.of(file_id) if one.kind == "file.updated")
    return next((one for one in updates if one.data["file"]["status"] == "done"), None)


def told_to_its_end(http):
    """Upload a table; return its id when nothing more is to be told of it."""
    with EventStream(http) as stream:
        file_id = upload(http)
        wait_until(lambda: ended(stream, file_id), "the end of the conversion")
    return file_id


@pytest.mark.parametrize("path", ["/events", "/api/events", "/events/"])
def test_stream_opens_at_once_and_says_how_to_come_back(ann, path):
    started = time.monotonic()

    with EventStream(ann, path=path) as stream:
        assert time.monotonic() - started < 10
        assert stream.status == 200
        assert stream.headers is not None
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "private, no-store"
        assert stream.headers["x-accel-buffering"] == "no"
        wait_until(lambda: "" in stream.lines, "the first block")
        assert any(re.fullmatch(r"retry: [0-9]+", line) for line in stream.lines)
        assert any(re.fullmatch(r"id: [0-9]+", line) for line in stream.lines)


def test_file_is_followed_from_its_creation_to_its_end(ann):
    with EventStream(ann) as stream:
        file_id = upload(ann)
        stream.wait_for("file.created", file_id)
        done = wait_until(lambda: ended(stream, file_id), "the end of the conversion")
        ann.patch(f"/files/{file_id}", json={"name": "renamed.csv"})
        ann.delete(f"/files/{file_id}")
        gone = stream.wait_for("file.deleted", file_id)

    entry = done.data["file"]
    assert (entry["row_count"], entry["progress"], entry["name"]) == (1, 100, "table.csv")
    assert gone.data == {"file_id": file_id}
    ids = [number_of(one) for one in stream.told]
    assert ids == sorted(ids)
    shown = [
        one.data["progress"] if "progress" in one.data else one.data["file"]["progress"]
        for one in stream.of(file_id)[:-1]
    ]
    assert shown == sorted(shown)


def test_created_event_carries_the_same_entry_as_the_list(ann):
    with EventStream(ann) as stream:
        file_id = begin(ann, 5)
        told = stream.wait_for("file.created", file_id)

    assert told.data["file"] == ann.get("/files").json()[0]


def test_progress_has_the_shape_of_the_progress_route(ann):
    with EventStream(ann) as stream:
        file_id = begin(ann, 1000)
        append(ann, file_id, 0, b"a,b\n" * 50)
        told = stream.wait_for("file.progress", file_id)

    assert set(told.data) == set(ann.get(f"/files/{file_id}/progress").json())
    assert told.data["upload"] == {"offset": 200, "size": 1000}


def test_progress_is_told_at_most_four_times_a_second(ann):
    with EventStream(ann) as stream:
        file_id = begin(ann, 1_000_000)
        started, offset = time.monotonic(), 0
        while time.monotonic() - started < 2 or offset < 3000:
            append(ann, file_id, offset, b"x" * 100)
            offset += 100
        wait_until(
            lambda: stream.of(file_id)[-1].data.get("upload", {}).get("offset") == offset,
            "the newest progress",
            5,
            0.01,
        )
        lasted = time.monotonic() - started

    moments = [one.at for one in stream.of(file_id) if one.kind == "file.progress"]
    assert len(moments) <= 4 * lasted + 2


def test_other_user_hears_of_shared_files_at_once_and_of_no_others(ann, bob):
    file_id = told_to_its_end(ann)

    with EventStream(bob) as stream:
        wait_until(lambda: "" in stream.lines, "the first block")
        private = upload(ann, "private.csv")
        ann.patch(f"/files/{file_id}", json={"shared": True})
        shared = time.monotonic()
        told = stream.wait_for("file.created", file_id)
        assert told.at - shared < 3
        ann.patch(f"/files/{file_id}", json={"name": "renamed.csv"})
        stream.wait_for("file.updated", file_id)
        ann.patch(f"/files/{file_id}", json={"shared": False})
        stream.wait_for("file.deleted", file_id)
        entry_when(ann, private)
        ann.patch(f"/files/{file_id}", json={"name": "hidden.csv"})
        last = upload(bob, "last.csv")
        stream.wait_for("file.created", last)

    assert told.data["file"]["owner"] == ann.get("/me").json()["username"]
    assert stream.of(private) == []
    assert stream.kinds(file_id) == ["file.created", "file.updated", "file.deleted"]
    assert "hidden.csv" not in "\n".join(stream.lines)


def test_owner_sees_sharing_as_a_change_of_the_file(ann):
    file_id = told_to_its_end(ann)

    with EventStream(ann) as stream:
        ann.patch(f"/files/{file_id}", json={"shared": True})
        told = stream.wait_for("file.updated", file_id)
        last = upload(ann, "last.csv")
        stream.wait_for("file.created", last)

    ann.delete(f"/files/{file_id}")
    assert told.data["file"]["shared"] is True
    assert stream.kinds(file_id) == ["file.updated"]


def test_two_browsers_of_one_user_hear_the_same(ann):
    with EventStream(ann) as one, EventStream(ann) as other:
        file_id = upload(ann)
        first, second = (stream.wait_for("file.created", file_id) for stream in (one, other))

    assert (first.id, first.data["file"]["id"]) == (second.id, second.data["file"]["id"])


@pytest.mark.parametrize("how", ["header", "query"])
def test_what_was_missed_is_told_after_coming_back(ann, how):
    with EventStream(ann) as stream:
        first = upload(ann, "first.csv")
        entry_when(ann, first)
        stream.wait_for("file.created", first)
        seen = stream.last_id
    missed = upload(ann, "missed.csv")
    removed = upload(ann, "removed.csv")
    entry_when(ann, missed)
    ann.delete(f"/files/{removed}")

    again = EventStream(ann, seen) if how == "header" else EventStream(ann, path=f"/events?last_event_id={seen}")
    with again as stream:
        created = stream.wait_for("file.created", missed)
        stream.wait_for("file.deleted", removed)
        live = upload(ann, "live.csv")
        stream.wait_for("file.created", live)

    assert created.data["file"]["status"] == "done"
    assert "file.created" not in stream.kinds(removed)
    ids = [number_of(one) for one in stream.told]
    assert ids == sorted(ids)
    assert seen is not None
    assert min(ids) > int(seen)


def test_id_of_another_database_asks_the_client_to_read_everything_again(ann):
    with EventStream(ann, 10**12) as stream:
        stream.wait_for("reset")
        file_id = upload(ann)
        told = stream.wait_for("file.created", file_id)

    assert number_of(told) < 10**12


@pytest.mark.parametrize("last", ["", "x", "-1", "1e3", "\u0661", "9" * 40])
def test_id_that_is_none_is_as_if_it_had_not_been_sent(ann, last):
    earlier = told_to_its_end(ann)

    with EventStream(ann, path=f"/events?last_event_id={last}") as stream:
        file_id = upload(ann)
        stream.wait_for("file.created", file_id)

    # How far it had come may be heard late: that is no event with an id, and never sent again.
    assert {each.kind for each in stream.of(earlier)} <= {"file.progress"}


def test_stream_ends_after_logout(shared_server, ann):
    name = ann.get("/me").json()["username"]
    with shared_server.login(name, f"the secret of {name}") as http, EventStream(http) as stream:
        wait_until(lambda: "" in stream.lines, "the first block")
        assert http.post("/logout").status_code == 204
        ended = time.monotonic()
        assert stream.ended.wait(6)
        assert time.monotonic() - ended < 5
        file_id = upload(ann)

    assert stream.of(file_id) == []


def test_busy_stream_ends_after_logout_too(shared_server, ann):
    name = ann.get("/me").json()["username"]
    with shared_server.login(name, f"the secret of {name}") as http, EventStream(http) as stream:
        file_id = begin(ann, 1_000_000)
        assert http.post("/logout").status_code == 204
        ended, offset = time.monotonic(), 0
        while not stream.ended.is_set():
            assert time.monotonic() - ended < 6
            append(ann, file_id, offset, b"x")
            offset += 1


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x.y.z"}, {"Cookie": "parquay_session=x"}])
def test_stream_needs_a_login(anybody, headers):
    answer = anybody.get("/events", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_page_of_another_site_can_not_hold_a_stream(shared_server):
    with shared_server.client() as http:
        http.post("/login", json={"username": "test", "password": "password"})
        answer = http.get("/events", headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


def test_head_of_a_stream_is_refused(ann):
    assert ann.head("/events").status_code == 405


def clients(http):
    found = re.search(r"^parquay_sse_clients (\S+)", http.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def test_stream_is_let_go_when_the_client_leaves(start_server):
    server = start_server(workers=0)
    with server.login() as http:
        streams = [EventStream(http) for _ in range(5)]
        for stream in streams:
            stream.__enter__()
        wait_until(lambda: clients(http) == 5, "five streams")
        for stream in streams:
            stream.close()
        wait_until(lambda: clients(http) == 0, "no stream")


def test_streams_end_when_the_server_stops_and_go_on_after_it_is_back(start_server):
    server = start_server()
    with server.login() as http:
        with EventStream(http) as stream:
            first = upload(http)
            entry_when(http, first)
            stream.wait_for("file.created", first)
            stopping = time.monotonic()
            assert server.terminate() == 0
            assert stream.ended.wait(10)
            assert time.monotonic() - stopping < 10
            seen = stream.last_id
        server.start()
        second = upload(http, "second.csv")
        with EventStream(http, seen) as stream:
            stream.wait_for("file.created", second)


def test_events_of_a_worker_and_of_other_api_processes_arrive(start_server):
    server = start_server(processes=2)
    with server.login() as http:
        streams = [EventStream(http) for _ in range(6)]
        for stream in streams:
            stream.__enter__()
        file_id = upload(http)
        entry_when(http, file_id)
        for stream in streams:
            stream.wait_for("file.created", file_id)
            wait_until(partial(ended, stream, file_id), "the end")
            stream.close()
