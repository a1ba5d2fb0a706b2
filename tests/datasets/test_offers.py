"""Offers over all rows of a version, counted a while at a time, and counted anew for another version."""

from __future__ import annotations

import time
from typing import Any

import pytest

from parquay.datasets.query.engine import Cancelled, CancelToken
from parquay.datasets.query.offers import ColumnOffers

TOLD: dict[str, Any] = {"delimiter": ",", "header": 1}
ROWS = 70_000


def many(odd: int) -> str:
    cells = [f"n. b. {i}" if i % odd == 0 else str(i) for i in range(ROWS)]
    return "id,v,name\n" + "".join(f"{i},{cell},Ann\n" for i, cell in enumerate(cells))


def test_every_row_is_counted_and_an_edit_counts(house):
    file = house.convert(many(1000), options=TOLD, segment_bytes=1 << 18)
    counting = ColumnOffers()

    found = counting.of(house.tables.snapshot(file))
    house.edit(file, updates={1: {"v": "x"}})
    later = counting.of(house.tables.snapshot(house.file(file.id)))

    assert found is not None
    (offer,) = found.pop("v")
    assert found == {}
    assert (offer["type"], offer["fits"], offer["misses"]) == ("int64", ROWS - 70, 70)
    assert offer["examples"][0] == "n. b. 0"
    assert later is not None
    assert (later["v"][0]["fits"], later["v"][0]["misses"]) == (ROWS - 71, 71)


def test_a_count_that_takes_long_goes_on_beside(house):
    snapshot = house.tables.snapshot(house.convert(many(1000), options=TOLD))
    hurried = ColumnOffers(seconds=-1, small_rows=0)

    assert hurried.known(snapshot) is None
    assert hurried.of(snapshot) is None

    ends = time.monotonic() + 60
    while (found := hurried.known(snapshot)) is None and time.monotonic() < ends:
        time.sleep(0.01)
    assert found == hurried.of(snapshot) == ColumnOffers().of(snapshot)


def test_who_gives_up_leaves_the_count_to_others(house):
    snapshot = house.tables.snapshot(house.convert(many(1000), options=TOLD))
    counting, stop = ColumnOffers(), CancelToken()
    stop.cancel()

    with pytest.raises(Cancelled):
        counting.of(snapshot, stop)

    assert counting.of(snapshot) == ColumnOffers().of(snapshot)


def test_table_without_text_or_rows_has_no_offers(house):
    file = house.convert("a\n1\n2\n", options=TOLD)
    assert ColumnOffers().of(house.tables.snapshot(file)) == {}

    house.edit(file, deletes=frozenset({0, 1}))

    assert ColumnOffers().of(house.tables.snapshot(house.file(file.id))) == {}
