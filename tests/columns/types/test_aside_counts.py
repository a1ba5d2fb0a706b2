"""Counts of what is kept aside: added up, taken off, and beside columns as the catalog keeps them."""

from __future__ import annotations

from typing import Any

from parquay.columns.types import aside_counts
from parquay.columns.types.aside_counts import AsideCounts

COLUMNS: list[dict[str, Any]] = [{"name": "a", "kind": "int64"}, {"name": "b", "kind": "text", "missing": {"old": 1}}]


def test_what_is_taken_off_again_is_gone():
    one, other = {"a": AsideCounts({"NA": 2, "": 1})}, {"a": AsideCounts({"NA": 2}, 3), "b": AsideCounts({}, 1)}

    assert aside_counts.total([(1, one), (1, other), (-1, other)]) == one
    assert aside_counts.total([(1, other), (-1, other), (1, None)]) == {}


def test_columns_carry_their_counts_and_no_older_ones():
    counts = {"a": AsideCounts({"NA": 2}, 3)}

    columns = aside_counts.with_counts(COLUMNS, counts)

    assert columns == [
        {"name": "a", "kind": "int64", "missing": {"NA": 2}, "misfits": 3},
        {"name": "b", "kind": "text"},
    ]
    assert aside_counts.counts_of(columns) == counts


def test_log_keeps_counts():
    counts = {"a": AsideCounts({"NA": 2, "": 5}, 3)}

    assert aside_counts.counts_from_json(aside_counts.counts_json(counts)) == counts
