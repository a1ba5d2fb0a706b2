"""A worker: one job at a time, under a heartbeat, given back in an orderly way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from live_server import wait_until
from parquay.catalog import owners
from parquay.catalog.jobs import JobLease, Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Job, Secret
from parquay.errors import Unavailable
from parquay.jobs import worker as worker_module
from parquay.jobs.worker import HUNG_SECONDS, IDLE_SECONDS, Ended, Kind, Worker


@pytest.fixture
def database(sqlite_url: str) -> str:
    """One kind of database is enough here; the queue itself is tested on each."""
    return sqlite_url


class Work:
    """What the jobs of a test do: one function for each run, in order; the last one again and again."""

    def __init__(self, *runs: Callable[[JobLease, Callable[[], bool]], Ended]) -> None:
        self.runs = list(runs)
        self.leases: list[JobLease] = []
        self.failures: list[tuple[str, str]] = []

    def run(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        self.leases.append(lease)
        act = self.runs.pop(0) if len(self.runs) > 1 else self.runs[0]
        return act(lease, alive)

    def give_up(self, session: Session, subject: str, code: str, message: str) -> None:
        session.add(Secret(name=subject, value=code.encode()))
        self.failures.append((code, message))


def ends(how: Ended) -> Callable[[JobLease, Callable[[], bool]], Ended]:
    return lambda _lease, _alive: how


def fails(_lease: JobLease, _alive: Callable[[], bool]) -> Ended:
    raise OSError("the disk is gone")


def worker_of(catalog: Catalog, work: Work) -> Worker:
    return Worker(catalog, Jobs(catalog), {"work": Kind(work.run, work.give_up)})


def enqueue(catalog: Catalog, subject: str = "file") -> None:
    catalog.write(lambda session: Jobs(catalog).enqueue(session, "work", subject))


def row(catalog: Catalog, subject: str = "file") -> Job:
    with catalog.read() as session:
        return session.exec(select(Job).where(Job.subject == subject)).one()


def make_due(catalog: Catalog) -> None:
    catalog.write(lambda session: session.execute(text("UPDATE job SET run_after = '2020-01-01 00:00:00.000000'")))


def test_a_worker_without_work_says_so(catalog: Catalog):
    assert not worker_of(catalog, Work(fails)).run_one()


def test_a_worker_says_within_which_time_it_moves_again(catalog: Catalog):
    def run(_lease: JobLease, alive: Callable[[], bool]) -> Ended:
        assert alive()
        return Ended.DONE

    moved: list[float] = []
    work = Work(run)
    worker = Worker(catalog, Jobs(catalog), {"work": Kind(work.run, work.give_up)}, moved=moved.append)

    assert not worker.run_one()
    assert moved == [IDLE_SECONDS]
    enqueue(catalog)
    assert worker.run_one()

    assert moved == [IDLE_SECONDS, HUNG_SECONDS, HUNG_SECONDS]


def test_a_job_is_run_and_done(catalog: Catalog):
    enqueue(catalog)
    work = Work(ends(Ended.DONE))

    assert worker_of(catalog, work).run_one()

    assert row(catalog).state == "done"
    assert [lease.subject for lease in work.leases] == ["file"]


def test_a_job_that_waits_for_more_is_idle(catalog: Catalog):
    enqueue(catalog)

    worker_of(catalog, Work(ends(Ended.IDLE))).run_one()

    assert row(catalog).state == "idle"


def test_a_failing_job_is_repeated_with_longer_pauses_and_then_given_up(catalog: Catalog):
    enqueue(catalog)
    work = Work(fails)
    worker = worker_of(catalog, work)
    pauses = []

    for _ in range(4):
        worker.run_one()
        assert row(catalog).state == "queued"
        assert not worker.run_one()
        pauses.append((row(catalog).run_after - row(catalog).created_at).total_seconds())
        make_due(catalog)
    worker.run_one()

    assert pauses == sorted(pauses)
    assert pauses[0] < 5 < 100 < pauses[-1]
    assert row(catalog).state == "failed"
    assert [code for code, _ in work.failures] == ["conversion_failed"]
    assert "OSError" in work.failures[0][1]
    assert not worker.run_one()


def test_a_job_that_ends_its_workers_is_given_up(catalog: Catalog):
    enqueue(catalog)
    jobs, work = Jobs(catalog), Work(ends(Ended.DONE))
    host, pid, *_ = owners.this_process().split(":")
    for _ in range(5):
        assert jobs.claim(f"{host}:{pid}:0:gone", ("work",), owners.is_dead) is not None

    worker_of(catalog, work).run_one()

    assert work.leases == []
    assert [code for code, _ in work.failures] == ["worker_lost"]
    assert row(catalog).state == "failed"


def test_a_worker_that_stops_hands_its_job_back_at_once_and_blames_nobody(catalog: Catalog):
    enqueue(catalog)

    for _ in range(8):
        running = threading.Event()

        def until_stopped(_lease: JobLease, alive: Callable[[], bool], running: threading.Event = running) -> Ended:
            running.set()
            while alive():
                time.sleep(0.01)
            return Ended.ABANDONED

        worker = worker_of(catalog, Work(until_stopped))
        thread = threading.Thread(target=worker.run)
        thread.start()
        assert running.wait(20)
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()
        assert (row(catalog).state, row(catalog).attempt) == ("queued", 0)

    work = Work(ends(Ended.DONE))
    assert worker_of(catalog, work).run_one()
    assert work.failures == []


def test_a_notification_starts_a_waiting_worker(catalog: Catalog, monkeypatch):
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 60.0)
    work = Work(ends(Ended.DONE))
    worker = worker_of(catalog, work)
    catalog.notifications.subscribe("jobs", worker.wake)
    thread = threading.Thread(target=worker.run)
    thread.start()

    enqueue(catalog, "a")
    wait_until(lambda: len(work.leases) == 1, "the first job")
    enqueue(catalog, "b")
    wait_until(lambda: len(work.leases) == 2, "the second job")

    worker.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_a_lost_notification_costs_a_second(catalog: Catalog):
    work = Work(ends(Ended.DONE))
    worker = worker_of(catalog, work)
    thread = threading.Thread(target=worker.run)
    thread.start()

    enqueue(catalog)

    wait_until(lambda: work.leases, "the job")
    worker.stop()
    thread.join(20)


def test_a_heartbeat_tells_a_run_that_its_job_is_somebody_elses(catalog: Catalog, monkeypatch):
    monkeypatch.setattr(worker_module, "HEARTBEAT_SECONDS", 0.02)
    enqueue(catalog)
    seen: list[bool] = []

    def run(lease: JobLease, alive: Callable[[], bool]) -> Ended:
        if lease.epoch == 1:
            assert alive()
            assert Jobs(catalog).claim("thief", ("work",), lambda _owner: True) is not None
            wait_until(lambda: not alive(), "news of the loss")
            seen.append(True)
        return Ended.DONE

    worker_of(catalog, Work(run)).run_one()

    assert seen == [True]
    assert (row(catalog).state, row(catalog).lease_owner) == ("running", "thief")


def test_a_worker_outlives_a_catalog_that_does_not_answer(catalog: Catalog, monkeypatch):
    work = Work(ends(Ended.DONE))
    worker = worker_of(catalog, work)
    real, refused = worker._jobs.claim, threading.Event()

    def claim(*arguments, **named):
        if not refused.is_set():
            refused.set()
            raise Unavailable("not now")
        return real(*arguments, **named)

    monkeypatch.setattr(worker._jobs, "claim", claim)
    enqueue(catalog)
    thread = threading.Thread(target=worker.run)
    thread.start()

    assert refused.wait(20)
    wait_until(lambda: work.leases, "the job")
    worker.stop()
    thread.join(20)


def test_the_job_of_a_killed_worker_is_taken_up_at_once(catalog: Catalog):
    enqueue(catalog)
    script = (
        "import sys, time\n"
        "from parquay.catalog.session import Catalog; from parquay.catalog.jobs import Jobs\n"
        "from parquay.jobs.worker import Kind, Worker\n"
        "catalog = Catalog(sys.argv[1])\n"
        "def run(lease, alive):\n    print('running', flush=True)\n    time.sleep(100)\n"
        "Worker(catalog, Jobs(catalog), {'work': Kind(run, None)}).run()"
    )
    command = [sys.executable, "-c", script, catalog.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"}) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"running\n"
        work = Work(ends(Ended.DONE))
        mine = worker_of(catalog, work)
        assert not mine.run_one()

        os.kill(other.pid, signal.SIGKILL)
        other.wait()

        assert mine.run_one()
        assert [lease.attempt for lease in work.leases] == [2]
        assert row(catalog).state == "done"


def test_a_named_job_is_run_before_its_turn_and_once(catalog: Catalog):
    enqueue(catalog, "first")
    enqueue(catalog, "named")
    named = row(catalog, "named").id
    work = Work(ends(Ended.DONE))
    worker = worker_of(catalog, work)

    assert (worker.run_one(named), worker.run_one(named), worker.run_one("no such job")) == (True, False, False)
    assert [lease.subject for lease in work.leases] == ["named"]
    assert row(catalog, "first").state == "queued"
