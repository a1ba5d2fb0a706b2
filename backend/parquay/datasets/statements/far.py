"""Large tables of statements: what the engine for them finds is read instead of all their rows, see `reduce`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parquay.columns.types.base import Comparison
from parquay.datasets.query import spark_sql
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.plan import Condition, Query, columns_of
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.query.values import Column
from parquay.datasets.statements.filters import LargeColumn
from parquay.datasets.statements.names import OpenTable, ReadableTable, parquet_sql, quoted, value_sql, value_type
from parquay.datasets.statements.reduction import partial_type

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS, MAX_CELLS = 1_000_000, 5_000_000
"""Most rows, and cells, that are read instead of a table; a statement that needs more reads the table itself."""


def columns_named(table: OpenTable) -> tuple[LargeColumn, ...]:
    """The columns of a large table as the process that runs a statement knows them. Pure."""
    return tuple(
        LargeColumn(
            each.index,
            each.name,
            each.type.sql_type,
            value_type(each.type),
            is_plain=each.type.statement_value() == (each.type.sql_type, "{0}"),
        )
        for each in columns_of(table.snapshot.columns)
    )


def described(tables: Sequence[OpenTable], large: Sequence[OpenTable]) -> dict[str, Any]:
    """What the process that runs a statement has to know to make it one over less, as JSON. Pure."""
    return {
        "empty": [each.empty_sql() for each in tables],
        "large": [{"view": each.view.lower(), "columns": [asdict(c) for c in columns_named(each)]} for each in large],
    }


def reduced(
    spark: SparkEngine,
    wanted: Sequence[Mapping[str, Any]],
    tables: Sequence[OpenTable],
    stop: CancelToken,
    *,
    folder: Path,
    held: ExitStack,
) -> list[ReadableTable] | None:
    """What is read instead of large tables (blocking); None: they have to be read themselves.

    ``wanted``: see `Reduction.described`. ``folder``: where it is written. What is fetched stays until ``held`` ends.

    Raises:
        Unavailable: ``engine_unavailable`` (503), a table is too large without the engine, which does not answer.
        QueryTimeout: ``query_timeout`` (408). Cancelled: ``stop`` was set.
        ParquayError: see `Objects.fetch`.
    """
    by_view = {each.view.lower(): each for each in tables}
    found: list[ReadableTable] = []
    for each in wanted:
        table = by_view[each["view"]]
        query = _query(table, each["filters"])
        if each["keys"] is None:
            narrow = OpenTable(each["name"], spark.narrowed(table.snapshot, query, stop))
            found.append(narrow.readable(held))
            continue
        made = _partials(spark, table, query, each, stop)
        if made is None:
            return None
        found.append(_kept(made, table, each, folder))
    return found


def _query(table: OpenTable, asked: Sequence[tuple[int, str, Sequence[str]]]) -> Query:
    columns = columns_of(table.snapshot.columns)
    return Query(tuple(Condition(columns[index], Comparison(op, tuple(values))) for index, op, values in asked))


def _partials(
    spark: SparkEngine, table: OpenTable, query: Query, wanted: Mapping[str, Any], stop: CancelToken
) -> pa.Table | None:
    """One row for each combination of the keys, with the partial aggregates of its rows; None: there are too many."""
    columns = columns_of(table.snapshot.columns)
    keys = ", ".join(f"c{index}" for index in wanted["keys"])
    pieces = [_partial(op, None if index is None else columns[index]) for op, index, _ in wanted["partials"]]
    selected = ", ".join([*([keys] if keys else []), *(f"{piece} AS p{i}" for i, piece in enumerate(pieces))])
    most = min(MAX_ROWS, MAX_CELLS // (len(wanted["keys"]) + len(pieces)))
    tail = f" GROUP BY {keys} LIMIT {most + 1}" if keys else ""
    found = spark.table(table.snapshot, query, selected, stop, tail)
    return None if found is None or found.num_rows > most else found


def _partial(op: str, column: Column | None) -> str:
    if column is None:
        return "count(*)"
    exact = spark_sql.summed(column) if op == "sum" else f"{op}(c{column.index})"
    assert exact is not None, "sums that are asked for can be exact"
    return exact


def _kept(found: pa.Table, table: OpenTable, wanted: Mapping[str, Any], folder: Path) -> ReadableTable:
    """Write partial aggregates for the statement, in the types of the parts and of DuckDB's own sums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns, named = columns_of(table.snapshot.columns), columns_named(table)
    types = {f"c{index}": columns[index].type.stored() for index in wanted["keys"]}
    cells = [f"{value_sql(f'c{i}', columns[i].type)} AS {quoted(columns[i].name)}" for i in wanted["keys"]]
    for i, (op, index, name) in enumerate(wanted["partials"]):
        if op in ("min", "max"):
            types[f"p{i}"] = columns[index].type.stored()
        kind = partial_type(op, None if index is None else named[index])
        cells.append(f"CAST(p{i} AS {kind}) AS {quoted(name)}")
    path = folder / f"{wanted['name'].partition(':')[2]}.parquet"
    typed = {name: found[name].cast(types.get(name, found[name].type)) for name in found.column_names}
    pq.write_table(pa.table(typed), path, compression="none")
    # Without keys there is one row even of no rows, which a query without groups does not see either.
    rows = "" if wanted["keys"] else f" WHERE p{len(wanted['partials']) - 1} > 0"
    sql = f"CREATE VIEW {quoted(wanted['name'])} AS SELECT {', '.join(cells)} FROM {parquet_sql([path])}{rows}"
    return ReadableTable(sql, (path,))
