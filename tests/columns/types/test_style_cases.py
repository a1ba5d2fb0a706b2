"""Styles case by case: what a style cannot write, what is not sure, what a caller decides."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from parquay.columns.types import candidates, missing, registry
from parquay.columns.types.base import ColumnType, RespeltCell, Unfit
from parquay.columns.types.styled import StyledType


def decided(texts: list[str]) -> ColumnType:
    return registry.decide(candidates.examine(pa.array(texts, pa.string())))


def styled(texts: list[str]) -> StyledType:
    kind = decided(texts)
    assert isinstance(kind, StyledType)
    return kind


@pytest.mark.parametrize(
    ("style", "texts", "value"),
    [
        ("HH:mm", ["10:05"], "10:05:30"),
        ("yyyy-MM", ["2024-01"], "2024-01-15"),
        ("dd.MM.yyyy HH:mm", ["31.12.2024 10:05"], "2024-12-31 10:05:01"),
        ("#,##0", ["1,234,567"], "1.5"),
    ],
)
def test_what_the_style_cannot_write_is_no_edit(style, texts, value):
    kind = styled(texts)

    assert kind.style == style
    with pytest.raises(Unfit):
        kind.read_cell(value)


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "1,234"], ["+491701234567"], ["12E4"], ["192.168.100.200"], ["612 345 678"], ["1,234"], ["05/04/2025"],
        ["1.1", "1.10"], ["1,1", "1,10"], ["12%", "12"], ["$5", "5"], ["$-5"], ["1,23,456"], ["1.234,567.8"], ["+5", "5"],
        ["10:05", "01:05", "1:05"], ["31.12.25"], ["12/2024"], ["ABC 123"], ["TRUE", "true"], ["29/02/2023"], ["1234", "1,234"],
        ["(1)", "(2)"], ["12-", "13-"], ["(5)", "-3", "7"], ["(0)", "7"], ["(555) 1234"], ["5-", "-5"],
        ["1E5"], ["1e10"], ["5 Foo 2024"], ["9" * 39 + "%"], ["1 234 567 890"], ["-0%"], ["2024-13"], ["1234", "1,234", "12,345"],
    ],
)  # fmt: skip
def test_what_is_not_sure_stays_text(texts):
    assert decided(texts).is_text


@pytest.mark.parametrize("sure", ["1,5", "0,234", "1234,567", "-0,001"])
def test_a_comma_is_a_decimal_mark_when_one_cell_shows_it(sure):
    assert styled(["1234", "1,234", sure]).style == "0,0"


@pytest.mark.parametrize(
    ("texts", "op", "asked", "values"),
    [
        (["1,234.50"], "eq", "1234.5", ("1234.50",)),
        (["1,234.50"], "eq", "1,234.50", ("1234.50",)),
        (["31.12.2025"], "ge", "31.12.2025", ("2025-12-31",)),
        (["31.12.2025"], "ge", "2025-12-31", ("2025-12-31",)),
        (["TRUE"], "eq", "true", ("true",)),
        (["12%"], "gt", "12%", ("12",)),
    ],
)
def test_a_filter_takes_values_and_texts_of_the_style(texts, op, asked, values):
    assert decided(texts).compare(op, asked).values == values


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["Jan 2024", "Feb 2024"], "MMM yyyy@en"),
        (["Jan 2024", "Dez 2024"], "MMM yyyy@de"),
        (["5 JAN 2024", "5 DEC 2024"], "d MMM yyyy@EN"),
        (["5 ene 2024", "5 abr 2024"], "d MMM yyyy@es"),
        (["5 Mai 2024", "6 Juni 2024"], "d MMMM yyyy@de"),
        (["1 janv. 2024", "1 août 2024"], "d MMM yyyy@fr"),
    ],
)
def test_names_of_months_tell_their_language(texts, style):
    assert styled(texts).style == style


def test_catalog_keeps_style_and_form():
    kind = decided(["1.234,56", "0,50"])

    assert registry.type_to_json(kind) == {"kind": "decimal", "form": {"style": "#.##0,0", "form": [4, 2, True]}}
    assert registry.type_from_json(registry.type_to_json(kind)) == kind
    with pytest.raises(LookupError):
        registry.column_type("decimal", {"style": "no style", "form": [4, 2]})


def test_a_style_that_the_caller_names_decides_what_is_open():
    held = candidates.examine(pa.array(["05/04/2025"]))

    assert registry.decide(held, "date:MM/dd/yyyy").to_values(pa.array(["05/04/2025"]))[0].as_py() == dt.date(
        2025, 5, 4
    )
    assert registry.decide(held, "date").is_text


@pytest.mark.parametrize(
    ("cells", "wanted", "years"),
    [
        (["31.12.24", "01.02.68", "01.02.69"], "date:dd.MM.yy", [2024, 2068, 1969]),
        (["05/04/24"], "date:MM/dd/yy", [2024]),
        (["5-Apr-24", "12-May-99"], "date:d-MMM-yy@en", [2024, 1999]),
        (["24-12-31"], "date:yy-MM-dd", [2024]),
        (["31.12.24 10:05"], "timestamp:dd.MM.yy HH:mm", [2024]),
        (["32.12.24"], "date:dd.MM.yy", None),
        (["31.12.24", "31.12.2024"], "date:dd.MM.yy", None),
    ],
)
def test_years_of_two_digits_are_years_where_somebody_names_the_style(cells, wanted, years):
    column = pa.array(cells)
    held = candidates.examine(column)

    told = registry.decide(held, wanted)

    assert registry.decide(held).is_text
    assert registry.is_style(wanted.partition(":")[2])
    if years is None:
        assert told.is_text
    else:
        assert (told.type_id, told.style) == tuple(wanted.split(":", 1))
        assert [value.year for value in told.to_values(column).to_pylist()] == years
        assert told.to_text(told.to_values(column)).equals(column)


def test_an_edit_that_years_of_two_digits_cannot_write_is_refused():
    kind = registry.type_from_json({"kind": "date", "form": {"style": "dd.MM.yy", "form": True}})

    assert kind.read_cell("31.12.24") == kind.read_cell("2024-12-31") == dt.date(2024, 12, 31)
    with pytest.raises(Unfit):
        kind.read_cell("1924-12-31")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("01/Jan/2001:00:00:00 +0130", "01/Jan/2001:00:00:00 +0130"),
        ("2001-01-01T00:00:00+02:00", "01/Jan/2001:00:00:00 +0200"),
        ("2001-01-01 00:00:00-05", "01/Jan/2001:00:00:00 -0500"),
        ("2001-01-01 00:00:00Z", "01/Jan/2001:00:00:00 +0000"),
    ],
)
def test_an_edit_keeps_the_offset_that_was_written(given, shown):
    kind = decided(["01/Jan/2000:00:00:00 +0100", "01/Jul/2000:00:00:00 +0200"])

    found = kind.read_cell(given)

    value, aside = (found.value, found.aside) if isinstance(found, RespeltCell) else (found, None)
    texts = kind.to_text(pa.array([value], kind.stored()))
    assert missing.over(texts, pa.array([aside], pa.string()), kind).to_pylist() == [shown]
