"""Tables exported as workbooks: types that Excel knows, and what does not fit a sheet."""

from __future__ import annotations

import math
from datetime import date, time
from decimal import Decimal

import pyarrow as pa
import pytest

from datasets.exported import at, sheet
from made_tables import made_table
from parquay.columns.text import xlsx
from parquay.columns.types.registry import column_type
from parquay.datasets.export import export as exports
from parquay.errors import ParquayError


def test_workbook_has_every_cell_in_a_type_that_excel_knows(table_of, export):
    text = (
        "id,price,note,day,at,clock,flag,big\n"
        "1,1.50,=1+1,2024-02-29,2024-02-29 10:00:00.250,10:30:00,true,12345678901234567890\n"
        '2,-2.25,"<a & ""b"">\nc",1899-12-31,1850-01-01 00:00:00.000,00:00:01,false,1\n'
        "3,,_x0041_ \x01,2024-12-31,2024-01-01 23:59:59.999,23:59:59,true,2\n"
    )

    rows = sheet(export(table_of(text), "xlsx")[1])

    assert rows[0] == ("id", "price", "note", "day", "at", "clock", "flag", "big")
    assert rows[1][:3] == (1, 1.5, "=1+1")
    assert rows[1][3:] == (
        at("2024-02-29T00:00:00"), at("2024-02-29T10:00:00.250000"), time(10, 30), True, "12345678901234567890",
    )  # fmt: skip
    assert rows[2][2:5] == ('<a & "b">\nc', "1899-12-31", "1850-01-01 00:00:00.000")
    assert (rows[3][1], rows[3][4]) == (None, at("2024-01-01T23:59:59.999000"))


def test_characters_that_xml_cannot_hold_are_written_as_excel_does():
    assert xlsx._text("\x01_x0041_\r\t\ufffe") == (
        '<c t="inlineStr"><is><t xml:space="preserve">_x0001__x005F_x0041__x000D_\t_xFFFE_</t></is></c>'
    )


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (column_type("double", "any"), 1e300, 1e300),
        (column_type("double", "any"), math.inf, "inf"),
        (column_type("decimal", [20, 2]), Decimal("1234567890123456.25"), "1234567890123456.25"),
        (column_type("int64", True), 10**15, 10**15),
        (column_type("int64", True), 2**53 + 1, str(2**53 + 1)),
        (column_type("timestamp", "T|0|Z"), at("2024-01-01T00:00:00"), "2024-01-01T00:00:00Z"),
        (column_type("timestamp", "T|6|"), at("2024-01-01T00:00:00"), "2024-01-01T00:00:00.000000"),
        (column_type("date", True), date(1900, 3, 1), at("1900-03-01T00:00:00")),
        (column_type("date", True), date(1900, 2, 28), "1900-02-28"),
        (column_type("date", True), date(9999, 12, 31), at("9999-12-31T00:00:00")),
    ],
)
def test_value_that_excel_would_change_is_a_text_there(engine, export, kind, value, cell):
    snapshot = made_table(engine._fetched, {"v": kind}, pa.table({"v": pa.array([value], kind.arrow())}))

    assert sheet(export(snapshot, "xlsx")[1]) == [("v",), (cell,)]


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [
        ("MAX_ROWS", 3, "too_many_rows"),
        ("MAX_COLUMNS", 1, "too_many_columns"),
        ("MAX_CHARACTERS", 2, "cell_too_long"),
    ],
)
def test_what_does_not_fit_a_sheet_is_told_before(table_of, export, monkeypatch, limit, most, code):
    snapshot = table_of("a,b\n1,xyz\n2,x\n3,x\n")
    monkeypatch.setattr(xlsx, limit, most)

    with pytest.raises(ParquayError) as caught:
        export(snapshot, "xlsx")

    assert (caught.value.status, caught.value.code) == (422, code)
    if limit == "MOST_ROWS":
        assert len(sheet(export(snapshot, "xlsx", "a:lt:3")[1])) == 3


@pytest.mark.parametrize("together", [1, 2, 500])
def test_a_cell_that_is_too_long_is_found_however_many_columns_are_asked_at_once(
    table_of, export, monkeypatch, together
):
    snapshot = table_of("a,b,c,d,e\nx,1,x,x,xyz\nxy,2,x,x,x\n")
    monkeypatch.setattr(xlsx, "MAX_CHARACTERS", 2)
    monkeypatch.setattr(exports, "MAX_ASKED_COLUMNS", together)

    with pytest.raises(ParquayError, match=r"^e: ") as caught:
        export(snapshot, "xlsx")

    assert caught.value.code == "cell_too_long"


def test_sheet_has_room_for_exactly_the_rows_below_its_header():
    assert (xlsx.MAX_ROWS - 1, xlsx.MAX_COLUMNS) == (1_048_575, 16_384)
