"""Text in, text out: whatever shows a stored value shows the text of the cell that it was read from.

A column of one kind is uploaded, sometimes with a cell at its end that fits no type, and is looked at in every way that
there is: exports, pages, previews, groups, filters; before and after another file was appended, in both directions.
"""

from __future__ import annotations

import csv
import io
import json
import math
import string
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parquay.columns.text import json_text
from parquay.columns.types.registry import type_from_json
from parquay.columns.types.styled import StyledType
from parquay.datasets.export.export import Exporter
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.groups import Grouper, Measure
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.query.preview import Preview
from parquay.datasets.versions.commits import Author
from parquay.ingest.convert.convert_file import convert_file
from parquay.ingest.text.overrides import Overrides

TOLD: dict[str, Any] = {"delimiter": ",", "quote": '"', "encoding": "utf-8", "header": 1}
MISFIT = "n. b."


def _fixed(scale: int) -> st.SearchStrategy[list[str]]:
    most = 10 ** min(37, scale + 4)
    digits = st.integers(-most, most) | st.integers(-9, 9)
    return _column(digits.map(lambda value: format(Decimal(value).scaleb(-scale), "f")))


def _column(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(cells | st.just(""), min_size=1, max_size=5)


FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e20, -0.0, 5e-324, 1e-7, 123456789012.5])
STAMPS = st.tuples(st.sampled_from("T "), st.integers(-1, 9), st.sampled_from(["", "Z", "+02:00", "-0930"]))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
COLUMNS = st.one_of(
    st.integers(1, 37).flatmap(_fixed),
    _column(st.integers(-(10**19), 10**19).map(str)),
    _column(st.integers(-(10**37), 10**37).map(str)),
    _column(st.integers(2**53 - 2, 2**53 + 2).map(str)),
    _column(FLOATS.map(repr)),
    _column(FLOATS.map(lambda value: repr(value).removesuffix(".0"))),
    _column(st.sampled_from(["true", "false"])),
    _column(st.dates().map(str)),
    st.integers(0, 9).flatmap(lambda digits: _column(st.integers(0, 86_399).map(lambda s: _clock(s, digits)))),
    STAMPS.flatmap(lambda form: _column(st.datetimes().map(lambda moment: _stamp(moment, *form)))),
    _column(TEXTS.filter(lambda text: text.strip(string.whitespace) == text and text not in ("", '"'))),
    _column(st.sampled_from(["007", "+1", "1e3", "0x1F", "1,5", "NULL", "-", "=1+1", ":smile:", "[b]x"])),
)


def _clock(seconds: int, digits: int) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return text + ("." + f"{seconds * 7919 % 10**digits:0{digits}}" if digits else "")


def _stamp(moment, separator, digits, zone):
    text = moment.isoformat(separator, "minutes" if digits < 0 else "seconds")
    return text + ("." + f"{moment.microsecond * 997 % 10**digits:0{digits}}" if digits > 0 else "") + zone


def written(cells: list[str]) -> str:
    """A file with these cells; an empty one is missing."""
    return "".join(["id,v\n", *(f"{number},{_field(cell)}\n" for number, cell in enumerate(cells))])


def _field(cell: str) -> str:
    """A cell in quotes where it needs them; Python's writer leaves a lone CR bare, which ends a row."""
    return '"' + cell.replace('"', '""') + '"' if {*cell} & {*',"\r\n'} else cell


def canonical(column: dict[str, Any], cells: list[str]) -> list[str | None]:
    """The cells as their type writes them, where the column has a style; as they are else. A missing one is None."""
    kind = type_from_json(column)
    if not isinstance(kind, StyledType):
        return [cell or None for cell in cells]
    plain: list[str | None] = kind.cell_style.plain(pa.array([cell or None for cell in cells], pa.string())).to_pylist()
    return plain


