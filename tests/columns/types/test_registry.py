from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.columns.types import registry
from parquay.columns.types.base import ColumnType, written_texts
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.text import NESTED, TEXT

STORED = {
    "bool": (True, "bool", "true"),
    "int64": (True, "int64", "-7"),
    "decimal": ([3, 2], "decimal(18,2)", "-0.05"),
    "double": ("any", "double", "1e-05"),
    "date": (True, "date", "2024-02-29"),
    "time": (3, "time", "13:05:09.250"),
    "timestamp": ("T|9|+02:00", "timestamptz", "2024-02-29T13:05:09.123456789+02:00"),
    "duration": (True, "duration", "-PT26H3M4.5S"),
    "uuid": (True, "uuid", "123e4567-e89b-12d3-a456-426614174000"),
    "text": (None, "text", "=1"),
    "json": (None, "text", "[1]"),
}


def test_every_type_is_here():
    assert set(STORED) == {*registry.TYPES, NESTED.type_id} == set(registry.RANK)


@pytest.mark.parametrize(("type_id", "form", "name", "text"), [(key, *value) for key, value in STORED.items()])
def test_a_type_keeps_what_the_catalog_has_and_gives_its_texts_back(type_id, form, name, text):
    found = registry.type_from_json({"kind": type_id, "form": form})

    values = pa.chunked_array([found.to_values(pa.array([text, None]))])

    assert registry.type_to_json(found) == {"kind": type_id, "form": form}
    assert found == registry.column_type(type_id, form)
    assert hash(found) == hash(registry.column_type(type_id, form))
    assert found.name == name
    assert values.type == found.arrow()
    assert written_texts(values, found) == [text, None]
    assert found.json_values(values)[1] is None
    assert found.join(found) == found
    assert found.stored() == (pa.string() if found.stored_as_text else found.arrow())
    assert found.widest().arrow() == found.arrow()
    assert found.compare("isnull", text).op == "isnull" or type_id in ("int64", "decimal")


@pytest.mark.parametrize(
    ("name", "type_id"),
    [("decimal(18,2)", "decimal"), ("timestamptz", "timestamp"), ("timestamp", "timestamp"), ("text", "text")],
)
def test_callers_name_types_as_they_are_shown(name, type_id):
    assert registry.type_id_of(name) == type_id


def test_the_narrowest_type_that_holds_is_taken():
    held: dict[str, ColumnType] = {each.type_id: each for each in (DoubleType("whole"), DecimalType(3, 0), Int64Type())}

    assert registry.decide(held) == Int64Type()
    assert registry.decide(held, "double") == DoubleType("whole")
    assert registry.decide(held, "text") == registry.decide({}) == registry.decide(None, "int64") == TEXT


def test_candidates_survive_the_catalog():
    held: dict[str, ColumnType] = {each.type_id: each for each in (DecimalType(3, 2), DoubleType("any"))}

    kept = registry.candidates_to_json(held)

    assert kept == {"decimal": [3, 2], "double": "any"}
    assert registry.candidates_from_json(kept) == held
    assert registry.candidates_from_json(registry.candidates_to_json(None)) is None
    assert registry.candidates_from_json({}) == {}
    assert (registry.only(TEXT), registry.only(Int64Type())) == ({}, {"int64": Int64Type()})
