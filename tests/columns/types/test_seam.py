"""What a type is stands in its object: nobody else asks for its name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import parquay
from parquay.columns.types.registry import TYPES

PACKAGE = Path(parquay.__file__).parent
NAMES = {*TYPES, "timestamptz"}
ASKED = {"kind", "kinds", "type", "type_id", "name", "column_type"}
"""What an expression ends with that may be the name of a type."""


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Subscript):
        return _last_name(node.slice) if isinstance(node.slice, ast.Constant) else _last_name(node.value)
    if isinstance(node, ast.Constant):
        return str(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


def _texts_in(nodes: Iterable[ast.AST | None]) -> set[str]:
    return {each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _types_in(node: ast.AST) -> set[str]:
    return _texts_in(ast.walk(node)) & NAMES


def asked_types(source: str) -> Iterator[tuple[int, set[str]]]:
    """Line and types of each place that compares the name of a type, matches it, or looks it up in a table of types."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            found = set().union(*map(_types_in, sides))
            if found and any(not _types_in(side) and _last_name(side) in ASKED for side in sides):
                yield node.lineno, found
        elif isinstance(node, ast.Match) and _last_name(node.subject) in ASKED:
            found = set().union(*(_types_in(case) for case in node.cases))
            if found:
                yield node.lineno, found
        elif isinstance(node, ast.Dict):
            keys = _texts_in(node.keys) & NAMES
            if len(keys) > 3:
                yield node.lineno, keys


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "columns" / "types"]


def test_no_module_asks_for_the_name_of_a_type():
    found = [f"{path.relative_to(PACKAGE)}:{line}" for path in modules() for line, _ in asked_types(path.read_text())]

    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "x = column.kind == 'double'",
        "x = 'date' != kind",
        "x = column.type.type_id in ('date', 'time')",
        "x = column['kind'] not in {'int64', 'decimal'}",
        "match kind:\n    case 'text': pass",
        "x = {'bool': 1, 'int64': 2, 'double': 3, 'date': 4}[kind]",
    ],
)
def test_such_a_question_is_found(source):
    assert list(asked_types(source))


@pytest.mark.parametrize("source", ["x = shape == 'text'", "x = {'date': 1, 'time': 2}", "x = column.type == TEXT"])
def test_other_questions_are_not(source):
    assert not list(asked_types(source))
