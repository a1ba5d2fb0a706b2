"""Avro: records as rows, every type exactly, whatever the blocks are packed with."""

from __future__ import annotations

import io
import uuid
import zlib
from decimal import Decimal
from typing import Any

import fastavro
import pyarrow as pa
import pytest

from parquay.errors import BadInput
from parquay.ingest.formats.avro_schema import Schemas

NODE = {
    "type": "record",
    "name": "Node",
    "fields": [{"name": "v", "type": "int"}, {"name": "kids", "type": {"type": "array", "items": "Node"}}],
}
FIELDS = {
    "n": ["null", "long"],
    "s": "string",
    "day": {"type": "int", "logicalType": "date"},
    "at": {"type": "long", "logicalType": "timestamp-micros"},
    "local": {"type": "long", "logicalType": "local-timestamp-millis"},
    "cost": {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 2},
    "huge": {"type": "bytes", "logicalType": "decimal", "precision": 60, "scale": 3},
    "list": {"type": "array", "items": ["null", "int"]},
    "map": {"type": "map", "values": "double"},
    "any": ["null", "string", "int", {"type": "array", "items": "int"}],
    "kind": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]},
    "kind_2": "Kind",
    "raw": {"type": "fixed", "name": "Two", "size": 2},
    "id": {"type": "string", "logicalType": "uuid"},
    "span": {"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"},
    "tree": ["null", NODE],
}
SCHEMA = {"type": "record", "name": "Row", "fields": [{"name": name, "type": kind} for name, kind in FIELDS.items()]}
LONG = "123456789012345678901234567890123456.78"


def row(n: int) -> dict[str, Any]:
    return {
        "n": n or None, "s": f"00{n}", "day": 3_000_000 * (n == 9), "at": 1, "local": -1,
        "cost": int(LONG.replace(".", "")).to_bytes(16, "big"), "huge": (-1 - n).to_bytes(1, "big", signed=True),
        "list": [1, None], "map": {"a": 1.5}, "any": [None, "x", 3, [1, 2]][n % 4], "kind": "A", "kind_2": "B",
        "raw": b"\xff\x01", "id": str(uuid.UUID(int=n)), "span": (1).to_bytes(4, "little") + bytes(8),
        "tree": {"v": 1, "kids": [{"v": 2, "kids": []}]},
    }  # fmt: skip


def plain(schema):
    """The schema without what its numbers and bytes mean, so that they are written as they are."""
    if isinstance(schema, dict):
        return {key: plain(each) for key, each in schema.items() if key != "logicalType"}
    return [plain(each) for each in schema] if isinstance(schema, list) else schema


def written(codec: str = "null", rows: int = 4) -> bytes:
    out = io.BytesIO()
    fastavro.writer(out, plain(SCHEMA), map(row, range(rows)), codec=codec, metadata={})
    return meaning(out.getvalue())


def meaning(content: bytes) -> bytes:
    """The same file with the whole schema in its header."""
    reader = fastavro.reader(io.BytesIO(content))
    header = io.BytesIO()
    fastavro.writer(header, SCHEMA, [], codec=reader.codec, sync_marker=content[-16:])
    body = content.index(content[-16:]) + 16
    return header.getvalue() + content[body:]


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_values_of_every_type_are_read(convert, codec):
    report, table = convert(written(codec), name="a.avro")

    rows = table.to_pydict()
    assert rows["n"] == [None, 1, 2, 3]
    assert rows["s"] == ["000", "001", "002", "003"]
    assert [str(rows[name][0]) for name in ("day", "at", "local")] == [
        "1970-01-01", "1970-01-01 00:00:00.000001+00:00", "1969-12-31 23:59:59.999000",
    ]  # fmt: skip
    assert rows["cost"] == [Decimal(LONG)] * 4
    assert rows["huge"] == ["-0.001", "-0.002", "-0.003", "-0.004"]
    assert rows["any"] == [None, "x", "3", "[1, 2]"]
    assert [rows[name][0] for name in ("list", "map", "kind", "kind_2", "raw", "span", "tree")] == [
        "[1, null]", '{"a": 1.5}', "A", "B", "ff01", "P1M0DT0S", '{"v": 1, "kids": [{"v": 2, "kids": []}]}',
    ]  # fmt: skip
    assert str(rows["id"][1]) == "00000000-0000-0000-0000-000000000001"
    assert [each["name"] for each in report.columns if each["style"] == "json"] == ["list", "map"]


def test_blocks_that_are_packed_with_snappy_are_checked(convert):
    content = written()
    marker = content[-16:]
    head, block, _ = content.split(marker)
    body = block[1 + len(number(len(block[1:]) - 2)) :]
    packed = pa.compress(body, codec="snappy", asbytes=True) + zlib.crc32(body).to_bytes(4, "big")
    head = head.replace(b"\x08null", b"\x0csnappy")
    whole = head + marker + block[:1] + number(len(packed)) + packed + marker

    _, table = convert(whole, name="a.avro")
    with pytest.raises(BadInput, match="checksum"):
        convert(whole.replace(packed, packed[:-1] + bytes([packed[-1] ^ 1])), name="a.avro")

    assert table["s"].to_pylist() == ["000", "001", "002", "003"]


def number(value: int) -> bytes:
    """A number as Avro writes it."""
    value, out = value << 1, b""
    while value > 127:
        value, out = value >> 7, out + bytes([value & 127 | 128])
    return out + bytes([value])


@pytest.mark.parametrize("cut", [3, 40, 1500, -20])
def test_a_file_that_is_cut_is_broken(convert, cut):
    with pytest.raises(BadInput) as refused:
        convert(written()[:cut], name="a.avro")

    assert refused.value.code in ("broken_file", "wrong_format")


def test_what_holds_no_records_is_no_table_and_unknown_packing_is_named(convert):
    numbers, empty = io.BytesIO(), io.BytesIO()
    fastavro.writer(numbers, {"type": "array", "items": "int"}, [[1]])
    fastavro.writer(empty, plain(SCHEMA), [])

    for content, code in (
        (numbers.getvalue(), "no_table"),
        (empty.getvalue(), "no_rows"),
        (written().replace(b"\x08null", b"\x08zlib"), "unsupported_format"),
    ):
        with pytest.raises(BadInput) as refused:
            convert(content, name="a.avro")
        assert refused.value.code == code


def test_dates_beyond_the_calendar_are_text(convert):
    report, table = convert(written(rows=10), name="a.avro")

    assert table["day"].to_pylist()[-1] == "10183-09-21"
    assert "no_such_date" in [each["code"] for each in report.warnings]


def test_a_schema_that_contains_itself_ends():
    schemas = Schemas({"Node": NODE})

    assert schemas.type_of("Node").arrow == pa.string()
    assert schemas.type_of({"type": "array", "items": "Node"}).arrow == pa.list_(pa.string())
