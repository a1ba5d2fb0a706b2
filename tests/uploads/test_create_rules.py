"""What a creation is refused for, and what is kept of its metadata."""

from __future__ import annotations

import asyncio
import base64

import pytest

from parquay.errors import InvalidValue, StorageFull, TooLarge, Unavailable, UnsupportedType
from parquay.uploads.create.describe import OPTION_KEYS, clean_type
from storage.memory.uploads import MemoryStore
from uploads.creations import DATA, all_ids
from uploads.engine import OWNER, Engine, ScriptedBody


def encoded(**pairs: str | bytes) -> str:
    """An Upload-Metadata field."""
    values = {key: value.encode() if isinstance(value, str) else value for key, value in pairs.items()}
    return ",".join(f"{key} {base64.b64encode(value).decode()}" for key, value in values.items())


# ------------------------------------------------------------------------------------------------ rules


@pytest.mark.parametrize("name", ["disk.iso", "DISK.ISO", "a.tar.img"])
def test_an_allowed_extension_is_accepted(start, name: str):
    engine = start(store=MemoryStore(), allowed_extensions=".iso, img")

    asyncio.run(engine.create(upload_length="1", name=name))

    assert len(all_ids(engine)) == 1


@pytest.mark.parametrize("name", ["table.csv", "iso", "disk.iso.csv", "disk.iso.", ""])
def test_another_extension_is_refused_with_the_allowed_ones(start, name: str):
    engine = start(store=MemoryStore(), allowed_extensions=".iso,.img")

    with pytest.raises(UnsupportedType) as caught:
        asyncio.run(engine.create(upload_length="1", name=name))

    assert (caught.value.code, caught.value.status) == ("extension_not_allowed", 415)
    assert ".iso" in caught.value.detail
    assert ".img" in caught.value.detail
    assert all_ids(engine) == set()


def test_the_extension_of_a_part_does_not_matter_that_of_the_whole_does(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), allowed_extensions=".iso")
        part, _ = await engine.create(name="part", upload_length="0", upload_concat="partial")

        with pytest.raises(UnsupportedType):
            await engine.create(name="a.csv", upload_concat=f"final;/files/{part.id}")
        await engine.create(name="a.iso", upload_concat=f"final;/files/{part.id}")

    asyncio.run(run())


def test_a_quota_counts_what_is_stored_and_reserved(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), quota_bytes=100)
        first = await engine.create_id(60)

        with pytest.raises(TooLarge) as caught:
            await engine.create_id(41)
        await engine.create_id(40)

        assert (caught.value.code, caught.value.status) == ("quota_exceeded", 413)
        await engine.services.uploads.remover.remove(first, OWNER)
        await engine.create_id(60)

    asyncio.run(run())


def test_a_deferred_length_is_no_way_around_the_quota(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), quota_bytes=100)
        await engine.create_id(40)
        file_id = await engine.create_id(None)

        receipt = await engine.append(file_id, 0, DATA[:80])
        with pytest.raises(TooLarge):
            await engine.append(file_id, 60, b"x", content_length="1")
        with pytest.raises(TooLarge):
            await engine.append(file_id, 60, b"", upload_length="61")

        assert (receipt.offset, receipt.ended) == (60, "overrun")
        assert (await engine.append(file_id, 60, b"", upload_length="60")).complete

    asyncio.run(run())


def test_a_length_that_has_no_room_is_refused_before_anything_is_made(start):
    engine = start(store=MemoryStore(capacity=1000))

    with pytest.raises(StorageFull) as caught:
        asyncio.run(engine.create_id(1001))

    assert (caught.value.status, caught.value.retry_after) == (507, 60)
    assert all_ids(engine) == set()


@pytest.mark.parametrize("size", [1000, 200_000], ids=["small", "big"])
def test_a_body_that_does_not_fit_leaves_nothing_behind(start, size: int, monkeypatch):
    async def run() -> None:
        store = MemoryStore(capacity=size)
        engine = start(store=store)
        monkeypatch.setattr(store, "free", lambda: size - 1 - store.used())

        engine.services.uploads.creator._room = (float("inf"), None)
        with pytest.raises(StorageFull):
            await engine.create(ScriptedBody(DATA[:size]), upload_length=str(size), content_length=str(size))

        assert all_ids(engine) == set()

    asyncio.run(run())


