"""WebSockets and live signals on a real server."""

from __future__ import annotations

import json
import time
from datetime import datetime

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from live_server import wait_until
from parquay.ids import new_id
from problems import is_problem


def opened(http, path, **options):
    """A WebSocket with the login of `http`."""
    url = str(http.base_url).replace("http://", "ws://").rstrip("/") + path
    headers = {"Authorization": http.headers["authorization"]} if "authorization" in http.headers else {}
    return connect(url, additional_headers=headers | options.pop("headers", {}), **options)


def upload(http, name="table.csv", content=b"a,b\n1,x\n"):
    return http.post("/files", files={"file": (name, content, "text/csv")}).json()["id"]


def next_of(socket, kind, file_id, seconds=10):
    """The next message of a kind about a file."""
    deadline = time.monotonic() + seconds
    while True:
        told = json.loads(socket.recv(timeout=deadline - time.monotonic()))
        about = told["data"].get("file_id") or told["data"].get("file", {}).get("id")
        if (told["event"], about) == (kind, file_id):
            return told


@pytest.mark.parametrize("path", ["/ws", "/api/ws", "/ws/"])
def test_a_socket_tells_what_the_stream_tells(ann, path):
    with opened(ann, path) as socket:
        file_id = upload(ann)
        created = next_of(socket, "file.created", file_id)
        done = next_of(socket, "file.updated", file_id, 30)
        while done["data"]["file"]["status"] != "done":
            done = next_of(socket, "file.updated", file_id, 30)
        ann.delete(f"/files/{file_id}")
        gone = next_of(socket, "file.deleted", file_id)

    assert created["data"]["file"]["name"] == "table.csv"
    assert done["data"]["file"]["row_count"] == 1
    assert created["id"] < done["id"] < gone["id"]


def test_a_socket_that_comes_back_gets_what_it_missed_and_nobody_elses(ann, bob):
    with opened(ann, "/ws") as socket:
        first = upload(ann)
        seen = next_of(socket, "file.created", first)["id"]
    missed, private = upload(ann), upload(bob)

    with opened(ann, f"/ws?last_event_id={seen}") as socket:
        told = [json.loads(socket.recv(timeout=10))]
        while told[-1]["data"].get("file", {}).get("id") != missed:
            told.append(json.loads(socket.recv(timeout=10)))

    assert private not in json.dumps(told)


def refusal(http, path, **options):
    """The answer to a WebSocket that is not opened."""
    with pytest.raises(InvalidStatus) as refused, opened(http, path, **options):
        pass
    answer = refused.value.response
    return httpx.Response(answer.status_code, headers=list(answer.headers.raw_items()), content=bytes(answer.body))


@pytest.mark.parametrize("path", ["/ws", "/ws/live", "/api/ws"])
@pytest.mark.parametrize(
    ("headers", "code"), [({}, "login_required"), ({"Authorization": "Bearer nonsense"}, "bad_token")]
)
def test_without_a_login_there_is_no_socket(anybody, path, headers, code):
    answer = refusal(anybody, path, headers=headers)

    assert is_problem(answer, 401, code)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/ws", "/ws/live"])
def test_a_socket_that_is_refused_is_told_why_and_is_no_error_of_the_server(shared_server, anybody, ann, path):
    token = ann.headers["authorization"].split()[1]
    key = ann.post("/auth/api-keys", json={"name": new_id(), "scopes": ["upload"]}).json()["key"]
    cookie = {"Cookie": f"parquay_session={token}"}

    assert is_problem(refusal(anybody, path, headers=cookie, origin="https://evil.example"), 403, "cross_site")
    assert is_problem(refusal(anybody, path, headers={"Authorization": f"Bearer {key}"}), 403, "scope_missing")
    assert is_problem(refusal(ann, "/nowhere" + path), 404, "not_found")
    assert "handshake" not in shared_server.log()


def test_a_token_may_stand_in_the_address_and_a_cookie_will_do_for_our_own_page(anybody, ann):
    token = ann.headers["authorization"].split()[1]
    with opened(anybody, f"/ws/live?token={token}") as socket:
        assert json.loads(socket.recv(timeout=5))["signal"]
    cookie, host = {"Cookie": f"parquay_session={token}"}, f"{anybody.base_url.host}:{anybody.base_url.port}"
    with opened(anybody, "/ws/live", headers=cookie, origin=f"http://{host}") as socket:
        assert json.loads(socket.recv(timeout=5))["signal"]


def test_a_logout_ends_the_socket(ann):
    with opened(ann, "/ws") as socket:
        ann.post("/auth/logout")
        with pytest.raises(ConnectionClosed) as ended:
            list(socket)

    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1008


def test_the_signals_are_listed_with_their_newest_samples(ann):
    def all_sampled():
        found = {each["name"]: each for each in ann.get("/live/signals").json()}
        return found if all(each["latest"] for each in found.values()) else None

    signals = wait_until(all_sampled, "a sample of each signal")

    assert set(signals) == {"ingest_rate", "active_uploads", "queue_depth", "random"}
    assert 0 <= signals["random"]["latest"]["value"] < 1
    assert signals["random"]["latest"]["timestamp"].endswith("Z")


def test_samples_are_stored_each_second_paged_and_sorted(ann):
    wait_until(lambda: ann.get("/live/signals/random").json()["total"] >= 4, "four samples")

    page = ann.get("/live/signals/random", params={"size": 2, "page": 2, "sort": "timestamp"}).json()
    first = ann.get("/live/signals/random", params={"size": 2, "sort": "timestamp"}).json()
    largest = ann.get("/live/signals/random", params={"sort": "-value"}).json()["samples"]

    times = [each["timestamp"] for each in first["samples"] + page["samples"]]
    assert (page["page"], page["size"], len(page["samples"])) == (2, 2, 2)
    assert times == sorted(times)
    assert len({datetime.fromisoformat(each) for each in times}) == 4
    values = [each["value"] for each in largest]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) > 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/live/signals/nothing", 404, "unknown_signal"),
        ("/live/signals/random?sort=colour", 422, "invalid_value"),
        ("/live/signals/random?page=0", 422, "invalid_value"),
        ("/live/signals/random?size=99999999", 422, "invalid_value"),
    ],
)
def test_bad_questions_are_refused_by_name(ann, path, status, code):
    answer = ann.get(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_new_samples_are_streamed(ann):
    with opened(ann, "/api/ws/live?signals=random") as socket:
        told = [json.loads(socket.recv(timeout=5)) for _ in range(3)]
    stored = ann.get("/live/signals/random").json()["samples"]

    assert {each["signal"] for each in told} == {"random"}
    assert len({each["timestamp"] for each in told}) == 3
    assert {(each["timestamp"], each["value"]) for each in told} <= {(one["timestamp"], one["value"]) for one in stored}


def test_bytes_that_arrive_are_seen_in_the_ingest_rate(ann):
    upload(ann, "large.bin", bytes(300_000))

    def seen():
        return max(each["value"] for each in ann.get("/live/signals/ingest_rate").json()["samples"]) >= 300_000

    wait_until(seen, "the bytes in a sample")
