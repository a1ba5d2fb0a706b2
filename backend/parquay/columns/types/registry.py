"""The types that there are. Pure: no Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.bool import BoolType
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.text import TEXT, TextType
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import TimestampType

TYPES: Mapping[str, type[ColumnType]] = {
    each.type_id: each
    for each in (BoolType, Int64Type, DecimalType, DoubleType, DateType, TimeType, TimestampType, TextType)
}
"""By their ids. The narrowest comes first: of several types that hold for a column it gets that one."""
RANK = {type_id: rank for rank, type_id in enumerate(TYPES)}


def column_type(type_id: str, form: Any = None) -> ColumnType:
    """The type of an id in a form as the catalog keeps it."""
    return TYPES[type_id].of_form(form)


def type_id_of(name: str) -> str:
    """The id of a type as a caller names it, such as `decimal(18,2)`."""
    return name.partition("(")[0].replace("timestamptz", "timestamp")


def type_from_json(value: Mapping[str, Any]) -> ColumnType:
    """The inverse of `type_to_json`."""
    return column_type(value["kind"], value.get("form"))


def type_to_json(column_type: ColumnType) -> dict[str, Any]:
    """The type as the catalog keeps it."""
    return {"kind": column_type.type_id, "form": column_type.form}


def columns_types(columns: Iterable[Mapping[str, Any]]) -> dict[str, ColumnType]:
    """The types of columns as the catalog keeps them, by name."""
    return {each["name"]: type_from_json(each) for each in columns}


def columns_json(types: Mapping[str, ColumnType]) -> list[dict[str, Any]]:
    """The columns as the catalog keeps them: name, public type, and the form for a faithful export."""
    return [{"name": name, "type": each.name, **type_to_json(each)} for name, each in types.items()]


def candidates_from_json(value: Mapping[str, Any] | None) -> TypeCandidates | None:
    """The inverse of `candidates_to_json`."""
    return None if value is None else {type_id: column_type(type_id, form) for type_id, form in value.items()}


def candidates_to_json(candidates: TypeCandidates | None) -> dict[str, Any] | None:
    """The types that hold, with their forms, as the catalog keeps them with a segment."""
    return None if candidates is None else {type_id: each.form for type_id, each in candidates.items()}


def only(column_type: ColumnType) -> TypeCandidates:
    """A type as the only one that holds."""
    return {} if column_type == TEXT else {column_type.type_id: column_type}


def join(one: TypeCandidates | None, other: TypeCandidates | None) -> TypeCandidates | None:
    """What still holds for the cells behind both; None: no cell was seen yet."""
    if one is None or other is None:
        return other if one is None else one
    joined = {type_id: one[type_id].join(other[type_id]) for type_id in one.keys() & other.keys()}
    return {type_id: each for type_id, each in joined.items() if each is not None}


def decide(candidates: TypeCandidates | None, wanted: str | None = None) -> ColumnType:
    """The type that is `wanted` if it holds, else the narrowest that does; text where none does or no cell was seen."""
    held = candidates or {}
    type_id = type_id_of(wanted or "")
    if type_id == TEXT.type_id or not held:
        return TEXT
    return held[type_id] if type_id in held else held[min(held, key=RANK.__getitem__)]
