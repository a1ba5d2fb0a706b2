"""Totals of what users store are those of the rows, whatever is done to these."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from parquay.catalog.allowances import Allowance
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.migrate import upgrade
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, NewFile
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.catalog.usage import Usages, Used
from parquay.catalog.users import Users
from parquay.ids import new_id

SUMS = text('SELECT sum(coalesce(size, "offset")), sum(table_bytes) FROM file WHERE owner_id = :owner')


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog(request: pytest.FixtureRequest, tmp_path, connect: Callable[[str], Catalog]) -> Catalog:
    if request.param == "sqlite":
        made = connect(f"sqlite:///{tmp_path / 'metadata.db'}")
    else:
        made = connect(request.getfixturevalue("postgres").make(f"usage-{new_id()}"))
    upgrade(made)
    return made


def test_totals_are_the_sums_of_the_rows_after_anything(catalog: Catalog):
    files = Files(catalog, Events(catalog), Jobs(catalog))
    owners = [Users(catalog).create(name, "-").id for name in ("ann", "bob")]
    unsynced, chance, made = UnsyncedBytes(catalog, files), random.Random(4), []

    def add(owner: str) -> None:
        new = NewFile(id=new_id(), owner_id=owner, name="a", size=chance.choice([None, 700]), offset=0)
        made.append(new.id)
        catalog.write(lambda session: files.add(session, new))

    def add_whole(owner: str) -> None:
        told: dict[str, Any] = {"size": 3, "offset": 3, "complete": True, "status": "processing"}
        new = NewFile(id=new_id(), owner_id=owner, name="a", **told)
        made.append(new.id)
        unsynced.add([(new, b"abc")], wait=True).result()

    def change(_owner: str) -> None:
        def write(session):
            file = session.get(File, chance.choice(made)) if made else None
            if file is not None:
                file.offset += chance.randrange(100)
                file.size = chance.choice([file.size, 1000])
                file.table_bytes = chance.choice([file.table_bytes, chance.randrange(5000)])

        catalog.write(write)

    def remove(_owner: str) -> None:
        if made:
            file_id = made.pop(chance.randrange(len(made)))
            catalog.write(lambda session: files.remove(session, file_id))

    for _ in range(120):
        chance.choice([add, add_whole, change, change, remove])(chance.choice(owners))

    for owner in owners:
        found = Usages(catalog).of(owner)
        with catalog.read() as session:
            uploads, tables = session.execute(SUMS, {"owner": owner}).one()
        assert (found.uploads, found.tables) == (uploads or 0, tables or 0)
        left = files.room_left(owner, Allowance(quota=10**12))
        assert left is not None
        assert left.bytes == 10**12 - found.bytes


def test_a_total_that_is_wrong_is_found_and_mended(catalog: Catalog):
    files, usages = Files(catalog, Events(catalog), Jobs(catalog)), Usages(catalog)
    ann, bob, eve = (Users(catalog).create(name, "-").id for name in ("ann", "bob", "eve"))
    for owner in (ann, bob):
        new = NewFile(id=new_id(), owner_id=owner, name="a", size=700)
        catalog.write(partial(lambda new, session: files.add(session, new), new))
    assert usages.wrong() == []

    catalog.write(lambda session: session.execute(text("UPDATE usage SET uploads = 1 WHERE owner_id = :o"), {"o": ann}))
    catalog.write(lambda session: session.execute(text("DELETE FROM usage WHERE owner_id = :o"), {"o": bob}))
    found = usages.wrong()
    for each in found:
        usages.mend(each.owner_id)

    assert {(each.owner_id, each.summed, each.noted) for each in found} == {
        (ann, Used(700, 0), Used(1, 0)),
        (bob, Used(700, 0), Used(0, 0)),
    }
    assert usages.wrong() == []
    assert [usages.of(owner).bytes for owner in (ann, bob, eve)] == [700, 700, 0]
