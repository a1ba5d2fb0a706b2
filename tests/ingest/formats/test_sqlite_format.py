"""SQLite databases: the one table of them, or the one that is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from parquay.errors import BadInput
from parquay.ingest.text.overrides import Overrides


@pytest.fixture
def database(tmp_path: Path):
    """The bytes of a database in which some statements were run."""

    def made(*statements: str, rows: dict[str, list[tuple[Any, ...]]] | None = None) -> bytes:
        path = tmp_path / "made.sqlite"
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            for each in statements:
                connection.execute(each)
            for table, cells in (rows or {}).items():
                connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(cells[0]))})", cells)
        return path.read_bytes()

    return made


def test_values_are_typed_by_what_they_are(convert, database):
    content = database(
        'CREATE TABLE "t ""x" (id INTEGER PRIMARY KEY, zip TEXT, day TEXT, x REAL, raw BLOB, words BLOB, mixed)',
        "CREATE VIEW v AS SELECT 1",
        'CREATE INDEX i ON "t ""x" (zip)',
        rows={'"t ""x"': [
            (1, "00123", "2024-01-01", 1.5, b"\xff", b"a", 1),
            (2, "12345", "2024-02-29", 0.1 + 0.2, b"a", b"b", "x"),
            (2**62, None, None, None, None, None, None),
        ]},
    )  # fmt: skip

    report, table = convert(content, name="a.sqlite")

    assert [each["type"] for each in report.columns] == ["int64", "text", "date", "double", "text", "text", "text"]
    assert table["id"].to_pylist() == [1, 2, 2**62]
    assert table["zip"].to_pylist() == ["00123", "12345", None]
    assert table["x"].to_pylist() == [1.5, 0.1 + 0.2, None]
    assert table["raw"].to_pylist() == ["ff", "61", None]
    assert table["words"].to_pylist() == ["a", "b", None]
    assert table["mixed"].to_pylist() == ["1", "x", None]


def test_of_several_tables_one_is_named(convert, database):
    content = database(
        "CREATE TABLE a (x)", "CREATE TABLE b (y INTEGER PRIMARY KEY AUTOINCREMENT)", rows={"a": [(1,)], "b": [(2,)]}
    )

    _, table = convert(content, name="a.db", overrides=Overrides(member="b"))
    with pytest.raises(BadInput, match="a, b") as several:
        convert(content, name="a.db")
    with pytest.raises(BadInput, match="a, b") as none:
        convert(content, name="a.db", overrides=Overrides(member="sqlite_sequence"))

    assert table.to_pydict() == {"y": [2]}
    assert (several.value.code, none.value.code) == ("several_members", "no_member")


def test_a_text_that_is_no_text_costs_its_row(convert, database):
    content = database("CREATE TABLE a (x TEXT)", rows={"a": [("good",), ("bad!",)]}).replace(b"bad!", b"bad\xff")

    report, table = convert(content, name="a.sqlite")

    assert table["x"].to_pylist() == ["good"]
    assert [each.code for each in report.rejects] == ["bad_json"]


@pytest.mark.parametrize(
    ("statements", "code"), [([], "no_table"), (["CREATE TABLE a (x)"], "no_rows"), (["CREATE VIEW v AS SELECT 1"], "no_table")]
)  # fmt: skip
def test_a_database_without_rows_is_told(convert, database, statements, code):
    with pytest.raises(BadInput) as refused:
        convert(database("PRAGMA user_version = 1", *statements), name="a.sqlite")

    assert refused.value.code == code


def test_a_database_that_is_cut_or_damaged_is_broken(convert, database):
    content = database("CREATE TABLE a (x)", rows={"a": [("x" * 100,)] * 1000})

    for broken in (content[:-10], content[:5000], content[:100] + b"\xff" * (len(content) - 100)):
        with pytest.raises(BadInput) as refused:
            convert(broken, name="a.sqlite")
        assert refused.value.code == "broken_file"


def test_code_in_a_schema_is_not_run(convert, database):
    content = database("CREATE TABLE a (x, y GENERATED ALWAYS AS (x + 1) VIRTUAL)", "INSERT INTO a (x) VALUES (1)")

    _, table = convert(content, name="a.sqlite")

    assert table.to_pydict() == {"x": [1], "y": [2]}
