"""PostgreSQL as the catalog: what SQLite promises by itself, and a server of the database that goes and comes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from live_server import wait_until
from parquay.catalog import postgres as module
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import LEASE_SECONDS, Jobs
from parquay.catalog.postgres import SHOWN_NUL, UnusableDatabase
from parquay.catalog.session import Catalog, notify
from parquay.catalog.tables import File, Secret
from parquay.catalog.users import Users
from parquay.errors import Unavailable
from postgres_server import PostgresServer

Connect = Callable[[str], Catalog]


@pytest.fixture
def catalog(postgres_url: str, connect: Connect) -> Catalog:
    return connect(postgres_url)


@pytest.fixture
def ann(catalog: Catalog) -> str:
    return Users(catalog).create("ann", "-").id


def happen(catalog: Catalog, owner: str, file_id: str) -> Future[None]:
    """Begin to write an event about a file."""
    file = File(id=file_id, owner_id=owner, name="a.csv")
    return catalog.submit(lambda session: Events(catalog).emit(session, "file.created", file))


# ------------------------------------------------------------------------------------ one writer at a time


def test_an_event_that_was_begun_first_is_seen_first(catalog: Catalog, connect: Connect, ann: str):
    # Its number is the smaller one: whoever has read on past the other's would never see it.
    other, events = connect(catalog.url), Events(catalog)
    reached, go = threading.Event(), threading.Event()
    event.listen(catalog.engine, "commit", lambda _connection: (reached.set(), go.wait(20)))

    slow = happen(catalog, ann, "slow")
    assert reached.wait(20)
    quick = happen(other, ann, "quick")
    with pytest.raises(TimeoutError):
        quick.result(0.3)
    seen_meanwhile = events.after(0, 10)
    go.set()
    slow.result(20)
    quick.result(20)

    assert seen_meanwhile == []
    assert [each.file_id for each in events.after(0, 10)] == ["slow", "quick"]


def test_who_reads_on_from_the_last_event_misses_none_of_several_processes(
    catalog: Catalog, connect: Connect, ann: str
):
    writers, each = [connect(catalog.url) for _ in range(4)], 60
    events, seen, position = Events(catalog), [], 0

    def write(number: int) -> None:
        for at in range(each):
            happen(writers[number], ann, f"{number} {at}").result(30)

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(4)]
        while not all(one.done() for one in writing) or events.after(position, 1):
            for happened in events.after(position, 7):
                seen.append(happened.file_id)
                position = happened.id
        for one in writing:
            one.result()

    assert sorted(seen) == sorted(f"{number} {at}" for number in range(4) for at in range(each))


def test_a_write_that_waits_too_long_for_another_process_is_unavailable(
    postgres_url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    impatient, other = connect(postgres_url), connect(postgres_url)

    with other.engine.begin(), pytest.raises(Unavailable):
        impatient.probe()

    impatient.probe()


def test_a_session_that_reads_sees_one_moment_and_changes_nothing(catalog: Catalog):
    with catalog.read() as session:
        before = session.scalar(select(func.count()).select_from(Secret))
        catalog.write(lambda writing: writing.add(Secret(name="a", value=b"-")))
        assert session.scalar(select(func.count()).select_from(Secret)) == before

    with pytest.raises(DBAPIError, match="read-only"), catalog.read() as session:
        session.execute(text("DELETE FROM secret"))


@pytest.mark.parametrize(("durable", "expected"), [(True, "on"), (False, "off")], ids=["strict", "relaxed"])
def test_commits_are_as_durable_as_was_asked(postgres_url: str, durable: bool, expected: str):
    catalog = Catalog(postgres_url, durable=durable)

    assert catalog.write(lambda session: session.scalar(text("SHOW synchronous_commit"))) == expected
    catalog.close()


# ------------------------------------------------------------------------------------------------- texts


def test_a_nul_character_is_kept_as_its_sign_and_in_json_as_it_is(catalog: Catalog, ann: str):
    columns = [{"name": "a\0b"}]
    catalog.write(lambda session: session.add(File(id="f", owner_id=ann, name="a\0b.csv", columns=columns)))

    found = Files(catalog, Events(catalog), Jobs(catalog)).get("f")

    assert found is not None
    assert (found.name, found.columns) == (f"a{SHOWN_NUL}b.csv", columns)


# ------------------------------------------------------------------------------- a server that goes and comes


def test_a_database_that_was_restarted_is_unavailable_meanwhile_and_works_again(
    catalog: Catalog, postgres: PostgresServer, ann: str
):
    users = Users(catalog)
    assert users.by_name("ann")

    postgres.stop()
    try:
        with pytest.raises(Unavailable):
            users.by_name("ann")
        with pytest.raises(Unavailable) as refused:
            catalog.probe()
    finally:
        postgres.start()

    assert (refused.value.status, refused.value.code) == (503, "database_unavailable")
    catalog.probe()
    assert users.by_name("ann")


def test_a_group_whose_connection_breaks_is_not_repeated(catalog: Catalog, ann: str):
    # It may have been committed: run again, a compare-and-set would tell its winner that it lost.
    ran: list[str] = []
    reached, go = threading.Event(), threading.Event()

    def hold(_session: Session) -> None:
        reached.set()
        go.wait(20)

    def write(name: str, session: Session) -> None:
        ran.append(name)
        if name == "breaks":
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    first = catalog.submit(hold)
    assert reached.wait(20)
    group = [catalog.submit(partial(write, name)) for name in ("before", "breaks", "after")]
    go.set()
    first.result(20)

    for one in group:
        with pytest.raises(Unavailable):
            one.result(20)
    assert ran == ["before", "breaks"]
    catalog.probe()


# ------------------------------------------------------------------------------------------------ notifications


def test_a_notification_is_heard_by_other_processes_and_by_the_own_one_once(postgres_url: str, connect: Connect):
    heard: dict[str, list[str]] = {"one": [], "other": []}
    catalogs = {name: connect(postgres_url) for name in heard}
    for name, each in catalogs.items():
        each.notifications.subscribe("events", partial(heard[name].append, "events"))
        each.listen()
        wait_until(lambda name=name: heard[name], "the first look")
        heard[name].clear()

    catalogs["one"].write(lambda session: notify(session, "events"))
    wait_until(lambda: heard["other"], "the notification", 5)
    catalogs["other"].write(lambda session: notify(session, "jobs"))
    catalogs["other"].write(lambda session: notify(session, "events"))
    wait_until(lambda: len(heard["one"]) > 1, "the other notification", 5)

    assert heard == {"one": ["events", "events"], "other": ["events", "events"]}


def test_notifications_are_heard_again_after_the_database_was_restarted(
    postgres: PostgresServer, postgres_url: str, connect: Connect
):
    heard: list[float] = []
    catalog, other = connect(postgres_url), connect(postgres_url)
    catalog.notifications.subscribe("jobs", lambda: heard.append(time.monotonic()))
    catalog.listen()
    wait_until(lambda: heard, "the first look")

    postgres.stop()
    postgres.start()
    wait_until(lambda: len(heard) > 1, "a look at what may have been missed", 10)
    heard.clear()
    notified = time.monotonic()
    other.write(lambda session: notify(session, "jobs"))

    assert wait_until(lambda: heard, "the notification", 5)[0] - notified < 0.5


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://host:port/name", "postgresql+psycopg:/name", "postgresql+x://h/d"]
)
def test_what_is_no_url_of_a_database_is_refused_in_one_line(url: str):
    with pytest.raises(UnusableDatabase) as refused:
        Catalog(url)

    assert "\n" not in str(refused.value)


def test_a_missing_driver_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(UnusableDatabase, match="driver for PostgreSQL is missing"):
        Catalog("postgresql+psycopg://127.0.0.1/catalog")


def test_the_lease_of_a_job_is_counted_by_the_clock_of_the_database(catalog: Catalog, monkeypatch):
    monkeypatch.setattr("parquay.catalog.session.now", lambda: datetime(1999, 1, 1, tzinfo=UTC))
    jobs = Jobs(catalog)
    catalog.write(lambda session: jobs.enqueue(session, "convert", "file"))

    lease = jobs.claim("me", ("convert",), lambda _owner: False)

    assert lease is not None
    with catalog.read() as session:
        until, clock = session.execute(text("SELECT lease_until, timezone('utc', clock_timestamp()) FROM job")).one()
    assert 0 < (until - clock).total_seconds() <= LEASE_SECONDS
