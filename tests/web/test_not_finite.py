"""Numbers that JSON has no numbers for, in every step of a table: they are in no bound of its log."""

from __future__ import annotations

import io
import math

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from live_server import entry_when

NUMBERS = [math.inf, 1.5, -math.inf, math.nan, None]


def uploaded(http, columns):
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return http.post("/files", files={"file": ("numbers.parquet", content.getvalue())}).json()["id"]


@pytest.mark.parametrize(
    "more",
    [{}, {"b": [True, False, True, True, None]}, {"s": ["a", "b", "", "d", None]}],
    ids=["alone", "bool", "text"],
)
def test_a_table_with_infinite_numbers_is_read_edited_restored_and_appended(ann, shared_server, more):
    file_id = uploaded(ann, {"x": pa.array(NUMBERS, pa.float64()), **more})
    entry = entry_when(ann, file_id, "done")
    path = f"/datasets/{file_id}"

    def cells(**params):
        return [row["x"] for row in ann.get(f"{path}/rows", params=params).json()["rows"]]

    assert cells() == ["Infinity", 1.5, "-Infinity", "NaN", None]
    assert ann.patch(f"{path}/rows/1", json={"x": 2.5}).status_code == 200
    assert ann.post(f"{path}/append", json={"file_id": uploaded_and_done(ann, more)}).status_code in (200, 201)
    assert cells() == ["Infinity", 2.5, "-Infinity", "NaN", None, "Infinity"]
    assert ann.post(f"{path}/restore", json={"version": 0}).status_code == 200
    assert cells() == ["Infinity", 1.5, "-Infinity", "NaN", None]
    table = deltalake.DeltaTable(str(shared_server.data_dir / "parquet" / file_id)).to_pyarrow_table()
    assert table.num_rows == entry["row_count"] == len(NUMBERS)


def uploaded_and_done(http, more):
    """Another file with the same columns and an infinite number; its id."""
    file_id = uploaded(http, {"x": [math.inf], **{name: values[:1] for name, values in more.items()}})
    return entry_when(http, file_id, "done")["id"]


@pytest.mark.parametrize("rows", [2, 300_000])
def test_no_number_is_the_greatest_one_in_every_filter(ann, rows):
    """Whatever bounds the file has: those of Parquet leave out what is no number."""
    file_id = uploaded(ann, {"x": pa.array([math.nan, *[1.0] * (rows - 1)])})
    entry_when(ann, file_id, "done")

    def found(condition):
        answer = ann.get(f"/datasets/{file_id}", params={"filter": condition, "size": 2}).json()
        return answer["matched"], {row["x"] for row in answer["rows"]}

    for condition in ("x:gt:5", "x:ge:2", "x:eq:NaN", "x:in:NaN", "x:ge:NaN", "x:ne:1"):
        assert found(condition) == (1, {"NaN"}), condition
    for condition in ("x:ne:NaN", "x:lt:NaN", "x:eq:1", "x:le:1"):
        assert found(condition)[0] == rows - 1, condition
    assert found("x:in:NaN,1")[0] == found("x:gt:0")[0] == rows
