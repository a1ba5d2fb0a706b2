"""Uploads that came whole: one statement of SQLite does what the general way does by several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from parquay.catalog import whole
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import NewFile
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.catalog.users import Users
from parquay.errors import Unavailable
from parquay.ids import new_id

TIMES = {"uploaded_at", "active_at", "created_at", "run_after", "turn_at"}

KEYS = {"file": "id", "event": "file_id", "job": "subject", "unsynced": "first_id"}

ODD = [
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


def told(found: dict[str, list[dict[str, Any]]], places: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Rows with the upload's place for its id, without what is drawn and without times; those are of one form."""
    for each in (row for table in found.values() for row in table):
        assert all(len(each.pop(name)) == len("2026-01-01 00:00:00.000000") for name in TIMES & set(each))
    for event in found["event"]:
        event.pop("id")
    for job in found["job"]:
        assert len(job.pop("id")) == len(new_id())
    for table, key in KEYS.items():
        for row in found[table]:
            row[key] = places[row[key]]
        found[table].sort(key=itemgetter(key))
    return found


def kept(
    catalog: Catalog, files: Files, uploads: Sequence[NewFile], *, wait: bool, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """Add uploads; return how many went by one statement each time that one did."""
    counts: list[int] = []
    add = whole.add

    def counted(*given: Any, **named: Any) -> Any:
        counts.append(len(named["uploads"]))
        return add(*given, **named)

    with monkeypatch.context() as watched:
        watched.setattr(whole, "add", counted)
        UnsyncedBytes(catalog, files).add(
            [(file, b"%03d" % place) for place, file in enumerate(uploads)], wait=wait
        ).result(20)
    return counts


@pytest.mark.parametrize("wait", [True, False], ids=["strict", "relaxed"])
def test_one_statement_leaves_the_rows_that_the_general_way_leaves(
    embedded: Catalog, ann: str, monkeypatch, wait: bool
):
    uploads = [upload(ann, **values) for values in ODD]
    again = [replace(file, id=new_id()) for file in uploads]
    places = {file.id: place for group in (uploads, again) for place, file in enumerate(group)}

    counts = kept(embedded, files_of(embedded), uploads, wait=wait, monkeypatch=monkeypatch)
    by_one = rows(embedded)
    embedded.write(lambda session: [session.execute(text(f"DELETE FROM {table}")) for table in by_one])
    with monkeypatch.context() as patched:
        patched.setattr(whole, "is_whole", lambda _file: False)
        counts += kept(embedded, files_of(embedded), again, wait=wait, monkeypatch=monkeypatch)
    by_several = rows(embedded)

    assert counts == [len(uploads)]
    for found, group in ((by_one, uploads), (by_several, again)):
        for row in found["unsynced"]:
            for place, file in enumerate(group):
                row["sizes"] = row["sizes"].replace(file.id, str(place))
    assert len(by_one["unsynced"]) == wait
    assert told(by_one, places) == told(by_several, places)


@pytest.mark.parametrize(
    ("values", "hooked"),
    [
        ({"concat": "partial"}, False),
        ({"complete": False, "status": "uploading"}, False),
        ({"expires_at": None, "parts": ["/files/a"]}, False),
        ({}, True),
    ],
    ids=["a part", "not complete", "of parts", "with hooks"],
)
def test_what_is_more_than_whole_goes_the_general_way(embedded: Catalog, ann: str, monkeypatch, values, hooked: bool):
    files = files_of(embedded, hooked=hooked)

    assert kept(embedded, files, [upload(ann), upload(ann, **values)], wait=True, monkeypatch=monkeypatch) == []

    assert len(rows(embedded)["file"]) == 2


def test_more_than_one_statement_takes_go_the_general_way(embedded: Catalog, ann: str, monkeypatch):
    most = [upload(ann) for _ in range(whole.MOST)]

    assert kept(embedded, files_of(embedded), most, wait=True, monkeypatch=monkeypatch) == [whole.MOST]
    more = [replace(file, id=new_id()) for file in (*most, most[0])]
    assert kept(embedded, files_of(embedded), more, wait=True, monkeypatch=monkeypatch) == []

    assert len(rows(embedded)["file"]) == 2 * whole.MOST + 1


def test_other_databases_go_the_general_way(postgres_url: str, connect: Callable[[str], Catalog], monkeypatch):
    catalog = connect(postgres_url)
    ann = Users(catalog).create("ann", "-").id

    assert kept(catalog, files_of(catalog), [upload(ann)], wait=True, monkeypatch=monkeypatch) == []

    assert [len(table) for table in rows(catalog).values()] == [1, 1, 1, 1]


def test_bells_ring_once_the_rows_are_there(embedded: Catalog, unsynced: UnsyncedBytes, ann: str):
    rung: list[tuple[str, int]] = []
    for bell in ("events", "jobs"):
        embedded.on_bell(bell, lambda bell=bell: rung.append((bell, len(rows(embedded)["file"]))))

    unsynced.add([(upload(ann), b"abc")], wait=True).result(20)
    embedded.write(lambda _: None)  # the bells are rung behind the result

    assert rung == [("events", 1), ("jobs", 1)]


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
    with embedded.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    with pytest.raises(Unavailable) as caught:
        unsynced.add([(upload(ann), b"abc")], wait=True).result(20)

    assert caught.value.code == "database_unavailable"
    assert caught.value.status == 503


def test_writes_keep_their_order_around_one_that_is_alone(embedded: Catalog, unsynced: UnsyncedBytes, ann: str):
    counts = []

    def count(session: Any) -> None:
        counts.append(session.execute(text("SELECT count(*) FROM file")).scalar_one())

    futures = []
    for _ in range(20):
        futures += [embedded.submit(count), unsynced.add([(upload(ann), b"abc")], wait=True)]
    embedded.close()

    assert all(future.done() for future in futures)
    assert counts == list(range(20))
