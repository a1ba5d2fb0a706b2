import asyncio
import time
from typing import Any

import pytest

from parquay.catalog.events import KEEP, Events
from parquay.catalog.notifications import progress_of
from parquay.catalog.session import notify
from parquay.catalog.tables import Event, File, Job
from parquay.catalog.users import Users
from parquay.errors import Unavailable
from parquay.events import bus
from parquay.events.bus import LOOK_SECONDS, PROGRESS_SECONDS, QUEUE, Closed, Hub


@pytest.fixture
def database(sqlite_url):
    """One kind of database is enough here; the table of events itself is tested on each."""
    return sqlite_url


@pytest.fixture
def events(catalog):
    return Events(catalog)


@pytest.fixture
def people(catalog):
    users = Users(catalog)
    return users.create("ann", "hash").id, users.create("bob", "hash").id


class Scene:
    """Files that change, with a hub that follows."""

    def __init__(self, catalog, events, **options):
        self.catalog = catalog
        self.events = events
        self.hub = Hub(events, **options)

    async def add(self, owner_id, file_id, *, shared=False):
        def write(session):
            row = File(id=file_id, owner_id=owner_id, name=f"{file_id}.csv", size=100, shared=shared)
            session.add(row)
            session.flush()
            self.events.emit(session, "file.created", row)

        await self.catalog.awrite(write)

    async def tell(self, kind, file_id, **values):
        def write(session):
            row = session.get(File, file_id)
            for name, value in values.items():
                setattr(row, name, value)
            session.flush()
            if kind == "file.progress":
                notify(session, progress_of(file_id))
            else:
                self.events.emit(session, kind, row)

        await self.catalog.awrite(write)

    def with_notifications(self):
        self.catalog.notifications.subscribe("events", self.hub.wake)
        self.catalog.notifications.subscribe_progress(self.hub.moved)
        return self


@pytest.fixture
def scene(catalog, events):
    return Scene(catalog, events)


async def until(look, seconds=20):
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)


async def read(subscription, count, seconds=5):
    """Read ``count`` messages."""
    told: list[Any] = []
    async with asyncio.timeout(seconds):
        while len(told) < count:
            message = await subscription.next(1)
            if message is not None:
                told.append(message)
    return told


async def silent(subscription, seconds=0.2):
    return await subscription.next(seconds) is None


def test_event_reaches_a_subscriber_at_once_when_the_hub_is_notified(scene, people, monkeypatch):
    monkeypatch.setattr(bus, "LOOK_SECONDS", 3600)

    async def run():
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            await scene.add(people[0], "f1")
            (told,) = await read(subscription, 1)
            assert (told.kind, told.data["file"]["name"]) == ("file.created", "f1.csv")
        await scene.hub.stop()

    asyncio.run(run())


def test_event_of_another_process_is_seen_without_a_notification(scene, people):
    async def run():
        await scene.hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            await scene.add(people[0], "f1")
            (told,) = await read(subscription, 1, LOOK_SECONDS + 2)
            assert told.kind == "file.created"
        await scene.hub.stop()

    asyncio.run(run())


def test_each_user_gets_what_they_may_see(scene, people):
    ann, bob = people

    async def run():
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(ann) as at_ann, scene.hub.subscribe(bob) as at_bob:
            await scene.add(ann, "private")
            await scene.add(ann, "open", shared=True)
            assert [told.file_id for told in await read(at_ann, 2)] == ["private", "open"]
            assert [told.file_id for told in await read(at_bob, 1)] == ["open"]
            assert await silent(at_bob)
        await scene.hub.stop()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("announce", "told"),
    [("names", {"owner": "ann", "name": "private.csv"}), ("count", {"owner": None, "name": None}), ("off", None)],
)
def test_others_hear_of_a_new_file_as_far_as_they_may(catalog, events, people, announce, told):
    ann, bob = people
    scene = Scene(catalog, events, announce=announce)

    async def run():
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(ann) as at_ann, scene.hub.subscribe(bob) as at_bob:
            await scene.add(ann, "private")
            await scene.tell("file.updated", "private", status="processing")
            assert [each.kind for each in await read(at_ann, 2)] == ["file.created", "file.updated"]
            await scene.tell("file.progress", "private", offset=50)
            assert [each.kind for each in await read(at_ann, 1)] == ["file.progress"]
            await scene.add(ann, "open", shared=True)
            assert [each.kind for each in await read(at_ann, 1)] == ["file.created"]
            heard = await read(at_bob, 1 if told is None else 2)
            assert heard[-1].data["file"]["name"] == "open.csv"
            if told is not None:
                assert (heard[0].kind, heard[0].file_id) == ("file.announced", "")
                assert heard[0].data == told | {"at": heard[0].data["at"]}
                assert heard[0].data["at"].endswith("Z")
            assert await silent(at_bob)
        await scene.hub.stop()

    asyncio.run(run())


