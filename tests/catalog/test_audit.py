"""What is done to accounts and rights is done together with its note, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from parquay.audit import AuditNote
from parquay.catalog.access import Sharing
from parquay.catalog.admin import Administration
from parquay.catalog.audit import AuditLog
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Job, NewFile, now
from parquay.catalog.users import Users
from parquay.errors import Conflict
from parquay.ids import new_id

REFUSING = {
    "sqlite": ["CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room for notes'); END"],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN
        RAISE EXCEPTION 'no room for notes'; END $$ LANGUAGE plpgsql""",
        "CREATE TRIGGER no_audit BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}
"""Makes every note fail, in the way of each database."""

REFUSING_NO_MORE = {
    "sqlite": ["DROP TRIGGER no_audit"],
    "postgresql": ["DROP TRIGGER no_audit ON audit", "DROP FUNCTION refuse"],
}

WATCHED = ('"user"', "login", "api_key", "access", "file", "job", "event", "audit")
NOTE = AuditNote("admin", "tested", "it", {"how": "so"})


class House:
    """A catalog with a user of each kind, a file, a key and a job that has failed."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.users, events = Users(catalog), Events(catalog)
        files = Files(catalog, events, Jobs(catalog))
        self.sharing, self.administration = Sharing(catalog, events), Administration(catalog, files)
        self.ann, self.bob = (self.users.create(name, "-") for name in ("ann", "bob"))
        new = NewFile(id=new_id(), owner_id=self.ann.id, name="a.csv", size=1, offset=1, complete=True, status="error")
        self.file = new.id
        catalog.write(lambda session: files.add(session, new))
        self.users.open_login("one", self.ann.id, now().replace(year=2999))
        self.users.open_login("two", self.ann.id, now().replace(year=2999))
        self.key = self.users.add_key(self.ann.id, "k", "hash").id
        self.sharing.give(self.file, self.bob.id, "view")
        self.job = self.failed_job()

    def failed_job(self) -> str:
        def fail(session) -> str:
            job = session.exec(select(Job)).one()
            job.state, job.error_code = "failed", "conversion_failed"
            job_id: str = job.id
            return job_id

        return self.catalog.write(fail)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with self.catalog.read() as session:
            return {
                table: sorted(map(tuple, session.execute(text(f"SELECT * FROM {table}"))), key=repr)
                for table in WATCHED
            }


DEEDS: dict[str, Callable[[House], object]] = {
    "end_one": lambda house: house.users.end_logins(house.ann.id, login_id="one", note=NOTE),
    "end_logins": lambda house: house.users.end_logins(house.ann.id, but="one", note=NOTE),
    "create": lambda house: house.users.create("carl", "-", note=NOTE),
    "disable": lambda house: house.users.disable("ann", note=NOTE),
    "set_password": lambda house: house.users.set_password(house.ann.id, "new", note=NOTE),
    "add_key": lambda house: house.users.add_key(house.ann.id, "k", "other", note=NOTE),
    "remove_key": lambda house: house.users.remove_key(house.key, house.ann.id, NOTE),
    "change": lambda house: house.administration.change(
        house.ann.id, disabled=True, is_admin=True, password_hash="new", note=NOTE
    ),
    "retry": lambda house: house.administration.retry(house.job, NOTE),
    "give": lambda house: house.sharing.give(house.file, house.bob.id, "edit", NOTE),
    "take": lambda house: house.sharing.take(house.file, house.bob.id, NOTE),
    "give_everybody": lambda house: house.sharing.give_everybody(house.file, "view", NOTE),
}


@pytest.fixture
def house(catalog: Catalog) -> House:
    return House(catalog)


def test_every_deed_is_noted_once(house: House):
    for name, deed in DEEDS.items():
        if name == "retry":
            house.failed_job()
        before = len(AuditLog(house.catalog).page(limit=1000))
        deed(house)
        notes = AuditLog(house.catalog).page(limit=1000)
        assert len(notes) == before + 1, name
        assert (notes[0].actor, notes[0].action, notes[0].detail["how"]) == ("admin", "tested", "so")


@pytest.fixture
def no_room_for_notes(house: House) -> Iterator[None]:
    def run(statements: dict[str, list[str]]) -> None:
        kind = house.catalog.engine.dialect.name
        house.catalog.write(lambda session: [session.execute(text(each)) for each in statements[kind]])

    run(REFUSING)
    yield
    run(REFUSING_NO_MORE)  # the database is that of other tests too


@pytest.mark.usefixtures("no_room_for_notes")
def test_nothing_is_done_that_cannot_be_noted(house: House):
    before = house.rows()

    for name, deed in DEEDS.items():
        with pytest.raises((DBAPIError, Conflict)):
            deed(house)
        assert house.rows() == before, name


def test_a_note_knows_what_only_its_transaction_knew(house: House):
    key = house.users.add_key(house.ann.id, "mine", "third", scopes=["read"], note=AuditNote("ann", "key.made"))
    house.users.end_logins(house.ann.id, note=AuditNote("ann", "sessions.ended", "ann"))

    ended, made = AuditLog(house.catalog).page(limit=2)

    assert (made.subject, made.detail) == (key.id, {"name": "mine", "scopes": ["read"]})
    assert (ended.subject, ended.detail) == ("ann", {"count": 2})


def test_what_was_not_done_is_not_noted(house: House):
    assert house.users.end_logins(house.ann.id, login_id="unknown", note=NOTE) == 0
    assert not house.sharing.give("unknown", house.bob.id, "view", NOTE)
    assert list(AuditLog(house.catalog).page(limit=1)) == []
