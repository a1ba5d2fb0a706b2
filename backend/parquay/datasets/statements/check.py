"""What a statement is and which tables it names, by the engine's own tree of it; everything else is refused. Pure.

The tree is walked by what is allowed, not by what is not: a node of an unknown kind is refused, too. That a statement
cannot leave its process does not depend on it, but who asks for something else is told so, and the tables of the
engine itself stay unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_TABLES = 50
"""Tables that one statement may name."""
NOWHERE = 1 << 62
"""From here on a place in a tree is none."""
DATASET = "dataset"
"""The function that names a table by its id."""

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SOURCES = frozenset({"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION"})
_EXPRESSIONS = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "DEFAULT",
        "FUNCTION",
        "LAMBDA",
        "OPERATOR",
        "PARAMETER",
        "POSITIONAL_REFERENCE",
        "STAR",
        "SUBQUERY",
        "TYPE",
        "WINDOW",
    }
)
_TABLE_FUNCTIONS = frozenset(
    {
        DATASET,
        "generate_series",
        "generate_subscripts",
        "json_each",
        "json_tree",
        "range",
        "regexp_split_to_table",
        "repeat",
        "repeat_row",
        "unnest",
    }
)
_OF_THE_SERVER = re.compile(
    r"(__internal|current_(?!date$|time|localtime)|pg_(?!typeof$|size_pretty$)|has_|inet_|duckdb_|sleep"
    r"|json_(execute|serialize_(sql|plan)|deserialize)|getenv|getvariable|(next|curr|set)val$|write_log|parse_duckdb"
    r"|query|txid|in_search_path|(col|obj|shobj)_description|version$|user$|session_user|get_block_size|stats$)",
    re.IGNORECASE,
)
"""Functions that tell of the engine, or wait."""


class RefusedStatement(Exception):
    """Why a statement is not run.

    Attributes:
        code: stable name of the case.
        position: the byte of the statement, from 0; None where nobody knows.
    """

    def __init__(self, detail: str, code: str = "bad_sql", position: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.position = position


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table as a statement names it: by its file's name, or by its id and perhaps a version.

    Attributes:
        position: the byte of the statement, from 0; None where nobody knows.
    """

    name: str = ""
    dataset_id: str = ""
    version: int | None = None
    position: int | None = field(default=None, compare=False)

    @property
    def view(self) -> str:
        """What the engine calls it."""
        return self.name or dataset_view(self.dataset_id, self.version)


def dataset_view(dataset_id: str, version: int | None) -> str:
    """What the engine calls the table of an id; the function `dataset` puts the same together."""
    return f"{DATASET}:{dataset_id}:{'' if version is None else version}"


def tables_of(tree: Mapping[str, Any], params: Mapping[str, Any]) -> list[NamedTable]:
    """The tables that a statement names, each once, and nothing else in it may not be asked.

    Names that the statement itself gives to a query (`WITH`) are among them: whoever finds no such table leaves it out.

    Raises:
        RefusedStatement: it may not be asked.
    """
    found: dict[NamedTable, None] = {}
    for node in _nodes(tree):
        if "cte_map" in node and node["type"] not in _QUERIES:
            raise RefusedStatement("A statement reads, and changes nothing.", "sql_not_allowed")
        if "class" in node and "type" in node:
            _check_expression(node)
        elif "sample" in node and "cte_map" not in node:
            named = _source(node, params)
            if named is not None:
                found.setdefault(named)
    if len(found) > MAX_TABLES:
        raise RefusedStatement(f"A statement names {MAX_TABLES} tables at most.", "sql_not_allowed")
    return list(found)


def queries_named(tree: Mapping[str, Any]) -> set[str]:
    """The names that a statement gives to queries of its own, in small letters."""
    return {
        str(each["key"]).lower()
        for node in _nodes(tree)
        if "cte_map" in node
        for each in node["cte_map"].get("map", ())
    }


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a tree, in the order of the text as far as the tree has it; not by recursion, it may be deep."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            yield node
            waiting.extend(reversed(list(node.values())))


def _check_expression(node: Mapping[str, Any]) -> None:
    if node["class"] not in _EXPRESSIONS:
        raise RefusedStatement(
            f"{str(node['class']).capitalize()} cannot stand in a statement.", "sql_not_allowed", _at(node)
        )
    name = str(node.get("function_name", ""))
    if _OF_THE_SERVER.match(name):
        raise RefusedStatement(f"The function {name[:60]!r} cannot be asked.", "sql_not_allowed", _at(node))


def _source(node: Mapping[str, Any], params: Mapping[str, Any]) -> NamedTable | None:
    """The table that a part of FROM names; None where it names none."""
    kind = node["type"]
    if kind == "BASE_TABLE":
        return _base_table(node)
    if kind == "SHOW_REF":
        if node["query"] is None:
            detail = "Ask GET /sql/schema for the tables, and DESCRIBE for the columns of one."
            raise RefusedStatement(detail, "sql_not_allowed", _at(node))
        return None
    if kind not in _SOURCES:
        raise RefusedStatement(f"{kind.capitalize()} cannot stand in FROM.", "sql_not_allowed", _at(node))
    if kind != "TABLE_FUNCTION":
        return None
    function = node["function"]
    name = str(function.get("function_name", "")).lower()
    if name not in _TABLE_FUNCTIONS or function.get("schema") or function.get("catalog"):
        detail = f"The table function {name[:60]!r} cannot be asked: no statement reads files or tells of the engine."
        raise RefusedStatement(detail, "sql_not_allowed", _at(node))
    return dataset_named(function, params, _at(node)) if name == DATASET else None


def _base_table(node: Mapping[str, Any]) -> NamedTable:
    name, schema = str(node["table_name"]), str(node["schema_name"])
    if schema or node["catalog_name"]:
        shown = f"{schema}.{name}"[:100]
        raise RefusedStatement(
            f'There is no table {shown}. The name of a file is quoted: "{shown}".', "unknown_table", _at(node)
        )
    if node["at_clause"] is not None:
        raise RefusedStatement("A version is named by dataset('id', version => 3).", "sql_not_allowed", _at(node))
    return NamedTable(name=name, position=_at(node))


def dataset_named(function: Mapping[str, Any], params: Mapping[str, Any], position: int | None) -> NamedTable:
    """The table that a call of the function `dataset` names.

    Raises:
        RefusedStatement: it names none.
    """
    given: dict[str, Any] = {}
    for name, each in zip(("id", "version"), function["arguments"], strict=False):
        expression = each["expression"]
        given[str(each["name"] or expression.get("alias") or name).lower()] = _constant(expression, params)
    dataset_id, version = given.get("id"), given.get("version")
    is_version = version is None or (isinstance(version, int) and not isinstance(version, bool))
    if len(function["arguments"]) != len(given) or not isinstance(dataset_id, str) or not is_version:
        raise RefusedStatement("A table is named by dataset('id') or dataset('id', version => 3).", position=position)
    if len(given) > ("version" in given) + 1 or (version is None and "version" in given):
        raise RefusedStatement("The function dataset takes an id and perhaps a version.", position=position)
    return NamedTable(dataset_id=dataset_id, version=version, position=position)


def _constant(expression: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
    if expression["class"] == "PARAMETER":
        return params.get(str(expression["identifier"]))
    literal = expression.get("literal") or {}
    if literal.get("kind") == "INTEGER" and str(literal["text"]).isdecimal():
        return int(literal["text"])
    return literal.get("text") if literal.get("kind") == "STRING" else ...


def _at(node: Mapping[str, Any]) -> int | None:
    place = node.get("query_location")
    return int(place) if isinstance(place, int) and place < NOWHERE else None
