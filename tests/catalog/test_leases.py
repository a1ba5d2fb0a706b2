"""Leases: had alone or shared, renewed, over by the database's clock or with their owner, fenced."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from parquay.catalog import leases as leases_module
from parquay.catalog import owners
from parquay.catalog.duties import Duty
from parquay.catalog.lease_rows import FORGET_SECONDS, LEASE_SECONDS, WRITER
from parquay.catalog.leases import LeaseLost, Leases, LeaseTaken
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Lease

ELSEWHERE = "other/another-boot/1:7:1:token"


@pytest.fixture
def mine(catalog: Catalog) -> Leases:
    return Leases(catalog)


@pytest.fixture
def others(database: str, connect: Callable[[str], Catalog]) -> Leases:
    """Those of another process."""
    return Leases(connect(database))


@pytest.fixture
def dead() -> str:
    """The name of a process of this machine that has ended."""
    host, pid, started, token = owners.this_process().split(":")
    return f"{host}:{pid}:{int(started) - 1}:{token}"


def rows(catalog: Catalog) -> list[Lease]:
    with catalog.read() as session:
        return list(session.exec(select(Lease).order_by(col(Lease.epoch))))


def age(catalog: Catalog, seconds: float) -> None:
    """Let every lease end ``seconds`` earlier."""
    catalog.write(lambda session: session.execute(update(Lease).values(until=Lease.until - seconds)))


def flush(*leases: Leases) -> None:
    """Wait for what was released."""
    for each in leases:
        each._catalog.write(lambda _session: None)


def had(leases: Leases, key: str = "table") -> bool:
    """Whether a lease can be had alone at once."""
    try:
        with leases.exclusive("writer", key, 0):
            return True
    except LeaseTaken:
        return False


def test_a_lease_is_one_owners_alone_until_it_is_released(mine: Leases, others: Leases, catalog: Catalog):
    with mine.exclusive("writer", "table", 1) as held:
        assert not had(others)
        assert [(each.epoch, each.owner) for each in rows(catalog)] == [(held.epoch, mine.owner)]
        assert had(others, "other")

    with others.exclusive("writer", "table", 10):
        assert not had(mine)


def test_of_two_owners_who_race_one_is_let_in_at_a_time(mine: Leases, others: Leases):
    inside, together, most = [], threading.Barrier(4), []

    def run(leases: Leases) -> None:
        together.wait(10)
        for _ in range(10):
            with leases.exclusive("writer", "table", 30) as held:
                inside.append(held.epoch)
                most.append(len(inside))
                inside.remove(held.epoch)

    threads = [threading.Thread(target=run, args=(each,)) for each in (mine, mine, others, others)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    assert most == [1] * 40


def test_whoever_waits_is_let_in_when_the_other_one_is_done(mine: Leases, others: Leases):
    entered = threading.Event()

    def wait() -> None:
        with others.exclusive("writer", "table", 20):
            entered.set()

    waiting = threading.Thread(target=wait)
    with mine.exclusive("writer", "table", 1):
        waiting.start()
        assert not entered.wait(0.05)
    waiting.join(20)
    assert entered.is_set()


def test_shares_keep_others_from_having_it_alone_and_the_other_way_round(mine: Leases, others: Leases):
    with mine.shared("reader", "1", 1), others.shared("reader", "1", 1), mine.shared("reader", "1", 1):
        assert [each.key for each in mine.take_free("reader", ["1", "2"])] == ["2"]
    flush(mine, others)
    (alone,) = others.take_free("reader", ["1"])

    with pytest.raises(LeaseTaken), mine.shared("reader", "1", 0):
        raise AssertionError
    others.release(alone)
    with mine.shared("reader", "1", 10):
        pass


def test_a_lease_is_over_by_the_clock_of_the_database(database: str, mine: Leases, catalog: Catalog, monkeypatch):
    far = Leases(catalog, ELSEWHERE)
    (lost,) = far.take_free("writer", ["table"])
    is_told = owners.is_dead(ELSEWHERE, one_machine=database.startswith("sqlite"))
    if is_told:  # all owners of such a database are here: let this one be
        monkeypatch.setattr(owners, "is_dead", lambda *_, **__: False)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert not had(mine)

    age(catalog, LEASE_SECONDS - 5)
    assert not had(mine)
    age(catalog, 5)

    (taken,) = mine.take_free("writer", ["table"])
    assert taken.epoch > lost.epoch
    assert not catalog.write(partial(far.fence, held=lost))
    assert catalog.write(partial(mine.fence, held=taken))


def test_a_lease_is_renewed_while_its_owner_lives(mine: Leases, others: Leases, catalog: Catalog, monkeypatch):
    monkeypatch.setattr(leases_module, "RENEW_SECONDS", 0.01)
    with mine.exclusive("writer", "table", 1):
        first = rows(catalog)[0].until
        age(catalog, LEASE_SECONDS / 2)
        end = time.monotonic() + 10
        while rows(catalog)[0].until < first:
            assert time.monotonic() < end
        assert not had(others)


def test_an_owner_that_was_paused_for_too_long_may_not_go_on(mine: Leases, others: Leases, catalog: Catalog):
    with mine.exclusive("writer", "table", 1) as held:
        mine.ensure(held)
        held.sure_until = 0.0
        mine.ensure(held)  # nobody has taken it
        assert held.sure_until > 0
        age(catalog, LEASE_SECONDS)
        held.sure_until = 0.0

        with others.exclusive("writer", "table", 1) as newer:
            with pytest.raises(LeaseLost):
                mine.ensure(held)
            assert not catalog.write(partial(mine.fence, held=held))
    flush(mine, others)
    assert newer.epoch > held.epoch
    assert rows(catalog) == []


def test_the_release_of_a_lost_lease_leaves_that_of_the_next_owner(mine: Leases, others: Leases, catalog: Catalog):
    (held,) = mine.take_free("writer", ["table"])
    age(catalog, LEASE_SECONDS)
    (newer,) = others.take_free("writer", ["table"])

    mine.release(held)

    assert not had(mine)
    others.release(newer)
    with mine.exclusive("writer", "table", 10):
        pass


def test_the_lease_of_a_dead_owner_of_this_machine_is_taken_at_once(mine: Leases, catalog: Catalog, dead: str):
    (lost,) = Leases(catalog, dead).take_free("writer", ["table"])

    (taken,) = mine.take_free("writer", ["table"])

    assert taken.epoch > lost.epoch
    assert [each.owner for each in rows(catalog)] == [mine.owner]


def test_a_duty_is_one_owners_until_it_ends(mine: Leases, others: Leases):
    one, other = Duty(mine, "sweep"), Duty(others, "sweep")

    assert (one.is_mine(), other.is_mine(), one.is_mine()) == (True, False, True)
    assert Duty(others, "sample").is_mine()
    mine.close()

    deadline = time.monotonic() + 10
    while not other.is_mine():
        assert time.monotonic() < deadline
    assert not one.is_mine()


def test_a_duty_is_done_while_it_is_ones_own(mine: Leases, others: Leases, monkeypatch):
    monkeypatch.setattr("parquay.catalog.duties.LOOK_SECONDS", 0.01)
    done: list[str] = []

    async def work(name: str, begun: asyncio.Event) -> None:
        done.append(name)
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            done.append(f"end of {name}")

    async def take_turns() -> None:
        begun = [asyncio.Event(), asyncio.Event()]
        one = asyncio.create_task(Duty(mine, "sweep").run(partial(work, "one", begun[0])))
        await begun[0].wait()
        other = asyncio.create_task(Duty(others, "sweep").run(partial(work, "other", begun[1])))
        one.cancel()
        await asyncio.gather(one, return_exceptions=True)
        await asyncio.to_thread(mine.close)
        await begun[1].wait()
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)

    asyncio.run(asyncio.wait_for(take_turns(), 20))

    assert done == ["one", "end of one", "other", "end of other"]


def test_leases_that_ended_long_ago_are_forgotten(mine: Leases, catalog: Catalog):
    Leases(catalog).take_free("reader", ["old"])
    age(catalog, LEASE_SECONDS + FORGET_SECONDS)

    with mine.exclusive("reader", "new", 1) as held:
        assert catalog.write(partial(mine.fence, held=held))
        assert [each.key for each in rows(catalog)] == ["new"]


def test_a_lease_that_was_given_up_half_done_is_anybodys_and_tells_of_it(
    mine: Leases, others: Leases, catalog: Catalog, dead: str
):
    with mine.exclusive(WRITER, "half", 1) as held:
        held.unfinished = True
    with mine.exclusive(WRITER, "done", 1):
        running = others.left(WRITER)
    Leases(catalog, owner=dead).take_free(WRITER, ["died"])
    mine.take_free(WRITER, ["runs"])
    flush(mine)

    assert running == ["half"]
    assert sorted(others.left(WRITER)) == ["died", "half"]
    age(catalog, LEASE_SECONDS + 2 * FORGET_SECONDS)
    with mine.exclusive("table", "other", 1) as held:
        mine._renewed([held])
    assert sorted(others.left(WRITER)) == ["died", "half", "runs"], "it is remembered until it is looked at"
    with others.exclusive(WRITER, "half", 1):
        pass
    flush(others)
    assert sorted(mine.left(WRITER)) == ["died", "runs"]


def test_threads_that_come_one_after_the_other_let_another_process_in(postgres_url: str, connect):
    mine, others = Leases(connect(postgres_url)), Leases(connect(postgres_url))
    ended = threading.Event()

    def use() -> None:
        while not ended.is_set():
            with mine.exclusive("table", "one", 30):
                ended.wait(0.02)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for each in threads:
        each.start()
    try:
        for _ in range(3):
            with others.exclusive("table", "one", 10):
                pass
    finally:
        ended.set()
        for each in threads:
            each.join()
