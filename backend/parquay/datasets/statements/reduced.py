"""A statement over large tables as one over less, in the process that runs it: `reduce` with DuckDB's help."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parquay.datasets.statements.check import RefusedStatement, queries_named, tables_of
from parquay.datasets.statements.filters import LargeColumn
from parquay.datasets.statements.parameters import by_name
from parquay.datasets.statements.reduce import Functions, reductions
from parquay.datasets.statements.reduction import LargeTable, Reduction

if TYPE_CHECKING:
    import duckdb

FIXED = ("CONSISTENT", "CONSISTENT_WITHIN_QUERY")
"""How functions are called that give the same for the same values within a statement."""


@dataclass(frozen=True, slots=True)
class ReducedStatement:
    """A statement that reads less.

    Attributes:
        described: what it reads instead of large tables, see `Reduction.described`.
        tables: what it still reads as it is, in small letters.
    """

    text: str
    described: list[dict[str, Any]]
    tables: list[str]


def reduced_statement(
    engine: duckdb.DuckDBPyConnection, tree: Mapping[str, Any], described: Mapping[str, Any], params: Any
) -> ReducedStatement | None:
    """The statement of a tree as one that reads less; None: it has to read what it names.

    ``described``: see `far.described`.
    """
    import duckdb

    changed = deepcopy(dict(tree))
    tables = {
        each["view"]: LargeTable(each["view"], tuple(LargeColumn(**c) for c in each["columns"]))
        for each in described["large"]
    }
    named = by_name(params)
    with suppress(duckdb.Error, RefusedStatement, RecursionError):
        found = reductions(
            changed,
            tables,
            queries_named(tree),
            _functions(engine),
            params=named,
            parse=lambda text: _expression(engine, text),
            written=lambda item: _written(engine, item),
        )
        if not found:
            return None
        text = _text(engine, changed)
        if _described(engine, described["empty"], found, (_text(engine, tree), text), params):
            left = [each.view.lower() for each in tables_of(changed, named)]
            return ReducedStatement(text, [each.described() for each in found], left)
    return None


def _functions(engine: duckdb.DuckDBPyConnection) -> Functions:
    rows = engine.execute("SELECT function_name, function_type, stability FROM duckdb_functions()").fetchall()
    # What a macro is made of may aggregate.
    aggregates = {name for name, kind, _ in rows if kind in ("aggregate", "macro")}
    other = {name for name, kind, stability in rows if kind != "scalar" or stability not in FIXED}
    return Functions(frozenset({name for name, _, _ in rows} - other), frozenset(aggregates))


def _text(engine: duckdb.DuckDBPyConnection, tree: Mapping[str, Any]) -> str:
    ((text,),) = engine.execute("SELECT json_deserialize_sql(?)", [json.dumps(tree)]).fetchall()
    return str(text)


def _expression(engine: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    ((answer,),) = engine.execute("SELECT json_serialize_sql(?)", [f"SELECT {text}"]).fetchall()
    found: dict[str, Any] = json.loads(answer)["statements"][0]["node"]["select_list"][0]
    return found


def _written(engine: duckdb.DuckDBPyConnection, item: Mapping[str, Any]) -> str:
    ((answer,),) = engine.execute("SELECT json_serialize_sql('SELECT 1')").fetchall()
    tree = json.loads(answer)
    tree["statements"][0]["node"]["select_list"] = [item]
    return _text(engine, tree).removeprefix("SELECT ")


def _described(
    engine: duckdb.DuckDBPyConnection,
    empty: Sequence[str],
    found: Sequence[Reduction],
    statements: tuple[str, str],
    params: Any,
) -> bool:
    """Whether both statements have the same columns, of the same types. What is made for that goes again."""
    engine.execute("BEGIN")
    try:
        for each in [*empty, *(reduction.empty_sql(_quoted) for reduction in found)]:
            engine.execute(each)
        before, after = (engine.execute(f"DESCRIBE {each}", params).fetchall() for each in statements)
        return before == after
    finally:
        engine.execute("ROLLBACK")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