class Looks:
    """Every way to look at a table."""

    def __init__(self, house, engine: Engine) -> None:
        self.house = house
        self.engine = engine

    def cells(self, file) -> dict[str, list[str | None]]:
        """The texts of the second column, by the way that it was looked at."""
        snapshot = self.house.tables.snapshot(file)
        browser, query = Browser(self.engine), read_query(columns_of(snapshot.columns))
        pages = {
            "rows": browser.after(snapshot, query, None, 100, text=True).rows,
            "page": browser.page(snapshot, query, 0, 100, text=True),
            "found": browser.page(snapshot, read_query(columns_of(snapshot.columns), ["id:ge:0"]), 0, 100, text=True),
        }
        found = {way: [row["v"] for row in rows] for way, rows in pages.items()}
        found["csv"] = _of_csv(self.export(snapshot, "csv"))
        found["original"] = _of_csv(self.export(snapshot, "csv", original=True))
        return found

    def json_cells(self, file) -> dict[str, list[object]]:
        """The values of the second column, with all their digits."""
        snapshot = self.house.tables.snapshot(file)
        query = read_query(columns_of(snapshot.columns))
        preview = Preview(self.house.segments, self.house.tables, self.house.places)(file, 100)
        assert preview is not None
        rows = {
            "page": Browser(self.engine).page(snapshot, query, 0, 100),
            "rows": Browser(self.engine).after(snapshot, query, None, 100).rows,
            "preview": preview["rows"],
            "ndjson": [json_text.loads(line) for line in self.export(snapshot, "ndjson").splitlines()],
        }
        return {way: [_read_again(row["v"]) for row in each] for way, each in rows.items()}

    def export(self, snapshot, kind: str, **how) -> bytes:
        wish = ExportRequest(kind, tuple(columns_of(snapshot.columns)), **how)
        exporter = Exporter(self.engine, Aggregator(self.engine))
        return b"".join(exporter.export(snapshot, wish, CancelToken(), CancelToken()).chunks())


def _of_csv(content: bytes) -> list[str | None]:
    """The second column of a CSV, its header left out, a missing cell as it stands there."""
    return [row[1] or None for row in csv.reader(io.StringIO(content.decode(), newline=""))][1:]


def _read_again(value: object) -> object:
    """A value as a reader gets it who loses no digit."""
    return json.loads(json_text.dumps(value), parse_float=str, parse_int=str)


@pytest.fixture
def looks(house, tmp_path):
    house.parquet.mkdir(exist_ok=True)
    engine = Engine(house.parquet, tmp_path / "scratch")
    yield Looks(house, engine)
    engine.close()


def bounded(examples: int):
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


TINY = ["0.0000001", "", "0.5000000", "0.0000000", "-0.0000010"]


@bounded(25)
@given(cells=COLUMNS, late=st.booleans())
@example(cells=TINY, late=False)
@example(cells=TINY, late=True)
@example(cells=["1e+20", "-0.0", "3.0"], late=True)
@example(cells=["9007199254740993", "-9223372036854775808"], late=False)
@example(cells=["9999-12-31T23:59:59-02:00", "", "0001-01-01T00:00:00-02:00"], late=False)
@example(cells=["0000-01-01", "2024-02-29"], late=True)
@example(cells=["+1", "", "+2"], late=False)
@example(cells=["1,5"], late=False)
@example(cells=["1e3"], late=True)
def test_a_stored_value_is_told_as_it_was_written(looks, cells, late):
    cells = [*cells, MISFIT] if late else cells
    text = written(cells)
    wanted = [cell or None for cell in cells]

    file = looks.house.convert(text, options=TOLD)

    for way, found in looks.cells(file).items():
        assert found == wanted, way
    kind, values = file.columns[1]["kind"], canonical(file.columns[1], cells)
    for way, found in looks.json_cells(file).items():
        if kind in ("date", "time", "timestamp"):
            assert [value is None for value in found] == [value is None for value in wanted], way
        elif kind == "bool":
            assert found == [None if cell is None else cell == "true" for cell in values], way
        else:
            assert found == values, way


@bounded(10)
@given(cells=COLUMNS)
@example(cells=TINY)
@example(cells=["0000-01-01", "1900-02-28", "2024-02-29"])
@example(cells=["+1"])
@example(cells=["1,5", ""])
@example(cells=["1e3"])
def test_a_converted_file_and_its_sheet_have_the_cells_as_they_were_written(looks, tmp_path, cells):
    text = written(cells)
    source = tmp_path / "in.csv"
    source.write_bytes(text.encode())

    convert_file(source, tmp_path / "out.csv", overrides=Overrides(**TOLD))
    file = looks.house.convert(text, options=TOLD)
    snapshot = looks.house.tables.snapshot(file)

    assert (tmp_path / "out.csv").read_bytes() == text.encode()
    if not any(_odd_in_xml(cell) for cell in cells):
        sheet = openpyxl.load_workbook(io.BytesIO(looks.export(snapshot, "xlsx"))).active
        shown = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
        for cell, value, found in zip(cells, canonical(file.columns[1], cells), shown, strict=True):
            assert _as_in_a_sheet(cell, value or "", found, file.columns[1]["kind"]), (cell, found)


def _odd_in_xml(cell: str) -> bool:
    """What openpyxl, which checks here, does not read back."""
    return any(ord(each) < 32 or each in "\ufffe\uffff" for each in cell) or "_x" in cell


