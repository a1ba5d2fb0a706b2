"""Checkpoints of many uploads in one statement: each moves its own upload or none."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from sqlalchemy import event

from catalog.made_files import LATER, row
from parquay.catalog.allowances import Allowance
from parquay.catalog.checkpoints import MAX_ROWS, Checkpoint
from parquay.catalog.chunks import NamedChunks
from parquay.catalog.claims import Claim
from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.transactions import Together
from parquay.chunk import Chunk
from parquay.errors import TooLarge
from parquay.ids import new_id

SIZE = 100


@pytest.fixture
def claims(catalog: Catalog, files: Files, add):
    def taken(count: int, **values) -> list[Claim]:
        ids = [add(**values) for _ in range(count)]
        found = catalog.write(
            lambda session: [files.take_over(session, each, 0, writer="me", expires_at=LATER) for each in ids]
        )
        return [each for each in found if each is not None]

    return taken


@pytest.fixture
def move(catalog: Catalog, files: Files):
    def moved(*asked: Checkpoint) -> list[Claim | None]:
        return catalog.write(lambda session: files.checkpoints(session, asked))

    return moved


@pytest.mark.parametrize("count", [1, 2, MAX_ROWS, MAX_ROWS + 1])
def test_each_goes_to_its_own_offset(files: Files, claims, move, count):
    taken = claims(count)

    found = move(*(Checkpoint(claim, place + 1, LATER) for place, claim in enumerate(taken)))

    assert found == [Claim(claim.file_id, 1, place + 1, SIZE) for place, claim in enumerate(taken)]
    for place, claim in enumerate(taken):
        kept = row(files, claim.file_id)
        assert (kept.offset, kept.expires_at, kept.active_at.year > 2000) == (place + 1, LATER, True)


def test_those_of_others_stay_and_stop_nobody(files: Files, claims, move):
    own, stale, elsewhere, gone = claims(4)
    stale = Claim(stale.file_id, 0, 0, SIZE)
    elsewhere = Claim(elsewhere.file_id, 1, 7, SIZE)
    gone = Claim(new_id(), 1, 0, SIZE)

    found = move(*(Checkpoint(each, 9, None) for each in (stale, own, elsewhere, gone)))

    assert found == [None, Claim(own.file_id, 1, 9, SIZE), None, None]
    assert row(files, own.file_id).expires_at is None
    assert [row(files, each.file_id).offset for each in (stale, elsewhere)] == [0, 0]


def test_a_second_one_of_the_same_upload_follows_the_first(files: Files, claims, move):
    (claim,) = claims(1)

    found = move(
        Checkpoint(claim, 5, LATER), Checkpoint(Claim(claim.file_id, 1, 5, SIZE), 8, LATER), Checkpoint(claim, 6, LATER)
    )

    assert [each and each.offset for each in found] == [5, 8, None]
    assert row(files, claim.file_id).offset == 8


def test_chunks_are_named_for_those_that_moved_alone(catalog: Catalog, claims, move):
    own, lost = claims(2)
    lost = Claim(lost.file_id, 0, 0, SIZE)

    move(
        Checkpoint(own, 9, LATER, chunks=(Chunk(0, 9, "own", 1),)),
        Checkpoint(lost, 9, LATER, chunks=(Chunk(0, 9, "lost", 1),)),
    )

    assert NamedChunks(catalog).of(own.file_id) == [Chunk(0, 9, "own", 1)]
    assert NamedChunks(catalog).named(["own", "lost"]) == {"own"}


def test_checkpoints_at_one_time_are_one_statement(catalog: Catalog, files: Files, claims):
    taken = claims(10)
    statements: list[str] = []
    held = threading.Event()

    @event.listens_for(catalog.engine, "before_cursor_execute")
    def _count(_connection, _cursor, statement, *_):
        statements.append(statement)

    holder = catalog.submit(lambda _session: held.wait(10))
    asked: list[Future[Claim | None]] = [
        catalog.submit(Together(files.checkpoints, Checkpoint(claim, 3, LATER))) for claim in taken
    ]
    held.set()
    holder.result(20)
    assert [claim and claim.offset for claim in (each.result(20) for each in asked)] == [3] * 10
    assert len([each for each in statements if "WITH given" in each]) == 1


def test_one_over_its_quota_stops_no_other(catalog: Catalog, files: Files, claims):
    (known,), (open_ended,) = claims(1), claims(1, size=None)
    held = threading.Event()

    holder = catalog.submit(lambda _session: held.wait(10))
    asked: list[Future[Claim | None]] = [
        catalog.submit(Together(files.checkpoints, each))
        for each in (Checkpoint(known, 3, LATER), Checkpoint(open_ended, 50, LATER, allowance=Allowance(120)))
    ]
    held.set()
    holder.result(20)

    moved = asked[0].result(20)
    assert moved is not None
    assert moved.offset == 3
    with pytest.raises(TooLarge):
        asked[1].result(20)
    assert row(files, open_ended.file_id).offset == 0
