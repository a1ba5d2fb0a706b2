"""Names that are values: dates, hours and numbers above columns."""

from __future__ import annotations

import pytest

from parquay.ingest.detect.pivots import named_positions


@pytest.mark.parametrize(
    ("top", "below", "places"),
    [
        ((b"city", b"2024-01-01", b"2024-01-02"), [(b"x", b"1", b"2"), (b"y", b"3", b"4")], {1, 2}),
        ((None, b"0", b"1", b"2"), [(b"0", b"5", b"6", b"7"), (b"1", b"8", b"9", b"7")], {1, 2, 3}),
        ((b"k", b"10", b"20"), [(b"10", b"1.5", b"2.5"), (b"20", b"3.5", b"4.5")], {1, 2}),
        ((b"a", b"b"), [(b"x", b"1")], set()),
        ((b"x", b"5", b"7"), [(b"y", b"1", b"2"), (b"z", b"8", b"9")], set()),
        ((b"city", b"2024-01-01", b"2024-01-01"), [(b"x", b"1", b"2")], set()),
        ((b"city", b"2024-01-01", b"7"), [(b"x", b"1", b"2")], set()),
    ],
)
def test_the_columns_that_values_name(top, below, places):
    assert named_positions(top, below) == places
