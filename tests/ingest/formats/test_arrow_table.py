"""Arrow, ORC: every value of every type, whatever the rows are packed in."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pyarrow.feather
import pytest
from pyarrow import orc

from parquay.errors import BadInput

ROWS = pa.table({
    "n": pa.array([1, None, 3]),
    "s": ["a", "007", None],
    "day": pa.array([dt.date(2024, 1, 1), None, dt.date(1, 1, 1)]),
    "at": pa.array([1_704_070_923_000_004, None, None], pa.timestamp("us")),
    "cost": pa.array([Decimal("1.50"), None, Decimal("2.25")], pa.decimal128(10, 2)),
    "raw": pa.array([b"\xff\x00", b"a", None]),
    "words": pa.array([b"a", None, b"b"]),
    "id": pa.array([uuid.UUID(int=1).bytes, None, None], pa.uuid()),
    "span": pa.array([129_600_000_001, None, 0], pa.duration("us")),
    "list": pa.array([[1, 2], None, []]),
    "in": pa.array([{"x": 1, "y": "q"}, None, {"x": None, "y": "z"}]),
    "x": [1.5, 2.0, None],
    "ok": [True, None, False],
})  # fmt: skip


def ipc_file(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return out.getvalue()


def ipc_stream(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return out.getvalue()


def feather(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pyarrow.feather.write_feather(table, out, compression="lz4")
    return out.getvalue()


def orc_file(table: pa.Table) -> bytes:
    out = io.BytesIO()
    orc.write_table(table, out, compression="zlib")
    return out.getvalue()


WRITERS: dict[str, tuple[str, Callable[[pa.Table], bytes]]] = {
    "file": ("a.arrow", ipc_file),
    "stream": ("a.bin", ipc_stream),
    "feather": ("a.feather", feather),
    "orc": ("a", lambda table: orc_file(table.drop_columns(["id", "span"]))),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_values_of_every_type_are_read(convert, kind):
    name, write = WRITERS[kind]

    report, table = convert(write(ROWS), name=name)

    exact = ["n", "s", "day", "at", "x", "ok"]
    assert table.select(exact).to_pydict() == ROWS.select(exact).to_pydict()
    assert table["cost"].to_pylist() == [Decimal("1.50"), None, Decimal("2.25")]
    assert table["raw"].to_pylist() == ["ff00", "61", None]
    assert table["words"].to_pylist() == ["a", None, "b"]
    assert table["list"].to_pylist() == ["[1, 2]", None, "[]"]
    assert table["in"].to_pylist() == ['{"x": 1, "y": "q"}', None, '{"x": null, "y": "z"}']
    if kind != "orc":
        shown = {each["name"]: (each["type"], each["style"]) for each in report.columns}
        assert (shown["id"][0], shown["span"][0]) == ("uuid", "duration")
    assert {each["name"]: each["style"] for each in report.columns if each["style"] == "json"} == {
        "list": "json",
        "in": "json",
    }


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_that_is_cut_or_empty_is_an_error_with_a_name(convert, kind):
    name, write = WRITERS[kind]
    whole = write(ROWS)

    for content in (whole[: len(whole) // 2], whole[:40]):
        with pytest.raises(BadInput) as broken:
            convert(content, name=name)
        assert broken.value.code == "broken_file"
    with pytest.raises(BadInput) as empty:
        convert(write(ROWS.slice(0, 0)), name=name)
    assert empty.value.code == "no_rows"


def test_dates_that_no_calendar_of_ours_has_are_text_and_names_are_made_unique(convert):
    table = pa.table([pa.array([4_000_000, 0], pa.date32()), pa.array([1, 2])], names=["A", "a"])

    report, read = convert(ipc_file(table), name="a.arrow")

    assert read.to_pydict() == {"A": ["12921-08-18", "1970-01-01"], "a_2": [1, 2]}
    assert [each["code"] for each in report.warnings] == ["renamed_column", "no_such_date"]


def test_durations_finer_than_a_microsecond_are_text(convert):
    table = pa.table(
        {"whole": pa.array([1000, None], pa.duration("ns")), "fine": pa.array([1, None], pa.duration("ns"))}
    )

    report, read = convert(ipc_file(table), name="a.arrow")

    assert [each["type"] for each in report.columns] == ["duration", "text"]
    assert read["fine"].to_pylist() == ["0:00:00.000000001", None]


def test_offsets_that_point_beyond_their_text_are_found_before_they_are_followed(convert):
    table = pa.table({"s": ["abc", "def"]})
    content = bytearray(ipc_file(table))
    at = content.index(b"abcdef") - 64
    offsets = content.index((3).to_bytes(4, "little") + (6).to_bytes(4, "little"), at)
    content[offsets + 4 : offsets + 8] = (2_000_000_000).to_bytes(4, "little")

    with pytest.raises(BadInput) as broken:
        convert(bytes(content), name="a.arrow")

    assert broken.value.code == "broken_file"


def test_a_few_bytes_that_ask_for_all_memory_get_none(convert):
    length = (1_000_003).to_bytes(8, "little")
    packed = feather(pa.table({"s": ["x" * 1_000_003]}))
    at = packed.rindex(length)  # before the text, packed; the offsets before it end in the same number

    with pytest.raises(BadInput) as refused:
        convert(packed[:at] + (1 << 40).to_bytes(8, "little") + packed[at + 8 :], name="a.feather")

    assert refused.value.code == "too_expensive"
