"""What of a statement the engine for very large tables can do, by DuckDB's tree of it; the rest is done here. Pure.

A query over one large table (`SELECT … FROM` it alone) is made one over less:

- One that aggregates reads, instead of the rows, one row for each combination of the columns that stand outside of
  its aggregates, with the aggregates of these rows: `sum(x)` is the sum of their sums, `min(x)` the least of their
  minima, `count(*)` the sum of their numbers, `count(DISTINCT x)` has `x` among the columns. What else the query does
  (expressions over its columns, HAVING, ROLLUP, windows, order) stays as it is and is done here.
- One that does not aggregate reads the parts alone that have rows for its filters.

Filters that compare a column with a constant are asked there. Nothing is asked that could be answered otherwise there:
doubles as keys, sums and means of doubles, means, texts of cells that are no texts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parquay.datasets.statements import filters
from parquay.datasets.statements.check import DATASET, dataset_named
from parquay.datasets.statements.filters import LargeColumn, column_of
from parquay.datasets.statements.reduction import LargeTable, Reduction, partial_column

Node = dict[str, Any]
OWN_KEYS = ("select_list", "where_clause", "group_expressions", "having", "qualify", "modifiers")
"""Parts of a query in which its expressions are; its own sources and WITH are not among them."""
MANIFOLD = frozenset({"LAMBDA", "STAR", "SUBQUERY"})
"""Classes of expressions whose names of columns are not those of the query's table, or are not written out."""
KEY_TYPES = ("BIGINT", "BOOLEAN", "DATE", "DECIMAL", "TIMESTAMP", "VARCHAR")
"""Types whose equal values are the same in every engine, which of doubles 0 and -0 are not."""
DECOMPOSED = frozenset({"count", "count_star", "max", "min", "sum"})
"""Aggregates that are made of those of some of the rows."""
MAX_SUMMED_DIGITS = 28
"""As of `spark_sql`: a longer decimal's sum could outgrow what is asked."""


@dataclass(frozen=True, slots=True)
class Functions:
    """Names of the engine's functions: those of single rows that always give the same, and those that aggregate."""

    plain: frozenset[str]
    aggregates: frozenset[str]


class _Unreducible(Exception):
    """A query needs its rows."""


def reductions(
    tree: Node,
    tables: Mapping[str, LargeTable],
    own: Collection[str],
    functions: Functions,
    *,
    params: Mapping[str, Any],
    parse: Callable[[str], Node],
    written: Callable[[Node], str],
) -> list[Reduction]:
    """Change the tree of a statement into one over less, and return what that is made of; none: it stays as it is.

    ``own``: names that the statement gives to queries. ``parse`` and ``written``: an expression from its text and back.
    """
    found: list[Reduction] = []
    for item in (item for node in _queries(tree) for item in node["select_list"]):
        if not item["alias"] and item["class"] != "STAR" and _has_query(item):
            item["alias"] = written(item)  # what it is called after is going to change
    for node in _queries(tree):
        table = _only_table(node, tables, own, params)
        if table is None:
            continue
        work = _Query(node, table, functions, params, parse, written)
        reduction = work.reduced(f"reduced:{len(found)}")
        if reduction is not None:
            found.append(reduction)
    return found


