"""Jobs as rows: due, leased, fenced, woken, repeated, given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, select

from parquay.catalog import jobs as jobs_module
from parquay.catalog import queue as queue_module
from parquay.catalog.jobs import LEASE_SECONDS, JobLease, Jobs
from parquay.catalog.queue import (
    BYTES_PER_SECOND,
    MAX_LATE_SECONDS,
    MAX_PAUSE_SECONDS,
    STUCK_SECONDS,
    Health,
    Queue,
    positions,
)
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Job

KIND = "convert"


class FixedClock:
    """The time as the test wants it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    made = FixedClock()
    monkeypatch.setattr(jobs_module, "database_now", lambda _session: made())
    monkeypatch.setattr(Job.model_fields["run_after"], "default_factory", made)
    return made


@pytest.fixture
def jobs(catalog: Catalog, clock: FixedClock) -> Jobs:
    return Jobs(catalog)


@pytest.fixture
def enqueue(catalog: Catalog, jobs: Jobs, clock: FixedClock) -> Callable[..., None]:
    def add(subject: str = "file", kind: str = KIND, **payload: object) -> None:
        catalog.write(lambda session: jobs.enqueue(session, kind, subject, payload))
        clock.pass_seconds(0.001)

    return add


def alive(_owner: str) -> bool:
    return False


def claimed(
    jobs: Jobs, owner: str = "me", dead: Callable[[str], bool] = alive, kinds: tuple[str, ...] = (KIND,)
) -> JobLease:
    lease = jobs.claim(owner, kinds, dead)
    assert lease is not None
    return lease


def row(catalog: Catalog, subject: str = "file") -> Job:
    with catalog.read() as session:
        return session.exec(select(Job).where(Job.subject == subject)).one()


def test_a_named_job_is_leased_when_it_is_due_or_its_worker_silent_or_dead(catalog, jobs: Jobs, enqueue, clock):
    enqueue("other")
    enqueue("named")
    named = row(catalog, "named").id
    by_name = partial(jobs.claim, "me", (KIND,), alive, job_id=named)

    lease = by_name()
    assert lease is not None
    assert (lease.subject, lease.epoch, by_name()) == ("named", 1, None)
    assert jobs.claim("me", ("hook",), lambda _owner: True, job_id=named) is None
    assert jobs.claim("other", (KIND,), lambda owner: owner == "me", job_id=named).epoch == 2
    clock.pass_seconds(LEASE_SECONDS + 1)
    lease = by_name()
    assert lease.epoch == 3
    jobs.retry(lease, 30, "OSError", "disk")
    assert by_name() is None
    clock.pass_seconds(31)
    assert by_name().epoch == 4
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

    catalog.write(lambda session: jobs.cancel(session, KIND, "file"))

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

    subjects = []
    while lease := queues[len(subjects) % 2].claim("me", (KIND,), alive):
        subjects.append(lease.subject)

    assert len(subjects) == len(set(subjects)) == 40
    other.close()


def queue_of(catalog: Catalog, jobs: Jobs, clock: FixedClock, *wanted: tuple[str, str, int]) -> None:
    """Queue jobs (subject, owner, bytes), one a second."""
    for subject, owner_id, size in wanted:
        catalog.write(partial(jobs.enqueue, kind=KIND, subject=subject, owner_id=owner_id, size=size))
        clock.pass_seconds(1)


def taken(jobs: Jobs, clock: FixedClock) -> list[str]:
    """The subjects in the order in which they are taken, all of them."""
    found = []
    while lease := jobs.claim("me", (KIND,), alive):
        found.append(lease.subject)
        clock.pass_seconds(0.001)
    return found


def test_a_job_is_taken_however_many_are_leased(catalog: Catalog, jobs: Jobs, clock: FixedClock):
    queue_of(catalog, jobs, clock, ("first", "a", 1))
    claimed(jobs, "worker 0")
    leased = row(catalog, "first").model_dump()
    each_of_one = [{"id": f"{i}", "subject": f"{i}", "lease_owner": f"worker {i}"} for i in range(1, 300)]
    catalog.write(lambda session: session.add_all([Job(**(leased | own)) for own in each_of_one]))
    queue_of(catalog, jobs, clock, ("late", "a", 1))

    assert claimed(jobs, "me").subject == "late"


def test_owners_take_turns(catalog: Catalog, jobs: Jobs, clock: FixedClock):
    queue_of(
        catalog, jobs, clock, *((f"a{i}", "a", 1) for i in range(5)), ("b0", "b", 1), ("c0", "c", 1), ("b1", "b", 1)
    )

    assert taken(jobs, clock) == ["a0", "b0", "c0", "a1", "b1", "a2", "a3", "a4"]


def test_whoever_was_served_longest_ago_is_next(catalog: Catalog, jobs: Jobs, clock: FixedClock):
    queue_of(catalog, jobs, clock, ("a0", "a", 1), ("b0", "b", 1))
    assert taken(jobs, clock) == ["a0", "b0"]

    queue_of(catalog, jobs, clock, ("b1", "b", 1), ("a1", "a", 1))

    assert taken(jobs, clock) == ["a1", "b1"]


