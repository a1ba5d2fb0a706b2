"""Avro's schemas as Arrow's, and values of Avro as those that Arrow takes. Pure but for Arrow.

What has no type of its own there is text: a value of several types, and one whose schema contains itself, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa

from parquay.columns.types.exact import MAX_PRECISION

Recast = Callable[[Any], Any]
MAX_DEPTH = 64
"""Most types within types; deeper ones are written as JSON."""
_PLAIN: Mapping[str, pa.DataType] = {
    "null": pa.null(), "boolean": pa.bool_(), "int": pa.int32(), "long": pa.int64(), "float": pa.float32(),
    "double": pa.float64(), "bytes": pa.binary(), "string": pa.string(), "enum": pa.string(),
}  # fmt: skip
_LOGICAL: Mapping[tuple[str, str], pa.DataType] = {
    ("int", "date"): pa.date32(),
    ("int", "time-millis"): pa.time32("ms"),
    ("long", "time-micros"): pa.time64("us"),
    **{
        ("long", f"{local}timestamp-{name}"): pa.timestamp(unit, None if local else "UTC")
        for local in ("", "local-")
        for name, unit in (("millis", "ms"), ("micros", "us"), ("nanos", "ns"))
    },
}
"""Types that are numbers of the same width: what they count, Avro 1.12, Logical Types."""


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class AvroType:
    """The Arrow type of a schema, and how its values get there; None is none of them."""

    arrow: pa.DataType
    recast: Recast = _same

    def value(self, found: Any) -> Any:
        """A value as Arrow takes it."""
        return None if found is None else self.recast(found)


@dataclass(slots=True)
class Schemas:
    """Schemas that have names, by these, and those that are being read, which a schema within must not need."""

    named: dict[str, Any] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def type_of(self, schema: Any) -> AvroType:
        """The type of a schema as `fastavro` parses it: names are full, and follow their definitions."""
        if isinstance(schema, list):
            return self._union(schema)
        if isinstance(schema, str):
            return AvroType(_PLAIN[schema]) if schema in _PLAIN else self._by_name(schema)
        kind = schema["type"]
        if isinstance(kind, dict | list):
            return self.type_of(kind)
        if kind in ("record", "error", "enum", "fixed"):
            self.named[schema["name"]] = schema
        return self._of(kind, schema)

    def _of(self, kind: str, schema: Mapping[str, Any]) -> AvroType:
        if kind in ("record", "error"):
            return self._record(schema)
        if kind == "array":
            items = self.type_of(schema["items"])
            return AvroType(pa.list_(items.arrow), lambda found: [items.value(each) for each in found])
        if kind == "map":
            values = self.type_of(schema["values"])
            pairs = pa.map_(pa.string(), values.arrow)
            return AvroType(pairs, lambda found: [(key, values.value(each)) for key, each in found.items()])
        return self._number(kind, schema)

    def _number(self, kind: str, schema: Mapping[str, Any]) -> AvroType:
        logical = schema.get("logicalType", "")
        if logical == "uuid":
            return AvroType(pa.uuid(), _uuid)
        if logical == "decimal" and kind in ("bytes", "fixed"):
            return _decimal(int(schema["precision"]), int(schema.get("scale", 0)))
        if logical == "duration" and kind == "fixed":
            return AvroType(pa.string(), _duration)
        if kind == "fixed":
            return AvroType(pa.binary())
        if (kind, logical) in _LOGICAL:
            return AvroType(_LOGICAL[kind, logical])
        return AvroType(_PLAIN[kind]) if kind in _PLAIN else self._by_name(kind)

    def _by_name(self, name: str) -> AvroType:
        return AS_JSON if name in self.open else self.type_of(self.named[name])

    def _union(self, schema: list[Any]) -> AvroType:
        others = [each for each in schema if each != "null"]
        if len(others) == 1:
            return self.type_of(others[0])
        for each in others:
            self.type_of(each)  # names that it defines may be used behind it
        return AS_JSON if others else AvroType(pa.null())

    def _record(self, schema: Mapping[str, Any]) -> AvroType:
        name = schema["name"]
        if name in self.open or len(self.open) >= MAX_DEPTH:
            return AS_JSON
        self.open.append(name)
        fields = [(each["name"], self.type_of(each["type"])) for each in schema["fields"]]
        self.open.pop()
        if _uses(schema["fields"], name):
            return AS_JSON
        return AvroType(
            pa.struct([(each, kind.arrow) for each, kind in fields]),
            lambda found: {each: kind.value(found[each]) for each, kind in fields},
        )


def _uses(schema: Any, name: str) -> bool:
    """Whether a schema names another one somewhere within."""
    if isinstance(schema, dict):
        return any(_uses(each, name) for key, each in schema.items() if key in ("type", "items", "values", "fields"))
    return any(_uses(each, name) for each in schema) if isinstance(schema, list) else bool(schema == name)


def _decimal(precision: int, scale: int) -> AvroType:
    if 0 <= scale <= precision <= MAX_PRECISION and precision:
        return AvroType(pa.decimal128(precision, scale), lambda found: Decimal(_digits(found, scale)))
    return AvroType(pa.string(), lambda found: _digits(found, scale))


def _digits(found: bytes, scale: int) -> str:
    """The text of a decimal of any length (big-endian two's complement)."""
    number = int.from_bytes(found, "big", signed=True)
    digits = str(abs(number)).rjust(scale + 1, "0")
    text = digits if not scale else f"{digits[:-scale]}.{digits[-scale:]}"
    return f"{'-' * (number < 0)}{text}"


def _uuid(found: str | bytes) -> bytes:
    return UUID(found).bytes if isinstance(found, str) else found


def _duration(found: bytes) -> str:
    from parquay.ingest.formats import rendered

    return rendered.interval(found)


def as_json(found: Any) -> str:
    """A value of any type as text; what is nested as JSON, bytes as hexadecimal digits."""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=_bytes)


def _bytes(found: Any) -> str:
    return found.hex() if isinstance(found, bytes) else str(found)


AS_JSON = AvroType(pa.string(), as_json)
