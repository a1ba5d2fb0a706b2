"""The Python client against a running server: uploads, tables, what happens, refusals; the same awaited."""

from __future__ import annotations

import asyncio
import datetime
import io
import os
import threading
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from live_server import LiveServer
from parquay.client import ApiError, AsyncClient, Client, ConversionFailed, Dataset, WaitTimeout

CSV = b"id,price,day\n1,1.50,2025-01-01\n2,2.25,2025-01-02\n3,,2025-01-03\n"


@pytest.fixture(scope="module", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.delenv("PARQUAY_TOKEN", raising=False)
        yield


@pytest.fixture(scope="module")
def client(shared_server: LiveServer) -> Iterator[Client]:
    with Client(shared_server.url, username="test", password="password") as made:
        yield made


@pytest.fixture
def table(client: Client, tmp_path: Path) -> Dataset:
    path = tmp_path / "prices.csv"
    path.write_bytes(CSV)
    return client.upload(path).dataset()


def test_an_upload_is_a_table_with_exact_types(client: Client, tmp_path: Path):
    path = tmp_path / "prices.csv"
    path.write_bytes(CSV)
    heard: list[tuple[int, int | None]] = []

    file = client.upload(str(path), progress=lambda count, total: heard.append((count, total)))
    found = client.dataset(file.id).to_arrow()  # waits for the conversion

    assert heard[-1] == (len(CSV), len(CSV))
    assert found.schema == client.dataset(file.id).schema
    assert found.schema.field("price").type == pa.decimal128(18, 2)
    assert found.to_pylist()[0] == {"id": 1, "price": Decimal("1.50"), "day": datetime.date(2025, 1, 1)}
    assert (file.refresh().status, file.row_count, file.size) == ("done", 3, len(CSV))
    assert file.download(tmp_path / "back.csv").read_bytes() == CSV
    assert client.file(file.id).name == "prices.csv"


def test_a_stream_is_uploaded_without_its_length(client: Client):
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as out:
            out.write(b"a;b\n")
            out.writelines(b"%d;x\n" % number for number in range(200_000))

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as stream:
        file = client.upload(stream, name="piped.csv", delimiter=";", types={"a": "text"})
    thread.join()

    assert file.wait(60).row_count == 200_000
    assert file.dataset().schema.field("a").type == pa.string()


def test_an_open_file_is_uploaded_from_where_it_stands(client: Client):
    source = io.BytesIO(b"skipped" + CSV)
    source.seek(7)
    assert client.upload(source, name="rest.csv").wait().row_count == 3


def test_bytes_are_uploaded_and_what_is_no_file_is_refused(client: Client):
    assert client.upload(CSV, name="bytes.csv").wait().row_count == 3
    for given in (5, io.StringIO("a,b"), None):
        with pytest.raises(TypeError, match="binary file"):
            client.upload(given)


def test_a_statement_takes_values_of_python(client: Client):
    given = {"day": datetime.date(2024, 1, 2), "cost": Decimal("1.50"), "id": uuid.UUID(int=7), "words": ["a", None]}
    found = client.sql("SELECT $day::DATE AS day, $cost AS cost, $id AS id, $words AS words", **given).to_pylist()
    assert found == [given | {"id": str(given["id"])}]
    with pytest.raises(TypeError, match="timedelta"):
        client.sql("SELECT $a", a=datetime.timedelta(1))


@pytest.mark.parametrize("made", [pa.table, pl.DataFrame])
def test_a_table_in_memory_is_uploaded_as_it_is(client: Client, made):
    frame = made({"x": [1, 2, None], "word": ["a", "007", ""]})
    file = client.upload(frame, name="frame.parquet")
    assert file.dataset().to_arrow().to_pydict() == {"x": [1, 2, None], "word": ["a", "007", ""]}
    assert file.dataset().to_polars().to_dict(as_series=False) == {"x": [1, 2, None], "word": ["a", "007", ""]}


def test_rows_are_read_edited_and_brought_back(table: Dataset, tmp_path: Path):
    first = next(iter(table.rows(sort="-id")))
    assert (first["id"], first["price"]) == (3, None)
    assert [row["price"] for row in table.rows(filter="price:gt:2")] == [Decimal("2.25")]
    assert [row["id"] for row in table.rows(filter=["id:ge:2", "price:isnull:false"], text=True)] == ["2"]

    done = table.edit(first["_rid"], {"price": Decimal("9.75"), "day": datetime.date(2026, 1, 1)})
    table.edit(insert=[{"id": 4}], delete=[next(table.rows())["_rid"]], message="four for one")
    with pytest.raises(ApiError) as conflict:
        table.edit(first["_rid"], {"price": Decimal("1.00")}, version=0)

    assert (done["version"], conflict.value.status) == (1, 412)
    assert table.to_arrow(columns=["id"]).to_pydict() == {"id": [2, 3, 4]}
    assert table.to_arrow(version=0).num_rows == table.row_count == 3
    assert [each["version"] for each in table.versions()] == [2, 1, 0]
    assert table.restore(0, message="as it was") == table.version == 3
    assert table.export(tmp_path / "out.csv", dialect="original").read_bytes() == CSV
    assert "<td>1.50</td>" in table._repr_html_()


def test_rows_are_appended_while_they_are_uploaded(client: Client, table: Dataset):
    more = io.BytesIO(b"id,price,day\n7,0.10,2025-02-01\n")
    client.upload(more, name="more.csv", dataset=table.id).wait()
    assert table.row_count == 4


def test_files_are_listed_narrowed_and_deleted(client: Client):
    marked = [client.upload(io.BytesIO(CSV), name=f"listed-{number}.csv") for number in range(3)]
    assert [each.id for each in client.files(q="listed-", limit=2)] == [marked[2].id, marked[1].id]
    for each in marked:
        each.delete()
    assert client.files(q="listed-") == []


def test_what_happens_is_followed(client: Client):
    kinds: set[str] = set()
    is_done = threading.Event()

    def listen() -> None:
        for each in client.events():
            kinds.add(each.kind)
            if each.data.get("file", {}).get("status") == "done":
                is_done.set()
                return

    thread = threading.Thread(target=listen)
    thread.start()
    while not is_done.wait(0.5):  # it hears what happens from then on that it listens
        client.upload(io.BytesIO(CSV), name="followed.csv").wait()
    thread.join()
    assert "file.updated" in kinds


def test_refusals_are_errors_with_a_code(client: Client, shared_server: LiveServer):
    with pytest.raises(ApiError) as missing:
        client.file("nothing")
    with pytest.raises(ApiError) as refused:
        client.upload(io.BytesIO(CSV), name="wrong.csv", delimiter="xx")
    with pytest.raises(ConversionFailed) as failed:
        client.upload(io.BytesIO(b"a,b\n"), name="header.csv").wait()
    with pytest.raises(ConversionFailed) as no_table:
        client.upload(io.BytesIO(b"\x00\x01\x02"), name="some.bin").dataset()
    with pytest.raises(ApiError) as wrong:
        Client(shared_server.url, username="test", password="no")
    with pytest.raises(ApiError) as bad_token, Client(shared_server.url, token="no") as stranger:
        stranger.files()

    assert (missing.value.status, missing.value.code) == (404, "not_found")
    assert (refused.value.status, refused.value.code) == (422, "invalid_value")
    assert (failed.value.code, no_table.value.code) == ("no_rows", "no_table")
    assert (wrong.value.status, bad_token.value.status) == (401, 401)
    assert wrong.value.detail in str(wrong.value)


@pytest.mark.parametrize("dots", ["..", ".", ""])
def test_dots_are_no_name_of_anything(client: Client, table: Dataset, dots: str):
    file = client.file(table.id)
    for call in (lambda: file.share(dots), lambda: client.file(dots), lambda: client.dataset(dots).info()):
        with pytest.raises(ApiError) as refused:
            call()
        assert refused.value.code == "bad_id"
    assert client.file(table.id).status == "done"


def test_waiting_ends_when_it_was_told_to(client: Client):
    file = client.upload(io.BytesIO(b"a,b\n" + b"1,2\n" * 2_000_000), name="long.csv")
    with pytest.raises(WaitTimeout):
        file.wait(0)
    file.delete()


def test_a_login_is_needed_and_only_one(monkeypatch: pytest.MonkeyPatch, shared_server: LiveServer):
    with pytest.raises(ValueError, match="no login"):
        Client(shared_server.url)
    with pytest.raises(ValueError, match="either"):
        Client(shared_server.url, token="a", username="b", password="c")
    with pytest.raises(ValueError, match="http"):
        Client("127.0.0.1:8000", token="a")
    monkeypatch.setenv("PARQUAY_URL", shared_server.url)
    monkeypatch.setenv("PARQUAY_TOKEN", shared_server.token())
    with Client() as found:
        assert found.url == shared_server.url
        assert found.files(limit=0) == []


def test_the_same_can_be_awaited(shared_server: LiveServer):
    async def use() -> None:
        async with AsyncClient(shared_server.url, username="test", password="password") as client:
            file = await (await client.upload(io.BytesIO(CSV), name="awaited.csv")).wait()
            table = client.dataset(file.id)
            assert (await table.to_arrow()).num_rows == file.row_count == 3
            assert [row["id"] async for row in table.rows(filter="id:lt:3")] == [1, 2]
            assert (await table.edit(0, {"price": Decimal("0.01")}))["version"] == 1
            assert (await table.restore(0), [each["version"] for each in await table.versions()]) == (2, [2, 1, 0])
            assert (await (await file.dataset()).info())["version"] == 2
            assert [each.id for each in await client.files(limit=1)] == [file.id]
            with pytest.raises(ApiError):
                await client.file("nothing")

    asyncio.run(use())
