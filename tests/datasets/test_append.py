from __future__ import annotations

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from made_tables import paths_of
from parquay.columns.parquet import asides, parts
from parquay.columns.text.rendering import written
from parquay.columns.types.registry import columns_types
from parquay.datasets.versions.commits import Author
from parquay.errors import Conflict, Outdated

ANN = Author("ann")


def texts_of(house, file, column: str) -> list[str | None]:
    """A column as it would be exported."""
    import pyarrow.parquet as pq

    snapshot = house.tables.snapshot(house.file(file.id))
    types = columns_types(snapshot.columns)
    groups = [group for path in paths_of(snapshot) for group in asides.read_groups(pq.ParquetFile(path))]
    return written(asides.concat([parts.widened(each, types, types) for each in groups]), column, types[column])


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (["1", "2"], ["3"], "int64"),
        (["1", "2"], ["x"], "text"),
        (["1", "2"], ["2.5", "0.125"], "double"),
        (["1", "2"], ["12345678901234567890"], "decimal(38,0)"),
        (["1.50", "2.25"], ["3.75"], "decimal(18,2)"),
        (["1.50", "2.25"], ["123456789012345678901.75"], "decimal(38,2)"),
        (["1.50", "2.20"], ["3.755"], "text"),
        (["0.125", "2.5"], ["3", "4"], "double"),
        (["true"], ["false"], "bool"),
        (["true"], ["1"], "text"),
        (["2024-02-29"], ["1999-12-31"], "date"),
        (["2024-02-29"], ["2024-02-29 10:00:00"], "text"),
        (["2024-02-29 10:00:00"], ["2024-02-29 10:00:00.5"], "timestamp"),
        (["1.234,50 €"], ["0,75 €"], "decimal(18,2)"),
        (["999"], ["1.000.000"], "int64"),
        (["999"], ["0,5"], "double"),
        (["13:05"], ["23:59"], "time"),
        (["13:05"], ["23:59:00"], "text"),
        (["31.12.2024"], ["2024-12-31"], "text"),
        (["31.12.2024"], ["01.02.2025"], "text"),
        (["TRUE"], ["FALSE"], "bool"),
        (["2024-02-29 10:00:00"], ["2024-02-29 11:00:00"], "timestamp"),
        (["2024-02-29T10:00:00+02:00"], ["2024-02-29T10:00:00Z"], "timestamptz"),
        (["13:05:09"], ["00:00:00"], "time"),
        (["13:05:09"], ["7"], "text"),
        (["007"], ["8"], "text"),
        (["", ""], ["8"], "int64"),
        (["8"], ["", ""], "int64"),
        (["2024-02-29 10:00:00.123456789"], ["2024-02-29 10:00:00.000000001"], "timestamp"),
        (["12:00:00.5"], ["2024-02-29 10:00:00.123456789"], "text"),
    ],
)
def test_a_column_gets_the_type_that_both_files_would_have_had(house, ours: list[str], theirs: list[str], kind: str):
    file, more = (
        house.convert("k;v\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate(cells))) for cells in (ours, theirs)
    )

    house.appending.append(file, ANN, more)

    snapshot = house.tables.snapshot(house.file(file.id))
    assert [each["type"] for each in snapshot.columns] == ["int64", kind]
    assert texts_of(house, file, "v") == [cell or None for cell in (*ours, *theirs)]
    table = DeltaTable(snapshot.place.url)
    assert table.to_pyarrow_table().num_rows == pl.scan_delta(str(snapshot.place.url)).collect().height == snapshot.rows
    assert duckdb.read_parquet(table.file_uris()).to_arrow_table().num_rows == snapshot.rows


def test_columns_are_matched_by_name_and_new_ones_are_added(house):
    file, more = house.convert("a,b\n1,x\n"), house.convert("c,B,a\ny,z,2\n")

    made = house.appending.append(file, ANN, more)

    assert [each["name"] for each in made.columns] == ["a", "b", "c"]
    assert house.rows(house.file(file.id)) == [(0, 1, "x", None), (1, 2, "z", "y")]
    assert house.rows(file, 0) == [(0, 1, "x")]
    assert [each["name"] for each in house.file(file.id).columns] == ["a", "b", "c"]


def test_rows_of_one_schema_leave_the_tables_own_parts_alone(house):
    file, more = house.convert("a,b\n1,x\n"), house.convert("a,b\n2,y\n")
    before = house.tables.snapshot(file)

    made = house.appending.append(file, ANN, more)

    assert made.parts[0] == before.parts[0]
    assert house.rows(file) == [(0, 1, "x"), (1, 2, "y")]


def test_edited_rows_of_both_tables_are_what_meets(house):
    file, more = house.convert("a,b\n1,1.50\n2,2.50\n"), house.convert("a,b\n3,x\n4,y\n")
    house.edit(file, updates={0: {"b": "1234567890123456.25"}}, deletes=frozenset({1}))
    house.edit(more, updates={1: {"b": "z"}}, deletes=frozenset({0}))

    house.appending.append(house.file(file.id), ANN, house.file(more.id))

    assert house.rows(house.file(file.id)) == [(0, 1, "1234567890123456.25"), (2, 4, "z")]
    assert house.edit(house.file(file.id), inserts=[{"a": 5}]).inserted[0]["_rid"] == 3


def test_a_timestamp_without_zone_joins_a_table_that_had_none(house):
    file, more = house.convert("a\n1\n"), house.convert("a,t\n2,2024-02-29 10:00:00\n")

    made = house.appending.append(file, ANN, more)

    kinds = [(each.version, each.kind) for each in house.datasets.history(file.id)]
    assert kinds == [(2, "append"), (1, "edit"), (0, "create")]
    assert pl.scan_delta(str(made.place.url)).collect()["t"].to_list()[0] is None
    assert DeltaTable(made.place.url).to_pyarrow_table().num_rows == 2


def test_tables_without_a_common_column_cannot_meet(house):
    file, more = house.convert("a,b\n1,x\n"), house.convert("c,d\n1,x\n")

    with pytest.raises(Conflict) as refused:
        house.appending.append(file, ANN, more)

    assert refused.value.code == "columns_differ"
    assert house.tables.snapshot(file).version == 0


def test_an_author_who_saw_an_older_version_is_told(house):
    file, more = house.convert("a\n1\n"), house.convert("a\n2\n")
    house.edit(file, inserts=[{"a": 5}])

    with pytest.raises(Outdated) as refused:
        house.appending.append(file, ANN, more, expected=0)

    assert refused.value.code == "version_changed"


def test_a_crash_after_the_commit_does_not_append_twice(house):
    file = house.convert("a\n1\n")
    more = house.convert("a\n2\n", options={"dataset": file.id})
    assert more.dataset_id == file.id
    segments = [each.part for each in house.segments.list(more.id)]

    def forget(session):
        row = session.get(type(more), more.id)
        row.status, row.dataset_id, row.parquet_path = "processing", None, None

    house.catalog.write(forget)
    again = house.follow(more.id)

    assert (again.status, again.dataset_id) == ("done", file.id)
    assert house.rows(house.file(file.id)) == [(0, 1), (1, 2)]
    assert [each.part for each in house.segments.list(more.id)] == segments
    assert columns_types(again.columns)["a"].type_id == "int64"


def test_a_part_that_nobody_recorded_is_no_rows_of_an_appended_file(house):
    """A worker that stood still and lost its job may put one when it goes on."""
    file, other = house.convert("a\n1\n"), house.convert("a\n9\n")
    more = house.convert("a\n2\n3\n", options={"dataset": file.id})
    (name,) = {each.part for each in house.segments.list(more.id)}
    parts = house.places.at(more.id).parts
    parts.put(name.replace("part-00000", "part-00007"), parts.read(name))

    house.appending.append(other, ANN, house.file(more.id))

    assert [cells for _, *cells in house.rows(house.file(other.id))] == [[9], [2], [3]]
