"""The catalog's one writer: group commit, failures that stay with their write, notifications, other processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parquay.catalog.session import Catalog, notify
from parquay.catalog.sqlite import SAFE_SQLITE, sqlite_module
from parquay.catalog.tables import Secret
from parquay.errors import Unavailable


def keep(name: str) -> Callable[[Session], str]:
    """A write that inserts a row."""

    def write(session: Session) -> str:
        session.add(Secret(name=name, value=b"-"))
        session.flush()
        return name

    return write


def names(catalog: Catalog) -> set[str]:
    with catalog.read() as session:
        return set(session.execute(text("SELECT name FROM secret")).scalars())


class Commits:
    """Counts commits of the writer, and can hold the first of them back."""

    def __init__(self, catalog: Catalog) -> None:
        self.count = 0
        self.go = threading.Event()
        self.go.set()
        self.reached = threading.Event()
        event.listen(catalog.engine, "commit", self._commit)

    def _commit(self, _connection: object) -> None:
        self.count += 1
        self.reached.set()
        assert self.go.wait(20)


def held(catalog: Catalog) -> Commits:
    """Hold the writer back in a commit, so that writes gather."""
    commits = Commits(catalog)
    commits.go.clear()
    catalog.submit(lambda session: session.execute(text("SELECT 1")))
    assert commits.reached.wait(20)
    return commits


def test_a_write_is_there_when_its_result_is(catalog: Catalog):
    assert catalog.write(keep("a")) == "a"

    assert names(catalog) == {"a"}


def test_writes_that_come_during_a_commit_share_the_next_one(catalog: Catalog):
    commits = held(catalog)
    futures = [catalog.submit(keep(str(number))) for number in range(100)]

    commits.go.set()
    results = [future.result(20) for future in futures]

    assert results == [str(number) for number in range(100)]
    assert commits.count == 2
    assert names(catalog) == set(results)


def test_a_failing_write_takes_no_neighbour_with_it(catalog: Catalog):
    catalog.write(keep("taken"))
    commits = held(catalog)
    before, bad, after = catalog.submit(keep("before")), catalog.submit(keep("taken")), catalog.submit(keep("after"))

    commits.go.set()

    assert (before.result(20), after.result(20)) == ("before", "after")
    with pytest.raises(IntegrityError):
        bad.result(20)
    assert names(catalog) == {"taken", "before", "after"}


def test_the_error_of_a_write_reaches_its_caller_and_nothing_is_kept(catalog: Catalog):
    def write(session: Session) -> None:
        keep("half")(session)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        catalog.write(write)

    assert names(catalog) == set()
    assert catalog.write(keep("next")) == "next"


def test_a_write_sees_what_its_neighbours_changed_and_not_what_they_loaded(catalog: Catalog):
    catalog.write(keep("a"))
    commits = held(catalog)
    load = catalog.submit(lambda session: session.get_one(Secret, "a"))
    change = catalog.submit(lambda session: session.execute(update(Secret).values(value=b"New")))
    look = catalog.submit(lambda session: session.get_one(Secret, "a"))

    commits.go.set()

    assert load.result(20).value == b"-"
    assert change.result(20) is not None
    assert look.result(20).value == b"New"
    assert commits.count == 2


def test_nobody_hears_of_a_write_before_it_is_committed(catalog: Catalog):
    commits = held(catalog)
    future = catalog.submit(keep("a"))

    assert not future.done()
    assert names(catalog) == set()

    commits.go.set()
    assert future.result(20) == "a"


def test_a_write_whose_caller_gave_up_is_neither_repeated_nor_fatal(catalog: Catalog):
    async def run() -> None:
        commits = held(catalog)
        waiting = [asyncio.ensure_future(catalog.awrite(keep(name))) for name in ("cancelled", "other")]
        await asyncio.sleep(0)
        waiting[0].cancel()
        commits.go.set()
        assert await waiting[1] == "other"
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]

    asyncio.run(run())

    assert catalog.write(keep("later")) == "later"
    assert names(catalog) >= {"other", "later"}


def test_a_write_that_is_being_committed_cannot_be_called_back(catalog: Catalog):
    async def run() -> None:
        commits = Commits(catalog)
        commits.go.clear()
        waiting = asyncio.ensure_future(catalog.awrite(keep("a")))
        await asyncio.to_thread(commits.reached.wait, 20)
        waiting.cancel()
        commits.go.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())

    assert catalog.write(keep("later")) == "later"
    assert names(catalog) == {"a", "later"}


# ------------------------------------------------------------------------------------------------ notifications


def test_subscribers_are_notified_once_after_the_commit_that_asked_for_it(catalog: Catalog):
    seen: list[set[str]] = []
    catalog.notifications.subscribe("events", lambda: seen.append(names(catalog)))

    def write(session: Session) -> None:
        keep("a")(session)
        notify(session, "events")
        notify(session, "events")

    catalog.write(write)
    catalog.write(keep("b"))

    assert seen == [{"a"}]


def test_nobody_is_notified_of_a_write_that_failed(catalog: Catalog):
    notified: list[str] = []
    catalog.notifications.subscribe("events", lambda: notified.append("events"))

    def write(session: Session) -> None:
        notify(session, "events")
        raise KeyError

    with pytest.raises(KeyError):
        catalog.write(write)
    catalog.write(keep("a"))

    assert notified == []


def test_a_listener_that_fails_harms_no_write(catalog: Catalog, caplog):
    heard: list[str] = []

    def fail() -> None:
        raise RuntimeError("deaf")

    catalog.notifications.subscribe("jobs", fail)
    catalog.notifications.subscribe("jobs", lambda: heard.append("jobs"))

    def write(session: Session) -> str:
        notify(session, "jobs")
        return keep("a")(session)

    assert catalog.write(write) == "a"
    assert catalog.write(keep("b")) == "b"
    assert names(catalog) == {"a", "b"}
    assert heard == ["jobs"]


# ------------------------------------------------------------------------------------------------ errors


def test_a_database_that_does_not_answer_is_unavailable_and_comes_back(catalog: Catalog):
    def refuse(connection, cursor, statement, parameters, context, executemany):
        raise catalog.engine.dialect.loaded_dbapi.OperationalError("disk I/O error")

    event.listen(catalog.engine, "before_cursor_execute", refuse)
    with pytest.raises(Unavailable) as caught:
        catalog.write(lambda session: session.execute(text("SELECT 1")))
    event.remove(catalog.engine, "before_cursor_execute", refuse)

    assert (caught.value.code, caught.value.status) == ("database_unavailable", 503)
    assert caught.value.retry_after
    catalog.probe()


def test_a_reader_that_cannot_open_the_database_is_unavailable(tmp_path: Path):
    (tmp_path / "metadata.db").mkdir()
    catalog = Catalog(f"sqlite:///{tmp_path / 'metadata.db'}")

    with pytest.raises(Unavailable), catalog.read() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(Unavailable):
        catalog.probe()

    catalog.close()


# ------------------------------------------------------------------------------------- SQLite as it must be


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)], ids=["strict", "relaxed"])
def test_commits_are_as_durable_as_was_asked(tmp_path: Path, durable: bool, synchronous: int):
    catalog = Catalog(f"sqlite:///{tmp_path / 'metadata.db'}", durable=durable)

    def pragmas(session: Session) -> tuple[object, ...]:
        return tuple(session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous"))

    assert catalog.write(pragmas) == ("wal", synchronous)
    catalog.close()


def test_the_sqlite_in_use_has_no_known_corruption():
    assert sqlite_module().sqlite_version_info >= SAFE_SQLITE


def test_rows_of_a_user_need_the_user(catalog: Catalog):
    insert = text(
        "INSERT INTO login (id, user_id, created_at, expires_at) VALUES ('a', 'nobody', '2026-01-01', '2027-01-01')"
    )

    with pytest.raises(IntegrityError):
        catalog.write(lambda session: session.execute(insert))


def test_readers_go_on_while_a_write_is_open(catalog: Catalog):
    commits = held(catalog)

    assert names(catalog) == set()

    commits.go.set()


def test_two_processes_write_to_one_database(catalog: Catalog):
    script = (
        "import sys; from parquay.catalog.session import Catalog; from parquay.catalog.tables import Secret\n"
        "c = Catalog(sys.argv[1])\n"
        "for n in range(150): c.write(lambda s: s.add(Secret(name=f'other {n}', value=b'-')))\n"
        "c.close()"
    )
    with subprocess.Popen([sys.executable, "-c", script, catalog.url], env={"PYTHONPATH": "backend"}) as other:
        for number in range(150):
            catalog.write(keep(f"mine {number}"))
        assert other.wait(60) == 0

    assert len(names(catalog)) == 300


def test_closing_finishes_what_is_queued(catalog: Catalog):
    commits = held(catalog)
    futures = [catalog.submit(keep(str(number))) for number in range(20)]
    commits.go.set()

    catalog.close()

    assert all(future.done() for future in futures)
    again = Catalog(catalog.url)
    assert len(names(again)) == 20
    again.close()
