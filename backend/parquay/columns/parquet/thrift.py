"""Thrift structs in the compact protocol, field by field: what Parquet's footers and page headers are written in.

The protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. What a field means
is not asked, so that one which nobody here knows is kept as it is.
"""

from __future__ import annotations

from typing import Any

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12
"""Wire types."""

Struct = dict[int, tuple[int, Any]]
"""A Thrift struct: field id to (wire type, value); the value of a list is the wire type in it, and what is in it."""


def read(data: bytes, at: int, last: int | None = None) -> tuple[Struct, int]:
    """Read the struct at a byte, up to its field `last` if there is one of that number."""
    fields: Struct = {}
    field = 0
    while field != last and (head := data[at]) != 0:
        at += 1
        kind = head & 15
        if head >> 4:
            field += head >> 4
        else:
            field, at = _read_zigzag(data, at)
        if kind <= FALSE:
            fields[field] = (kind, kind == TRUE)
        elif I16 <= kind <= I64 and (byte := data[at]) < 128:  # most fields are small numbers
            fields[field] = (kind, (byte >> 1) ^ -(byte & 1))
            at += 1
        else:
            value, at = _read_value(data, at, kind)
            fields[field] = (kind, value)
    return fields, at + 1


def _read_value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if I16 <= kind <= I64:
        return _read_zigzag(data, at)
    if kind == BINARY:
        length, at = _read_varint(data, at)
        return data[at : at + length], at + length
    if kind == STRUCT:
        return read(data, at)
    if kind in (LIST, SET):
        return _read_list(data, at)
    if kind == DOUBLE:
        return data[at : at + 8], at + 8
    if kind in (BYTE, TRUE, FALSE):
        return data[at], at + 1
    raise ValueError(f"unknown Thrift type {kind}")


def _read_list(data: bytes, at: int) -> tuple[tuple[int, list[Any]], int]:
    head = data[at]
    at += 1
    kind, count = head & 15, head >> 4
    if count == 15:
        count, at = _read_varint(data, at)
    values = []
    for _ in range(count):
        value, at = _read_value(data, at, kind)
        values.append(value)
    return (kind, values), at


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    at += 1
    if byte < 128:
        return byte, at
    value, shift = byte & 127, 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_zigzag(data: bytes, at: int) -> tuple[int, int]:
    value, at = _read_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def written(fields: Struct) -> bytes:
    """Write a struct."""
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for field in sorted(fields):
        kind, value = fields[field]
        if 0 < field - before < 16:
            out.append((field - before) << 4 | kind)
        else:
            out.append(kind)
            _write_zigzag(out, field)
        before = field
        if I16 <= kind <= I64 and -64 <= value < 64:  # most fields are small numbers
            out.append(value << 1 if value >= 0 else (-value << 1) - 1)
        elif kind > FALSE:
            _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if I16 <= kind <= I64:
        _write_zigzag(out, value)
    elif kind == BINARY:
        write_varint(out, len(value))
        out += value
    elif kind == STRUCT and isinstance(value, bytes):  # written before
        out += value
    elif kind == STRUCT:
        _write_struct(out, value)
    elif kind in (LIST, SET):
        _write_list(out, *value)
    elif kind == DOUBLE:
        out += value
    else:
        out.append(value)


def _write_list(out: bytearray, kind: int, values: list[Any]) -> None:
    if len(values) < 15:
        out.append(len(values) << 4 | kind)
    else:
        out.append(15 << 4 | kind)
        write_varint(out, len(values))
    for value in values:
        _write_value(out, kind, value)


def write_varint(out: bytearray, value: int) -> None:
    """Append a number of 0 or more, 7 bits a byte."""
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_zigzag(out: bytearray, value: int) -> None:
    write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)
