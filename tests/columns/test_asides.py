"""What is kept aside of a table: into a part's footer and back, whatever the table was cut from or put together of."""

from __future__ import annotations

import json
from itertools import accumulate, pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.asides import Asides
from parquay.columns.types import registry
from parquay.columns.types.aside_counts import AsideCounts
from parquay.columns.types.missing_words import MISFIT, OTHERWISE, WORD
from parquay.columns.types.text import TEXT

INT64 = registry.type_from_json({"kind": "int64"})
TEXTS = st.sampled_from([WORD, WORD + "NA", WORD + "-", MISFIT + "abc", MISFIT + 'ä"\\\n'])
COLUMNS = st.lists(st.none() | TEXTS, max_size=40)


def table_of(column: list[str | None]) -> pa.Table:
    values = pa.array([i if text is None else None for i, text in enumerate(column)], pa.int64())
    return pa.table({"a": values, "b": values, asides.name_of("a"): pa.array(column, pa.string())})


def texts(table: pa.Table) -> list[str | None]:
    kept = asides.of(table, "a")
    return [None] * table.num_rows if kept is None else kept.to_pylist()


@settings(max_examples=200, deadline=None)
@given(COLUMNS)
def test_footer_gives_back_what_was_kept(column):
    table = table_of(column)

    content = parts.encode(table)

    part = pq.ParquetFile(pa.BufferReader(content))
    assert part.schema_arrow.names == ["a", "b"]
    assert asides.of_metadata(part.metadata).keys() == ({"a"} if any(column) else set())
    found = asides.beside(part.read(), asides.of_metadata(part.metadata))
    assert texts(found) == column
    assert asides.plain(found).equals(asides.plain(table))


@settings(max_examples=200, deadline=None)
@given(COLUMNS, st.lists(st.integers(0, 40), max_size=4))
def test_pieces_of_what_is_kept_are_the_whole_again(column, cuts):
    kept = asides.taken(table_of(column))
    bounds = sorted({0, len(column), *(min(cut, len(column)) for cut in cuts)})

    pieces = [(start, asides.cut(kept, start, stop)) for start, stop in pairwise(bounds)]

    joined = asides.joined(pieces)
    rows = np.arange(len(column))
    assert lists(joined, rows) == lists(kept, rows) == ({"a": column} if any(column) else {})
    assert asides.counts(joined) == asides.counts(kept)


def lists(kept: Asides, rows: np.ndarray) -> dict[str, list[str | None]]:
    return {name: asides.at(each, rows).to_pylist() for name, each in kept.items()}


def test_footer_is_of_ascii_and_small():
    column = [WORD + "NA" if i % 5 == 0 else MISFIT + "é" if i % 1000 == 1 else None for i in range(100_000)]

    text = asides.to_text(asides.taken(table_of(column)))

    assert text.isascii()
    assert json.loads(text)["a"]["texts"] == [WORD + "NA", MISFIT + "é"]
    assert len(text) < 2000


@pytest.mark.parametrize("group", [0, 1])
def test_row_group_has_what_is_kept_of_its_rows(group):
    column = [None, WORD + "NA", MISFIT + "x", None] * (parts.GROUP_ROWS // 2)
    part = pq.ParquetFile(pa.BufferReader(parts.encode(table_of(column))))
    starts = list(accumulate((part.metadata.row_group(i).num_rows for i in range(part.num_row_groups)), initial=0))

    found = asides.read_group(part, group)

    assert part.num_row_groups == 2
    assert texts(found) == column[starts[group] : starts[group + 1]]
    assert texts(list(asides.read_groups(part))[group]) == texts(found)


def test_tables_with_and_without_something_kept_are_put_together():
    bare = asides.plain(table_of([None, None]))

    whole = asides.concat([bare, table_of([WORD, None]), bare])

    assert texts(whole) == [None, None, WORD, None, None, None]
    assert whole.column_names[:2] == ["a", "b"]


def test_renamed_columns_keep_what_is_theirs():
    table = asides.renamed(table_of([WORD + "NA"]), ["b", "a"])

    assert asides.of(table, "a") is None
    assert asides.taken(table).keys() == {"b"}


def test_text_has_the_words_in_their_places_and_nothing_aside():
    table = table_of([None, WORD + "NA", MISFIT + "abc", WORD])

    found = parts.widened(table, {"a": INT64, "b": INT64}, {"b": INT64, "a": TEXT})

    assert found.column_names == ["b", "a"]
    assert found["a"].to_pylist() == ["0", "NA", "abc", ""]


def test_counts_tell_words_from_misfits():
    kept = asides.taken(table_of([WORD + "NA", MISFIT + "NA", None, WORD + "NA", WORD, OTHERWISE + "7.50"]))

    assert asides.counts(kept)["a"] == AsideCounts({"NA": 2, "": 1}, 1, 1)