def test_nothing_is_created_while_the_server_shuts_down(engine: Engine):
    async def run() -> None:
        await engine.writers.drain(1)

        with pytest.raises(Unavailable) as caught:
            await engine.create_id(1)

        assert (caught.value.code, caught.value.retry_after) == ("shutting_down", 2)

    asyncio.run(run())


def test_new_files_are_shared_where_that_is_the_default_but_parts_are_not(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), share_default=True)

        assert engine.row(await engine.create_id(1)).shared
        assert not engine.row(await engine.create_id(1, upload_concat="partial")).shared

    asyncio.run(run())


# -------------------------------------------------------------------------------------------- metadata


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("text/csv", "text/csv"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
        ("text", None),
        ("text/csv\r\nX-Evil: 1", None),
        ("text/csv; \u2028", None),
        ("\u6587/\u6587", None),
        ("a" * 65 + "/b", None),
        ("", None),
        (None, None),
    ],
)
def test_a_media_type_is_kept_only_when_it_can_stand_in_a_header(sent: str | None, kept: str | None):
    assert clean_type(sent) == kept


def test_the_metadata_is_kept_as_it_was_sent(engine: Engine):
    async def run() -> None:
        raw = "z dg==, filename YS5jc3Y=,empty,bin AAEC/w=="

        file, _ = await engine.create(upload_length="1", upload_metadata=raw)

        assert engine.row(file.id).upload_metadata == raw

    asyncio.run(run())


@pytest.mark.parametrize(
    ("metadata", "name", "content_type"),
    [
        ({"filename": "a.csv", "filetype": "text/csv"}, "a.csv", "text/csv"),
        ({"name": "b.csv", "type": "text/plain"}, "b.csv", "text/plain"),
        ({"filename": b"\xff\xfe"}, "upload", None),
        ({}, "upload", None),
    ],
    ids=["tus-js-client", "uppy", "no text", "none"],
)
def test_name_and_type_come_from_the_metadata_of_the_usual_clients(engine: Engine, metadata, name, content_type):
    file, _ = asyncio.run(engine.create(upload_length="1", upload_metadata=encoded(**metadata)))

    row = engine.row(file.id)
    assert (row.name, row.content_type) == (name, content_type)


def test_options_for_reading_come_from_the_metadata(engine: Engine):
    metadata = encoded(delimiter=";", header="false", types='{"id": "text"}', other="x")

    file, _ = asyncio.run(engine.create(upload_length="1", upload_metadata=metadata))

    assert engine.row(file.id).options == {"delimiter": ";", "header": False, "types": {"id": "text"}}


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ({"types": "{"}, "bad_option"),
        ({"names": "[1"}, "bad_option"),
        ({"sha256": "xyz"}, "bad_digest"),
        ({"sha256": "a" * 63}, "bad_digest"),
    ],
)
def test_metadata_that_tells_nonsense_is_refused(engine: Engine, pairs, code: str):
    with pytest.raises(InvalidValue) as caught:
        asyncio.run(engine.create(upload_length="1", upload_metadata=encoded(**pairs)))

    assert caught.value.code == code
    assert all_ids(engine) == set()


@pytest.mark.parametrize("key", sorted({*OPTION_KEYS, "sha256"}))
def test_what_the_metadata_tells_must_be_text(engine: Engine, key: str):
    # A value that cannot be read must not look as if nothing had been said.
    with pytest.raises(InvalidValue) as caught:
        asyncio.run(engine.create(upload_length="1", upload_metadata=f"filename YQ==,{key} /w=="))

    assert caught.value.code == ("bad_digest" if key == "sha256" else "bad_option")
    assert all_ids(engine) == set()


def test_an_expected_digest_is_kept(engine: Engine):
    file, _ = asyncio.run(engine.create(upload_length="1", upload_metadata=encoded(sha256="AB" * 32)))

    assert engine.row(file.id).expected_sha256 == "ab" * 32