def _as_in_a_sheet(cell: str, value: str, shown: object, kind: str) -> bool:
    """Whether a sheet shows a cell: the text as it was written, or the value, whose canonical text is ``value``."""
    if cell == "" or isinstance(shown, str):
        return (shown or "") == cell
    if isinstance(shown, bool):
        return value == str(shown).lower()
    if isinstance(shown, int | float):
        return math.copysign(1, shown) == math.copysign(1, float(value)) and Decimal(repr(shown)) == Decimal(value)
    return kind in ("date", "time", "timestamp")


@bounded(10)
@given(one=COLUMNS, other=COLUMNS)
@example(one=TINY, other=[MISFIT])
@example(one=[MISFIT], other=TINY)
@example(one=["0.0000001"], other=["3"])
@example(one=["1e+20", "3.0"], other=["7"])
@example(one=[""], other=["0\r0"])
def test_an_append_changes_no_cell_of_either_table(looks, one, other):
    first = looks.house.convert(written(one), options=TOLD)
    second = looks.house.convert(written(other), options=TOLD)

    looks.house.appending.append(first, Author("u"), second, again=True)

    wanted = [cell or None for cell in (*one, *other)]
    for way, found in looks.cells(looks.house.file(first.id)).items():
        assert found == wanted, way


@bounded(10)
@given(cells=COLUMNS)
@example(cells=["1234567", "1234568", "1234569"])
@example(cells=TINY)
@example(cells=["+1", "+2", ""])
@example(cells=["1,5"])
@example(cells=["1e3"])
def test_groups_bounds_and_filters_know_the_cells_by_their_text(looks, cells):
    file = looks.house.convert(written(cells), options=TOLD)
    snapshot = looks.house.tables.snapshot(file)
    columns = columns_of(snapshot.columns)
    by = columns[1]
    present = [cell for cell in cells if cell]

    groups = Grouper(looks.engine).groups(snapshot, read_query(columns), by, Measure("count"), limit=100)["groups"]
    bounds = Aggregator(looks.engine).columns(snapshot, read_query(columns))["v"]

    assert sum(group["value"] for group in groups) == len(cells)
    assert bounds["count"] == len(present)
    if by.type.type_id in ("int64", "decimal", "double", "text"):
        keys = {_read_again(group["key"]) for group in groups}
        values = set(canonical(snapshot.columns[1], present))
        assert keys - {None} <= values
        assert present == [] or {_read_again(bounds["min"]), _read_again(bounds["max"])} <= values
    for cell in present:
        found = Browser(looks.engine).page(snapshot, read_query(columns, [f"v:eq:{cell}"]), 0, 100, text=True)
        assert cell in [row["v"] for row in found], cell


@pytest.mark.parametrize(
    ("cells", "edited", "told"),
    [
        (["1.5", "2.25"], [3, 123456789012, "-0", 1e20], ["3", "123456789012", "-0", "1e+20"]),
        (["3", "1.5"], [4, 123456789012, "-0", 1e20], ["4", "123456789012", "-0", "1e+20"]),
        (["3.0", "2.25"], [4, 123456789012, "-0", 1e20], ["4.0", "123456789012.0", "-0.0", "1e+20"]),
        (["0.0000001", "1.0000000"], [1e-7, 0, "-3", 2.5], ["0.0000001", "0.0000000", "-3.0000000", "2.5000000"]),
    ],
)
def test_an_edited_number_is_told_alike_everywhere(looks, cells, edited, told):
    file = looks.house.convert(written(cells), options=TOLD)

    looks.house.edit(file, inserts=[{"id": 9, "v": value} for value in edited])

    file = looks.house.file(file.id)
    for way, found in (*looks.cells(file).items(), *looks.json_cells(file).items()):
        assert found[-4:] == told, way


@pytest.mark.parametrize(
    "cells", [TINY, ["1e+20", "-0", "3", "0.5"], ["2024-01-02T03:04:05.50+02:00", "9999-12-31T23:59:59.00+02:00"]]
)
def test_parts_that_are_written_already_are_widened_without_a_change(looks, cells):
    many = [*(cells * (1_200_000 // len("".join(cells)))), MISFIT]

    file = looks.house.convert(written(many), segment_bytes=1 << 19, options=TOLD)

    assert len(looks.house.segments.list(file.id)) > 1
    assert file.columns[1]["type"] == "text"
    assert _of_csv(looks.export(looks.house.tables.snapshot(file), "csv")) == [cell or None for cell in many]
