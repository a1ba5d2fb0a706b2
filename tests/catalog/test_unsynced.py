"""Rows of small uploads and the bytes that wait with them: one transaction, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.prepared import MAX_STATEMENT_ROWS
from parquay.catalog.session import Catalog, connection_of
from parquay.catalog.tables import NewFile
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.catalog.users import Users
from parquay.errors import Unavailable
from parquay.ids import new_id

TIMES = {"uploaded_at", "active_at", "created_at", "run_after", "turn_at"}

KEYS = {"file": "id", "event": "file_id", "job": "subject", "unsynced": "first_id"}

ODD: list[dict[str, Any]] = [
    {},
    {"name": 'O\'Neil "x" ?, %s :id.csv', "content_type": "text/csv;charset=utf-8"},
    {"name": "d\u00e9j\u00e0 \u6771\u4eac \U0001f600.csv", "upload_metadata": "filename ZGVqYQ==,empty"},
    {"name": "007", "upload_metadata": "1,2"},
    {"options": {"types": {"a": "string"}, "delimiter": ";", "header": True}, "expected_sha256": "ab" * 32},
    {"shared": True, "size": 0, "offset": 0},
]


@pytest.fixture
def embedded(sqlite_url: str, connect: Callable[[str], Catalog]) -> Catalog:
    return connect(sqlite_url)


@pytest.fixture
def ann(embedded: Catalog) -> str:
    return Users(embedded).create("ann", "-").id


def files_of(catalog: Catalog, *, hooked: bool = False) -> Files:
    return Files(catalog, Events(catalog), Jobs(catalog), hooked=hooked)


@pytest.fixture
def unsynced(embedded: Catalog) -> UnsyncedBytes:
    return UnsyncedBytes(embedded, files_of(embedded))


def upload(owner_id: str, **values: Any) -> NewFile:
    known = {"name": "a.csv", "size": 3, "offset": 3, "complete": True, "status": "processing", **values}
    return NewFile(id=new_id(), owner_id=owner_id, **known)


def rows(catalog: Catalog) -> dict[str, list[dict[str, Any]]]:
    with catalog.read() as session:
        return {
            table: [dict(row) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()] for table in KEYS
        }


@pytest.mark.parametrize("wait", [True, False], ids=["strict", "relaxed"])
@pytest.mark.parametrize("count", [1, MAX_STATEMENT_ROWS, MAX_STATEMENT_ROWS + 1])
def test_uploads_are_added_with_all_that_follows_from_them(catalog: Catalog, count: int, wait: bool):
    ann = Users(catalog).create("ann", "-").id
    uploads = [upload(ann, **ODD[number % len(ODD)]) for number in range(count)]

    UnsyncedBytes(catalog, files_of(catalog)).add([(file, b"abc") for file in uploads], wait=wait).result(20)

    found = rows(catalog)
    assert [len(found[table]) for table in KEYS] == [count, count, count, int(wait)]
    names = {file.id: file.name for file in uploads}
    assert {row["id"]: row["name"] for row in found["file"]} == names
    assert {row["file_id"] for row in found["event"]} == {row["subject"] for row in found["job"]} == set(names)


def test_subscribers_are_notified_once_the_rows_are_there(embedded: Catalog, unsynced: UnsyncedBytes, ann: str):
    notified: list[tuple[str, int]] = []
    for channel in ("events", "jobs"):
        embedded.notifications.subscribe(
            channel, partial(lambda channel: notified.append((channel, len(rows(embedded)["file"]))), channel)
        )

    unsynced.add([(upload(ann), b"abc")], wait=True).result(20)
    embedded.write(lambda _: None)  # subscribers are notified behind the result

    assert sorted(notified) == [("events", 1), ("jobs", 1)]


def test_one_that_cannot_be_stored_leaves_nothing_of_those_beside_it(
    embedded: Catalog, unsynced: UnsyncedBytes, ann: str
):
    good, orphan = upload(ann), upload("nobody")

    with pytest.raises(IntegrityError) as caught:
        unsynced.add([(good, b"abc"), (orphan, b"abc")], wait=True).result(20)

    assert "abc" not in str(caught.value)
    assert [len(table) for table in rows(embedded).values()] == [0, 0, 0, 0]
    unsynced.add([(good, b"abc")], wait=True).result(20)
    assert len(rows(embedded)["file"]) == 1


def test_a_database_that_cannot_be_written_is_unavailable(embedded: Catalog, unsynced: UnsyncedBytes, ann: str):
    embedded.write(lambda session: connection_of(session).exec_driver_sql("PRAGMA query_only = 1"))

    with pytest.raises(Unavailable) as caught:
        unsynced.add([(upload(ann), b"abc")], wait=True).result(20)

    assert caught.value.code == "database_unavailable"
    assert caught.value.status == 503
