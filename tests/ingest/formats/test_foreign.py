from __future__ import annotations

import datetime as dt
import io
import uuid
from decimal import Decimal
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parquay.columns.types import registry
from parquay.errors import BadInput
from parquay.ingest.formats import foreign, rendered
from parquay.ingest.formats.limits import Refused


def parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


@pytest.fixture
def values(tmp_path):
    """What becomes of a column, in this process."""

    def read(array: pa.Array, **options: object) -> list[object]:
        (tmp_path / "in").write_bytes(parquet(pa.table({"x": array}), **options))
        foreign.read_parquet(tmp_path / "in", tmp_path / "out")
        values: list[object] = pq.read_table(tmp_path / "out")["x"].to_pylist()
        return values

    return read


def test_old_timestamps_beyond_nanoseconds_are_what_they_are(values):
    far = [dt.datetime.fromisoformat(each) for each in ("2024-01-01 02:03:04.000005", "9999-12-31", "1500-01-01")]

    assert values(pa.array(far, pa.timestamp("us")), use_deprecated_int96_timestamps=True) == far


def test_old_timestamps_keep_their_nanoseconds(convert):
    exact = pa.array([1_704_067_200_000_000_001, None, 5], pa.timestamp("ns"))

    _, table = convert(parquet(pa.table({"x": exact}), use_deprecated_int96_timestamps=True), name="a.parquet")

    assert table["x"].type == pa.timestamp("ns")
    assert table["x"].cast(pa.int64()).to_pylist() == [1_704_067_200_000_000_001, None, 5]


def test_old_timestamps_that_no_unit_holds_are_refused_by_name(monkeypatch):
    monkeypatch.setattr(
        "parquay.ingest.formats.foreign._precision", lambda *_: (True, True)
    )  # Arrow cannot write such a file
    out = io.BytesIO(parquet(pa.table({"x": pa.array([1], pa.timestamp("us"))}), use_deprecated_int96_timestamps=True))

    with pytest.raises(Refused) as refusal:
        foreign._opened(cast(Path, out))  # Arrow reads a stream as it reads a file

    assert refusal.value.args[0] == "unsupported_type"


def test_uuids_are_written_as_such(values):
    ids = [uuid.UUID(int=5), uuid.UUID("550e8400-e29b-41d4-a716-446655440000")]
    array = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([each.bytes for each in ids], pa.binary(16)))

    assert values(array) == [str(each) for each in ids]


@pytest.mark.parametrize(
    ("unit", "numbers", "micros"),
    [
        ("us", [90_061_000_001, -1_000_000, None], [90_061_000_001, -1_000_000, None]),
        ("s", [5, None], [5_000_000, None]),
        ("ms", [1500], [1_500_000]),
        ("ns", [2_000, None], [2, None]),
    ],
)
def test_durations_are_whole_microseconds(tmp_path, unit, numbers, micros):
    source = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": pa.array(numbers, pa.duration(unit))}), source)

    read = foreign.read_parquet(source, tmp_path / "out.parquet")

    kind = registry.type_from_json(read["columns"][0])
    assert (kind.name, kind.style) == ("duration", "[h]:mm:ss[.SSSSSS]")
    assert pq.read_table(tmp_path / "out.parquet")["a"].to_pylist() == micros


def test_durations_beyond_64_bits_of_microseconds_are_texts(values):
    assert values(pa.array([2**60], pa.duration("s"))) == ["320255973501901:56:16"]


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array([Decimal("1e-8"), Decimal("-12.5")], pa.decimal256(60, 8)), ["0.00000001", "-12.50000000"]),
        (pa.array([1], pa.duration("ns")), ["0:00:00.000000001"]),
        (pa.array([None, None], pa.null()), [None, None]),
        (pa.array([b"a", "ü".encode()], pa.binary()), ["a", "ü"]),
        (pa.array([b"a", b"\xff"], pa.binary()), ["61", "ff"]),
        (pa.array([b"a", b"\xff"], pa.binary()).dictionary_encode(), ["61", "ff"]),
        (pa.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
        (pa.array(["x", ""], pa.string_view()), ["x", ""]),
        (pa.array(["x"], pa.large_string()), ["x"]),
        (pa.array([b"\x00\xff"], pa.binary(2)), ["00ff"]),
        (pa.array([2**31 - 1, 0], pa.date32()), ["5881580-07-11", "1970-01-01"]),
        (pa.array([-800_000, 0], pa.date32()), ["-221-09-04", "1970-01-01"]),
        (pa.array([253_402_300_800_000, 0], pa.timestamp("ms", "UTC")), ["10000-01-01 00:00:00.000Z", "1970-01-01 00:00:00.000Z"]),
        (pa.array([2**62], pa.timestamp("us")), ["148108-07-06 14:00:27.387904"]),
        (pa.array([86_400_000], pa.time32("ms")), ["24:00:00"]),
        (pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}'])), ['{"a": 1}']),
    ],
)  # fmt: skip
def test_values_without_a_type_of_ours_are_texts(values, array, texts):
    assert values(array) == texts


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([2**64 - 1, 0], pa.uint64()), [2**64 - 1, 0]),
        (pa.array([1.5, None], pa.float32()).cast(pa.float16()), [1.5, None]),
        (pa.array([Decimal("0.123")], pa.decimal128(3, 3)), [Decimal("0.123")]),
        (pa.array([Decimal("1.5")], pa.decimal32(5, 1)), [Decimal("1.5")]),
        (pa.array([dt.time(1, 2, 3)], pa.time32("s")), [dt.time(1, 2, 3)]),
        (pa.array([0], pa.date64()), [dt.date(1970, 1, 1)]),
        (pa.array([dt.datetime.fromisoformat("0001-01-01")], pa.timestamp("us")), [dt.datetime.fromisoformat("0001-01-01")]),
        (pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0], pa.int8())), [True, False]),
        (pa.array([True, None]), [True, None]),
    ],
)  # fmt: skip
def test_values_keep_their_type(values, array, expected):
    assert values(array) == expected


