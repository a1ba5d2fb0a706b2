"""What one query of a statement reads instead of the rows of a large table, see `reduce`. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from parquay.datasets.statements.filters import Filter, LargeColumn


@dataclass(frozen=True, slots=True)
class LargeTable:
    """A large table of a statement.

    Attributes:
        view: what the statement calls it, in small letters.
    """

    view: str
    columns: tuple[LargeColumn, ...]


@dataclass(slots=True)
class Reduction:
    """What is asked of a large table for one query.

    Attributes:
        name: what the query reads instead.
        keys: columns that a row stands for; None: rows are wanted, of the parts that have some.
        partials: `(op, column)` by the names of their columns; `count` without a column: of rows.
    """

    name: str
    table: LargeTable
    filters: list[Filter]
    keys: list[LargeColumn] | None = None
    partials: dict[tuple[str, int | None], str] = field(default_factory=dict)

    def empty_sql(self, quoted: Callable[[str], str]) -> str:
        """The statement that makes what the query reads a view without rows."""
        if self.keys is None:
            cells = [(each.value_type, each.name) for each in self.table.columns]
        else:
            by_index = {each.index: each for each in self.table.columns}
            cells = [(each.value_type, each.name) for each in self.keys]
            made = (
                (op, None if index is None else by_index[index], name) for (op, index), name in self.partials.items()
            )
            cells += [(partial_type(op, column), name) for op, column, name in made]
        selected = ", ".join(f"NULL::{kind} AS {quoted(name)}" for kind, name in cells)
        return f"CREATE VIEW {quoted(self.name)} AS SELECT {selected} LIMIT 0"

    def described(self) -> dict[str, Any]:
        """As JSON, for the server."""
        return {
            "name": self.name,
            "view": self.table.view,
            "filters": [[each.index, each.op, list(each.values)] for each in self.filters],
            "keys": None if self.keys is None else [each.index for each in self.keys],
            "partials": [[op, index, name] for (op, index), name in self.partials.items()],
        }


def partial_type(op: str, column: LargeColumn | None) -> str:
    """The engine's type of a partial aggregate: with it the whole one has the type that it has over rows."""
    if op == "count" or column is None:
        return "BIGINT"
    if op == "sum":
        return f"DECIMAL(38,{column.decimal[1]})" if column.decimal else "HUGEINT"
    return column.value_type


def partial_column(reduction: Reduction, op: str, column: LargeColumn | None) -> str:
    """The name of the column of a partial aggregate, which no other column has."""
    key: tuple[str, int | None] = (op, None if column is None else column.index)
    if key not in reduction.partials:
        taken = {each.name.lower() for each in reduction.table.columns}
        name = f"partial {len(reduction.partials)}"
        while name in taken:
            name += " "
        reduction.partials[key] = name
    return reduction.partials[key]
