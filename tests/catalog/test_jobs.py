"""Jobs as rows: due, leased, fenced, woken, repeated, given up."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event
from sqlmodel import Session

from catalog.leased_jobs import KIND, FixedClock, alive, claimed, row
from parquay.catalog import jobs as jobs_module
from parquay.catalog.jobs import LEASE_SECONDS, JobLease, Jobs
from parquay.catalog.queue import KEPT_SECONDS
from parquay.catalog.session import Catalog


def test_a_named_job_is_leased_when_it_is_due_or_its_worker_silent_or_dead(catalog, jobs: Jobs, enqueue, clock):
    enqueue("other")
    enqueue("named")
    named = row(catalog, "named").id
    by_name = partial(jobs.claim, "me", (KIND,), alive, job_id=named)

    lease = by_name()
    assert lease is not None
    assert (lease.subject, lease.epoch, by_name()) == ("named", 1, None)
    assert jobs.claim("me", ("hook",), lambda _owner: True, job_id=named) is None
    taken_over = jobs.claim("other", (KIND,), lambda owner: owner == "me", job_id=named)
    assert taken_over is not None
    assert taken_over.epoch == 2
    clock.pass_seconds(LEASE_SECONDS + 1)
    lease = by_name()
    assert lease is not None
    assert lease.epoch == 3
    jobs.retry(lease, 30, "OSError", "disk")
    assert by_name() is None
    clock.pass_seconds(31)
    lease = by_name()
    assert lease is not None
    assert lease.epoch == 4
    assert by_name() is None
    assert claimed(jobs).subject == "other"


def test_a_job_is_leased_once(catalog: Catalog, jobs: Jobs, enqueue, clock: FixedClock):
    enqueue(answer=42)

    lease = claimed(jobs)

    assert (lease.kind, lease.subject, lease.epoch, lease.attempt, lease.payload) == (
        KIND,
        "file",
        1,
        1,
        {"answer": 42},
    )
    assert jobs.claim("other", (KIND,), alive) is None
    found = row(catalog)
    assert (found.state, found.lease_owner) == ("running", "me")
    assert found.lease_until == clock.moment + timedelta(seconds=LEASE_SECONDS)


def test_nothing_is_leased_nor_written_where_there_is_nothing(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue("taken")
    claimed(jobs)
    writes: list[str] = []
    event.listen(catalog.engine, "begin", lambda _connection: writes.append("begun"))

    assert jobs.claim("me", (KIND,), alive) is None

    assert writes == []


def test_the_oldest_due_job_comes_first_and_only_of_known_kinds(jobs: Jobs, enqueue):
    enqueue("other kind", kind="hook")
    enqueue("first")
    enqueue("second")

    assert [claimed(jobs).subject, claimed(jobs).subject] == ["first", "second"]
    assert jobs.claim("me", (KIND,), alive) is None
    assert claimed(jobs, kinds=("hook",)).subject == "other kind"


def test_a_subject_has_one_job_of_a_kind(catalog: Catalog, jobs: Jobs, enqueue):
    for _ in range(5):
        enqueue()

    assert jobs.waiting() == 1
    assert row(catalog).wake == 4


def test_a_job_that_waits_keeps_its_turn_and_the_moment_since_which_it_waits(
    catalog: Catalog, jobs: Jobs, enqueue, clock: FixedClock
):
    # An upload that goes on wakes it with each checkpoint; whoever waits for the worker that kept it would never end.
    enqueue()
    before = row(catalog)

    clock.pass_seconds(60)
    enqueue()

    after = row(catalog)
    assert (after.run_after, after.turn_at, after.wake) == (before.run_after, before.turn_at, before.wake + 1)


def test_a_job_that_is_to_be_tried_again_later_runs_now_when_its_subject_changes(
    catalog: Catalog, jobs: Jobs, enqueue, clock: FixedClock
):
    enqueue()
    assert jobs.retry(claimed(jobs), 600, "code", "message")

    enqueue()

    assert (claimed(jobs).attempt, row(catalog).run_after < clock.moment) == (1, True)


def test_a_rolled_back_transaction_leaves_no_job(catalog: Catalog, jobs: Jobs):
    def write(session: Session) -> None:
        jobs.enqueue(session, KIND, "file")
        raise KeyError

    with pytest.raises(KeyError):
        catalog.write(write)

    assert jobs.waiting() == 0


def test_workers_are_notified_of_a_new_job(catalog: Catalog, jobs: Jobs, enqueue):
    notified: list[int] = []
    catalog.notifications.subscribe("jobs", lambda: notified.append(1))

    enqueue()
    enqueue()

    assert notified == [1, 1]


def test_a_finished_job_is_done_until_its_subject_changes(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    lease = claimed(jobs)

    assert catalog.write(lambda session: jobs.done(session, lease))

    assert (row(catalog).state, row(catalog).lease_owner) == ("done", None)
    assert not jobs.is_open(KIND, "file")
    assert jobs.claim("me", (KIND,), alive) is None
    enqueue()
    assert claimed(jobs).attempt == 1


# ------------------------------------------------------------------------------------------------- fences


def test_a_silent_worker_loses_its_job_when_the_lease_is_over(jobs: Jobs, enqueue, clock: FixedClock):
    enqueue()
    claimed(jobs, "silent")

    clock.pass_seconds(LEASE_SECONDS - 1)
    assert jobs.claim("other", (KIND,), alive) is None
    clock.pass_seconds(2)
    lease = claimed(jobs, "other")

    assert (lease.owner, lease.epoch, lease.attempt) == ("other", 2, 2)


def test_a_dead_worker_loses_its_job_at_once(jobs: Jobs, enqueue):
    enqueue()
    claimed(jobs, "dead")

    assert jobs.claim("other", (KIND,), lambda owner: owner == "somebody else") is None
    assert claimed(jobs, "other", lambda owner: owner == "dead").epoch == 2


def test_a_heartbeat_prolongs_the_lease(jobs: Jobs, enqueue, clock: FixedClock):
    enqueue()
    lease = claimed(jobs)

    for _ in range(5):
        clock.pass_seconds(LEASE_SECONDS - 1)
        assert jobs.heartbeat(lease)

    assert jobs.claim("other", (KIND,), alive) is None


def test_a_worker_that_lost_its_lease_changes_nothing_any_more(
    catalog: Catalog, jobs: Jobs, enqueue, clock: FixedClock
):
    enqueue()
    stale = claimed(jobs, "paused")
    clock.pass_seconds(LEASE_SECONDS + 1)
    current = claimed(jobs, "other")
    before = row(catalog)

    assert not jobs.heartbeat(stale)
    assert not catalog.write(lambda session: jobs.fence(session, stale))
    assert not catalog.write(lambda session: jobs.done(session, stale))
    assert not jobs.idle(stale)
    assert not jobs.retry(stale, 0, "x", "x")
    assert not jobs.give_up(stale, "x", "x", lambda *_: pytest.fail("noted by a stale worker"))

    assert row(catalog) == before
    assert jobs.heartbeat(current)


def test_a_cancelled_job_fails_its_next_fence(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    lease = claimed(jobs)

    catalog.write(lambda session: jobs.cancel(session, "file", KIND))

    assert not jobs.heartbeat(lease)
    assert jobs.waiting() == 0


# -------------------------------------------------------------------------------------------- idle and wake


def test_an_idle_job_waits_until_its_subject_changes(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    jobs.idle(claimed(jobs))

    assert row(catalog).state == "idle"
    assert jobs.is_open(KIND, "file")
    assert jobs.waiting() == 0
    assert jobs.claim("me", (KIND,), alive) is None
    enqueue()
    assert claimed(jobs).attempt == 1


def test_a_kept_job_is_its_workers_for_a_while_after_it_was_woken(catalog: Catalog, jobs: Jobs, enqueue, clock):
    enqueue()
    jobs.idle(claimed(jobs), keep=True)
    clock.pass_seconds(100)
    enqueue()
    named = row(catalog).id

    clock.pass_seconds(KEPT_SECONDS - 1)
    others = jobs.claim("other", (KIND,), alive), jobs.claim("other", (KIND,), alive, job_id=named)
    mine = claimed(jobs)
    jobs.idle(mine, keep=True)
    enqueue()
    clock.pass_seconds(KEPT_SECONDS)
    late = jobs.claim("other", (KIND,), alive)

    assert others == (None, None)
    assert late is not None
    assert row(catalog).lease_owner == "other"
    jobs.hand_back(late)
    assert claimed(jobs).epoch == late.epoch + 1


def test_a_job_whose_subject_changed_while_it_ran_runs_again(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    lease = claimed(jobs)
    enqueue()

    assert row(catalog).state == "running"
    assert jobs.idle(lease)

    assert claimed(jobs).wake == 1


def test_running_again_and_again_in_good_order_is_no_failed_attempt(jobs: Jobs, enqueue):
    for _ in range(20):
        enqueue()
        assert claimed(jobs).attempt == 1
        enqueue()
        lease = claimed_running(jobs)
        jobs.idle(lease)


def claimed_running(jobs: Jobs) -> JobLease:
    """The lease that the last claim gave, claimed anew by its successor."""
    lease = jobs.claim("next", (KIND,), lambda _owner: True)
    assert lease is not None
    return lease


# ------------------------------------------------------------------------------------------- retry, give up


def test_a_failed_run_is_repeated_later(catalog: Catalog, jobs: Jobs, enqueue, clock: FixedClock):
    enqueue()

    jobs.retry(claimed(jobs), 30, "OSError", "disk")

    assert (row(catalog).state, row(catalog).error_code, row(catalog).error_message) == ("queued", "OSError", "disk")
    clock.pass_seconds(29)
    assert jobs.claim("me", (KIND,), alive) is None
    clock.pass_seconds(1.1)
    assert claimed(jobs).attempt == 2


def test_a_run_that_ended_with_its_server_is_no_attempt(jobs: Jobs, enqueue, monkeypatch: pytest.MonkeyPatch):
    """However often the server is killed: only a worker that ends alone may have ended by its file."""
    enqueue()
    monkeypatch.setattr(jobs_module, "ended_with_its_server", lambda owner: owner == "cut")
    leases = [jobs.claim(owner, (KIND,), lambda _: True) for owner in ("cut", "cut", "cut", "alone", "next")]

    assert [lease.attempt for lease in leases if lease is not None] == [1, 1, 1, 1, 2]


def test_a_run_that_was_handed_back_is_no_attempt(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    for _ in range(10):
        lease = claimed(jobs)
        assert lease.attempt == 1
        assert jobs.hand_back(lease)

    assert row(catalog).state == "queued"


def test_a_run_that_is_given_up_notes_its_failure_in_the_same_transaction(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    noted: list[tuple[str, str, str]] = []

    def note(session: Session, subject: str, code: str, message: str) -> None:
        assert session.in_transaction()
        noted.append((subject, code, message))

    assert jobs.give_up(claimed(jobs), "conversion_failed", "It failed.", note)

    assert noted == [("file", "conversion_failed", "It failed.")]
    assert row(catalog).state == "failed"
    assert not jobs.is_open(KIND, "file")


def test_a_failure_that_cannot_be_noted_leaves_the_job_running(catalog: Catalog, jobs: Jobs, enqueue):
    enqueue()
    lease = claimed(jobs)

    def note(*_arguments: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        jobs.give_up(lease, "x", "x", note)

    assert row(catalog).state == "running"


def test_two_catalogs_never_lease_the_same_job(catalog: Catalog, jobs: Jobs, enqueue):
    for number in range(40):
        enqueue(f"file {number}")
    other = Catalog(catalog.url)
    queues = [jobs, Jobs(other)]

    subjects: list[str] = []
    while lease := queues[len(subjects) % 2].claim("me", (KIND,), alive):
        subjects.append(lease.subject)

    assert len(subjects) == len(set(subjects)) == 40
    other.close()
