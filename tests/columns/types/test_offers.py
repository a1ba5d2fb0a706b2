"""Offers: what most cells of a column of text could be, and never what looks like a name for a thing."""

from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.columns.types.offers import OfferTally, counted, likely_types

OFFERED = [
    (["05/04/2025", "01/02/2024", "11/12/2023"], [("date", "dd/MM/yyyy", 3, 0), ("date", "MM/dd/yyyy", 3, 0)]),
    (["1,234", "2,345"], [("decimal(18,3)", "0,0", 2, 0), ("int64", "#,##0", 2, 0)]),
    (["1", "2", "3", "x", "4", "NA", None, "", "5"], [("int64", "0", 5, 1)]),
    (["1.234,5", "12,5", "oops", "2,5", "3,5", "1,5"], [("decimal(18,1)", "#.##0,0", 5, 1)]),
    (["2024-01-01"] * 9 + ["2024-02-31"], [("date", "yyyy-MM-dd", 9, 1)]),
    (["5 Mar 2024", "1 May 2024", "n. b.", "3 Jun 2023", "4 Jul 2022"], [("date", "d MMM yyyy@en", 4, 1)]),
    (["12%", "5%", "x", "7%", "8%"], [("int64", "0%", 4, 1)]),
    (["9.50", "10", "3.25", "1.5"], [("decimal(18,2)", "0.0", 4, 0)]),
    (["true", "true", "false", "true", "n/a"], [("bool", "true/false", 4, 1)]),
    (
        ["2024-01-02T03:04:05+02:00", "2024-01-02T03:04:05.5+01:00", "2024-01-03T03:04:05Z"],
        [("timestamptz", "yyyy-MM-dd'T'HH:mm:ss.SXXX", 3, 0)],
    ),
    (["1e+05", "100000", "1.5e-07"], [("double", "0.#", 3, 0)]),
    ([".5", "-.25", "3", "1.25"], [("double", "#.0", 4, 0)]),
    (["(1)", "(2)"], [("int64", "0;(0)", 2, 0)]),
    (["2024-Q1", "2024-Q4"], [("date", "yyyy-QQQ", 2, 0)]),
    (["Q1 2024", "Q3 2024"], [("date", "QQQ yyyy", 2, 0)]),
    (["2024-01-02", "2024-01-02 03:04:05"], [("timestamp", "yyyy-MM-dd HH:mm:ss", 2, 0)]),
]
NEVER = [
    ["007", "1", "2", "3", "4", "5", "6"],
    ["01067", "80331", "10115"],
    ["+491701234567", "+491701234568"],
    ["192.168.1.1", "10.0.0.1"],
    ["Anna 5", "Bo", "4711 Cologne", "12 Main St"],
    ["12E4", "13E5"],
    ["1", "2", "x", "y"],
    ["NA", "-", ""],
    ["1" * 39] * 5,
    [],
]


def offers_of(cells: list[str | None]) -> list[tuple[str, str, int, int]]:
    tally = OfferTally(likely_types(cells))
    for start in range(0, len(cells), 2):
        tally.add(pa.array(cells[start : start + 2], pa.string()))
    return [(each["type"], each["style"], each["fits"], each["misses"]) for each in map(_json, tally.offers())]


def _json(offer):
    return offer.to_json()


@pytest.mark.parametrize(("cells", "offered"), OFFERED, ids=lambda value: str(value[0]))
def test_what_most_cells_fit_is_offered(cells, offered):
    assert offers_of(cells) == offered


@pytest.mark.parametrize("cells", NEVER, ids=str)
def test_what_may_be_names_or_fits_too_few_is_not(cells):
    assert offers_of(cells) == []


def test_one_leading_zero_anywhere_takes_an_offer_of_numbers_back():
    likely = likely_types(["1", "2", "3"])
    tally = OfferTally(likely)

    tally.add(pa.array(["1", "2", "3"] * 100))
    assert len(tally.offers()) == 1
    tally.add(pa.array(["0815"]))

    assert tally.offers() == []


def test_offer_shows_some_cells_that_do_not_fit():
    cells = [str(i) for i in range(100)] + ["x", "x", "y" * 500]
    table = pa.table({"a": cells, "b": ["words"] * len(cells)})

    found = counted(table.slice(0, 50), lambda names: [table.select(names)])

    assert {name: [each.to_json() for each in offers] for name, offers in found.items()} == {
        "a": [{"type": "int64", "style": "0", "fits": 100, "misses": 3, "examples": ["x", "y" * 100]}]
    }
