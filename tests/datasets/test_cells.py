from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.columns.types import registry
from parquay.columns.types.base import MissingWord
from parquay.columns.types.registry import column_type
from parquay.datasets.edit.cells import read_cell
from parquay.errors import InvalidValue


def column(kind: str, form: Any = True) -> dict[str, Any]:
    return {"name": "c", "type": column_type(kind, form).name, "kind": kind, "form": form}


FITTING = [
    (column("bool"), True, True),
    (column("bool"), "false", False),
    (column("int64"), 7, 7),
    (column("int64"), "-9223372036854775808", -(2**63)),
    (column("int64"), 7.0, 7),
    (column("int64"), Decimal("1e2"), 100),
    (column("decimal", [3, 2]), 7.5, Decimal("7.50")),
    (column("decimal", [3, 2]), "7.500", Decimal("7.50")),
    (column("decimal", [3, 2]), 9999999999999999, Decimal("9999999999999999.00")),
    (column("decimal", [20, 2]), "1" * 36 + ".25", Decimal("1" * 36 + ".25")),
    (column("double", "any"), 0.1, 0.1),
    (column("double", "any"), "1e300", 1e300),
    (column("double", "any"), 2**53, 2.0**53),
    (column("date"), "2024-02-29", date(2024, 2, 29)),
    (column("time", 0), "13:05", "13:05:00"),
    (column("time", 3), "13:05:09.5", "13:05:09.500"),
    (column("time", 0), "13:05:09.000", "13:05:09"),
    (column("timestamp", " |0|"), "2024-02-29T13:05:09", datetime.fromisoformat("2024-02-29T13:05:09")),
    (column("timestamp", "T|3|Z"), "2024-02-29 13:05:09.25+02:00", datetime(2024, 2, 29, 11, 5, 9, 250000, UTC)),
    (column("timestamp", " |-1|"), "2024-02-29 13:05", datetime.fromisoformat("2024-02-29T13:05")),
    (column("timestamp", "T|9|+01:00"), "2024-02-29T13:05:09.5Z", "2024-02-29T14:05:09.500000000+01:00"),
    (column("text", None), "", ""),
    (column("text", None), "a\nb", "a\nb"),
]

UNFIT = [
    (column("decimal", [3, 2]), Decimal("1E+5000")),
    (column("int64"), Decimal("1E+5000")),
    (column("bool"), 1),
    (column("bool"), "yes"),
    (column("int64"), True),
    (column("int64"), 1.5),
    (column("int64"), 2**63),
    (column("int64"), "many"),
    (column("int64"), "007"),
    (column("int64"), "1e2"),
    (column("int64"), "7.0"),
    (column("int64"), "-0"),
    (column("decimal", [3, 2]), "007.50"),
    (column("decimal", [3, 2]), "1e2"),
    (column("decimal", [3, 2]), "-0.00"),
    (column("double", "any"), "00.5"),
    (column("int64"), "٣"),
    (column("int64"), [1]),
    (column("int64"), 10**400),
    (column("decimal", [3, 2]), 7.505),
    (column("decimal", [3, 2]), 10**16),
    (column("decimal", [3, 2]), "1e999"),
    (column("double", "any"), float("inf")),
    (column("double", "any"), float("nan")),
    (column("double", "any"), 2**53 + 1),
    (column("double", "any"), "0.10000000000000000001"),
    (column("double", "any"), "1e999"),
    (column("date"), "2023-02-29"),
    (column("date"), "29.2.2024"),
    (column("date"), 20240229),
    (column("time", 0), "24:00"),
    (column("time", 0), "13:05:09.5"),
    (column("time", 0), "13:60"),
    (column("timestamp", " |0|"), "2024-02-29 13:05:09Z"),
    (column("timestamp", "T|0|Z"), "2024-02-29T13:05:09"),
    (column("timestamp", "T|0|Z"), "2024-02-29T13:05:09.5Z"),
    (column("timestamp", " |-1|"), "2024-02-29 13:05:09"),
    (column("timestamp", "T|0|Z"), "0001-01-01T00:00:00+02:00"),
    (column("timestamp", "T|0|Z"), "2024-02-30T00:00:00Z"),
    (column("text", None), 7),
    (column("text", None), "\ud800"),
    (column("text", None), {"a": 1}),
]


@pytest.mark.parametrize(("of", "value", "cell"), FITTING)
def test_what_fits_is_taken_exactly(of: dict[str, Any], value: Any, cell: Any):
    found = read_cell(value, of)

    assert (type(found), found) == (type(cell), cell)
    kind = registry.type_from_json(of)
    assert pa.array([found], kind.stored()).to_pylist() == [cell]


@pytest.mark.parametrize(("of", "value"), UNFIT)
def test_what_does_not_fit_is_refused_with_column_and_type(of: dict[str, Any], value: Any):
    with pytest.raises(InvalidValue) as refused:
        read_cell(value, of)

    assert refused.value.code == "bad_cell"
    assert f"Column 'c' expects {of['type']}" in refused.value.detail


@pytest.mark.parametrize(("of", "word"), [(column("int64"), ""), (column("decimal", [3, 2]), "NaN")])
def test_a_word_for_missing_is_no_value_and_kept_as_it_is_written(of: dict[str, Any], word: str):
    assert read_cell(word, of) == MissingWord(word)


@pytest.mark.parametrize("of", [of for of, _, _ in FITTING])
def test_every_column_takes_null(of: dict[str, Any]):
    assert read_cell(None, of) is None


@given(st.sampled_from([of for of, _, _ in FITTING]), st.text() | st.integers() | st.floats() | st.booleans())
def test_any_value_is_taken_or_refused_by_name(of: dict[str, Any], value: Any):
    try:
        found = read_cell(value, of)
    except InvalidValue:
        return
    if isinstance(found, MissingWord):
        assert found.text == value
        return
    assert pa.array([found], registry.type_from_json(of).stored()).null_count == 0
