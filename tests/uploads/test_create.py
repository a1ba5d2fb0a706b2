"""Carrying out a creation: what comes to be, what is refused before anything does."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import pytest

from parquay.errors import InvalidValue, StorageFull, TooLarge
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.receive import Receipt
from storage.memory.uploads import MemoryStore
from uploads.creations import DATA, all_ids
from uploads.engine import CUT, HANG, OWNER, Engine, ScriptedBody


def test_an_upload_begins_empty_and_expires(engine: Engine):
    async def run() -> None:
        file, receipt = await engine.create(upload_length="10", name="sales.csv")

        row = engine.row(file.id)
        assert receipt is None
        assert (row.offset, row.size, row.complete, row.status) == (0, 10, False, "uploading")
        assert (row.name, row.owner_id) == ("sales.csv", OWNER.id)
        assert row.expires_at is not None
        assert engine.events(file.id) == ["file.created"]
        assert engine.jobs(file.id) == []

    asyncio.run(run())


def test_ids_are_unguessable_and_never_the_same(engine: Engine):
    async def run() -> list[str]:
        return [await engine.create_id(1) for _ in range(50)]

    ids = asyncio.run(run())

    assert len(set(ids)) == 50
    assert all(len(base64.urlsafe_b64decode(one[8:] + "==")) * 8 >= 128 for one in ids)


def test_an_empty_file_is_complete_at_once_and_once(engine: Engine):
    # The rule: "Such an upload is immediately complete after its creation without transferring data using PATCH
    # requests."
    async def run() -> None:
        file, _ = await engine.create(upload_length="0")

        row = engine.row(file.id)
        assert (row.complete, row.status, row.expires_at) == (True, "processing", None)
        assert len(engine.jobs(file.id)) == 1
        assert engine.content(file.id) == b""
        assert (await engine.append(file.id, 0, b"")).offset == 0
        assert len(engine.jobs(file.id)) == 1

    asyncio.run(run())


@pytest.mark.parametrize("size", [1, 1024, 65_536, 65_537, 300_000])
def test_a_whole_file_that_comes_along_is_complete(engine: Engine, size: int):
    async def run() -> None:
        body = ScriptedBody(DATA[:size])

        file, receipt = await engine.create(body, upload_length=str(size), content_length=str(size))

        assert receipt == Receipt(size, "complete", complete=True)
        row = engine.row(file.id)
        assert (row.offset, row.complete, row.status, row.expires_at) == (size, True, "processing", None)
        assert engine.content(file.id) == DATA[:size]
        assert len(engine.jobs(file.id)) == 1
        assert engine.events(file.id).count("file.created") == 1

    asyncio.run(run())


@pytest.mark.parametrize("headers", [{"content_length": "1000"}, {"transfer_encoding": "chunked"}])
def test_a_part_that_comes_along_is_continued_by_a_patch(engine: Engine, headers: dict[str, str]):
    async def run() -> None:
        file, receipt = await engine.create(ScriptedBody(DATA[:1000]), upload_length=str(len(DATA)), **headers)

        assert receipt == Receipt(1000, "complete")
        assert (await engine.append(file.id, 1000, DATA[1000:])).complete
        assert engine.content(file.id) == DATA

    asyncio.run(run())


@pytest.mark.parametrize("size", [1000, 200_000], ids=["small", "big"])
def test_what_arrived_before_a_cut_is_kept(engine: Engine, size: int):
    async def run() -> None:
        body = ScriptedBody(DATA[: size // 2], CUT)

        file, receipt = await engine.create(body, upload_length=str(size), content_length=str(size))

        assert receipt == Receipt(size // 2, "disconnected")
        assert engine.offset(file.id) == size // 2
        assert (await engine.append(file.id, size // 2, DATA[size // 2 : size])).complete
        assert engine.content(file.id) == DATA[:size]

    asyncio.run(run())


@pytest.mark.parametrize("size", [1000, 200_000], ids=["small", "big"])
def test_a_sender_that_falls_silent_is_given_up(start, size: int):
    async def run() -> None:
        engine = start(store=MemoryStore(), idle_timeout=0.6)
        body = ScriptedBody(DATA[: size // 2], HANG)

        async with asyncio.timeout(5):
            file, receipt = await engine.create(body, upload_length=str(size), content_length=str(size))

        assert receipt == Receipt(size // 2, "idle_timeout")
        assert engine.offset(file.id) == size // 2

    asyncio.run(run())


def test_a_deferred_upload_takes_its_first_bytes_along(engine: Engine):
    async def run() -> None:
        body = ScriptedBody(b"12345")

        file, receipt = await engine.create(body, upload_defer_length="1", content_length="5")

        assert receipt == Receipt(5, "complete")
        assert engine.row(file.id).size is None
        assert (await engine.append(file.id, 5, b"67", upload_length="7")).complete

    asyncio.run(run())


def test_a_wrong_checksum_leaves_nothing_behind(engine: Engine):
    async def run() -> None:
        wrong = f"sha1 {base64.b64encode(bytes(20)).decode()}"
        body = ScriptedBody(DATA[:1000])

        with pytest.raises(Refusal) as refused:
            await engine.create(body, upload_length="1000", content_length="1000", upload_checksum=wrong)

        assert refused.value.status == 460
        assert all_ids(engine) == set()

    asyncio.run(run())


def test_a_right_checksum_is_kept(engine: Engine):
    async def run() -> None:
        right = f"sha1 {base64.b64encode(hashlib.sha1(DATA[:1000]).digest()).decode()}"
        body = ScriptedBody(DATA[:1000])

        _, receipt = await engine.create(body, upload_length="1000", content_length="1000", upload_checksum=right)

        assert receipt is not None
        assert receipt.complete

    asyncio.run(run())


# ------------------------------------------------------------------------------- a file in one request


async def chunks(*parts: bytes, fail: Exception | None = None):
    for part in parts:
        yield part
    if fail is not None:
        raise fail


def test_a_file_in_one_request_is_complete(engine: Engine):
    async def run() -> None:
        file_id = await engine.services.uploads.creator.store_whole(
            OWNER, "../b.csv", "text/csv", chunks(b"a", b"", b"\n1\n")
        )

        row = engine.row(file_id)
        assert (row.name, row.size, row.complete, row.status) == ("b.csv", 4, True, "processing")
        assert engine.content(file_id) == b"a\n1\n"
        assert len(engine.jobs(file_id)) == 1

    asyncio.run(run())


def test_an_empty_file_in_one_request_is_complete(engine: Engine):
    async def run() -> None:
        file_id = await engine.services.uploads.creator.store_whole(OWNER, "a.csv", None, chunks())

        assert engine.row(file_id).complete
        assert engine.row(file_id).size == 0

    asyncio.run(run())


def test_a_file_in_one_request_that_is_too_large_leaves_nothing_behind(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), max_size=10)

        with pytest.raises(TooLarge):
            await engine.services.uploads.creator.store_whole(OWNER, "a.csv", None, chunks(b"123456", b"78901"))
        with pytest.raises((TooLarge, Refusal)):
            await engine.services.uploads.creator.store_whole(OWNER, "a.csv", None, chunks(b"1"), declared=11)

        assert all_ids(engine) == set()

    asyncio.run(run())


def test_a_file_in_one_request_stays_within_the_quota(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), quota_bytes=10)

        with pytest.raises(TooLarge) as caught:
            await engine.services.uploads.creator.store_whole(OWNER, "a.csv", None, chunks(b"123456", b"78901"))

        assert "10" in caught.value.detail
        assert all_ids(engine) == set()

    asyncio.run(run())


def test_a_file_in_one_request_that_does_not_fit_leaves_nothing_behind(start):
    async def run() -> None:
        engine = start(store=MemoryStore(capacity=10))

        with pytest.raises(StorageFull):
            await engine.services.uploads.creator.store_whole(OWNER, "a.csv", None, chunks(b"123456", b"78901"))

        assert all_ids(engine) == set()

    asyncio.run(run())


@pytest.mark.parametrize("error", [InvalidValue("broken form"), OSError("the client is gone")], ids=["ours", "foreign"])
def test_a_file_in_one_request_whose_request_fails_leaves_nothing_behind(engine: Engine, error: Exception):
    async def run() -> None:
        with pytest.raises(type(error), match=str(error)):
            await engine.services.uploads.creator.store_whole(OWNER, "a.csv", None, chunks(b"123456", fail=error))

        assert all_ids(engine) == set()

    asyncio.run(run())
