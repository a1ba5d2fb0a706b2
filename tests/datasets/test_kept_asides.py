"""Words for missing beside values: null in the table, and what was written wherever text is asked for.

A plain list of rows is what the table must say after whatever was done to it: cut into segments, edited, appended to,
restored, widened by a late misfit.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parquay.columns.types.aside_counts import AsideCounts
from parquay.columns.types.missing_words import WORDS as USUAL
from parquay.columns.types.missing_words import is_word as means_missing
from parquay.columns.types.registry import columns_types
from parquay.datasets.edit.columns import ColumnWish
from parquay.datasets.edit.edit import read_row_json
from parquay.datasets.export.export import Exporter
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.versions.commits import Author
from parquay.errors import InvalidValue

NAMED = ["n/a", "k.A.", "-999", "31.12.1899"]
"""Words that mean missing here because they are named; two are values of a type elsewhere."""
WORDS = [*USUAL, *NAMED]
TOLD: dict[str, Any] = {"delimiter": ",", "quote": '"', "encoding": "utf-8", "header": 1, "missing": NAMED}
VALUES = {
    "0": ["7", "-12", "0"],
    "0.0": ["1.50", "-0.25"],
    "#,##0.0": ["1,234.50", "0.25", "1,000,000.00"],
    "TRUE/FALSE": ["TRUE", "FALSE"],
    "dd.MM.yyyy": ["31.12.2025", "01.02.2024"],
    "yyyy-MM-dd HH:mm": ["2024-02-29 13:05"],
    "HH:mm:ss": ["13:05:09"],
    "0%": ["12%", "3%"],
    "[h]:mm:ss[.S]": ["26:03:04", "100:00:00.5"],
    "yyyy-MM-dd HH:mm:ssXXX": ["2024-03-31 01:59:59+01:00", "2024-03-31 03:00:00+02:00", "2024-11-01 00:00:00Z"],
    "dd/MMM/yyyy:HH:mm:ss xx@en": ["31/Mar/2024:01:59:59 +0100", "31/Mar/2024:03:00:00 +0200"],
    "8-4-4-4-12 upper": ["123E4567-E89B-12D3-A456-426614174000"],
}
TEXTS = ["Anna", "007", "n. b."]
Rows = list[tuple[int, str | None]]
"""Row ids and cells; None: an empty field without quotes."""


def quoted(cell: str | None) -> str:
    return "" if cell is None else f'"{cell}"' if not cell or "," in cell else cell


def written(cells: list[str | None]) -> str:
    return "id,v\n" + "".join(f"{i},{quoted(cell)}\n" for i, cell in enumerate(cells))


def is_word(cell: object) -> bool:
    return means_missing(cell, NAMED)


def _holds(op: str, cell: str, probe: str) -> bool:
    if op == "starts":
        return cell.startswith(probe)
    return probe.lower() in cell.lower() if op == "icontains" else probe in cell


class Table:
    """A table and what it must say."""

    def __init__(self, house, engine: Engine, cells: list[str | None], segment_bytes: int) -> None:
        self.house, self.engine = house, engine
        self.file_id = house.convert(written(cells), options=TOLD, segment_bytes=segment_bytes).id
        self.rows: Rows = list(enumerate(cells))
        self.past = [list(self.rows)]
        self.next = len(cells)

    @property
    def file(self):
        return self.house.file(self.file_id)

    @property
    def snapshot(self):
        return self.house.tables.snapshot(self.file)

    def done(self, rows: Rows) -> None:
        self.rows = rows
        self.past.append(list(rows))

    def set(self, place: int, cell: str | None) -> None:
        rid = self.rows[place % len(self.rows)][0]
        self.house.edit(self.file, updates={rid: {"v": cell}})
        self.done([(each, cell if each == rid else old) for each, old in self.rows])

    def insert(self, cells: list[str | None]) -> None:
        self.house.edit(self.file, inserts=[{"id": 0, "v": cell} for cell in cells])
        self.done([*self.rows, *enumerate(cells, self.next)])
        self.next += len(cells)

    def delete(self, place: int) -> None:
        rid = self.rows[place % len(self.rows)][0]
        self.house.edit(self.file, deletes=frozenset({rid}))
        self.done([row for row in self.rows if row[0] != rid])

    def append(self, cells: list[str | None]) -> None:
        more = self.house.convert(written(cells), options=TOLD)
        self.house.appending.append(self.file, Author("u"), more, again=True)
        self.done([*self.rows, *enumerate(cells, self.next)])
        self.next += len(cells)

    def restore(self, place: int) -> None:
        version = place % len(self.past)
        self.house.versions.restore(self.file, Author("u"), version)
        self.rows = list(self.past[version])
        self.past.append(self.rows)

    def check_past(self) -> None:
        """Every version is what it was."""
        for version, rows in enumerate(self.past[:-1]):
            self.check_text(self.house.tables.snapshot(self.file, version), rows)

    def check(self) -> None:
        """Everything that shows text shows what must be there, and the rest shows nothing where a word stands."""
        self.check_text(self.snapshot, self.rows)
        snapshot, cells = self.snapshot, [cell for _, cell in self.rows]
        is_text = columns_types(snapshot.columns)["v"].is_text
        absent = [cell is None or (not is_text and is_word(cell)) for cell in cells]
        values = Browser(self.engine).page(snapshot, read_query(columns_of(snapshot.columns)), 0, 100)
        assert [row["v"] is None for row in values] == absent
        found = self.page("v:isnull:true")
        assert found == [cell for cell, gone in zip(cells, absent, strict=True) if gone]
        for op, probe in (("contains", "1"), ("contains", "."), ("icontains", "nA"), ("starts", "1")):
            held = [cell for cell in cells if cell is not None and _holds(op, cell, probe)]
            assert self.page(f"v:{op}:{probe}") == held
        words = Counter() if is_text else Counter(cell for cell in cells if is_word(cell))
        kept = {name: dict(each.words) for name, each in snapshot.asides.items() if each.words}
        assert kept == ({"v": words} if words else {})
        assert self.file.columns[1].get("missing", {}) == words

    def check_text(self, snapshot, rows: Rows) -> None:
        cells = [cell for _, cell in rows]
        query = read_query(columns_of(snapshot.columns))
        page = Browser(self.engine).page(snapshot, query, 0, 100, text=True)
        assert [(row["_rid"], row["v"]) for row in page] == rows
        assert [(read_row_json(snapshot, rid, text=True) or {})["v"] for rid, _ in rows] == cells
        for filters in ([], ["id:ge:0"]):
            lines = self.export(snapshot, filters).decode().splitlines()[1:]
            assert [line.partition(",")[2] for line in lines] == [quoted(cell) for cell in cells]

    def page(self, *filters: str) -> list[str | None]:
        snapshot = self.snapshot
        query = read_query(columns_of(snapshot.columns), filters)
        return [row["v"] for row in Browser(self.engine).after(snapshot, query, None, 100, text=True).rows]

    def export(self, snapshot, filters: list[str], kind: str = "csv") -> bytes:
        columns = columns_of(snapshot.columns)
        wish = ExportRequest(kind, tuple(columns), read_query(columns, filters))
        exporter = Exporter(self.engine, Aggregator(self.engine))
        return b"".join(exporter.export(snapshot, wish, CancelToken(), CancelToken()).chunks())


@pytest.fixture
def engine(house, tmp_path):
    house.parquet.mkdir(exist_ok=True)
    made = Engine(house.parquet, tmp_path / "scratch")
    yield made
    made.close()


def cells_of(style: str) -> st.SearchStrategy[list[str | None]]:
    cell = st.sampled_from(VALUES[style]) | st.sampled_from(WORDS) | st.none()
    return st.lists(cell, min_size=1, max_size=8)


@st.composite
def histories(draw):
    """A column of one style, and what is done to it."""
    style = draw(st.sampled_from(sorted(VALUES)))
    one = st.sampled_from(VALUES[style]) | st.sampled_from(WORDS) | st.none()
    place = st.integers(0, 20)
    act = st.one_of(
        st.tuples(st.just("set"), place, one),
        st.tuples(st.just("insert"), st.lists(one, min_size=1, max_size=3)),
        st.tuples(st.just("delete"), place),
        st.tuples(st.just("append"), cells_of(style) | cells_of(draw(st.sampled_from(sorted(VALUES))))),
        st.tuples(st.just("append"), st.lists(st.sampled_from([*TEXTS, *WORDS]), min_size=1, max_size=3)),
        st.tuples(st.just("restore"), place),
    )
    late = draw(st.lists(st.sampled_from(TEXTS), max_size=1))
    return draw(cells_of(style)) + late, draw(st.sampled_from([1 << 24, 24])), draw(st.lists(act, max_size=3))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
@example((["7", "NA", None, ""], 24, [("set", 1, "-"), ("append", ["n. b."]), ("restore", 1), ("delete", 1)]))
@example((["13:05:09"], 24, [("append", [""])]))
@example(
    (
        ["2024-03-31 01:59:59+01:00", "NA", "2024-03-31 02:59:59+01:00"],
        24,
        [
            ("append", ["2024-03-31 03:00:00+02:00"]),
            ("set", 0, "2024-03-31 11:00:00+02:00"),
            ("insert", ["2024-11-01 00:00:00Z", None]),
            ("restore", 1),
            ("append", ["Anna"]),
        ],
    )
)
@example((VALUES["dd/MMM/yyyy:HH:mm:ss xx@en"], 24, [("set", 1, "01/Apr/2024:00:00:00 +0000"), ("append", ["x"])]))
@example(([""], 24, [("append", ["13:05:09"])]))
@example((["NA", "NA"], 24, [("append", ["7"]), ("append", ["Anna"])]))
@example((["", "NA", "1,234.50", "NA", "Anna"], 24, []))
@example((["-999", "7", None, "n/a"], 24, [("set", 1, "-999"), ("append", ["-999", "k.A."]), ("append", ["8"])]))
@example((["k.A.", "-999"], 24, [("set", 1, "n/a"), ("append", ["7", "-999"]), ("restore", 1)]))
def test_history_of_a_table_never_loses_a_word(house, engine, history):
    cells, segment_bytes, acts = history
    table = Table(house, engine, cells, segment_bytes)
    table.check()

    for act, *values in acts:
        if act in ("set", "delete") and not table.rows:
            continue
        if act in ("set", "insert") and not _fits(table, values[-1]):
            with pytest.raises(InvalidValue):
                getattr(table, act)(*values)
            continue
        getattr(table, act)(*values)
        table.check()
    table.check_past()


def _fits(table: Table, cells: list[str | None] | str | None) -> bool:
    """Whether an edit with these cells is taken: another append may have changed the type."""
    kind = columns_types(table.snapshot.columns)["v"]
    for cell in cells if isinstance(cells, list) else [cells]:
        try:
            if cell is not None and (kind.is_text or not is_word(cell)):
                kind.read_cell(cell)
        except Exception:  # noqa: BLE001  whatever it says: it does not fit
            return False
    return True


def test_outside_readers_see_null_and_no_other_column(house, engine):
    table = Table(house, engine, ["7", "NA", "", None, "-"], 1 << 24)
    table.set(0, "N/A")

    path = house.parquet / table.file_id
    delta = DeltaTable(str(path)).to_pyarrow_table().to_pydict()
    plain = pq.read_table(path / "_newest").to_pydict()
    exported = table.export(table.snapshot, [], "ndjson")

    assert delta == plain == {"id": [0, 1, 2, 3, 4], "v": [None] * 5}
    assert exported.splitlines()[1] == b'{"id":1,"v":null}'


def test_rows_of_a_large_table_that_are_not_touched_keep_their_words(house, engine):
    cells = [None if i % 7 == 0 else "NA" if i % 5 == 0 else str(i) for i in range(260_000)]
    file = house.convert(written(cells), options=TOLD, segment_bytes=1 << 19)

    house.edit(file, updates={130_000: {"v": 1}, 5: {"v": None}}, deletes=frozenset({259_995}))

    cells[130_000], cells[5] = "1", None
    snapshot = house.tables.snapshot(house.file(file.id))
    exporter = Exporter(engine, Aggregator(engine))
    wish = ExportRequest("csv", tuple(columns_of(snapshot.columns)))
    found = b"".join(exporter.export(snapshot, wish, CancelToken(), CancelToken()).chunks()).decode()
    assert found == "".join(line for i, line in enumerate(written(cells).splitlines(keepends=True)) if i != 259_996)
    del cells[259_995]
    assert snapshot.asides["v"].words == {"NA": cells.count("NA")}


def test_two_versions_differ_where_a_word_was_written_otherwise(house, engine):
    table = Table(house, engine, ["7", "NA", None], 1 << 24)

    table.set(1, None)

    found = house.versions.difference(table.file, 0, 1)
    assert (found.added, found.removed, found.changed) == (0, 0, 1)


def test_words_stay_with_a_column_that_is_renamed_and_with_rows_that_replace_others(house, engine):
    table = Table(house, engine, ["7", "NA", "", None], 1 << 24)
    other = house.convert(written(["-", "8"]), options=TOLD)

    house.columns.change(table.file, Author("u"), "v", ColumnWish("n"))
    renamed = table.snapshot
    house.columns.drop(table.file, Author("u"), "n")
    dropped = table.snapshot
    house.replacing.replace(table.file, Author("u"), other)

    assert renamed.asides["n"].words == {"": 1, "NA": 1}
    assert table.export(renamed, []) == b'id,n\n0,7\n1,NA\n2,""\n3,\n'
    assert dropped.asides == {}
    assert table.snapshot.asides["v"].words == {"-": 1}
    assert table.export(table.snapshot, []) == b"id,v\n0,-\n1,8\n"


def test_values_that_are_written_in_several_ways_come_back_as_they_were(house, engine):
    table = Table(house, engine, ["9.50", "10", "3.25"], 1 << 24)

    house.columns.change(table.file, Author("u"), "v", ColumnWish(type="decimal(18,2)"))

    snapshot = table.snapshot
    assert snapshot.asides["v"] == AsideCounts({}, 0, 1)
    assert table.page() == ["9.50", "10", "3.25"]
    assert table.export(snapshot, []) == b"id,v\n0,9.50\n1,10\n2,3.25\n"
    table.set(0, "7.00")
    assert table.page() == ["7.00", "10", "3.25"]


def test_a_named_word_that_is_a_number_is_no_value_until_no_word_is_named(house, engine):
    table = Table(house, engine, ["7", "-999", "-12"], 1 << 24)
    table.house.edit(table.file, updates={2: {"v": -999}})

    named = table.snapshot
    house.columns.change(table.file, Author("u"), "v", ColumnWish(missing=[]))
    table.house.edit(table.file, updates={0: {"v": -999}})

    assert named.asides["v"].words == {"-999": 2}
    assert table.snapshot.asides == {}
    query = read_query(columns_of(table.snapshot.columns))
    assert [row["v"] for row in Browser(engine).page(table.snapshot, query, 0, 9)] == [-999, -999, -999]


def test_words_named_afterwards_are_words_in_edits_and_in_offers_too(house, engine):
    file = house.convert("id,v\n0,7\n1,gone\n2,-1\n", options={"header": 1})

    house.columns.change(file, Author("u"), "v", ColumnWish(type="int64", missing=["gone", "-1"]))
    house.edit(house.file(file.id), updates={0: {"v": "gone"}})
    typed = house.tables.snapshot(house.file(file.id))
    house.columns.change(file, Author("u"), "v", ColumnWish(type="text"))
    house.columns.change(file, Author("u"), "v", ColumnWish(type="int64"))

    assert typed.asides["v"].words == {"-1": 1, "gone": 2}
    assert house.tables.snapshot(house.file(file.id)).asides["v"].words == {"-1": 1, "gone": 2}