def test_what_happened_before_is_not_told_again(scene, people):
    async def run():
        await scene.add(people[0], "before")
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            await scene.add(people[0], "after")
            assert [told.file_id for told in await read(subscription, 1)] == ["after"]
        await scene.hub.stop()

    asyncio.run(run())


def test_progress_of_a_file_is_told_four_times_a_second_and_ends_with_the_newest(scene, people):
    async def run():
        await scene.add(people[0], "f1")
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            started = time.monotonic()
            offset = 0
            while time.monotonic() - started < 1.0 or offset < 40:
                offset += 1
                await scene.tell("file.progress", "f1", offset=min(offset, 99))
            await scene.tell("file.progress", "f1", offset=100)
            told: list[Any] = []
            while not told or told[-1].data["upload"]["offset"] < 100:
                told += await read(subscription, 1)
            assert 2 <= len(told) <= (time.monotonic() - started) / PROGRESS_SECONDS + 1
            assert await silent(subscription, 2 * PROGRESS_SECONDS)
        await scene.hub.stop()

    asyncio.run(run())


def test_progress_of_one_file_does_not_hold_up_another(scene, people, monkeypatch):
    monkeypatch.setattr(bus, "PROGRESS_SECONDS", 3600)

    async def run():
        await scene.add(people[0], "f1")
        await scene.add(people[0], "f2")
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            await scene.tell("file.progress", "f1", offset=1)
            await scene.tell("file.progress", "f2", offset=1)
            assert {told.file_id for told in await read(subscription, 2)} == {"f1", "f2"}
        await scene.hub.stop()

    asyncio.run(run())


def test_progress_that_waited_is_not_told_after_the_end(scene, people):
    async def run():
        await scene.add(people[0], "f1")
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            await scene.tell("file.progress", "f1", offset=10)
            await read(subscription, 1)
            await scene.tell("file.progress", "f1", offset=90)
            await scene.tell("file.updated", "f1", offset=100, status="done")
            (told,) = await read(subscription, 1)
            assert (told.kind, told.data["file"]["status"]) == ("file.updated", "done")
            assert await silent(subscription, 3 * PROGRESS_SECONDS)
        await scene.hub.stop()

    asyncio.run(run())


def test_slow_subscriber_loses_its_queue_and_finds_everything_in_the_table(scene, people):
    count = QUEUE + 50

    async def run():
        await scene.with_notifications().hub.start()
        with scene.hub.subscribe(people[0]) as subscription, scene.hub.subscribe(people[0]) as quick:
            for number in range(count):
                await scene.add(people[0], f"f{number}")
                await read(quick, 1)
            assert await subscription.next(1) is None
            assert subscription.behind
            missed, upto = await scene.hub.missed(people[0], 0)
            assert [told.file_id for told in missed] == [f"f{number}" for number in range(count)]
            assert upto == scene.hub.position
        await scene.hub.stop()

    asyncio.run(run())


def test_missed_events_are_read_page_by_page(scene, people, monkeypatch):
    monkeypatch.setattr(bus, "PAGE", 3)

    async def run():
        for number in range(7):
            await scene.add(people[number % 2], f"f{number}")
        position, told = 0, []
        while True:
            missed, upto = await scene.hub.missed(people[0], position)
            told += [message.file_id for message in missed]
            if upto == position:
                break
            position = upto
        assert told == ["f0", "f2", "f4", "f6"]

    asyncio.run(run())