NESTED = pa.struct(
    [
        ("when", pa.timestamp("ns", "Europe/Berlin")),
        ("price", pa.decimal128(10, 8)),
        ("twice", pa.int8()),
        ("list", pa.list_(pa.float32())),
        ("map", pa.map_(pa.string(), pa.int64())),
        ("pairs", pa.map_(pa.int8(), pa.bool_())),
        ("raw", pa.binary()),
    ]
)


def test_nested_values_are_json_text_and_lose_nothing(values):
    row = {
        "when": 1,
        "price": Decimal("0.00000001"),
        "twice": None,
        "list": [0.1, None, float("nan")],
        "map": [("ä", 2**60), ("b", None)],
        "pairs": [(1, True)],
        "raw": b"\xff",
    }
    array = pa.array([row, None], NESTED)

    text = (
        '{"when": "1970-01-01 00:00:00.000000001Z", "price": "0.00000001", "twice": null, "list": [0.1, null, "nan"], '
        '"map": {"ä": 1152921504606846976, "b": null}, "pairs": [[1, true]], "raw": "ff"}'
    )
    assert values(array) == [text, None]
    assert values(pa.concat_arrays([array, array]).slice(1, 2)) == [None, text]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.int8()), pa.large_list(pa.int8()), pa.list_(pa.int8(), 2), pa.list_view(pa.int8())]
)
def test_lists_of_every_layout_are_json_text(values, kind):
    assert values(pa.array([[1, 2], None, [3, None]], kind)) == ["[1, 2]", None, "[3, null]"]


def test_intervals_are_written_as_iso_8601(convert, tmp_path):
    interval = duckdb.sql("SELECT INTERVAL '1 year 2 days 3.5 seconds' AS x")
    assert interval is not None
    interval.write_parquet(str(tmp_path / "i.parquet"))

    _, table = convert((tmp_path / "i.parquet").read_bytes(), name="a.parquet")

    assert table["x"].to_pylist() == ["P12M2DT3.500S"]


def test_names_are_unique_and_safe_and_each_column_stays_itself(convert):
    table = pa.table([[1], [b"\xff"], [b"a"], [4], [5]], names=["_rid", "a", "a", "A", ""])

    report, found = convert(parquet(table), name="a.parquet")

    assert found.to_pylist() == [{"_rid_2": 1, "a": "ff", "a_2": "a", "A_3": 4, "column5": 5}]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("renamed_column", 4)]


def test_dates_beyond_the_calendar_are_told(convert):
    table = pa.table({"d": pa.array([2**31 - 1, 0], pa.date32()), "t": pa.array([0, 1], pa.timestamp("us"))})

    report, _ = convert(parquet(table), name="a.parquet")

    assert [each["type"] for each in report.columns] == ["text", "timestamp"]
    assert report.warnings == [{"code": "no_such_date", "line": 1, "count": 1, "text": "kept as text: d"}]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (pa.table({"x": pa.array([], pa.int8())}), "no_rows"),
        (pa.table({f"c{i}": [1] for i in range(10_001)}), "too_many_columns"),
        (pa.table({"x": pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")])}), "broken_file"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_table_is_refused_by_name(convert, table, code):
    with pytest.raises(BadInput) as refusal:
        convert(parquet(table), name="a.parquet")

    assert refusal.value.code == code


def test_run_lengths_and_null_structs_are_rendered():
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", None]))
    structs = pa.array([{"a": {"b": 1}}, {"a": None}, None])

    assert rendered.texts(runs) == ["a", "a", None]
    assert rendered.texts(structs) == ['{"a": {"b": 1}}', '{"a": null}', None]
