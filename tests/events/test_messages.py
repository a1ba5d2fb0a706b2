import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from parquay.catalog.events import Happened
from parquay.catalog.tables import File
from parquay.events.messages import Message, entry, frame, message_of, percent, progress, timestamp

FIELDS = [
    "id", "name", "size", "offset", "content_type", "status", "progress", "error", "uploaded_at", "finished_at",
    "row_count", "reject_count", "warnings", "parquet_path", "dataset_id", "sha256", "owner", "shared", "role", "path",
    "ahead", "source_url", "upload_link", "tags",
]  # fmt: skip

AT = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)


def file(**values):
    return File(id="f1", owner_id="u1", name="sales.csv", uploaded_at=AT, **values)


def happened(kind, row):
    return Happened(7, kind, "u1", shared=False, file_id="f1", to_others=False, file=row, owner="ann")


def message(event: Happened) -> Message:
    found = message_of(event)
    assert found is not None
    return found


def test_warnings_are_told_with_their_text_also_those_that_were_kept_without_one():
    kept = [
        {"code": "stray_quote", "line": 7, "count": 2, "text": 'a,b"c'},
        {"code": "comment_line", "line": 9, "count": 1},
    ]

    told = entry(file(warnings=kept), "ann")["warnings"]

    assert told == [kept[0], {**kept[1], "text": ""}]
    assert entry(file(), "ann")["warnings"] == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"size": 100, "offset": 0}, 0),
        ({"size": 100, "offset": 50}, 25),
        ({"size": 100, "offset": 100, "status": "processing"}, 50),
        ({"size": 100, "offset": 100, "parsed_bytes": 50, "status": "processing"}, 75),
        ({"size": 100, "offset": 80, "parsed_bytes": 40}, 60),
        ({"size": 100, "offset": 100, "parsed_bytes": 100, "status": "processing"}, 99),
        ({"size": 100, "offset": 100, "parsed_bytes": 1000, "status": "processing"}, 99),
        ({"size": 2**62, "offset": 2**62, "parsed_bytes": 2**61, "status": "processing"}, 75),
        ({"size": None, "offset": 5000}, 0),
        ({"size": 0, "offset": 0}, 0),
        ({"size": 0, "offset": 0, "complete": True, "status": "processing"}, 50),
        ({"size": 100, "offset": 100, "status": "done"}, 100),
        ({"size": 100, "offset": 100, "status": "error", "finished_at": AT}, 100),
        ({"size": 100, "offset": 30, "status": "error"}, 15),
    ],
)
def test_percent_is_half_receiving_and_half_parsing(values, expected):
    assert percent(file(**values)) == expected


def test_percent_never_goes_back_on_the_way_of_a_file():
    way = [file(size=997, offset=offset, parsed_bytes=offset // 3) for offset in range(998)]
    way += [file(size=997, offset=997, parsed_bytes=parsed, status="processing") for parsed in range(332, 998)]
    way.append(file(size=997, offset=997, parsed_bytes=997, status="done", finished_at=AT))

    shown = [percent(step) for step in way]

    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (0, 100)


def test_entry_has_the_fields_of_the_contract():
    row = file(size=10, offset=10, status="error", finished_at=AT, error_code="no_rows", error_message="Only a header.")

    told = entry(row, "ann")

    assert list(told) == FIELDS
    assert told["error"] == {"code": "no_rows", "message": "Only a header."}
    assert told["owner"] == "ann"
    assert told["uploaded_at"] == "2026-05-04T03:02:01.987Z"
    assert "u1" not in json.dumps(told)


def test_entry_without_an_error_has_null():
    assert entry(file(), "ann")["error"] is None
    assert entry(file(), "ann")["finished_at"] is None


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"parquet_path": "parquet/f1", "dataset_id": "f1"}, "parquet/f1/_newest"),
        ({"parquet_path": "parquet/f1", "dataset_id": "d0"}, "parquet/d0/_newest"),  # its rows were appended there
        ({"parquet_path": "s3://b/p/tables/f1/f1", "dataset_id": "f1"}, "s3://b/p/tables/f1/f1"),
        ({"parquet_path": "s3://b/p/tables/f1/f1", "dataset_id": "d0"}, "s3://b/p/tables/d0/d0"),
        ({}, None),
    ],
)
def test_entry_leads_plain_readers_to_the_newest_version_of_the_table_with_the_rows(row, path):
    assert entry(file(**row), "ann")["parquet_path"] == path


def test_progress_tells_both_halves():
    row = file(size=100, offset=80, parsed_bytes=40, parsed_rows=7)

    assert progress(row) == {
        "file_id": "f1",
        "status": "uploading",
        "progress": 60,
        "upload": {"offset": 80, "size": 100},
        "parse": {"bytes": 40, "rows": 7},
        "ahead": None,
    }


def test_timestamp_is_utc_whatever_the_zone():
    assert timestamp(AT.astimezone(timezone(timedelta(hours=5)))) == "2026-05-04T03:02:01.987Z"
    assert timestamp(AT.replace(microsecond=0)) == "2026-05-04T03:02:01.000Z"


@pytest.mark.parametrize("kind", ["file.created", "file.updated"])
def test_message_of_a_change_carries_the_entry(kind):
    row = file(size=1)

    assert message_of(happened(kind, row)) == Message(7, kind, "f1", {"file": entry(row, "ann")})


def test_message_of_a_table_tells_its_newest_version():
    column = {"name": "n", "type": "int64", "kind": "int64", "form": True, "missing": {"NA": 2}, "misfits": 1}
    row = file(size=1, row_count=5, columns=[column], table_version=3, table_at=AT)

    told = {
        "id": "f1",
        "name": "sales.csv",
        "columns": [{"name": "n", "type": "int64", "style": None, "missing": {"NA": 2}}],
        "row_count": 5,
        "version": 3,
    }
    expected = {"dataset": told | {"updated_at": "2026-05-04T03:02:01.987Z"}}
    assert message_of(happened("dataset.updated", row)) == Message(7, "dataset.updated", "f1", expected)


def test_message_of_progress_and_removal():
    row = file(size=1)

    assert message(happened("file.progress", row)).data == progress(row)
    assert message(happened("file.deleted", None)).data == {"file_id": "f1"}


@pytest.mark.parametrize("kind", ["file.created", "file.updated", "file.progress"])
def test_nothing_is_told_of_a_file_that_is_gone(kind):
    assert message_of(happened(kind, None)) is None


def test_frame_is_one_event_whatever_the_file_is_called():
    row = file(size=1)
    row.name = "a\r\ndata: evil\n\nevent: x\u2028.csv"

    raw = frame(message(happened("file.created", row)), 9)

    lines = raw.decode().split("\n")
    assert [line.partition(":")[0] for line in lines] == ["id", "event", "data", "", ""]
    assert lines[0] == "id: 9"
    assert b"\r" not in raw
    assert json.loads(lines[2].removeprefix("data: "))["file"]["name"] == row.name
