"""Upload links: whoever has one uploads to its owner, as far as it lets, and sees nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from live_server import LiveServer, entry_when, wait_until
from problems import is_problem
from tus_user import OCTETS, TUS, TusUser, id_of, metadata
from web.guest import Guest, made
from web.policy import POLICY
from wire import Wire

CSV = b"n,word\n1,a\n2,b\n3,c\n"


def owned(http: httpx.Client, url: str) -> httpx.Response:
    """The file that an upload by a link became, as its owner sees it."""
    return http.get(f"/files/{id_of(url)}")


@pytest.fixture
def owner(tus: TusUser) -> httpx.Client:
    return tus.http


@pytest.fixture
def invite(tus_server: LiveServer, owner: httpx.Client):
    """Make a link and give it to a guest: `invite(max_files=1)`."""
    with ExitStack() as stack:
        yield lambda **limits: stack.enter_context(Guest(tus_server, made(owner, **limits)))


def test_what_comes_by_a_link_is_a_file_of_its_owner_and_says_so(ann: httpx.Client, bob: httpx.Client, shared_server):
    link = made(ann, "Photos of the feast")
    assert link["url"].startswith(f"{shared_server.url}/u/")
    assert link["endpoint"].startswith(link["url"])

    with Guest(shared_server, link) as guest:
        url = guest.created(len(CSV))
        assert url.startswith(guest.endpoint + "/")
        assert guest.patch(url, 0, CSV[:9]).headers["upload-offset"] == "9"
        finished = guest.patch(url, 9, CSV[9:])
        assert finished.status_code == 204
        assert "parquay-file" not in finished.headers
        assert guest.head(url).headers["upload-offset"] == str(len(CSV))

    entry = entry_when(ann, id_of(url), "done")
    assert (entry["name"], entry["row_count"], entry["role"]) == ("a.csv", 3, "owner")
    assert entry["upload_link"] == {"id": link["id"], "name": "Photos of the feast"}
    assert [each["upload_link"] for each in ann.get("/files").json() if each["id"] == entry["id"]] == [
        entry["upload_link"]
    ]
    assert ann.patch(f"/files/{entry['id']}", json={"shared": True}).json()["upload_link"] == entry["upload_link"]
    assert owned(bob, url).json()["upload_link"] is None
    assert ann.post("/files", files={"file": ("b.csv", CSV)}).json()["upload_link"] is None
    listed = ann.get(f"/upload-links/{link['id']}").json()
    assert (listed["files"], listed["bytes"], "url" in listed) == (1, len(CSV), False)
    assert ann.get("/upload-links").json()[0] == listed


def test_the_whole_protocol_is_spoken_at_the_endpoint(owner, invite):
    guest = invite()
    told = guest.http.request("OPTIONS", guest.endpoint).headers
    assert {"creation", "termination", "concatenation"} <= set(told["tus-extension"].split(","))

    at_once = guest.create(5, b"hello")
    assert (at_once.status_code, at_once.headers["upload-offset"]) == (201, "5")
    deferred = guest.created(None)
    assert guest.patch(deferred, 0, b"abc").status_code == 204
    assert guest.head(deferred).headers["upload-defer-length"] == "1"
    assert guest.patch(deferred, 3, b"de", Upload_Length="5").status_code == 204
    good = "sha1 " + base64.b64encode(hashlib.sha1(b"sum", usedforsecurity=False).digest()).decode()
    summed = guest.created(6)
    assert guest.patch(summed, 0, b"sum", Upload_Checksum=good).status_code == 204
    assert guest.patch(summed, 3, b"wrg", Upload_Checksum=good).status_code == 460
    assert guest.delete(summed).status_code == 204
    assert guest.head(summed).status_code == 404
    overridden = guest.http.post(
        guest.created(2),
        headers={**TUS, **OCTETS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
        content=b"ok",
    )
    assert overridden.status_code == 204
    first, second = (guest.created(3, body, Upload_Concat="partial") for body in (b"abc", b"def"))
    joined = guest.created(None, Upload_Concat=f"final;{first} {second}")
    assert guest.head(joined).headers["upload-length"] == "6"
    assert owner.get(f"/files/{id_of(joined)}/content").content == b"abcdef"
    assert owner.get(f"/files/{id_of(deferred)}/content").content == b"abcde"
    draft = guest.http.post(guest.endpoint, headers={"Upload-Complete": "?1"}, content=b"by the draft")
    assert draft.status_code == 201
    assert owner.get(f"/files/{id_of(draft.headers['location'])}/content").content == b"by the draft"
    form = guest.http.post(guest.endpoint, files={"file": ("form.csv", CSV)})
    assert (form.status_code, form.json()) == (201, {"name": "form.csv", "size": len(CSV)})
    assert guest.http.post(f"/api{guest.endpoint}", headers={**TUS, "Upload-Length": "0"}).status_code == 201


def test_a_guest_sees_nothing_else(owner, invite):
    guest, other = invite(), invite()
    mine, theirs = guest.created(5), other.created(5)
    owners = owner.post("/files", files={"file": ("own.csv", CSV)}).json()["id"]

    for file_id in (owners, id_of(theirs)):
        url = f"{guest.endpoint}/{file_id}"
        assert is_problem(guest.patch(url, 0, b"x"), 404, "not_found")
        assert is_problem(guest.delete(url), 404, "not_found")
        assert guest.head(url).status_code == 404
    token = guest.endpoint.split("/")[2]
    for way in ({"headers": {"Authorization": f"Bearer {token}"}}, {"params": {"link": token}}):
        for path in ("/files", f"/files/{id_of(mine)}", f"/files/{id_of(mine)}/content", "/me", "/upload-links"):
            assert guest.http.get(path, **way).status_code == 401, path
    for method, path in (
        ("GET", guest.endpoint), ("GET", mine), ("GET", mine + "/content"), ("POST", mine + "/preview"),
        ("GET", mine + "/progress"), ("PUT", mine), ("PATCH", mine),
    ):  # fmt: skip
        assert guest.http.request(method, path).status_code in (404, 405), (method, path)
    assert guest.head(mine).status_code == 200
    stolen = guest.create(None, Upload_Concat=f"final;{other.created(1, b'x', Upload_Concat='partial')}")
    assert is_problem(stolen, 404, "concat_unknown")


def test_a_finished_file_is_its_owners(owner, invite):
    guest = invite()
    url = guest.created(5, b"hello")

    assert is_problem(guest.delete(url), 403, "forbidden")
    assert owner.delete(f"/files/{id_of(url)}").status_code == 204
    assert guest.head(url).status_code == 404


@pytest.mark.parametrize("key", ["dataset", "again", "shared"])
def test_a_guest_asks_for_no_more_than_a_file(owner, invite, key):
    guest = invite()
    table = owner.post("/files", files={"file": ("own.csv", CSV)}).json()["id"]
    asked = {key: table if key == "dataset" else "true"}

    by_tus = guest.create(3, b"1,a", Upload_Metadata=metadata(filename="a.csv", **asked))
    by_form = guest.http.post(guest.endpoint, data=asked, files={"file": ("a.csv", CSV)})

    assert is_problem(by_tus, 403, "scope_missing")
    assert by_form.status_code in (403, 422)
    assert guest.left() == (None, None)
    assert owner.get(f"/upload-links/{guest.link['id']}").json()["files"] == 0
    assert guest.create(3, b"1,a", Upload_Metadata=metadata(filename="a.csv", delimiter=",")).status_code == 201


def test_a_link_takes_so_many_files_and_no_more(owner, invite):
    guest = invite(max_files=2)
    first, second = guest.created(5), guest.created(3, b"abc")

    assert is_problem(guest.create(1), 413, "upload_link_full")
    assert is_problem(guest.http.post(guest.endpoint, files={"file": ("a.csv", CSV)}), 413, "upload_link_full")
    assert guest.left() == (0, None)
    assert guest.delete(first).status_code == 204
    assert guest.left() == (1, None)
    assert owner.delete(f"/files/{id_of(second)}").status_code == 204
    assert guest.left() == (1, None), "a finished one has used the link"
    assert guest.create(3, b"abc").status_code == 201
    assert is_problem(guest.create(1), 413, "upload_link_full")


def test_the_bytes_of_all_uploads_by_a_link_count(owner, invite):
    guest = invite(max_bytes=10)
    half = guest.created(6)

    assert is_problem(guest.create(5), 413, "upload_link_full")
    assert guest.delete(half).status_code == 204
    later = guest.created(None)
    assert is_problem(guest.patch(later, 0, b"x" * 11), 413, "upload_link_full")
    assert guest.patch(later, 0, b"x" * 4).status_code == 204
    assert is_problem(guest.patch(later, 4, b"", Upload_Length="11"), 413, "upload_link_full")
    with Wire(httpx.URL(guest.link["url"]).port or 0) as wire:
        fields = {**TUS, **OCTETS, "Upload-Offset": "4", "Transfer-Encoding": "chunked"}
        wire.ask("PATCH", later, fields.items(), b"8\r\n" + b"y" * 8 + b"\r\n0\r\n\r\n")
        assert wire.answer().status == 413
    assert guest.head(later).headers["upload-offset"] == "10"
    assert guest.left() == (None, 0)
    assert is_problem(guest.http.post(guest.endpoint, files={"file": ("a.csv", CSV)}), 413, "upload_link_full")
    assert guest.delete(later).status_code == 204
    assert guest.left() == (None, 10)


def test_a_concatenation_counts_once_in_place_of_its_parts(invite):
    guest = invite(max_bytes=10, max_files=1)
    parts = [guest.created(5, b"12345", Upload_Concat="partial") for _ in range(2)]
    assert guest.left() == (1, 0)

    final = guest.created(None, Upload_Concat=f"final;{' '.join(parts)}")

    assert guest.head(final).headers["upload-length"] == "10"
    assert guest.left() == (0, 0)
    assert [guest.delete(part).status_code for part in parts] == [204, 204]
    assert guest.left() == (0, 0)
    assert is_problem(guest.create(1, Upload_Concat="partial"), 413, "upload_link_full")


def test_a_concatenation_that_is_given_up_gives_back_nothing_of_its_parts(invite):
    guest = invite(max_bytes=10)
    waiting = guest.created(5, Upload_Concat="partial")
    parts = f"{guest.created(5, b'12345', Upload_Concat='partial')} {waiting}"
    final = guest.created(None, Upload_Concat=f"final;{parts}")
    assert guest.left() == (None, 0)
    assert is_problem(guest.create(None, Upload_Concat=f"final;{parts}"), 413, "upload_link_full")

    assert guest.delete(final).status_code == 204

    assert guest.left() == (None, 0)
    assert guest.delete(waiting).status_code == 204
    assert guest.left() == (None, 5)


def by_creation(guest: Guest) -> int:
    return guest.create(30).status_code


def with_bytes(guest: Guest) -> int:
    return guest.create(30, b"x" * 30).status_code


def by_form(guest: Guest) -> int:
    return guest.http.post(guest.endpoint, files={"file": ("a.csv", b"x" * 30)}).status_code


@pytest.mark.parametrize("way", [by_creation, with_bytes, by_form])
@pytest.mark.parametrize(("limits", "fit"), [({"max_files": 1}, 1), ({"max_bytes": 100}, 3)])
def test_limits_hold_for_guests_at_once(invite, way: Callable[[Guest], int], limits, fit):
    guest = invite(**limits)
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(way, [guest] * 8))

    assert statuses == [201] * fit + [413] * (8 - fit)


def test_only_some_endings_of_names_are_taken(invite):
    guest = invite(extensions=["csv", ".TSV"])
    assert guest.link["extensions"] == [".csv", ".tsv"]

    assert is_problem(guest.create(3, filename="a.exe"), 415, "extension_not_allowed")
    form = guest.http.post(guest.endpoint, files={"file": ("a.txt", CSV)})
    assert is_problem(form, 415, "extension_not_allowed")
    part = guest.created(1, b"x", filename="a", Upload_Concat="partial")
    final = guest.create(None, filename="a.exe", Upload_Concat=f"final;{part}")
    assert is_problem(final, 415, "extension_not_allowed")
    assert guest.create(3, filename="B.CSV").status_code == 201
    assert invite(extensions=".csv,.tsv").link["extensions"] == [".csv", ".tsv"]


def over(guest: Guest, owner: httpx.Client) -> tuple[int, str]:
    wait_until(lambda: guest.http.get(guest.link["url"]).status_code == 410, "the end of the link")
    return 410, "upload_link_over"


def taken_back(guest: Guest, owner: httpx.Client) -> tuple[int, str]:
    assert owner.delete(f"/upload-links/{guest.link['id']}").status_code == 204
    return 404, "unknown_link"


@pytest.mark.parametrize("end", [over, taken_back])
def test_a_link_that_is_over_ends_uploads_that_run_and_what_came_stays(owner, invite, tus, end):
    until = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    guest = invite(expires_at=until if end is over else None)
    begun = guest.created(6)
    assert guest.patch(begun, 0, b"abc").status_code == 204
    running = guest.created(1 << 20)
    with Wire(tus.server.port) as wire:
        fields = {**TUS, **OCTETS, "Upload-Offset": "0", "Content-Length": str(1 << 20)}
        wire.ask("PATCH", running, fields.items(), bytes(1000))
        wait_until(lambda: guest.head(running).headers["upload-offset"] == "1000", "the bytes that came")

        refused = end(guest, owner)

        assert wire.answer().status in (404, 410)
    for answer in (
        guest.create(1), guest.patch(begun, 3, b"def"), guest.delete(begun), guest.http.get(guest.link["url"]),
        guest.http.post(guest.endpoint, files={"file": ("a.csv", CSV)}),
    ):  # fmt: skip
        assert is_problem(answer, *refused)
    assert guest.head(begun).status_code == refused[0]
    kept = owned(owner, begun).json()
    assert (kept["offset"], kept["status"]) == (3, "uploading")
    assert kept["upload_link"] == {"id": guest.link["id"], "name": "hand in"}
    assert tus.patch(f"/files/{id_of(begun)}", 3, b"def").status_code == 204
    assert owner.get(f"/files/{id_of(begun)}/content").content == b"abcdef"


def test_a_link_is_only_for_who_made_it(owner, invite, tus_server):
    link = invite().link
    with tus_server.register(f"stranger{id(link)}", "the secret of strangers") as stranger:
        assert is_problem(stranger.get(f"/upload-links/{link['id']}"), 404, "unknown_link")
        assert is_problem(stranger.delete(f"/upload-links/{link['id']}"), 404, "unknown_link")
        assert stranger.get("/upload-links").json() == []
    for scope, status in (("read", 403), ("upload", 403), ("write", 201)):
        key = owner.post("/auth/api-keys", json={"name": scope, "scopes": [scope]}).json()["key"]
        with tus_server.client(headers={"Authorization": f"Bearer {key}"}) as script:
            assert script.post("/upload-links", json={"name": "x"}).status_code == status, scope
            assert script.get("/upload-links").status_code == (403 if scope == "upload" else 200)


def test_what_a_link_is_made_of_is_checked(owner):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    wrong: tuple[dict[str, object], ...] = (
        {}, {"name": ""}, {"name": " "}, {"name": "x" * 101}, {"name": "x", "more": 1}, {"max_files": 1},
        {"name": "x", "max_files": 0}, {"name": "x", "max_bytes": -1}, {"name": "x", "max_bytes": 1.5},
        {"name": "x", "max_files": 2**63}, {"name": "x", "expires_at": yesterday}, {"name": "x", "expires_at": 5},
        {"name": "x", "extensions": [""]}, {"name": "x", "extensions": ["a/b"]}, {"name": "x", "extensions": [1]},
        {"name": "x", "extensions": 5}, {"name": "x", "extensions": [".a", 0, None, {}]}, {"name": "x", "extensions": ["\0"]},
    )  # fmt: skip
    for body in wrong:
        assert owner.post("/upload-links", json=body).status_code == 422, body
    assert made(owner, max_bytes=None, extensions=[])["extensions"] == []


def test_making_and_taking_back_is_noted(shared_server, ann):
    link = made(ann, "Noted", max_files=3)
    assert ann.delete(f"/upload-links/{link['id']}").status_code == 204

    with shared_server.login("admin", "admin123") as admin:
        notes = [each for each in admin.get("/admin/audit").json() if each["subject"] == link["id"]]
    assert [each["action"] for each in notes] == ["upload_link.removed", "upload_link.made"]
    assert notes[1]["detail"] == {"name": "Noted", "max_files": 3}
    assert link["url"].rpartition("/")[2] not in str(notes)


def test_uploads_stay_below_the_public_address(short, short_server):
    link = made(short.http, max_bytes=900_000)
    assert link["url"].startswith("https://files.example/parquay/u/pqu_")
    endpoint = link["endpoint"].removeprefix("https://files.example/parquay")
    with short_server.client() as http:
        headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": metadata(filename="a.csv")}
        answer = http.post(endpoint, headers=headers)
        assert answer.headers["location"].startswith(link["endpoint"] + "/")
        refused = http.post(endpoint, headers=headers | {"Upload-Metadata": metadata(filename="a.xls")})
        assert is_problem(refused, 415, "extension_not_allowed")
        first = http.post(endpoint, headers={**TUS, "Upload-Length": "0", "Upload-Concat": "partial"})
        joined = http.post(
            endpoint,
            headers={
                **TUS,
                "Upload-Concat": f"final;{first.headers['location']}",
                "Upload-Metadata": metadata(filename="a.csv"),
            },
        )
        assert joined.status_code == 201


def test_the_owners_quota_bounds_a_guest_who_does_not_learn_of_it(short, short_server):
    with Guest(short_server, made(short.http)) as guest:
        guest.endpoint = guest.endpoint.removeprefix("/parquay")
        for answer in (guest.create(2_000_000), guest.create(1_000_001, b"x" * 1_000_001)):
            assert is_problem(answer, 413, "quota_exceeded")
            assert "1000000" not in answer.text
        assert short.http.get("/usage").json()["used_bytes"]["uploads"] < 1_000_000


def test_a_page_of_another_origin_may_be_let_in_as_for_files(small, small_server):
    endpoint = httpx.URL(made(small.http)["endpoint"]).path
    with small_server.client() as http:
        asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
        allowed = http.request("OPTIONS", endpoint, headers=asked).headers
        foreign = http.request("OPTIONS", endpoint, headers=asked | {"Origin": "https://evil.example"}).headers
    assert allowed["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-origin" not in foreign


@pytest.mark.long
def test_the_other_router_serves_links_too(start_server):
    server = start_server(tus_router="tuspyserver", workers=0)
    with server.register("ann", "the secret of ann") as ann, Guest(server, made(ann, max_files=1)) as guest:
        url = guest.created(6)
        assert url.startswith(guest.endpoint + "/")
        assert guest.patch(url, 0, b"abc").headers["upload-offset"] == "3"
        assert guest.head(url).headers["upload-offset"] == "3"
        assert is_problem(guest.create(1), 413, "upload_link_full")
        assert guest.delete(url).status_code == 204
        url = guest.created(6)
        assert guest.patch(url, 0, b"abcdef").status_code == 204
        own = ann.post("/files", headers={**TUS, "Upload-Length": "3"}).headers["location"]
        assert guest.patch(f"{guest.endpoint}/{id_of(own)}", 0, b"abc").status_code == 404
        assert guest.delete(f"{guest.endpoint}/{id_of(own)}").status_code == 404
        assert guest.head(f"{guest.endpoint}/{id_of(own)}").status_code == 404
        assert ann.get(f"/files/{id_of(url)}/content").content == b"abcdef"


def test_every_route_of_a_guest_is_known():
    assert {route for route in POLICY if route[1].startswith("/u/")} == {
        ("GET", "/u/{token}"), ("POST", "/u/{token}/files"),
    }  # fmt: skip
