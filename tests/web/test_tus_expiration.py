"""tus 1.0.0: uploads that expire, and limits of what is accepted."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from live_server import LiveServer, wait_until
from tus_user import TusUser, id_of, metadata
from web.extension_data import NAMED

# ------------------------------------------------------------------------------------------------ expiration


def test_an_upload_that_will_expire_says_when(short: TusUser):
    # 83. The rule: "This header MUST be included in every PATCH response if the upload is going to expire. If the
    # expiration is known at the creation, the Upload-Expires header MUST be included in the response to the initial
    # POST request." "The value of the Upload-Expires header MUST be in RFC 9110 datetime format."
    made = short.create(10, **NAMED)
    url = "/files/" + id_of(made.headers["location"])
    first, last = short.patch(url, 0, b"12345"), short.patch(url, 5, b"67890")

    for answer in (made, first):
        told = answer.headers["upload-expires"]
        assert told.endswith(" GMT")
        assert 0 <= parsedate_to_datetime(told).timestamp() - time.time() + 1 < 5
    assert "upload-expires" not in last.headers


def test_a_part_says_when_it_will_expire_even_when_it_is_finished(short: TusUser):
    # 83.
    url = short.created(3, Upload_Concat="partial")

    assert "upload-expires" in short.patch(url, 0, b"123").headers
    assert "upload-expires" in short.head(url).headers


def test_an_expired_upload_is_gone_and_a_new_one_can_begin(short: TusUser):
    # 84. The rule: "If a Client does attempt to resume an upload which has since been removed by the Server, the Server
    # SHOULD respond with the 404 Not Found or 410 Gone status."
    url = short.created(10, **NAMED)
    short.patch(url, 0, b"12345")

    gone = wait_until(lambda: short.head(url).status_code != 200, "its end")

    assert gone
    assert short.head(url).status_code in {404, 410}
    assert short.patch(url, 5, b"67890").status_code in {404, 410}
    assert "upload-offset" not in short.head(url).headers
    assert short.create(10, **NAMED).status_code == 201


def test_a_finished_upload_never_expires_and_neither_does_one_that_is_being_sent(short: TusUser):
    # 85.
    done = short.created(5, b"12345", **NAMED)
    running = short.created(10, **NAMED)

    with short.begin_patch(running, 0, 10) as wire:
        for byte in b"123456789":
            wire.send(bytes([byte]))
            time.sleep(0.4)
        wire.send(b"0")
        answer = wire.answer()

    assert answer.status == 204
    assert short.content(running) == b"1234567890"
    assert short.head(done).status_code == 200
    assert short.content(done) == b"12345"


# ---------------------------------------------------------------------------------- rules of this server


def test_a_file_of_another_kind_is_refused_with_those_that_are_accepted(short: TusUser):
    # 40.
    before = len(short.names())

    answer = short.create(5, b"12345", Upload_Metadata=metadata(filename="a.exe"))

    assert (answer.status_code, answer.json()["code"]) == (415, "extension_not_allowed")
    assert ".bin" in answer.json()["detail"]
    assert ".csv" in answer.json()["detail"]
    assert len(short.names()) == before


def test_a_quota_is_kept_and_what_is_removed_counts_no_more(short: TusUser, short_server: LiveServer):
    # 40.
    with short_server.register("poor", "the secret of poor") as http:
        poor = TusUser(short_server, http)
        url = poor.created(900_000, **NAMED)

        refused = poor.create(100_001, **NAMED)

        assert (refused.status_code, refused.json()["code"]) == (413, "quota_exceeded")
        assert poor.ask("DELETE", url).status_code == 204
        assert poor.create(1_000_000, **NAMED).status_code == 201
