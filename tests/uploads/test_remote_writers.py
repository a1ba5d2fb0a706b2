"""Two processes on one catalog: one asks how far the other's upload is, and whether its writer still answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from sqlmodel import select

from parquay.catalog.checkpoint_requests import CheckpointRequests
from parquay.catalog.session import Catalog
from parquay.catalog.tables import CheckpointRequest, File, User
from parquay.ids import new_id
from parquay.uploads.receive.receive import Receipt
from parquay.uploads.receive.remote_writers import ANSWER_SECONDS, RemoteWriters
from parquay.uploads.receive.takeover import watch
from uploads.engine import CUT, HANG, OWNER, Engine, ScriptedBody, until

DATA = bytes(range(256)) * 40


def remote_of(engine: Engine) -> RemoteWriters:
    catalog = engine.services.catalog
    return RemoteWriters(catalog, CheckpointRequests(catalog), engine.writers)


def watching(engine: Engine) -> asyncio.Task[None]:
    return asyncio.create_task(watch(engine.writers, engine.files.epochs, 0.05, remote_of(engine).answer))


def open_requests(engine: Engine) -> int:
    with engine.services.catalog.read() as session:
        return len(session.exec(select(CheckpointRequest)).all())


async def sending(engine: Engine, file_id: str) -> asyncio.Task[Receipt]:
    """A PATCH of 1000 bytes that goes on for ever; nothing of it is durable yet."""
    body = ScriptedBody(DATA[:1000], HANG)
    task = asyncio.create_task(engine.append(file_id, 0, body))
    await until(lambda: body.taken == 1000, "bytes taken in")
    return task


def test_a_writer_that_is_asked_makes_durable_what_it_has(start: Callable[..., Engine]):
    async def run() -> None:
        first, second = start(), start()
        file_id = await first.create_id(len(DATA))
        answering, patch = watching(first), await sending(first, file_id)

        # How long it waits for an answer is meant for requests of people; a busy machine may need more than once.
        while not await remote_of(second).checkpoint(second.row(file_id)):
            pass

        assert second.offset(file_id) == 1000
        assert open_requests(second) == 0
        answering.cancel()
        patch.cancel()

    asyncio.run(run())


def test_a_writer_that_does_not_answer_is_not_waited_for(start: Callable[..., Engine]):
    async def run() -> None:
        first, second = start(), start()
        file_id = await first.create_id(len(DATA))
        patch = await sending(first, file_id)

        started = time.monotonic()
        answered = await remote_of(second).checkpoint(second.row(file_id))

        assert answered is False
        assert ANSWER_SECONDS <= time.monotonic() - started < 2
        patch.cancel()

    asyncio.run(run())


def test_nobody_is_asked_where_nobody_writes(start: Callable[..., Engine]):
    async def run() -> None:
        first, second = start(), start()
        file_id, other_id = await first.create_id(len(DATA)), await first.create_id(len(DATA))
        await first.append(file_id, 0, ScriptedBody(DATA[:1000], CUT))
        patch = await sending(second, other_id)

        assert await remote_of(second).checkpoint(second.row(file_id)) is None  # its writer has ended
        assert await remote_of(second).checkpoint(second.row(other_id)) is None  # its writer is here
        assert open_requests(second) == 0
        patch.cancel()

    asyncio.run(run())


@pytest.fixture
def file_id(catalog: Catalog) -> str:
    file = File(id=new_id(), owner_id=OWNER.id, name="a.csv")
    catalog.write(lambda session: session.add(User(id=OWNER.id, username=OWNER.username, password_hash="-")))
    catalog.write(lambda session: session.add(file))
    return str(catalog.write(lambda session: session.exec(select(File.id)).one()))


def test_an_answer_to_an_earlier_request_is_none_to_a_later_one(catalog: Catalog, file_id: str):
    requests = CheckpointRequests(catalog)
    earlier, later = (catalog.write(lambda session: requests.ask(session, file_id)) for _ in range(2))
    assert earlier is not None
    assert later is not None
    assert later > earlier

    catalog.write(lambda session: requests.answer(session, file_id, earlier))

    assert requests.is_answered(file_id, earlier)
    assert not requests.is_answered(file_id, later)
    assert requests.open([file_id]) == {file_id: later}
    catalog.write(lambda session: requests.answer(session, file_id, later))
    assert requests.is_answered(file_id, later)
    assert requests.open([file_id]) == {}


def test_nothing_is_asked_about_an_upload_that_is_gone(catalog: Catalog):
    requests = CheckpointRequests(catalog)

    assert catalog.write(lambda session: requests.ask(session, new_id())) is None
