"""What is carried from segment to segment."""

from __future__ import annotations

import json

import pytest

from parquay.ingest.read import fold
from parquay.ingest.read.fold import FoldState
from parquay.ingest.read.rows import Block
from parquay.ingest.read.segmenter import SegmentBytes
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.split import count_lines

DIALECT = Dialect(columns=("a", "b"), types={"b": "text"})


def converted(*blocks: bytes, dialect: Dialect = DIALECT) -> fold.Converted:
    found, byte, line = [], 0, 1
    for data in blocks:
        found.append(Block(data, byte, line, count_lines(data)))
        byte, line = found[-1].end, line + found[-1].lines
    return fold.convert(SegmentBytes(0, tuple(found), dialect), dialect, {})


def test_a_column_has_the_type_that_holds_for_all_blocks():
    done = converted(b"1,x\n2,y\n", b"3.5,z\n", b"lost\n")

    assert done.types["a"].type_id == "double"
    assert done.table["a"].to_pylist() == [1.0, 2.0, 3.5]
    assert [each.line for each in done.rejects] == [4]
    assert (done.byte, done.end, done.lines) == (0, 19, 4)


def test_the_state_behind_segments_does_not_depend_on_their_grouping():
    rows = [b"1,x\n", b"2,\n", b"x,z\n", b"4\n"]
    together = FoldState.start(DIALECT).after(converted(b"".join(rows)))

    one_by_one = FoldState.start(DIALECT)
    for row in rows:
        one_by_one = one_by_one.after(converted(row))

    assert one_by_one.kinds == together.kinds
    assert (one_by_one.rows, one_by_one.rejects) == (together.rows, together.rejects) == (3, 1)


def test_a_state_comes_back_from_the_catalog():
    state = FoldState.start(DIALECT).after(converted(b'1,x\n2,a"b\nlost\n'))

    kept = json.loads(json.dumps(state.to_json()))

    assert FoldState.from_json(kept, byte=state.byte, line=state.line, rows=state.rows) == state


@pytest.mark.parametrize(
    ("wanted", "codes"), [("date:MM/dd/yyyy", []), ("date:dd/MM/yyyy", []), ("date:dd.MM.yyyy", ["type_not_taken"]), ("date", ["type_not_taken"])]
)  # fmt: skip
def test_a_style_that_was_asked_for_decides_how_dates_are_read(wanted, codes):
    dialect = Dialect(columns=("a", "b"), types={"a": wanted})

    state = FoldState.start(dialect).after(converted(b"05/04/2025,1\n", dialect=dialect))

    assert [each.code for each in state.last_warnings()] == codes
    assert state.types()["a"].style == ("text" if codes else wanted.partition(":")[2])


def test_types_that_were_asked_for_and_do_not_hold_are_told_at_the_end():
    dialect = Dialect(columns=("a", "b"), types={"a": "int64", "c": "date"})

    state = FoldState.start(dialect).after(converted(b"x,1\n", dialect=dialect))

    assert [each.code for each in state.last_warnings()] == ["type_not_taken", "unknown_column"]
