"""How a file is to be read, told at its creation: by tus metadata and by the query of a form upload."""

import base64
import json

import pytest

from live_server import entry_when

CSV = b"007|1\n008|2\n"


def encoded(value):
    return base64.b64encode(value.encode()).decode()


def by_form(client, options):
    return client.post("/files", params=options, files={"file": ("codes.csv", CSV)})


def by_tus(client, options):
    pairs = {"filename": "codes.csv", **options}
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(CSV)),
        "Upload-Metadata": ",".join(f"{key} {encoded(value)}" for key, value in pairs.items()),
        "Content-Type": "application/offset+octet-stream",
    }
    return client.post("/files", headers=headers, content=CSV)


@pytest.mark.parametrize("send", [by_form, by_tus])
def test_options_at_creation_decide_how_the_file_is_read(shared_server, send):
    with shared_server.login() as client:
        options = {"delimiter": "|", "header": "0", "names": "code,n", "types": json.dumps({"n": "text"})}
        answer = send(client, options)
        file_id = answer.json()["id"] if answer.content else answer.headers["Location"].rpartition("/")[2]
        entry_when(client, file_id, "done")
        content = client.get(f"/files/{file_id}").json()["content"]

    assert content["columns"] == [
        {"name": name, "type": "text", "style": "text", "missing": {}, "offers": None} for name in ("code", "n")
    ]
    assert content["rows"] == [{"code": "007", "n": "1"}, {"code": "008", "n": "2"}]


@pytest.mark.parametrize("send", [by_form, by_tus])
@pytest.mark.parametrize("options", [{"delimiter": "||"}, {"header": "many"}, {"encoding": "klingon"}])
def test_an_option_that_makes_no_sense_is_refused_at_once(shared_server, send, options):
    with shared_server.login() as client:
        answer = send(client, options)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_option_that_means_nothing_for_the_file_is_its_error(shared_server):
    with shared_server.login() as client:
        form = client.post("/files", params={"header": "1"}, files={"file": ("a.ndjson", b'{"a": 1}\n')})
        entry = entry_when(client, form.json()["id"], "error")

    assert entry["error"]["code"] == "bad_option"
    assert entry["error"]["message"].startswith("header ")
