"""Whose job is next, how many are ahead, and whether the queue moves."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from catalog.leased_jobs import KIND, FixedClock, claimed, row, taken
from parquay.catalog import queue as queue_module
from parquay.catalog.jobs import LEASE_SECONDS, Jobs
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


def queue_of(catalog: Catalog, jobs: Jobs, clock: FixedClock, *wanted: tuple[str, str, int]) -> None:
    """Queue jobs (subject, owner, bytes), one a second."""
    for subject, owner_id, size in wanted:
        catalog.write(partial(jobs.enqueue, kind=KIND, subject=subject, owner_id=owner_id, size=size))
        clock.pass_seconds(1)


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
    looks: list[str] = []

    def look(kind):
        looks.append(kind)
        return looked(kind)

    monkeypatch.setattr(queue, "_look", look)

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
