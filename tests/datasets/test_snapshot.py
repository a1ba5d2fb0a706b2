from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.datasets.versions import row_id_ranges
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.storage.place import Place

IDS = st.lists(st.integers(0, 60), unique=True).map(sorted)


def runs_of(ids: list[int]) -> row_id_ranges.RowIdRanges:
    found: list[tuple[int, int]] = []
    for rid in ids:
        if found and found[-1][0] + found[-1][1] == rid:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((rid, 1))
    return tuple(found)


def snapshot_of(*ids: list[int]) -> Snapshot:
    parts = tuple(Part(f"p{i}", len(each), runs_of(each)) for i, each in enumerate(ids) if each)
    # Row ids are asked for alone: nobody looks where the parts are.
    return Snapshot("d", "d.csv", 0, cast(Place, None), (), parts, None, datetime.now(UTC))


@given(IDS, st.data())
def test_runs_answer_as_the_plain_list_of_ids_does(ids: list[int], data: st.DataObject):
    gone = sorted(data.draw(st.sets(st.sampled_from(ids)))) if ids else []
    left = [rid for rid in ids if rid not in gone]

    found = row_id_ranges.without(runs_of(ids), gone)

    begins = row_id_ranges.starts(found)
    assert row_id_ranges.count(found) == len(left)
    assert [row_id_ranges.id_at(found, begins, row) for row in range(len(left))] == left
    assert [row_id_ranges.row_of(found, begins, rid) for rid in range(62)] == [
        left.index(rid) if rid in left else None for rid in range(62)
    ]
    assert row_id_ranges.from_text(row_id_ranges.to_text(found)) == found


@given(IDS, st.lists(st.integers(0, 60), max_size=6), st.data())
def test_runs_of_mended_rows_answer_as_the_plain_list_does(ids: list[int], places: list[int], data: st.DataObject):
    runs, plain = runs_of(ids), list(ids)
    for new, place in enumerate(places, 100):
        row = min(place, len(plain))
        runs, plain = row_id_ranges.put(runs, row, ((new, 1),)), [*plain[:row], new, *plain[row:]]
    gone = data.draw(st.sets(st.sampled_from(plain))) if plain else set()
    left = [rid for rid in plain if rid not in gone]

    found = row_id_ranges.without(runs, [rid for rid in plain if rid in gone])

    part = Part("p", len(left), found) if left else None
    assert row_id_ranges.count(found) == len(left)
    assert [row_id_ranges.id_at(found, row_id_ranges.starts(found), row) for row in range(len(left))] == left
    assert all(part.row_of(rid) == (left.index(rid) if rid in left else None) for rid in range(110) if part)
    below = [rid for rid in left if 5 <= rid < 40]
    assert row_id_ranges.last_below(found, 5, 40) == ((max(below), left.index(max(below))) if below else None)


def test_a_mended_row_is_found_in_its_part_and_rows_behind_it_in_theirs():
    parts = Part("a", 3, ((0, 2), (9, 1))), Part("b", 2, ((2, 2),)), Part("c", 1, ((10, 1),))
    snapshot = Snapshot("d", "d.csv", 0, cast(Place, None), (), parts, None, datetime.now(UTC))

    assert [snapshot.find(rid) for rid in (1, 9, 2, 3, 10)] == [(0, 1), (0, 2), (1, 0), (1, 1), (2, 0)]
    assert [snapshot.find(rid) for rid in (4, 8, 11)] == [None] * 3


@given(IDS, st.lists(st.integers(0, 60), max_size=4).map(sorted))
def test_rows_and_ids_are_found_over_all_parts(ids: list[int], cuts: list[int]):
    pieces = [ids[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(ids)], strict=True)]
    snapshot = snapshot_of(*pieces)

    assert snapshot.rows == len(ids)
    assert [snapshot.rid_at(*snapshot.position(row)) for row in range(len(ids))] == ids
    assert {rid for rid in range(62) if snapshot.find(rid) is not None} == set(ids)
    assert all(
        snapshot.find(snapshot.rid_at(*snapshot.position(row))) == snapshot.position(row) for row in range(len(ids))
    )


@pytest.mark.parametrize("row", [-1, 2, 99])
def test_a_row_outside_the_table_has_no_position(row: int):
    with pytest.raises(IndexError):
        snapshot_of([4], [7]).position(row)


def test_a_table_without_rows_has_no_parts():
    empty = snapshot_of()

    assert (empty.rows, empty.size, empty.names, empty.find(0)) == (0, 0, [], None)
