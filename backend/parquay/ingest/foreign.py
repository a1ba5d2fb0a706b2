"""Columns of a Parquet file that others wrote, in the types that our tables have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from parquay.columns import digits, numbers
from parquay.columns.lexemes import TEXT, ColumnType, type_to_json
from parquay.columns.names import unique_names


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column's new name and type."""

    name: str
    kind: ColumnType

    def to_json(self) -> dict[str, Any]:
        """Name, kind and form."""
        return {"name": self.name, **type_to_json(self.kind)}


def plain_columns(schema: pa.Schema) -> list[PlainColumn]:
    """Unique names and plain types for the columns of `schema`."""
    names = unique_names(schema.names)
    return [PlainColumn(name, plain_type(each.type)) for name, each in zip(names, schema, strict=True)]


def plain_type(kind: pa.DataType) -> ColumnType:
    """The type of ours that keeps every value of an Arrow type; text where there is none."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_boolean(kind):
        return ColumnType("bool", True)
    if pa.types.is_integer(kind):
        return ColumnType("decimal", [20, 0]) if kind == pa.uint64() else ColumnType("int64", True)
    if pa.types.is_floating(kind):
        return ColumnType("double", "whole")
    if pa.types.is_decimal(kind) and kind.scale >= 0 and kind.precision <= digits.MAX_PRECISION:
        return ColumnType("decimal", [kind.precision - kind.scale, kind.scale])
    return _plain_time(kind)


def _plain_time(kind: pa.DataType) -> ColumnType:
    if pa.types.is_date(kind):
        return ColumnType("date", True)
    digits = 9 if getattr(kind, "unit", "") == "ns" else 6
    if pa.types.is_time(kind):
        return ColumnType("time", digits)
    if pa.types.is_timestamp(kind):
        return ColumnType("timestamp", f"T|{digits}|{'Z' if kind.tz else ''}")
    return TEXT


def as_plain(batch: pa.RecordBatch, columns: Sequence[PlainColumn]) -> pa.Table:
    """Recast a batch to plain types.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit, such as text that is no UTF-8.
    """
    arrays = [_recast(array, column.kind) for array, column in zip(batch.columns, columns, strict=True)]
    return pa.table(arrays, names=[column.name for column in columns])


def _recast(array: pa.Array, kind: ColumnType) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_nested(array.type):
        texts = [
            None if value is None else json.dumps(value, default=_told, ensure_ascii=False)
            for value in array.to_pylist()
        ]
        return pa.array(texts, pa.string())
    if (
        pa.types.is_binary(array.type)
        or pa.types.is_large_binary(array.type)
        or pa.types.is_fixed_size_binary(array.type)
    ):
        return _text_of_bytes(array)
    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    if kind == TEXT and pa.types.is_decimal(array.type):
        return numbers.decimal_to_text(array)
    return array.cast(kind.arrow())


def _told(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _text_of_bytes(array: pa.Array) -> pa.StringArray:
    """Bytes as text if they are UTF-8, all of them; else as hexadecimal digits."""
    try:
        return array.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([None if value is None else value.hex() for value in array.to_pylist()], pa.string())
