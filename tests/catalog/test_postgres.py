"""PostgreSQL as the catalog: what SQLite promises by itself, and a server of the database that goes and comes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from subprocess import PIPE, Popen

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from live_server import wait_until
from parquay.catalog import postgres as module
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import LEASE_SECONDS, JobLease, Jobs
from parquay.catalog.leases import Leases, LeaseTaken
from parquay.catalog.postgres import SHOWN_NUL, UnusableDatabase
from parquay.catalog.session import Catalog, alone, notify
from parquay.catalog.tables import File, Job, Secret
from parquay.catalog.users import Users
from parquay.catalog.volumes import Volumes
from parquay.errors import Conflict, Unavailable
from parquay.jobs.worker import Ended, Kind, Worker
from postgres_server import PostgresServer

Connect = Callable[[str], Catalog]

GATHERED = 10
"""Events that a process writes before it waits for their commit."""


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


# -------------------------------------------------------------------------------------------- many writers


def test_an_event_that_was_begun_first_is_seen_first(catalog: Catalog, connect: Connect, ann: str):
    # Its number is the smaller one: whoever has read on past the other's would never see it.
    other, events = connect(catalog.url), Events(catalog)
    reached, go = threading.Event(), threading.Event()
    event.listen(catalog.engine, "commit", lambda _connection: reached.set())
    event.listen(catalog.engine, "commit", lambda _connection: go.wait(20))

    slow = happen(catalog, ann, "slow")
    assert reached.wait(20)
    happen(other, ann, "quick").result(20)
    seen_meanwhile, held_back = events.after(0, 10), events.held_back()
    go.set()
    slow.result(20)

    assert (list(seen_meanwhile), held_back, events.held_back()) == ([], frozenset({"quick"}), frozenset())
    assert [each.file_id for each in events.after(0, 10)] == ["slow", "quick"]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("each", [30, pytest.param(5000, marks=pytest.mark.long)])
def test_who_reads_on_from_the_last_event_gets_each_of_twenty_processes_once_and_in_order(
    catalog: Catalog, connect: Connect, ann: str, each: int
):
    writers = [connect(catalog.url) for _ in range(20)]
    events, seen, positions, position = Events(catalog), [], [], 0

    def write(number: int) -> None:
        for start in range(0, each, GATHERED):
            for one in [happen(writers[number], ann, f"{number} {at}") for at in range(start, start + GATHERED)]:
                one.result(60)

    with ThreadPoolExecutor(len(writers)) as pool:
        writing = [pool.submit(write, number) for number in range(len(writers))]
        while not all(one.done() for one in writing) or events.after(position, 1):
            for happened in events.after(position, 500):
                seen.append(happened.file_id)
                position = happened.id
                positions.append(position)
        for one in writing:
            one.result()

    assert sorted(seen) == sorted(f"{number} {at}" for number in range(20) for at in range(each))
    assert positions == sorted(positions)
    for number in range(20):
        own = [file_id for file_id in seen if file_id.split()[0] == str(number)]
        assert own == [f"{number} {at}" for at in range(each)]


def test_processes_that_make_the_same_at_the_same_time_have_one_of_it(postgres_url: str, connect: Connect):
    catalogs = [connect(postgres_url) for _ in range(8)]
    together = threading.Barrier(len(catalogs))

    def start(number: int) -> tuple[str, bytes, str, int]:
        mine, events = catalogs[number], Events(catalogs[number])
        together.wait(20)
        try:
            name = Users(mine).create("Anna" if number % 2 else "anna", "-").username
        except Conflict:
            name = ""
        secret = Users(mine).secret("key", lambda: bytes([number]))
        volume = Volumes(mine).take(f"volume {number}")
        mine.write(lambda session: Jobs(mine).enqueue(session, "convert", "one file"))
        failures = Users(mine).failed("address", lambda _failures: 0, timedelta(days=1))
        assert events.span() == (0, 0)
        return name, secret, volume, failures

    with ThreadPoolExecutor(len(catalogs)) as pool:
        names, secrets, volumes, failures = zip(*pool.map(start, range(len(catalogs))), strict=True)

    assert len([name for name in names if name]) == 1
    assert (len(set(secrets)), len(set(volumes))) == (1, 1)
    assert sorted(failures) == list(range(1, 9))
    with catalogs[0].read() as session:
        assert session.execute(select(col(Job.subject), col(Job.wake))).all() == [("one file", 7)]


STARTS = """
import sys
from parquay.auth.accounts import ensure_demo
from parquay.auth.passwords import Passwords
from parquay.catalog.migrate import upgrade
from parquay.catalog.session import Catalog
from parquay.catalog.users import Users
from parquay.catalog.volumes import Volumes
print("ready", flush=True)
sys.stdin.readline()
catalog = Catalog(sys.argv[1])
upgrade(catalog)
ensure_demo(Users(catalog), Passwords(), [("test", "password"), ("admin", "admin123")])
print(Users(catalog).secret("key", sys.argv[2].encode).decode(), Volumes(catalog).take(sys.argv[2]))
catalog.close()
"""


@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.long)])
def test_processes_that_start_at_the_same_moment_on_an_empty_database_all_come_up(
    postgres: PostgresServer, connect: Connect, count: int
):
    url = postgres.make(f"starting{count}", "template0")
    command = [sys.executable, "-c", STARTS, url]
    processes = [Popen([*command, f"process-{number}"], stdin=PIPE, stdout=PIPE, text=True) for number in range(count)]
    assert {process.stdout.readline() for process in processes if process.stdout} == {"ready\n"}
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    answers = {process.communicate(timeout=100)[0] for process in processes}

    assert ({process.returncode for process in processes}, len(answers)) == ({0}, 1)
    assert [user.username for user in Users(connect(url)).list()] == ["admin", "test"]


@pytest.mark.parametrize("key", range(5))
def test_of_processes_that_want_a_lease_one_has_it_alone(postgres_url: str, connect: Connect, key: int):
    alone_of = [Leases(connect(postgres_url), f"process {number}") for number in range(3)]
    sharing = Leases(connect(postgres_url), "another process")
    together, looked = threading.Barrier(4), threading.Barrier(4)

    def take(mine: Leases) -> int:
        together.wait(20)
        had = len(mine.take_free("writer", [f"table {key}"]))
        looked.wait(20)
        return had

    def share() -> int:
        together.wait(20)
        try:
            with sharing.shared("writer", f"table {key}", 0):
                looked.wait(20)
                return 1
        except LeaseTaken:
            looked.wait(20)
            return 0

    with ThreadPoolExecutor(4) as pool:
        had = [pool.submit(take, each) for each in alone_of] + [pool.submit(share)]
        assert sum(one.result() for one in had) == 1
    for each in (*alone_of, sharing):
        each.close()


def test_a_write_that_waits_too_long_for_another_process_is_unavailable(
    postgres_url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    impatient, other = connect(postgres_url), connect(postgres_url)

    def write(session: Session) -> None:
        alone(session, "something")

    with other.engine.begin() as connection:
        module.alone(connection, "something")
        with pytest.raises(Unavailable):
            impatient.write(write)

    impatient.write(write)


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


def test_a_worker_takes_its_own_job_up_again_when_the_database_was_away_at_its_end(
    catalog: Catalog, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
):
    epochs: list[int] = []

    def run(lease: JobLease, _alive: Callable[[], bool]) -> Ended:
        epochs.append(lease.epoch)
        if len(epochs) == 1:
            postgres.stop("QUIT")
        return Ended.DONE

    jobs = Jobs(catalog)
    catalog.write(lambda session: jobs.enqueue(session, "convert", "file"))
    worker = Worker(catalog, jobs, {"convert": Kind(run, lambda *_failure: None)})
    working = threading.Thread(target=worker.run)
    working.start()
    try:
        wait_until(lambda: "catalog unavailable" in caplog.text, "a run that could not be ended")
    finally:
        postgres.start()
    started = time.monotonic()
    wait_until(lambda: len(epochs) > 1, "the next run", LEASE_SECONDS)
    lasted = time.monotonic() - started
    worker.stop()
    working.join(20)

    assert lasted < LEASE_SECONDS / 4  # 5 s on a machine that does nothing else
    assert epochs == [1, 2]
    assert not jobs.is_open("convert", "file")


# ------------------------------------------------------------------------------------------------ notifications


def test_a_notification_is_heard_by_other_processes_and_by_the_own_one_once(postgres_url: str, connect: Connect):
    heard: dict[str, list[str]] = {"one": [], "other": []}
    catalogs = {name: connect(postgres_url) for name in heard}
    for name, each in catalogs.items():
        each.notifications.subscribe("events", partial(heard[name].append, "events"))
        each.listen()
        wait_until(partial(heard.get, name), "the first look")
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
