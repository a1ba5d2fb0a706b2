"""Conditions of a statement that compare a column with a constant, as filters that mean the same in every engine. Pure.

Only what needs no conversion of values is understood: a whole number beside whole numbers, a decimal that has no more
digits than the column, a text beside texts, a date or a moment in ISO 8601 beside dates or moments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Node = dict[str, Any]
COMPARED = {
    "COMPARE_EQUAL": "eq",
    "COMPARE_NOTEQUAL": "ne",
    "COMPARE_LESSTHAN": "lt",
    "COMPARE_LESSTHANOREQUALTO": "le",
    "COMPARE_GREATERTHAN": "gt",
    "COMPARE_GREATERTHANOREQUALTO": "ge",
}
TURNED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
"""The same comparison from the other side."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?))?(Z|\+00(?::?00)?)?")
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class LargeColumn:
    """A column of a large table.

    Attributes:
        index: its place in the table, from 0.
        sql_type: the engine's type of its values in the parts.
        value_type: the engine's type of its values in statements.
        is_plain: whether both are the same.
    """

    index: int
    name: str
    sql_type: str
    value_type: str
    is_plain: bool

    @property
    def decimal(self) -> tuple[int, int] | None:
        """Digits in all, and behind the point; None: it is none."""
        found = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", self.sql_type)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def digits(self) -> int | None:
        """Digits of its longest number; None: it has no exact ones."""
        if self.sql_type == "BIGINT":
            return 19
        return self.decimal[0] if self.decimal else None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as `Comparison` has it, of the column at a place."""

    index: int
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConstantText:
    """A constant: `kind` is `number`, `string`, `day` or `moment`."""

    kind: str
    text: str


def column_of(node: Node, columns: Sequence[LargeColumn], called: str) -> LargeColumn | None:
    """The column that a name means in a query over one table, which it calls ``called``; None: none of it."""
    names = [str(each).lower() for each in node.get("column_names") or ()]
    if len(names) == 2 and names[0] == called.lower():
        names = names[1:]
    if len(names) != 1:
        return None
    return next((each for each in columns if each.name.lower() == names[0]), None)


def conjuncts(condition: Node | None) -> Iterator[Node]:
    """The conditions that all have to hold."""
    if condition is None:
        return
    waiting = [condition]
    while waiting:
        node = waiting.pop(0)
        if node["type"] == "CONJUNCTION_AND":
            waiting[:0] = node["children"]
        else:
            yield node


def remaining(rest: Sequence[Node], done: Sequence[Node], parse: Callable[[str], Node]) -> Node | None:
    """The condition that is left when ``done`` is asked elsewhere; their parameters stay, because they are given."""
    left = list(rest)
    for each in done:
        for parameter in _parameters(each):
            kept = parse("1 IS NULL OR 1 IS NOT NULL")
            for child in kept["children"]:
                child["children"] = [parameter]
            left.append(kept)
    if len(left) < 2:
        return left[0] if left else None
    both = parse("TRUE AND FALSE")
    both["children"] = left
    return both


def _parameters(node: Any) -> Iterator[Node]:
    if isinstance(node, list):
        for each in node:
            yield from _parameters(each)
    elif isinstance(node, dict):
        if node.get("class") == "PARAMETER":
            yield node
        else:
            for each in node.values():
                yield from _parameters(each)


def understood(
    node: Node, columns: Sequence[LargeColumn], called: str, params: Mapping[str, Any]
) -> tuple[Filter, ...] | None:
    """The filters that hold for the same rows as a condition; None: there are none."""
    kind = node["type"]

    def filtered(cell: Node, ops: Sequence[str], values: Sequence[Node]) -> tuple[Filter, ...] | None:
        column = column_of(cell, columns, called)
        constants = [_constant(each, params) for each in values]
        if column is None or None in constants:
            return None
        texts = [_fitted(column, each) for each in constants if each is not None]
        if None in texts:
            return None
        return _filters(column, ops, [each for each in texts if each is not None])

    if kind in COMPARED:
        op = COMPARED[kind]
        if node["left"]["class"] == "COLUMN_REF":
            return filtered(node["left"], [op], [node["right"]])
        return filtered(node["right"], [TURNED[op]], [node["left"]])
    if kind == "COMPARE_BETWEEN":
        return filtered(node["input"], ["ge", "le"], [node["lower"], node["upper"]])
    if kind == "COMPARE_IN":
        return filtered(node["children"][0], ["in"], node["children"][1:])
    if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        return filtered(node["children"][0], ["isnull" if kind == "OPERATOR_IS_NULL" else "present"], [])
    return None


def _filters(column: LargeColumn, ops: Sequence[str], texts: Sequence[str]) -> tuple[Filter, ...]:
    if ops == ["in"]:
        return (Filter(column.index, "in", tuple(texts)),)
    if ops == ["ne"]:  # of a missing cell it is not known, so it does not hold
        return (Filter(column.index, "present"), Filter(column.index, "ne", tuple(texts)))
    if not texts:
        return (Filter(column.index, ops[0]),)
    return tuple(Filter(column.index, op, (text,)) for op, text in zip(ops, texts, strict=True))


def _constant(node: Node, params: Mapping[str, Any]) -> ConstantText | None:
    if node["class"] == "PARAMETER":
        return _given(params.get(str(node["identifier"])))
    if node["class"] == "CAST" and node["type"] == "OPERATOR_CAST" and not node["try_cast"]:
        inner, to = _constant(node["child"], params), str(node["type_expr"].get("type_name")).upper()
        kinds = {"DATE": "day", "TIMESTAMP": "moment"}
        return ConstantText(kinds[to], inner.text) if inner and inner.kind == "string" and to in kinds else None
    if node["class"] == "FUNCTION" and node["function_name"] == "-" and len(node["arguments"]) == 1:
        inner = _constant(node["arguments"][0]["expression"], params)
        return ConstantText("number", f"-{inner.text}") if inner and _NUMBER.fullmatch(inner.text) else None
    literal = node.get("literal") or {}
    text = str(literal.get("text"))
    if literal.get("kind") == "STRING":
        return ConstantText("string", text)
    return (
        ConstantText("number", text) if _NUMBER.fullmatch(text) and literal["kind"] in ("INTEGER", "NUMERIC") else None
    )


def _given(value: Any) -> ConstantText | None:
    if isinstance(value, str):
        return ConstantText("string", value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return ConstantText("number", text)


def _fitted(column: LargeColumn, constant: ConstantText) -> str | None:
    """A constant as a value of the column; None: comparing them would take a conversion, or fail."""
    kind, text = constant.kind, constant.text
    if not column.is_plain:
        return None
    if kind == "number":
        return _number(column, Decimal(text))
    if column.sql_type == "VARCHAR":
        return text if kind == "string" else None
    if column.sql_type == "DATE" and kind != "moment":
        return text if _is_day(text) else None
    if column.sql_type == "TIMESTAMP" or (column.sql_type == "TIMESTAMPTZ" and kind == "string"):
        return _moment(text, zoned=column.sql_type == "TIMESTAMPTZ")
    return None


def _number(column: LargeColumn, value: Decimal) -> str | None:
    if column.sql_type == "BIGINT":
        return str(int(value)) if value == value.to_integral_value() and -(2**63) <= value < 2**63 else None
    if column.decimal is None:
        return None
    digits, scale = column.decimal
    with_scale = value.scaleb(scale)
    fits = with_scale == with_scale.to_integral_value() and abs(with_scale) < 10**digits
    return f"{value:f}" if fits else None


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    return False


def _moment(text: str, *, zoned: bool) -> str | None:
    found = _MOMENT.fullmatch(text)
    if found is None or (found[3] and not zoned):
        return None
    plain = f"{found[1]} {found[2] or '00:00:00'}"
    with suppress(ValueError):
        datetime.fromisoformat(plain)
        return plain
    return None