def test_equal_events_of_a_page_are_told_once(scene, people):
    async def run():
        await scene.add(people[0], "f1")
        for offset in range(20):
            await scene.tell("file.updated", "f1", offset=offset)
        await scene.tell("dataset.updated", "f1", status="processing")
        missed, _ = await scene.hub.missed(people[0], 0)
        assert [told.kind for told in missed] == ["file.created", "file.updated", "dataset.updated"]
        assert {told.data["file"]["status"] for told in missed[:2]} == {"processing"}

    asyncio.run(run())


def age(event):
    event.created_at -= 2 * KEEP


def test_progress_of_a_conversion_is_seen_without_a_notification(scene, people, monkeypatch):
    async def run():
        await scene.add(people[0], "f1")
        await scene.catalog.awrite(
            lambda session: session.add(Job(id="j", kind="convert", subject="f1", state="running"))
        )
        await scene.hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            await read(subscription, 1, LOOK_SECONDS + 2)
            await scene.catalog.awrite(lambda session: setattr(session.get(File, "f1"), "parsed_bytes", 70))
            (message,) = await read(subscription, 1, LOOK_SECONDS + 2)
            assert (message.kind, message.data["parse"]["bytes"]) == ("file.progress", 70)
        await scene.hub.stop()

    asyncio.run(run())


def test_id_from_before_the_oldest_event_or_from_nowhere_is_lost(scene, people, events, catalog):
    async def run():
        assert not await scene.hub.lost(0)
        for number in range(3):
            await scene.add(people[0], f"f{number}")
        first, last = events.after(0, 1)[0].id, events.span()[1]
        assert not await scene.hub.lost(0)
        assert not await scene.hub.lost(last)
        assert await scene.hub.lost(last + 1)
        catalog.write(lambda session: age(session.get(Event, first)))
        assert events.prune() == 1
        assert await scene.hub.lost(first - 1)
        assert not await scene.hub.lost(first)
        assert not await scene.hub.lost(last)

    asyncio.run(run())


def test_stop_ends_every_stream_at_once_and_refuses_new_ones(scene, people):
    async def run():
        await scene.hub.start()
        with scene.hub.subscribe(people[0]) as subscription:
            waiting = asyncio.create_task(subscription.next(60))
            await asyncio.sleep(0)
            started = time.monotonic()
            await scene.hub.stop()
            with pytest.raises(Closed):
                await waiting
            assert time.monotonic() - started < 10
            with pytest.raises(Closed):
                await subscription.next(60)
        with pytest.raises(Closed), scene.hub.subscribe(people[0]):
            pass
        await scene.hub.stop()
        scene.hub.wake()

    asyncio.run(run())


def test_hub_outlives_a_database_that_is_away(scene, people, monkeypatch):
    monkeypatch.setattr(bus, "LOOK_SECONDS", 0.05)
    calls = []
    real = scene.events.after

    def failing(event_id, limit):
        calls.append(event_id)
        if len(calls) <= 3:
            raise Unavailable("away")
        return real(event_id, limit)

    async def run():
        await scene.with_notifications().hub.start()
        monkeypatch.setattr(scene.events, "after", failing)
        with scene.hub.subscribe(people[0]) as subscription:
            await scene.add(people[0], "f1")
            assert [told.file_id for told in await read(subscription, 1)] == ["f1"]
        assert len(calls) > 3
        await scene.hub.stop()

    asyncio.run(run())


def test_thousand_subscribers_cost_one_reader(scene, people, monkeypatch):
    reads = []
    real = scene.events.after

    def after(*given):
        reads.append(1)
        return real(*given)

    monkeypatch.setattr(scene.events, "after", after)

    async def run():
        await scene.with_notifications().hub.start()
        subscribers = [scene.hub.subscribe(people[0]) for _ in range(1000)]
        opened = [each.__enter__() for each in subscribers]
        await scene.add(people[0], "f1")
        told = await asyncio.gather(*(read(each, 1) for each in opened))
        assert all(messages[0].file_id == "f1" for messages in told)
        assert len(reads) <= 5
        for each in subscribers:
            each.__exit__(None, None, None)
        await scene.hub.stop()

    asyncio.run(run())
