"""Hooks: asked before, told afterwards at least once, in Python and over HTTP."""

import hashlib
import hmac
import json
import runpy
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from live_server import wait_until
from parquay.errors import Unavailable
from parquay.events.webhook import Webhook, signature
from parquay.uploads.policy.hooks import HookedUpload, HookRefused, Hooks

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "hooks_example.py"
SECRET = "a secret that is long enough"
TUS = {"Tus-Resumable": "1.0.0"}


class Receiver:
    """A real HTTP server that keeps what it is told."""

    def __init__(self):
        self.heard: list[tuple[dict[str, Any], dict[str, str], bytes]] = []
        self.failures = 0
        self.answers: dict[str, Any] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = json.loads(body)
                receiver.heard.append((told, dict(self.headers), body))
                refuse = told["event"] != "pre_create" and receiver.failures > 0
                receiver.failures -= refuse
                answer = json.dumps(receiver.answers.get(told["event"], {})).encode()
                self.send_response(500 if refuse else 200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def events(self, event):
        return [entry for entry in list(self.heard) if entry[0]["event"] == event]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def upload(name="a b.csv"):
    return HookedUpload("", name, 3, "text/csv", "test", {})


def test_example_hook_refuses_and_renames():
    hooks = Hooks([runpy.run_path(str(EXAMPLE))["ExampleHook"]()])

    assert hooks.pre_create(upload("a b.csv")) == "a_b.csv"
    with pytest.raises(HookRefused) as refused:
        hooks.pre_create(upload("draft.csv"))

    assert (refused.value.status, refused.value.code) == (422, "refused_by_hook")


def test_example_hook_hears_the_same_event_twice_as_one():
    example = runpy.run_path(str(EXAMPLE))["ExampleHook"]()
    hooks = Hooks([example])

    hooks.tell("finished", "finished:1", upload())
    hooks.tell("finished", "finished:1", upload())
    hooks.tell("removed", "removed:1", upload())

    assert list(example.heard) == ["finished:1"]


def test_a_hook_that_breaks_refuses_the_creation_for_now():
    class Broken:
        def pre_create(self, _upload):
            raise ZeroDivisionError

    with pytest.raises(Unavailable) as refused:
        Hooks([Broken()]).pre_create(upload())

    assert refused.value.code == "hook_failed"


def test_an_unreachable_webhook_refuses_the_creation_for_now():
    with pytest.raises(Unavailable) as refused:
        Hooks([], Webhook("http://127.0.0.1:9/none", SECRET)).pre_create(upload())

    assert refused.value.code == "hook_unavailable"


def test_signature_is_a_keyed_hash_of_stamp_and_body():
    expected = hmac.new(b"key", b"12.body", hashlib.sha256).hexdigest()

    assert signature(b"key", b"body", 12.9) == f"t=12,v1={expected}"


def create(client, name, body=b"a,b\n1,2\n"):
    metadata = "filename " + __import__("base64").b64encode(name.encode()).decode()
    headers = TUS | {
        "Upload-Length": str(len(body)),
        "Upload-Metadata": metadata,
        "Content-Type": "application/offset+octet-stream",
    }
    return client.post("/files", headers=headers, content=body)


def test_webhook_renames_hears_everything_at_least_once_and_can_check_the_signature(start_server, receiver):
    receiver.answers["pre_create"] = {"name": "renamed.csv"}
    receiver.failures = 2
    server = start_server(webhook_url=receiver.url, webhook_secret=SECRET)
    with server.login() as client:
        file_url = create(client, "x.csv").headers["Location"]
        entry = client.get(file_url).json()
        wait_until(lambda: len(receiver.events("finished")) and len(receiver.events("created")) >= 1, "told")
        client.delete(file_url)
        wait_until(lambda: receiver.events("removed"), "told of the removal")

    assert (entry["name"], [each["text"] for each in entry["warnings"]]) == ("renamed.csv", ["x.csv"])
    assert receiver.failures == 0  # both refusals were met and overcome
    told, headers, body = receiver.events("finished")[-1]
    assert headers["Idempotency-Key"] == f"finished:{entry['id']}"
    assert told["upload"]["name"] == "renamed.csv"
    assert told["upload"]["owner"] == "test"
    stamp, _, digest = headers["Parquay-Signature"].removeprefix("t=").partition(",v1=")
    assert hmac.compare_digest(hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest(), digest)


def test_webhook_refuses_with_its_own_status_and_nothing_is_created(start_server, receiver):
    receiver.answers["pre_create"] = {"reject": {"status": 451, "message": "Not in this country."}}
    server = start_server(webhook_url=receiver.url, webhook_secret=SECRET)
    with server.login() as client:
        tus = create(client, "x.csv")
        form = client.post("/files", files={"file": ("x.csv", b"a\n1\n")})
        listed = client.get("/files").json()

    assert (tus.status_code, tus.json()["code"], tus.json()["detail"]) == (
        451,
        "refused_by_hook",
        "Not in this country.",
    )
    assert form.status_code == 451
    assert listed == []


def test_events_survive_a_killed_server(start_server, receiver):
    receiver.failures = 1_000_000
    server = start_server(webhook_url=receiver.url, webhook_secret=SECRET)
    with server.login() as client:
        file_id = create(client, "x.csv").headers["Location"].rpartition("/")[2]
    wait_until(lambda: receiver.events("created"), "a first try")
    server.kill()

    receiver.heard.clear()
    receiver.failures = 0
    server.start()

    def both():
        return receiver.events("created") and receiver.events("finished")

    wait_until(both, "told after the restart")
    assert {entry[1]["Idempotency-Key"] for entry in receiver.heard} == {f"created:{file_id}", f"finished:{file_id}"}


def test_many_uploads_are_each_told(start_server, receiver):
    server = start_server(webhook_url=receiver.url, webhook_secret=SECRET)
    with server.login() as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: create(client, f"{number}.csv"), range(24)))
    keys = {"finished:" + answer.headers["Location"].rpartition("/")[2] for answer in answers}

    wait_until(lambda: keys <= {entry[1]["Idempotency-Key"] for entry in receiver.events("finished")}, "all told")
    assert {answer.status_code for answer in answers} == {httpx.codes.CREATED}
