"""Which files somebody sees, in which order, and how a list is narrowed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from catalog.made_files import row
from parquay.catalog.files import Files
from parquay.catalog.listing import Narrowed
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, now
from parquay.ids import new_id

# ------------------------------------------------------------------------------------------ whose, and lists


def test_a_file_is_seen_by_its_owner_and_when_shared_by_all(files: Files, add, ann: str, bob: str):
    own, shared = add(), add(shared=True)

    assert files.owned(own, ann) is not None
    assert files.owned(own, bob) is None
    assert files.owned(shared, bob) is None
    assert files.seen(own, bob) is None
    assert files.seen(new_id(), ann) is None
    mine, theirs = files.seen(own, ann), files.seen(shared, bob)
    assert mine is not None
    assert theirs is not None
    assert (mine.owner, mine.role) == ("ann", "owner")
    assert (theirs.owner, theirs.role) == ("ann", "view")
    assert files.owner_name(row(files, own)) == "ann"


def test_a_list_shows_own_and_shared_files_but_no_parts(files: Files, add, ann: str, bob: str):
    own, shared = add(), add(shared=True)
    add(concat="partial")
    foreign = add(owner_id=bob)

    assert {file.id for file, *_ in files.page(ann, limit=10)} == {own, shared}
    assert {(file.id, *more) for file, *more in files.page(bob, limit=10)} == {
        (shared, "ann", "view"),
        (foreign, "bob", "owner"),
    }
    assert (files.count(ann), files.count(bob)) == (2, 2)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", ["uploaded_at", "name", "size", "row_count", "finished_at", "status"])
def test_pages_one_after_the_other_show_every_file_once_in_order(
    files: Files, add, ann: str, sort: str, descending: bool
):
    moment = now()
    for number in range(23):
        add(
            name=f"{number % 5}.csv",
            size=None if number % 4 == 0 else number % 7,
            row_count=None if number % 3 == 0 else number // 4,
            finished_at=None if number % 2 else moment + timedelta(seconds=number // 3),
            uploaded_at=moment + timedelta(seconds=number // 2),
        )
    whole = [file for file, *_ in files.page(ann, limit=100, sort=sort, descending=descending)]

    seen: list[File] = []
    cursor = None
    while page := files.page(ann, limit=4, cursor=cursor, sort=sort, descending=descending):
        seen.extend(file for file, *_ in page)
        cursor = (getattr(seen[-1], sort), seen[-1].id)

    assert seen == whole
    assert len({file.id for file in whole}) == 23
    keys = [(getattr(file, sort) is not None, getattr(file, sort) or 0, file.id) for file in whole]
    comparable = [(known, value if known else 0, file_id) for known, value, file_id in keys]
    assert [one[0] for one in comparable] == sorted((one[0] for one in comparable), reverse=descending)
    values = [one[1] for one in comparable if one[0]]
    assert values == sorted(values, reverse=descending)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("LÄGER", ["läger.csv", "LÄGER 2.csv"]),
        ("la\u0308ger", ["läger.csv", "LÄGER 2.csv"]),
        ("σας", ["ΣΑΣ.csv"]),
        ("Straẞe", ["straße (alt).csv"]),
        ("ЖУРНАЛ", ["журнал.csv"]),
        ("E (A", ["straße (alt).csv"]),
        ("r.c", ["läger.csv"]),
        ("[x]-^$|", ["[X]-^$|.csv"]),
        ("lager", []),
    ],
)
def test_names_are_found_in_any_case_of_any_script(files: Files, add, ann: str, q: str, found: list[str]):
    for name in ("läger.csv", "LÄGER 2.csv", "ΣΑΣ.csv", "straße (alt).csv", "журнал.csv", "[X]-^$|.csv", "räck.csv"):
        add(name=name)

    page = files.page(ann, limit=9, narrowed=Narrowed(q=q))

    assert sorted(file.name for file, *_ in page) == sorted(found)
    assert files.count(ann, Narrowed(q=q)) == len(found)


def test_lists_are_filtered_by_status_and_name(files: Files, add, ann: str):
    done, percent = add(status="done", name="Report.csv"), add(status="error", name="50%_off.csv")
    add(name="other.csv")

    assert [file.id for file, *_ in files.page(ann, limit=9, narrowed=Narrowed(status="done"))] == [done]
    assert {file.id for file, *_ in files.page(ann, limit=9, narrowed=Narrowed(status="done,error"))} == {done, percent}
    assert [file.id for file, *_ in files.page(ann, limit=9, narrowed=Narrowed(q="repORT"))] == [done]
    assert [file.id for file, *_ in files.page(ann, limit=9, narrowed=Narrowed(q="%_"))] == [percent]
    assert files.count(ann, Narrowed(status="done,error", q="off")) == 1


def test_lists_are_narrowed_by_owner_kind_time_and_digest(files: Files, add, ann: str, bob: str):
    table, plain = add(id="t" * 24, dataset_id="t" * 24, sha256="a" * 64), add()
    foreign = add(owner_id=bob, shared=True, dataset_id=table)  # appended to that table

    def found(**narrowed) -> set[str]:
        return {file.id for file, *_ in files.page(ann, limit=9, narrowed=Narrowed(**narrowed))}

    assert (found(mine=True), found(mine=False)) == ({table, plain}, {foreign})
    assert (found(table=True), found(table=False)) == ({table}, {plain, foreign})
    assert found(sha256="a" * 64) == {table}
    assert found(since=now() + timedelta(hours=1)) == set()
    assert found(since=now() - timedelta(hours=1)) == {table, plain, foreign}


def plans(catalog: Catalog, act: Callable[[], object]) -> list[list[str]]:
    """The plans of the queries that `act` makes, step by step."""
    asked: list[tuple[str, Any]] = []
    with catalog.read() as session:
        bind = session.get_bind()

        def note(*call: Any) -> None:
            asked.append((call[2], call[3]))

        event.listen(bind, "before_cursor_execute", note)
        act()
        event.remove(bind, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN " if catalog.is_embedded else "EXPLAIN "
        return [
            [str(row[-1]) for row in session.connection().exec_driver_sql(explain + sql, values)]
            for sql, values in asked
            if sql.startswith("SELECT")
        ]


def test_a_list_is_put_together_from_indexes_of_what_the_user_sees(catalog: Catalog, files: Files, ann: str, bob: str):
    # Of many files of others none is looked at.
    if not catalog.is_embedded:
        add_many(catalog, ann, 5000)

    page, counted = plans(catalog, lambda: (files.page(bob, limit=100), files.count(bob)))

    steps = [step for step in page + counted if "file" in step]
    assert any("file_by_owner" in step for step in page)
    assert any("file_shared" in step for step in page)
    walked = [step for step in steps if "Seq Scan on file" in step or "SCAN file" in step or "file_by_time" in step]
    assert [step for step in walked if "file_shared" not in step] == []


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_files_among_two_million_of_others_are_a_list_in_twenty_milliseconds(
    catalog: Catalog, files: Files, add, ann: str, bob: str
):
    add_many(catalog, ann, 2_000_000)
    for number in range(10):
        add(owner_id=bob, name=f"own {number}.csv")
        add(owner_id=ann, name=f"shared {number}.csv", shared=True)

    lasted = []
    for _ in range(15):
        started = time.perf_counter()
        page = files.page(bob, limit=100)
        lasted.append(time.perf_counter() - started)

    assert len(page) == 20
    assert min(lasted) <= 0.02


def add_many(catalog: Catalog, owner_id: str, count: int) -> None:
    """Add files of one owner, in one statement."""
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
    moment = "datetime('2026-01-01', n || ' seconds')"
    if not catalog.is_embedded:
        numbers, moment = "", "timestamp '2026-01-01' + n * interval '1 second'"
    source = text(
        'INSERT INTO file (id, owner_id, name, upload_metadata, "offset", epoch, complete, status, shared,'
        " everybody_edits, uploaded_at, active_at, parsed_bytes, parsed_rows, reject_count)"
        f" {numbers}SELECT 'many' || n, :owner, 'a.csv', '', 0, 0, true, 'done', false, false, {moment}, {moment}, 0, 0, 0"
        f" FROM {'numbers' if catalog.is_embedded else 'generate_series(1, :count) AS n'}"
    )

    def write(session: Session) -> None:
        if not catalog.is_embedded:  # the totals of one user, moved two million times in one transaction, take hours
            session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(source, {"owner": owner_id, "count": count})

    catalog.write(write)
    with catalog.engine.connect() as connection:
        connection.execute(text("ANALYZE file"))
        connection.commit()
