"""tus 1.0.0: expiration, checksum, termination, concatenation. From outside, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import random
import threading

import blake3
import google_crc32c
import pytest

from live_server import LiveServer, wait_until
from tus_user import TusUser, id_of, metadata
from web.extension_data import NAMED

MIB = 1 << 20
DATA = random.Random(3).randbytes(200_000)
ALGORITHMS = ["sha1", "sha256", "md5", "crc32c", "blake3"]


def checksum(algorithm: str, data: bytes) -> str:
    if algorithm == "crc32c":
        made = google_crc32c.Checksum(data).digest()
    elif algorithm == "blake3":
        made = blake3.blake3(data).digest()
    else:
        made = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(made).decode()}"


# -------------------------------------------------------------------------------------------------- checksum


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 5, 200_000])
def test_bytes_with_the_right_checksum_are_stored(tus: TusUser, algorithm: str, size: int):
    # 86, 91. The rule: "204 No Content if the checksums match and the processing of the data succeeded."
    url = tus.created(size + 1)

    answer = tus.patch(url, 0, DATA[:size], Upload_Checksum=checksum(algorithm, DATA[:size]))

    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(size))
    assert tus.offset(url) == size


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
def test_bytes_with_a_wrong_checksum_are_discarded(tus: TusUser, algorithm: str, chunked: bool):
    # 87, 91. The rule: "460 Checksum Mismatch if the checksums mismatch" "In the first two cases the uploaded chunk
    # MUST be discarded, and the upload and its offset MUST NOT be updated."
    url = tus.created(len(DATA), DATA[:1000])
    rest = DATA[1000:]
    body = iter([rest]) if chunked else rest

    wrong = tus.patch(url, 1000, body, Upload_Checksum=checksum(algorithm, rest + b"!"))

    assert (wrong.status_code, wrong.json()["code"]) == (460, "checksum_mismatch")
    assert tus.offset(url) == 1000
    assert tus.stored(url) == DATA[:1000]
    assert tus.patch(url, 1000, rest, Upload_Checksum=checksum(algorithm, rest)).status_code == 204
    assert tus.content(url) == DATA


@pytest.mark.parametrize(
    "value",
    [
        "sha3 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
        "crc32 AAAAAA==",
        "sha1",
        "sha1jLIjfQZ5yojbZGTqxg2pY0VROWQ=",
        "sha1 %%%",
        "sha1 AAAA",
        "sha256 jLIjfQZ5yojbZGTqxg2pY0VROWQ=",
        "",
    ],
    ids=["unknown", "crc32", "no digest", "no space", "no base64", "short", "size of another", "empty"],
)
def test_a_checksum_that_cannot_be_checked_is_refused(tus: TusUser, value: str):
    # 88, 89. The rule: "400 Bad Request if the checksum algorithm is not supported by the server"
    url = tus.created(5)

    answer = tus.patch(url, 0, b"12345", Upload_Checksum=value)

    assert answer.status_code == 400
    assert tus.offset(url) == 0
    assert not tus.stored(url)


def test_an_algorithm_in_capitals_is_the_same(tus: TusUser):
    # 91.
    url = tus.created(5)

    assert tus.patch(url, 0, b"12345", Upload_Checksum="SHA1 jLIjfQZ5yojbZGTqxg2pY0VROWQ=").status_code == 204


@pytest.mark.parametrize("how", ["reset", "close"])
def test_nothing_of_a_checksummed_body_is_kept_when_it_is_cut(tus: TusUser, how: str):
    # 90.
    url = tus.created(len(DATA), DATA[:1000])

    with tus.begin_patch(url, 1000, len(DATA) - 1000, Upload_Checksum=checksum("sha1", DATA[1000:])) as wire:
        wire.send(DATA[1000:150_000])
        getattr(wire, how)()

    wait_until(lambda: tus.stored(url) == DATA[:1000] and tus.patch(url, 1000, b"").status_code == 204, "its end")
    assert tus.offset(url) == 1000
    assert tus.patch(url, 1000, DATA[1000:]).status_code == 204
    assert tus.content(url) == DATA


def test_a_big_checksummed_body_needs_no_memory(tus: TusUser):
    # 91.
    block = random.Random(4).randbytes(MIB)
    url = tus.created(192 * MIB)
    digest = hashlib.sha1(usedforsecurity=False)
    for _ in range(192):
        digest.update(block)
    before, peak, over = tus.server.rss(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            peak[0] = max(peak[0], tus.server.rss())

    watcher = threading.Thread(target=watch)
    watcher.start()
    field = f"sha1 {base64.b64encode(digest.digest()).decode()}"
    with tus.begin_patch(url, 0, 192 * MIB, Upload_Checksum=field) as wire:
        for _ in range(192):
            wire.send(block)
        answer = wire.answer()
    over.set()
    watcher.join()

    assert answer.status == 204
    mapped = 64 * MIB if tus.server.is_scaled else 0  # a chunk on its way to the object store, off the heap
    assert peak[0] - before < 64 * MIB + mapped


# ----------------------------------------------------------------------------------------------- termination


@pytest.mark.parametrize("sent", [0, 3, 5], ids=["empty", "partial", "complete"])
def test_a_removed_upload_is_gone_for_good(tus: TusUser, sent: int):
    # 94, 95, 96. The rule: "When receiving a DELETE request for an existing upload the Server SHOULD free associated
    # resources and MUST respond with the 204 No Content status confirming that the upload was terminated. For all
    # future requests to this URL, the Server SHOULD respond with the 404 Not Found or 410 Gone status."
    url = tus.created(5)
    tus.patch(url, 0, b"12345"[:sent])

    answer = tus.ask("DELETE", url)

    assert (answer.status_code, answer.content) == (204, b"")
    assert tus.head(url).status_code in {404, 410}
    assert tus.patch(url, sent, b"x").status_code in {404, 410}
    assert tus.ask("DELETE", url).status_code in {404, 410}
    assert tus.http.get(url).status_code in {404, 410}
    assert tus.http.get(url + "/content").status_code in {404, 410}
    assert tus.stored(url) is None
    assert tus.count("SELECT count(*) FROM file WHERE id = ?", id_of(url)) == 0
    assert tus.jobs(url) == 0


def test_removing_an_upload_ends_the_request_that_sends_it(tus: TusUser):
    # 97.
    url = tus.created(1000)

    with tus.begin_patch(url, 0, 1000) as wire:
        wire.send(b"x" * 500)
        wait_until(lambda: tus.offset(url) == 500, "its first bytes")
        assert tus.ask("DELETE", url).status_code == 204
        answer = wire.answer()

    assert answer.status in {404, 410}
    assert tus.stored(url) is None
    assert tus.head(url).status_code in {404, 410}


# --------------------------------------------------------------------------------------------- concatenation


def part(tus: TusUser, data: bytes, length: int | None = None) -> str:
    """A partial upload with `data` in it."""
    url = tus.created(len(data) if length is None else length, Upload_Concat="partial")
    if data:
        assert tus.patch(url, 0, data).status_code == 204
    return url


def final(tus: TusUser, *urls: str, **headers: str):
    return tus.create(None, None, Upload_Concat="final;" + " ".join(urls), **headers)


def test_a_part_says_what_it_is(tus: TusUser):
    # 99. The rule: "The response to a HEAD request for a partial upload MUST contain the Upload-Offset header."
    url = part(tus, b"123", 5)

    head = tus.head(url).headers

    assert (head["upload-concat"], head["upload-offset"], head["upload-length"]) == ("partial", "3", "5")
    assert id_of(url) not in [entry["id"] for entry in tus.http.get("/files", params={"limit": 1000}).json()]


@pytest.mark.parametrize("form", ["absolute", "path", "mixed", "api", "slash"])
def test_parts_are_joined_in_the_order_that_was_asked_for(tus: TusUser, form: str):
    # 100, 101, 103, 112. The rule: "The length of the final upload MUST be the sum of the length of all partial
    # uploads." "The partial uploads MUST be concatenated as per the order specified in the list." "After successful
    # concatenation, the Upload-Offset and Upload-Length MUST be set and their values MUST be equal." "Response to HEAD
    # request against partial or final upload MUST include the Upload-Concat header and its value as received in the
    # upload creation request."
    first, second, empty = part(tus, b"one "), part(tus, b"two "), part(tus, b"")
    spelled = {
        "absolute": [tus.server.url + url for url in (second, first, empty, second)],
        "path": [second, first, empty, second],
        "mixed": [second, tus.server.url + first, empty, tus.server.url + second],
        "api": ["/api" + second, tus.server.url + "/api" + first, empty, second],
        "slash": [second + "/", first, empty + "/", second],
    }[form]

    made = final(tus, *spelled)
    url = made.headers["location"]

    head = tus.head(url).headers
    assert made.status_code == 201
    assert (head["upload-offset"], head["upload-length"]) == ("12", "12")
    assert head["upload-concat"] == "final;" + " ".join(spelled)
    assert tus.content(url) == b"two one two "
    assert "parquay-file" in made.headers


def test_a_final_upload_cannot_be_changed(tus: TusUser):
    # 102. The rule: "The Server MUST respond with the 403 Forbidden status to PATCH requests against a final upload URL
    # and MUST NOT modify the final or its partial uploads."
    first = part(tus, b"123")
    url = final(tus, first).headers["location"]

    for offset, body in ((0, b"x"), (3, b"x"), (3, b"")):
        assert tus.patch(url, offset, body).status_code == 403

    assert tus.content(url) == b"123"
    assert tus.offset(first) == 3


def test_a_length_of_a_final_upload_is_no_news(tus: TusUser):
    # 104.
    answer = final(tus, part(tus, b"123"), Upload_Length="99")

    assert answer.status_code in {201, 400}
    assert answer.status_code != 201 or tus.head(answer.headers["location"]).headers["upload-length"] == "3"


def test_a_final_upload_waits_for_its_parts(tus: TusUser):
    # 105. The rule: "The response to a HEAD request for a final upload SHOULD NOT contain the Upload-Offset header
    # unless the concatenation has been successfully finished."
    done, running = part(tus, b"123"), part(tus, b"", 3)

    made = final(tus, done, running)
    url = made.headers["location"]

    assert made.status_code == 201
    waiting = tus.head(url)
    assert (waiting.status_code, "upload-offset" in waiting.headers) == (200, False)
    assert waiting.headers["upload-length"] == "6"
    assert tus.jobs(url) == 0
    assert tus.patch(running, 0, b"456").status_code == 204
    assert wait_until(lambda: tus.head(url).headers.get("upload-offset"), "the whole") == "6"
    assert tus.content(url) == b"123456"
    assert tus.jobs(url) == 1


@pytest.mark.parametrize(
    "url",
    [
        "/files/" + "A" * 24,
        "https://evil.example/files/{id}",
        "/files/../files/{id}",
        "/files/..%2f..%2fetc%2fpasswd",
        "../{id}",
        "/files/",
        "/other/{id}",
        "file:///etc/passwd",
    ],
)
def test_a_part_that_is_none_of_ours_is_refused(tus: TusUser, url: str):
    # 106.
    known = part(tus, b"123")
    before = tus.count("SELECT count(*) FROM file")

    answer = final(tus, known, url.replace("{id}", id_of(known)))

    assert answer.status_code in {400, 404}
    assert tus.count("SELECT count(*) FROM file") == before


def test_the_part_of_somebody_else_is_refused(tus: TusUser, tus_server: LiveServer):
    # 106.
    url = part(tus, b"secret")
    with tus_server.login() as http:
        assert final(TusUser(tus_server, http), url).status_code == 404


def test_an_ordinary_upload_is_no_part(tus: TusUser):
    # 113.
    assert final(tus, tus.created(3, b"123")).status_code == 400


def test_metadata_of_parts_is_not_inherited(tus: TusUser):
    # 107. The rule: "When creating a new final upload the partial uploads' metadata SHALL NOT be transferred to the new
    # final upload."
    first = tus.created(1, b"1", Upload_Concat="partial", Upload_Metadata=metadata(filename="part.csv", secret="x"))

    bare = final(tus, first).headers["location"]
    named = final(tus, first, Upload_Metadata=metadata(filename="whole.csv")).headers["location"]

    assert "upload-metadata" not in tus.head(bare).headers
    assert tus.head(named).headers["upload-metadata"] == metadata(filename="whole.csv")
    assert tus.http.get(named).json()["name"] == "whole.csv"


def test_only_the_whole_is_processed(tus: TusUser):
    # 108. The rule: "The Server SHOULD NOT process these partial uploads until they are concatenated to form a final
    # upload."
    first = part(tus, b"123")

    url = final(tus, first, first).headers["location"]

    assert (tus.jobs(first), tus.jobs(url)) == (0, 1)
    assert tus.events(first, "file.created") == 0


def test_a_sum_beyond_the_limit_is_refused(small: TusUser):
    # 109.
    first = part(small, bytes(600_000))

    assert final(small, first).status_code == 201
    assert final(small, first, first).status_code == 413


def test_a_final_upload_takes_no_body(tus: TusUser):
    # 110.
    answer = tus.create(None, b"123", Upload_Concat=f"final;{part(tus, b'123')}")

    assert answer.status_code == 403


@pytest.mark.parametrize("value", ["final", "final;", "foo", "", "partial;x"])
def test_a_role_that_does_not_exist_is_refused(tus: TusUser, value: str):
    # 111.
    assert tus.create(5, Upload_Concat=value).status_code == 400


def test_a_part_can_belong_to_two(tus: TusUser):
    # 112. The rule: "They MAY however be used multiple times to form a final resource."
    first, second = part(tus, b"1"), part(tus, b"2")

    one, other = final(tus, first, second), final(tus, second, first)

    assert tus.content(one.headers["location"]) == b"12"
    assert tus.content(other.headers["location"]) == b"21"


def test_parts_are_known_by_the_address_that_was_given_out(short: TusUser):
    # 26, 100.
    made = [short.create(3, b"123", Upload_Concat="partial") for _ in range(2)]
    locations = [answer.headers["location"] for answer in made]

    whole = final(short, *locations, **NAMED)

    assert all(one.startswith("https://files.example/parquay/files/") for one in locations)
    assert whole.status_code == 201
    assert short.content("/files/" + id_of(whole.headers["location"])) == b"123123"
