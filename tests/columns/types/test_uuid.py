from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.columns.types import candidates, registry
from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.uuid import UuidType

ID = "123e4567-e89b-12d3-a456-426614174000"
NIL = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        ([ID, NIL], "8-4-4-4-12"),
        ([ID.upper(), NIL], "8-4-4-4-12 upper"),
        ([NIL, ID.upper()], "8-4-4-4-12 upper"),
        ([f"{{{ID}}}", f"{{{NIL}}}"], "{8-4-4-4-12}"),
        ([f"{{{ID.upper()}}}"], "{8-4-4-4-12} upper"),
    ],
)
def test_ids_have_one_value_however_they_are_written(cells, style):
    column, joined = pa.array(cells), None
    for cell in cells:
        joined = registry.join(joined, candidates.examine(pa.array([cell]), joined))

    found = candidates.examined(column)

    kind = registry.decide(found.candidates)
    assert (kind.name, kind.style) == ("uuid", style)
    assert registry.decide(joined) == kind
    assert found.values(column, kind).to_pylist() == [cell.lower().strip("{}") for cell in cells]
    assert kind.to_text(found.values(column, kind)).equals(column)


@pytest.mark.parametrize("cells", [[ID, ID.upper()], [ID, "x"], [ID[:-1]], [f"{{{ID}"]])
def test_what_is_written_in_two_ways_or_is_none_is_text(cells):
    assert registry.decide(candidates.examine(pa.array(cells))).is_text


@pytest.mark.parametrize(
    ("wanted", "style"), [(None, "text"), ("uuid", "32"), ("uuid:32", "32"), ("uuid:32 upper", "text")]
)
def test_digits_without_hyphens_are_ids_where_somebody_says_so(wanted, style):
    held = candidates.examine(pa.array([ID.replace("-", ""), "d41d8cd98f00b204e9800998ecf8427e"]))

    assert registry.decide(held, wanted).style == style


@pytest.mark.parametrize("text", [ID, ID.upper(), f"{{{ID}}}", ID.replace("-", "")])
def test_a_filter_and_an_edit_take_any_way_of_writing(text):
    assert UuidType().compare("eq", text) == Comparison("eq", (ID,))
    assert UuidType().read_cell(text) == ID


@pytest.mark.parametrize("value", [ID[:-1], f"{{{ID}", ID.replace("-", "", 1), 7])
def test_what_is_no_id_does_not_fit(value):
    with pytest.raises(Unfit):
        UuidType().read_cell(value)
