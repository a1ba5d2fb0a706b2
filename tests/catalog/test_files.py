"""Files in the catalog: the compare-and-set of a checkpoint, its fences, lists, and what goes with a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from catalog.made_files import LATER, row
from parquay.catalog.allowances import Allowance
from parquay.catalog.checkpoints import Checkpoint
from parquay.catalog.claims import Claim
from parquay.catalog.files import Files
from parquay.catalog.saved_queries import saving
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Event, File, Job, now
from parquay.ids import new_id


@pytest.fixture
def take_over(catalog: Catalog, files: Files) -> Callable[..., Claim | None]:
    def take(file_id: str, offset: int = 0, writer: str = "me") -> Claim | None:
        return catalog.write(partial(files.take_over, file_id=file_id, offset=offset, writer=writer, expires_at=LATER))

    return take


def checkpoint(catalog: Catalog, files: Files, claim: Claim, offset: int, **options: Any) -> Claim | None:
    asked = Checkpoint(claim, offset, LATER, **options)
    return catalog.write(lambda session: files.checkpoints(session, [asked]))[0]


def finish(catalog: Catalog, files: Files, claim: Claim, offset: int) -> bool:
    return catalog.write(partial(files.finish, claim=claim, offset=offset))


def kinds(catalog: Catalog, file_id: str) -> list[str]:
    with catalog.read() as session:
        return list(session.exec(select(Event.kind).where(Event.file_id == file_id).order_by(col(Event.id))))


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


def test_the_result_of_a_statement_that_nobody_goes_on_to_store_is_over_in_a_minute(
    catalog: Catalog, files: Files, add
):
    moment = now()
    ids = quiet, written, whole, upload = add(), add(), add(complete=True), add()

    def age(session: Session) -> None:
        for each in (quiet, written, whole):
            saving("SELECT 1", None)(session, each)
        silent = [quiet, whole, upload]
        long_ago = moment - timedelta(seconds=61)
        session.execute(update(File).where(col(File.id).in_(silent)).values(active_at=long_ago))

    catalog.write(age)

    assert files.expired(moment, 10) == [quiet]
    removed = [catalog.write(partial(files.remove, file_id=each, expired_before=moment)) for each in ids]
    assert removed == [True, False, False, False]


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


def test_what_is_reserved_leaves_less_room(files: Files, add, ann: str, bob: str):
    add(size=100, offset=10)
    add(size=None, offset=7)
    add(size=1000, owner_id=bob)

    rooms = [files.room_left(owner, Allowance(quota=200)) for owner in (ann, bob, new_id())]
    assert [room and room.bytes for room in rooms] == [93, 0, 200]
    assert files.room_left(bob, Allowance()) is None


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
