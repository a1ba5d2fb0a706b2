"""Files that the server gets by itself: every byte of one version, by the checkpoints of an upload."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from sqlmodel import select

from parquay.catalog.tables import Job
from parquay.errors import ParquayError
from parquay.tus.refusals import Refusal
from parquay.uploads.fetch.fetcher import MAX_FAILURES
from source_server import source_server
from uploads.fetch_desk import CONTENT


def test_a_file_is_fetched_whole_and_is_an_upload_that_is_complete(desk, source):
    url = source.put("/data.csv", CONTENT, headers={"Content-Type": "text/csv"})

    begun = desk.begin(url.replace("://", "://ann:secret@") + "?token=secret")
    done = desk.run(begun)

    assert (begun.status, begun.offset, begun.size, begun.name) == ("uploading", 0, None, "data.csv")
    assert (done.complete, done.status, done.size, done.content_type) == (True, "processing", len(CONTENT), "text/csv")
    assert desk.content(done) == CONTENT
    assert done.source_url == url
    (asked,) = source.requests("/data.csv")
    assert asked["authorization"] == "Basic YW5uOnNlY3JldA=="
    assert asked["accept-encoding"] == "identity"


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("etag", [None, ""])
def test_cut_connections_cost_time_and_no_byte(desk, source, ranges, length, etag):
    url = source.put("/cut.csv", CONTENT, ranges=ranges, length=length, etag=etag, cuts=[200_000, 300_000, 50])

    done = desk.run(desk.begin(url))

    assert done.complete
    assert desk.content(done) == CONTENT
    assert len(desk.pauses) >= 2
    asked = source.requests("/cut.csv")[-4:]
    assert [("range" in each, "if-range" in each) for each in asked][1] == (
        (True, True) if etag is None else (False, False)
    )


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_that_changes_at_its_source_is_never_mixed(desk, source, ranges):
    other = CONTENT[:-1].replace(b"7", b"8") + b"\n"
    url = source.put("/changing.csv", CONTENT, ranges=ranges, cuts=[200_000])

    def change() -> None:
        source.files["/changing.csv"].content = other

    begun = desk.begin(url)
    with pytest.raises(ParquayError) as refused:
        desk.run(begun, before_pause=change)

    assert refused.value.code == "source_changed"
    assert not desk.services.uploads.files.get(begun.id).complete


def test_a_change_behind_what_is_there_gives_the_new_version_whole(desk, source):
    other = CONTENT[:-2] + b"9\n"
    url = source.put("/tail.csv", CONTENT, cuts=[200_000])

    def change() -> None:
        source.files["/tail.csv"].content = other

    done = desk.run(desk.begin(url), before_pause=change)

    assert desk.content(done) == other


def test_a_new_process_goes_on_behind_the_last_checkpoint(new_desk, source):
    url = source.put("/killed.csv", CONTENT, cuts=[300_000])
    desk = new_desk()
    begun = desk.begin(url)

    with pytest.raises(InterruptedError):
        desk.run(begun, before_pause=_interrupted)
    there = desk.services.uploads.files.get(begun.id)
    done = new_desk().run(there, desk.kept[-1])

    assert 0 < there.offset <= 300_000
    assert source.requests("/killed.csv")[-1]["range"] == f"bytes={there.offset}-"
    assert desk.content(done) == CONTENT


def _interrupted() -> None:
    raise InterruptedError


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_may_be_otherwise_later_is_asked_again(desk, source, status):
    url = source.put("/later.csv", CONTENT, statuses=[status, status], headers={"Retry-After": "7"})

    assert desk.run(desk.begin(url)).complete
    assert desk.pauses == [7.0, 7.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 416, 451])
def test_what_a_source_refuses_is_not_asked_again(desk, source, status):
    url = source.put("/refused.csv", statuses=[status] * 9)

    with pytest.raises(ParquayError, match=str(status)) as refused:
        desk.run(desk.begin(url))

    assert (refused.value.code, desk.pauses) == ("fetch_failed", [])


def test_a_source_that_is_away_is_given_up_after_some_tries(desk, source):
    url = source.put("/away.csv", statuses=[503] * 99)

    with pytest.raises(ParquayError, match="503") as refused:
        desk.run(desk.begin(url))

    assert refused.value.code == "fetch_failed"
    assert len(desk.pauses) == MAX_FAILURES - 1
    assert max(desk.pauses) <= 19


def test_redirects_are_followed_and_the_name_is_found(desk, source):
    source.put("/end/report%202024.csv", CONTENT)
    source.put("/two", statuses=[307] * 9, headers={"Location": "/end/report%202024.csv"})
    url = source.put("/latest", statuses=[302] * 9, headers={"Location": f"{source.url}/two"})

    done = desk.run(desk.begin(url))

    assert (done.name, desk.content(done)) == ("report 2024.csv", CONTENT)


def test_a_name_in_the_answer_wins_unless_one_was_given(desk, source):
    sent = {"Content-Disposition": "attachment; filename=\"x.csv\"; filename*=UTF-8''%E2%82%AC%20rates.csv"}
    url = source.put("/name", CONTENT, headers=sent)

    assert desk.run(desk.begin(url)).name == "€ rates.csv"
    assert desk.run(desk.begin(url, name="mine.csv")).name == "mine.csv"


def test_a_login_is_not_passed_on_to_others(desk, source):
    with source_server() as other:
        url = source.put("/secret", statuses=[302], headers={"Location": other.put("/file.csv", CONTENT)})

        assert desk.run(desk.begin(url.replace("://", "://ann:secret@"))).complete

        assert "authorization" in source.requests("/secret")[-1]
        assert "authorization" not in other.requests("/file.csv")[-1]


def test_what_is_encoded_for_the_way_is_refused(desk, source):
    url = source.put("/encoded.csv", b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    with pytest.raises(ParquayError) as refused:
        desk.run(desk.begin(url))

    assert refused.value.code == "source_encoded"


@pytest.mark.parametrize("length", [True, False])
def test_limits_hold_for_what_is_fetched(new_desk, source, length):
    url = source.put("/large.csv", CONTENT, length=length)
    desk = new_desk(max_size=100_000)

    with pytest.raises(Refusal) as refused:
        desk.run(desk.begin(url))

    assert refused.value.code == "too_large"


@pytest.mark.parametrize("length", [True, False])
def test_a_quota_holds_for_what_is_fetched(new_desk, source, length):
    url = source.put("/quota.csv", CONTENT, length=length)
    desk = new_desk(quota_bytes=100_000)

    with pytest.raises((ParquayError, Refusal), match="quota"):
        desk.run(desk.begin(url))


def test_endings_that_are_not_allowed_are_refused_when_the_name_is_known(new_desk, source):
    desk = new_desk(allowed_extensions=".csv")
    url = source.put("/program", CONTENT, headers={"Content-Disposition": "attachment; filename=x.exe"})

    with pytest.raises(ParquayError) as at_once:
        desk.begin(url, name="x.exe")
    with pytest.raises(ParquayError) as later:
        desk.run(desk.begin(url))

    assert at_once.value.code == later.value.code == "extension_not_allowed"


def test_wrong_ranges_are_not_believed(desk, source):
    url = source.put("/range.csv", CONTENT, cuts=[100_000], headers={})

    def lie() -> None:
        source.files["/range.csv"].headers = {"Content-Range": f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}"}

    done = desk.run(desk.begin(url), before_pause=lie)

    assert desk.content(done) == CONTENT
    assert "range" not in source.requests("/range.csv")[-1]


def test_a_file_that_is_removed_meanwhile_is_fetched_no_further(desk, source):
    url = source.put("/removed.csv", CONTENT, cuts=[100_000] * 9)
    begun = desk.begin(url)

    def remove() -> None:
        desk.services.catalog.write(lambda session: desk.services.uploads.files.remove(session, begun.id))

    assert desk.run(begun, before_pause=remove) is None
    with desk.services.catalog.read() as session:
        assert session.exec(select(Job).where(Job.subject == begun.id)).all() == []


def test_an_empty_file_is_fetched(desk, source):
    done = desk.run(desk.begin(source.put("/empty.csv", b"")))

    assert (done.complete, done.size) == (True, 0)


def test_reading_options_and_the_state_are_kept(desk, source):
    begun = desk.begin(source.put("/options.csv", CONTENT), delimiter=";", header=0)

    assert desk.services.uploads.files.get(begun.id).options == {"delimiter": ";", "header": 0}
    assert asdict(desk.state(begun)) == {"url": f"{source.url}/options.csv", "named": False, "validator": None}
