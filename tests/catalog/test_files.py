"""Files in the catalog: the compare-and-set of a checkpoint, its fences, lists, and what goes with a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, text, update
from sqlmodel import Session, select

from parquay.catalog.events import Events
from parquay.catalog.files import Claim, Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.listing import Narrowed
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Event, File, Job, NewFile, now
from parquay.catalog.users import Users
from parquay.ids import new_id

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def files(catalog: Catalog) -> Files:
    return Files(catalog, Events(catalog), Jobs(catalog))


@pytest.fixture
def ann(catalog: Catalog) -> str:
    return Users(catalog).create("ann", "-").id


@pytest.fixture
def bob(catalog: Catalog) -> str:
    return Users(catalog).create("bob", "-").id


@pytest.fixture
def add(catalog: Catalog, files: Files, ann: str) -> Callable[..., str]:
    """Add a file and return its id."""

    def insert(**values: object) -> str:
        known = {"id": new_id(), "owner_id": ann, "name": "a.csv", "size": 100, "expires_at": LATER, **values}
        new = NewFile(**{name: known.pop(name) for name in NewFile.__dataclass_fields__ if name in known})

        def write(session: Session) -> None:
            files.add(session, new)
            if known:
                session.execute(update(File).where(File.id == new.id).values(**known))

        catalog.write(write)
        return new.id

    return insert


@pytest.fixture
def take_over(catalog: Catalog, files: Files) -> Callable[..., Claim | None]:
    def take(file_id: str, offset: int = 0, writer: str = "me") -> Claim | None:
        return catalog.write(partial(files.take_over, file_id=file_id, offset=offset, writer=writer, expires_at=LATER))

    return take


def checkpoint(catalog: Catalog, files: Files, claim: Claim, offset: int, **options: object) -> Claim | None:
    return catalog.write(partial(files.checkpoint, claim=claim, offset=offset, expires_at=LATER, **options))


def finish(catalog: Catalog, files: Files, claim: Claim, offset: int) -> bool:
    return catalog.write(partial(files.finish, claim=claim, offset=offset))


def row(files: Files, file_id: str) -> File:
    file = files.get(file_id)
    assert file is not None
    return file


def kinds(catalog: Catalog, file_id: str) -> list[str]:
    with catalog.read() as session:
        return list(session.exec(select(Event.kind).where(Event.file_id == file_id).order_by(Event.id)))


def jobs(catalog: Catalog) -> list[tuple[str, str]]:
    with catalog.read() as session:
        return [(job.kind, job.state) for job in session.exec(select(Job))]


# ------------------------------------------------------------------------------------- the upload path


def test_a_claim_raises_the_epoch(files: Files, add, take_over):
    file_id = add()

    first, second = take_over(file_id), take_over(file_id)

    assert (first, second) == (Claim(file_id, 1, 0, 100), Claim(file_id, 2, 0, 100))
    assert row(files, file_id).writer == "me"
    assert row(files, file_id).expires_at == LATER


def test_an_upload_that_stands_elsewhere_cannot_be_claimed(catalog: Catalog, files: Files, add, take_over):
    file_id = add()
    claim = take_over(file_id)
    assert claim is not None
    checkpoint(catalog, files, claim, 10)

    assert take_over(file_id, 0) is None
    assert take_over(file_id, 11) is None
    assert take_over(new_id()) is None
    assert row(files, file_id).epoch == 1


def test_a_finished_upload_cannot_be_claimed(add, take_over):
    assert take_over(add(size=0, complete=True)) is None


def test_a_writer_of_another_process_is_left_alone_while_it_is_active(catalog: Catalog, files: Files, add, take_over):
    file_id = add()
    take_over(file_id, writer="other")

    assert take_over(file_id, writer="me") is None
    assert files.is_written(row(files, file_id), "me")
    assert not files.is_written(row(files, file_id), "other")

    long_ago = now() - timedelta(seconds=2)
    catalog.write(lambda session: session.execute(update(File).values(active_at=long_ago)))
    assert not files.is_written(row(files, file_id), "me")
    assert take_over(file_id, writer="me") is not None


def test_a_released_upload_can_be_claimed_by_another_process_at_once(catalog: Catalog, files: Files, add, take_over):
    file_id = add()
    claim = take_over(file_id, writer="other")

    catalog.write(partial(files.release, claim=claim))

    assert take_over(file_id, writer="me") is not None


def test_a_stale_writer_cannot_release_what_is_somebody_elses(catalog: Catalog, files: Files, add, take_over):
    file_id = add()
    stale = take_over(file_id)
    take_over(file_id)

    catalog.write(partial(files.release, claim=stale))

    assert row(files, file_id).writer == "me"


def test_a_checkpoint_moves_the_offset_once(catalog: Catalog, files: Files, add, take_over):
    claim = take_over(add())

    moving: list[str] = []
    catalog.notifications.subscribe_progress(moving.extend)

    moved = checkpoint(catalog, files, claim, 60)

    assert moved == Claim(claim.file_id, 1, 60, 100)
    assert row(files, claim.file_id).offset == 60
    assert checkpoint(catalog, files, claim, 70) is None, "a checkpoint from an old offset"
    assert checkpoint(catalog, files, moved, 70) is not None
    assert moving == [claim.file_id] * 2
    assert kinds(catalog, claim.file_id) == ["file.created"]
    assert jobs(catalog) == []


def test_a_stale_writer_changes_nothing(catalog: Catalog, files: Files, add, take_over):
    stale = take_over(add())
    current = take_over(stale.file_id)
    before = row(files, stale.file_id)

    assert checkpoint(catalog, files, stale, 60) is None
    assert catalog.write(partial(files.declare, claim=stale, size=5)) is None
    assert not finish(catalog, files, stale, 100)

    assert row(files, stale.file_id) == before
    assert jobs(catalog) == []
    assert finish(catalog, files, current, 100)


def test_a_checkpoint_of_a_removed_upload_changes_nothing(catalog: Catalog, files: Files, add, take_over):
    claim = take_over(add())
    catalog.write(partial(files.remove, file_id=claim.file_id))

    assert checkpoint(catalog, files, claim, 60) is None
    assert not finish(catalog, files, claim, 100)
    assert files.get(claim.file_id) is None


def test_a_checkpoint_can_wake_the_converter(catalog: Catalog, files: Files, add, take_over):
    checkpoint(catalog, files, take_over(add()), 60, wake=True)

    assert jobs(catalog) == [("convert", "queued")]


def test_the_end_is_row_job_and_event_in_one(catalog: Catalog, files: Files, add, take_over):
    claim = take_over(add())

    assert finish(catalog, files, claim, 100)
    assert not finish(catalog, files, claim, 100)

    file = row(files, claim.file_id)
    assert (file.offset, file.complete, file.status, file.expires_at, file.writer) == (
        100,
        True,
        "processing",
        None,
        None,
    )
    assert jobs(catalog) == [("convert", "queued")]
    assert kinds(catalog, claim.file_id) == ["file.created", "file.updated"]


def test_the_end_of_a_part_starts_nothing(catalog: Catalog, files: Files, add, take_over):
    claim = take_over(add(concat="partial"))

    checkpoint(catalog, files, claim, 50, wake=True)
    assert finish(catalog, files, take_over(claim.file_id, 50), 100)

    file = row(files, claim.file_id)
    assert (file.complete, file.status, file.expires_at) == (True, "uploading", LATER)
    assert jobs(catalog) == []
    assert kinds(catalog, claim.file_id) == []


def test_a_length_is_declared_under_the_claim(catalog: Catalog, files: Files, add, take_over):
    claim = take_over(add(size=None))

    declared = catalog.write(partial(files.declare, claim=claim, size=7))

    assert declared == Claim(claim.file_id, 1, 0, 7)
    assert row(files, claim.file_id).size == 7


def test_an_upload_that_is_complete_at_once_has_its_job(catalog: Catalog, add):
    add(size=0, complete=True, expires_at=None)

    assert jobs(catalog) == [("convert", "queued")]


def test_a_final_upload_is_composed_once(catalog: Catalog, files: Files, add):
    file_id = add(size=None, concat="final;/files/a", parts=["a"])

    assert [catalog.write(partial(files.composed, file_id=file_id, size=9)) for _ in range(2)] == [True, False]
    assert not catalog.write(partial(files.composed, file_id=new_id(), size=9))

    assert (row(files, file_id).offset, row(files, file_id).size, row(files, file_id).complete) == (9, 9, True)
    assert jobs(catalog) == [("convert", "queued")]


def test_final_uploads_that_wait_are_found(files: Files, add, ann: str):
    waiting = add(concat="final;/files/a", parts=["a"])
    add(concat="final;/files/a", parts=["a"], complete=True)
    add(concat="partial")
    add()

    assert [file.id for file in files.finals_of(ann)] == [waiting]


# -------------------------------------------------------------------------------------------- expiry, removal


def test_what_has_expired_is_found_oldest_first(files: Files, add):
    moment = now()
    ids = [add(expires_at=moment - timedelta(seconds=seconds)) for seconds in (1, 3, 2)]
    add(expires_at=moment + timedelta(seconds=1))
    add(expires_at=None, complete=True)

    assert files.expired(moment, 10) == [ids[1], ids[2], ids[0]]
    assert files.expired(moment, 2) == [ids[1], ids[2]]


def test_only_what_is_still_expired_is_removed(catalog: Catalog, files: Files, add):
    moment = now()
    old, young = add(expires_at=moment - timedelta(seconds=1)), add(expires_at=moment + timedelta(seconds=1))
    done = add(expires_at=None, complete=True)

    removed = [
        catalog.write(partial(files.remove, file_id=one, expired_before=moment)) for one in (old, young, done, new_id())
    ]

    assert removed == [True, False, False, False]
    assert files.ids() == {young, done}


def test_everything_goes_with_a_file(catalog: Catalog, files: Files, add, take_over):
    claim = take_over(add())
    finish(catalog, files, claim, 100)
    columns = "(file_id, no, byte_start, byte_end, line_start, lines, row_start, rows, part_bytes, reject_count, state)"
    catalog.write(
        lambda session: session.execute(
            text(f"INSERT INTO segment {columns} VALUES (:id, 0, 0, 1, 1, 1, 0, 1, 0, 0, '{{}}')"),
            {"id": claim.file_id},
        )
    )

    assert catalog.write(partial(files.remove, file_id=claim.file_id))

    with catalog.read() as session:
        left = [session.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in ("file", "segment", "job")]
    assert left == [0, 0, 0]
    assert kinds(catalog, claim.file_id)[-1] == "file.deleted"


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


def test_stored_bytes_count_what_is_reserved(files: Files, add, ann: str, bob: str):
    add(size=100, offset=10)
    add(size=None, offset=7)
    add(size=1000, owner_id=bob)

    assert files.stored_bytes(ann) == 107
    assert files.stored_bytes(new_id()) == 0


def test_only_owners_rename_and_share(catalog: Catalog, files: Files, add, ann: str, bob: str):
    file_id = add()

    assert files.change(file_id, bob, name="b.csv") is None
    assert files.change(file_id, bob, shared=True) is None
    renamed = files.change(file_id, ann, name="b.csv")
    shared = files.change(file_id, ann, shared=True)

    assert renamed is not None
    assert shared is not None
    assert (row(files, file_id).name, row(files, file_id).shared) == ("b.csv", True)
    assert kinds(catalog, file_id) == ["file.created", "file.updated", "file.updated", "file.created"]


def test_a_failure_is_noted_on_a_file_that_is_being_processed(catalog: Catalog, files: Files, add):
    processing, uploading = add(status="processing"), add()

    for file_id in (processing, uploading, new_id()):
        catalog.write(partial(files.fail, file_id=file_id, code="no_rows", message="There are no rows."))

    assert (row(files, processing).status, row(files, processing).error_code) == ("error", "no_rows")
    assert row(files, processing).finished_at is not None
    assert row(files, uploading).status == "uploading"


def test_a_complete_file_can_be_converted_again(catalog: Catalog, files: Files, add):
    failed, part = add(complete=True, status="error", error_code="x"), add(complete=True, concat="partial")

    for file_id in (failed, part):
        catalog.write(partial(files.convert_again, file_id=file_id))

    assert (row(files, failed).status, row(files, failed).error_code) == ("processing", None)
    assert files.has_job(failed)
    assert not files.has_job(part)


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

    page, *counts = plans(catalog, lambda: (files.page(bob, limit=100), files.count(bob)))

    steps = [step for step in page + [step for count in counts for step in count] if "file" in step]
    assert len(counts) == 3
    assert any("file_by_owner" in step for step in page)
    assert any("file_shared" in step for step in page)
    walked = [step for step in steps if "Seq Scan on file" in step or "SCAN file" in step or "file_by_time" in step]
    assert [step for step in walked if "file_shared" not in step] == []


def add_many(catalog: Catalog, owner_id: str, count: int) -> None:
    """Add files of one owner, in one statement of PostgreSQL."""
    source = text(
        'INSERT INTO file (id, owner_id, name, upload_metadata, "offset", epoch, complete, status, shared,'
        " everybody_edits, uploaded_at, active_at, parsed_bytes, parsed_rows, reject_count)"
        " SELECT 'many' || n, :owner, 'a.csv', '', 0, 0, true, 'done', false, false,"
        " timestamp '2026-01-01' + n * interval '1 second', timestamp '2026-01-01', 0, 0, 0"
        " FROM generate_series(1, :count) AS n"
    )
    catalog.write(lambda session: session.execute(source, {"owner": owner_id, "count": count}))
    with catalog.engine.connect() as connection:
        connection.execute(text("ANALYZE file"))
        connection.commit()