def _queries(tree: Any) -> Iterator[Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            if node.get("type") == "SELECT_NODE":
                yield node


def _has_query(expression: Node) -> bool:
    return any(each["class"] == "SUBQUERY" for each in _expressions([expression]))


def _only_table(
    node: Node, tables: Mapping[str, LargeTable], own: Collection[str], params: Mapping[str, Any]
) -> LargeTable | None:
    """The large table that is all that a query reads."""
    source = node["from_table"]
    if node["sample"] or source.get("sample") or source.get("column_name_alias"):
        return None
    if source["type"] == "BASE_TABLE":
        name = str(source["table_name"]).lower()
        return None if name in own else tables.get(name)
    if source["type"] == "TABLE_FUNCTION" and str(source["function"]["function_name"]).lower() == DATASET:
        return tables.get(dataset_named(source["function"], params, None).view.lower())
    return None


def _reading(name: str, called: str) -> Node:
    """A source that is a table of that name."""
    return {
        "type": "BASE_TABLE",
        "alias": called,
        "sample": None,
        "query_location": (1 << 64) - 1,
        "query_location_length": 0,
        "schema_name": "",
        "table_name": name,
        "column_name_alias": [],
        "catalog_name": "",
        "at_clause": None,
        "qualified_name": {"path": [name]},
    }


@dataclass(slots=True)
class _Query:
    node: Node
    table: LargeTable
    functions: Functions
    params: Mapping[str, Any]
    parse: Callable[[str], Node]
    written: Callable[[Node], str]

    def reduced(self, name: str) -> Reduction | None:
        source = self.node["from_table"]
        called = str(source["alias"] or source.get("table_name") or DATASET)
        conjuncts = list(filters.conjuncts(self.node.get("where_clause")))
        asked = [filters.understood(each, self.table.columns, called, self.params) for each in conjuncts]
        reduction = Reduction(name, self.table, [each for some in asked for each in some or ()])
        if not self._aggregates():
            if not reduction.filters:
                return None
        else:
            rest = [each for each, some in zip(conjuncts, asked, strict=True) if some is None]
            done = [each for each, some in zip(conjuncts, asked, strict=True) if some is not None]
            try:
                self._aggregate(reduction, called, rest)
            except _Unreducible:
                return None
            self.node["where_clause"] = filters.remaining(rest, done, self.parse)
        self.node["from_table"] = _reading(name, called)
        return reduction

    def _aggregates(self) -> bool:
        if self.node["group_expressions"] or self.node["aggregate_handling"] == "FORCE_AGGREGATES":
            return True
        return any(self._is_aggregate(each) for each in _expressions([self.node[key] for key in OWN_KEYS]))

    def _is_aggregate(self, node: Node) -> bool:
        return node["class"] == "FUNCTION" and str(node["function_name"]).lower() in self.functions.aggregates

    def _aggregate(self, reduction: Reduction, called: str, rest: Sequence[Node]) -> None:
        """Find keys and partial aggregates, then have the query read them.

        Raises:
            _Unreducible: it needs the rows; nothing was changed.
        """
        items = self.node["select_list"]
        aliases = {str(each["alias"]).lower() for each in items if each["alias"]}
        orders = [each for each in _modifying(self.node["modifiers"]) if not _is_own(each, aliases)]
        keys: dict[int, LargeColumn] = {}
        replaced: list[tuple[Node, str, LargeColumn | None]] = []
        parts = [items, list(rest), self.node["group_expressions"], self.node["having"], self.node["qualify"], orders]
        for each in self._outside(parts, called, replaced):
            column = column_of(each, self.table.columns, called)
            if column is not None:
                keys[column.index] = column
            elif _alias_of(each) not in aliases:
                raise _Unreducible
        if not all(each.sql_type.startswith(KEY_TYPES) for each in keys.values()):
            raise _Unreducible
        reduction.keys = list(keys.values())
        self._name_items(items, [node for node, _, _ in replaced])
        for node, op, summed in replaced:
            self._replace(node, op, partial_column(reduction, op, summed))
        rows = partial_column(reduction, "count", None)
        reduction.partials = {key: name for key, name in reduction.partials.items() if name != rows}
        reduction.partials["count", None] = rows  # the last one

    def _outside(self, part: Any, called: str, replaced: list[tuple[Node, str, LargeColumn | None]]) -> Iterator[Node]:
        """Names of columns outside of those aggregates that are made of partial ones, which are noted.

        Raises:
            _Unreducible: there is something that needs the rows.
        """
        waiting = [part]
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting.extend(node)
                continue
            if not isinstance(node, dict):
                continue
            if node.get("class") in MANIFOLD:
                raise _Unreducible
            if node.get("class") == "COLUMN_REF":
                yield node
                continue
            if node.get("class") == "FUNCTION" and (partial := self._decomposed(node, called)) is not None:
                replaced.append((node, *partial))
                waiting.append(node["filter"])
                continue
            waiting.extend(node.values())

    def _decomposed(self, node: Node, called: str) -> tuple[str, LargeColumn | None] | None:
        """What partial aggregate a function is made of; None: its arguments are looked at.

        Raises:
            _Unreducible: it needs the rows, or is not known to give the same each time.
        """
        name = str(node["function_name"]).lower()
        if node["schema"] or node["catalog"] or node["export_state"]:
            raise _Unreducible
        if name not in self.functions.aggregates:
            if name not in self.functions.plain:
                raise _Unreducible
            return None
        arguments = [each["expression"] for each in node["arguments"]]
        if name not in DECOMPOSED and not (name == "avg" and node["distinct"]):
            raise _Unreducible
        if node["order_bys"]["orders"] or len(arguments) > 1:
            raise _Unreducible
        if node["distinct"] or (name in ("max", "min") and arguments[0]["class"] != "COLUMN_REF"):
            return None  # rows that are the same count once: that of each combination is enough
        if not arguments or (name == "count" and arguments[0]["class"] == "CONSTANT" and _is_value(arguments[0])):
            return "count", None
        column = column_of(arguments[0], self.table.columns, called)
        if column is None or not _is_exact(name, column):
            raise _Unreducible
        return name, column

    def _name_items(self, items: Sequence[Node], replaced: Sequence[Node]) -> None:
        """Give what has no name of its own the one that it would have had."""
        inside = {id(each) for each in replaced}
        for item in items:
            if not item["alias"] and any(id(each) in inside for each in _expressions([item])):
                item["alias"] = self.written(item)

    def _replace(self, node: Node, op: str, partial: str) -> None:
        """Have an aggregate read partial ones."""
        if op != "count":
            node["arguments"][0]["expression"] |= {"column_names": [partial]}
            return
        quoted = partial.replace('"', '""')
        counted = self.parse(f'coalesce(CAST(sum("{quoted}") AS BIGINT), 0)')
        counted["children"][0]["child"]["filter"] = node["filter"]
        counted["alias"] = node["alias"]
        node.clear()
        node.update(counted)


def _expressions(part: Any) -> Iterator[Node]:
    waiting = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            if "class" in node:
                yield node
            waiting.extend(each for key, each in node.items() if key != "subquery")


def _modifying(modifiers: Sequence[Node]) -> Iterator[Any]:
    """The expressions of ORDER BY, DISTINCT ON and LIMIT."""
    for each in modifiers:
        if each["type"] == "ORDER_MODIFIER":
            yield from (order["expression"] for order in each["orders"])
        else:
            yield each


def _is_own(order: Node, aliases: Collection[str]) -> bool:
    """Whether rows are ordered by columns of the query itself: by one of them, or by all."""
    return order.get("class") == "STAR" or _alias_of(order) in aliases


def _alias_of(node: Node) -> str | None:
    """The name that may be that of a column of the query itself, which ORDER BY means first."""
    names = list(node.get("column_names") or ())
    return str(names[0]).lower() if len(names) == 1 else None


def _is_value(constant: Node) -> bool:
    return (constant.get("literal") or {}).get("kind") in ("INTEGER", "NUMERIC", "STRING")


def _is_exact(op: str, column: LargeColumn) -> bool:
    """Whether a partial aggregate of a column is the same in every engine."""
    if op == "count":
        return True
    if not column.is_plain or not column.sql_type.startswith(KEY_TYPES):
        return False
    if op == "sum":
        return column.digits is not None and column.digits <= MAX_SUMMED_DIGITS
    return True