def test_small_jobs_go_before_large_ones_and_nothing_waits_for_ever(catalog: Catalog, jobs: Jobs, clock: FixedClock):
    large = int(MAX_PAUSE_SECONDS) * BYTES_PER_SECOND * 9
    queue_of(catalog, jobs, clock, ("large", "a", large), ("small", "a", 1))
    clock.pass_seconds(MAX_PAUSE_SECONDS)
    queue_of(catalog, jobs, clock, ("late", "a", 1))

    assert taken(jobs, clock) == ["small", "large", "late"]


def test_a_job_that_is_not_due_holds_nobody_up(catalog: Catalog, jobs: Jobs, clock: FixedClock):
    queue_of(catalog, jobs, clock, ("a0", "a", 1), ("a1", "a", 1), ("b0", "b", 1))
    jobs.retry(claimed(jobs), 60, "failed", "")

    assert taken(jobs, clock) == ["b0", "a1"]

    clock.pass_seconds(61)
    assert taken(jobs, clock)[-1] == "a0"


def test_jobs_of_other_kinds_hold_nobody_up(catalog: Catalog, jobs: Jobs, enqueue, clock: FixedClock):
    enqueue("told", "hook")
    queue_of(catalog, jobs, clock, ("a0", "a", 1))

    assert taken(jobs, clock) == ["a0"]


def test_as_many_go_ahead_as_are_told(catalog: Catalog, jobs: Jobs, clock: FixedClock, monkeypatch):
    monkeypatch.setattr(queue_module, "now", clock)
    queue = Queue(catalog)
    queue_of(catalog, jobs, clock, ("a0", "a", 1), ("b0", "b", 1))
    taken(jobs, clock)
    queue_of(catalog, jobs, clock, *((f"a{i}", "a", 1) for i in range(1, 40)))
    queue_of(catalog, jobs, clock, ("b1", "b", 9 * BYTES_PER_SECOND), ("c1", "c", 1), ("b2", "b", 1))

    ahead = queue.ahead(KIND)

    assert sorted(ahead, key=ahead.__getitem__) == taken(jobs, clock)
    assert sorted(ahead.values()) == list(range(42))


def test_places_in_the_queue_are_looked_up_once_a_second(catalog: Catalog, jobs: Jobs, clock: FixedClock, monkeypatch):
    monkeypatch.setattr(queue_module, "now", clock)
    queue = Queue(catalog)
    queue_of(catalog, jobs, clock, ("a0", "a", 1))
    looked = queue._look
    monkeypatch.setattr(queue, "_look", lambda kind: (looks.append(kind), looked(kind))[1])
    looks: list[str] = []

    assert [queue.ahead(KIND)["a0"] for _ in range(50)] == [0] * 50
    assert looks == [KIND]


def test_health_tells_waiting_late_and_stuck_jobs(catalog: Catalog, jobs: Jobs, clock: FixedClock, monkeypatch):
    monkeypatch.setattr(queue_module, "now", clock)
    queue = Queue(catalog)
    assert queue.health(KIND) == Health()
    queue_of(catalog, jobs, clock, ("a0", "a", 1), ("a1", "a", 1))
    assert not queue.health(KIND).stalled

    clock.pass_seconds(MAX_LATE_SECONDS)
    assert queue.health(KIND).stalled  # nobody takes them
    lease = claimed(jobs)
    assert queue.health(KIND) == Health(waiting=1, late_seconds=MAX_LATE_SECONDS + 1, running=1)

    began = clock()
    clock.pass_seconds(STUCK_SECONDS + 1)
    assert jobs.heartbeat(lease, moved_at=began)
    health = queue.health(KIND)
    assert (health.running, health.stuck, health.stalled) == (0, 1, True)  # its worker lives, but does not move

    assert jobs.heartbeat(lease)
    assert not queue.health(KIND).stalled
    clock.pass_seconds(LEASE_SECONDS + MAX_LATE_SECONDS + 1)
    assert queue.health(KIND).stalled  # its worker is silent
    assert queue.health(KIND).waiting == 2


@given(st.lists(st.sampled_from("abc"), max_size=40), st.permutations("abc"))
def test_places_are_the_order_in_which_owners_take_turns(owners: list[str], turns: list[str]):
    waiting = [(f"{owner}{i}", owner) for i, owner in enumerate(owners)]

    found = positions(waiting, turns)

    order, left, rotation = [], list(waiting), list(turns)
    while left:
        owner = next(each for each in rotation if any(each == other for _, other in left))
        rotation = [*(each for each in rotation if each != owner), owner]
        subject = next(each for each, other in left if other == owner)
        order.append(subject)
        left = [each for each in left if each[0] != subject]
    assert sorted(found, key=found.__getitem__) == order
