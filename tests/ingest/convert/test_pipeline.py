"""One pipeline: any source, any sink, in order, and stopped at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from parquay.ingest.convert.pipeline import (
    Encoded,
    JobLost,
    Pipeline,
    TextSegments,
    in_order,
    why_no_rows,
)
from parquay.ingest.read.fold import Converted, FoldState
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.sources import TextSource

DIALECT = Dialect(columns=("a", "b"))


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


@dataclass
class ListSink:
    """Keeps the cells of each segment."""

    rows: list[tuple[int, list[object]]] = field(default_factory=list)
    segments: list[Encoded[list[object]]] = field(default_factory=list)

    def encode(self, no: int, converted: Converted) -> list[object]:
        assert converted.table.num_rows
        cells: list[object] = converted.table["a"].to_pylist()
        return cells

    def record(self, segment: Encoded[list[object]]) -> None:
        self.segments.append(segment)
        if segment.content is not None:
            self.rows.append((segment.no, segment.content))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def text_of(content: bytes, *, segment_bytes: int = 8) -> TextSegments:
    source = TextSource()
    source.attach(Bytes(content), len(content), complete=True)
    return TextSegments(source, DIALECT, segment_bytes, 4)


def test_segments_reach_the_sink_in_order_without_their_columns(pool):
    sink = ListSink()

    state = Pipeline(text_of(b"1,x\n2,y\n3,z\n4,w\n5,v\n"), sink, pool, 2).run(FoldState.start(DIALECT))

    assert sink.rows == [(0, [1]), (1, [2, 3]), (2, [4, 5])]
    assert [each.converted.table.num_columns for each in sink.segments] == [0, 0, 0]
    assert [each.consumed for each in sink.segments] == [4, 12, 20]
    assert (state.rows, state) == (5, sink.segments[-1].after)


def test_rows_below_a_second_table_are_rejects_although_they_were_read_before(pool):
    sink = ListSink()

    state = Pipeline(text_of(b"1,x\n\na,b,c\n7,8\n9,9\n5,5\n", segment_bytes=6), sink, pool, 2).run(
        FoldState.start(DIALECT)
    )

    assert sink.rows == [(0, [1])]
    assert (state.rows, state.ended) == (1, True)
    assert {each.code for segment in sink.segments for each in segment.converted.rejects} == {"second_table"}


def test_nothing_is_recorded_once_the_lease_is_lost(pool):
    sink, answers = ListSink(), iter([True, True, False])

    with pytest.raises(JobLost):
        Pipeline(text_of(b"1,x\n2,y\n3,z\n4,w\n5,v\n"), sink, pool, 1, lambda: next(answers)).run(
            FoldState.start(DIALECT)
        )

    assert len(sink.segments) <= 2


def test_no_work_goes_on_behind_an_error(pool):
    started, gate = [], threading.Event()

    def work(number: int) -> int:
        started.append(number)
        if number == 0:
            raise ValueError("first")
        gate.wait(5)
        time.sleep(0)
        return number

    gate.set()
    with pytest.raises(ValueError, match="first"):
        list(in_order(iter(range(100)), work, pool, 3))

    assert len(started) <= 4


def test_results_come_in_order_and_few_are_ahead(pool):
    given: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(10):
            given.append(number)
            yield number

    for found in in_order(numbers(), lambda number: number, pool, 3):
        assert len(given) <= found + 3

    assert given == list(range(10))


@pytest.mark.parametrize(
    ("size", "dialect", "state", "reason"),
    [
        (0, None, None, "The file is empty."),
        (9, DIALECT, FoldState(0, 1, rejects=3), "None of the 3 rows could be read."),
        (9, DIALECT, FoldState(0, 1), "The file has a header but no rows."),
        (9, None, None, "The file has no rows."),
    ],
)
def test_why_a_file_has_no_rows(size, dialect, state, reason):
    assert why_no_rows(size, dialect, state) == reason
