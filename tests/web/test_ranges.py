import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.web.http.ranges import MAX_RANGES, Span, spans


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("bytes=0-0", (Span(0, 1),)),
        ("bytes=0-99", (Span(0, 100),)),
        ("bytes=0-1000", (Span(0, 100),)),
        ("bytes=90-", (Span(90, 100),)),
        ("bytes=-10", (Span(90, 100),)),
        ("bytes=-1000", (Span(0, 100),)),
        ("Bytes=5-9", (Span(5, 10),)),
        ("bytes= 5-9 , 20-29", (Span(5, 10), Span(20, 30))),
        ("bytes=20-29,5-9", (Span(5, 10), Span(20, 30))),
        ("bytes=0-9,10-19", (Span(0, 20),)),
        ("bytes=0-50,40-60,55-", (Span(0, 100),)),
        ("bytes=100-,5-9", (Span(5, 10),)),
    ],
)
def test_satisfiable_ranges_are_cut_to_the_file_and_joined(field, expected):
    assert spans(field, 100) == expected


@pytest.mark.parametrize("field", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=500-600,700-"])
def test_ranges_without_a_byte_are_unsatisfiable(field):
    assert spans(field, 100) == ()


@pytest.mark.parametrize(
    "field",
    [
        None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-5", "bytes=5", "bytes=1-2-3", "lines=1-2",
        "bytes=+1-2", "bytes=1_0-20", "bytes=\u0661-", "bytes=0x1-0x2", "bytes=1-2;", "bytes=,", "bytes 0-5",
        "bytes=" + "9" * 50 + "-",
    ],
)  # fmt: skip
def test_field_that_is_not_understood_is_ignored(field):
    assert spans(field, 100) is None


def test_nothing_of_an_empty_file_is_satisfiable():
    assert spans("bytes=0-", 0) == ()
    assert spans("bytes=-5", 0) == ()


def test_ten_thousand_ranges_cost_nothing_and_get_the_whole():
    field = "bytes=" + ",".join(f"{start}-{start}" for start in range(0, 20_000, 2))

    started = time.thread_time()

    assert spans(field, 10**9) is None
    assert time.thread_time() - started < 0.01
    assert spans("bytes=" + ",".join(["0-0"] * MAX_RANGES), 10) == (Span(0, 1),)
    assert spans("bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1)), 10) is None


@given(st.text(alphabet="bytes=0123456789-, ", max_size=40), st.integers(0, 200))
def test_spans_are_always_inside_the_file_in_order_and_apart(field, total):
    found = spans(field, total)

    for span in found or ():
        assert 0 <= span.start < span.end <= total
    for one, other in zip(found or (), (found or ())[1:], strict=False):
        assert one.end < other.start
