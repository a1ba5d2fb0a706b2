from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.date import DateType


def test_days_are_read():
    assert DateType().read_cell("2024-02-29") == date(2024, 2, 29)
    assert DateType().compare("ge", "2024-02-29") == Comparison("ge", ("2024-02-29",))
    assert DateType().json_values(pa.chunked_array([[date(2024, 2, 29), None]])) == ["2024-02-29", None]


@pytest.mark.parametrize("text", ["2023-02-29", "20240229", "2024-02-29T00:00:00", "٢٠٢٤-٠٢-٢٩", ""])
def test_other_texts_are_no_days(text):
    with pytest.raises(Unfit, match="such as"):
        DateType().read_cell(text)
    with pytest.raises((Unfit, ValueError)):
        DateType().compare("eq", text)
