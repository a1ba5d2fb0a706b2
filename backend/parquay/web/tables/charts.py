"""Charts of a table: cross tables, boxes and points."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from parquay.datasets.query.charts import MAX_BOXES, MAX_POINTS, Crossing, Dimension
from parquay.datasets.query.groups import named, read_measure
from parquay.datasets.query.moments import Unit
from parquay.errors import InvalidValue
from parquay.web.http.deps import TablesDep
from parquay.web.tables.chart_schemas import Boxes, CrossTable, Points
from parquay.web.tables.table_query import TableQueryDep, in_table_thread

MAX_CELLS = 50_000
"""Groups of two dimensions in one answer."""

router = APIRouter(tags=["datasets"])


@router.get("/datasets/{dataset_id}/crosstab", response_model=CrossTable)
@in_table_thread
def read_crosstab(
    query: TableQueryDep,
    tables: TablesDep,
    by: str,
    *,
    unit: Unit | None = None,
    split: str | None = None,
    split_unit: Unit | None = None,
    measure: str = "count()",
    sort: Literal["key", "-value"] = "key",
    split_sort: Literal["key", "-value"] = "key",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    splits: Annotated[int, Query(ge=1, le=1000)] = 8,
) -> Response:
    """Measure the groups of one column, and, with `split`, of each value of a second one; the others are the rest.

    `limit` and `splits` say how many keys have a group of their own: the first ones, or, with `sort=-value` and
    `split_sort=-value`, those with the largest values. What is left is measured as one, over its rows.
    """
    if split is not None and limit * splits > MAX_CELLS:
        raise InvalidValue(f"limit times splits: at most {MAX_CELLS:,}.")
    read = query.open()
    first = Dimension(named(read.columns, by), unit, limit)
    second = None if split is None else Dimension(named(read.columns, split), split_unit, splits)
    asked = Crossing(first, second, read_measure(read.columns, measure), sort == "-value", split_sort == "-value")
    found = tables.charts.crosstab(read.snapshot, read.query, asked, query.cancel)
    head = {"version": read.snapshot.version, "by": by, "unit": unit, "split": split, "split_unit": split_unit}
    return read.answer(head | {"measure": measure} | found)


@router.get("/datasets/{dataset_id}/boxes", response_model=Boxes)
@in_table_thread
def read_boxes(
    query: TableQueryDep,
    tables: TablesDep,
    column: str,
    *,
    by: str | None = None,
    unit: Unit | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_BOXES)] = 20,
) -> Response:
    """Show how the numbers of a column are spread in each group: least, quartiles and greatest, each a value of a row.

    Along `unit` in the order of time, else the groups with the most rows first.
    """
    read = query.open()
    group = None if by is None else Dimension(named(read.columns, by), unit, limit)
    found = tables.charts.boxes(read.snapshot, read.query, named(read.columns, column), group, query.cancel)
    return read.answer({"version": read.snapshot.version, "column": column, "by": by, "unit": unit, **found})


@router.get("/datasets/{dataset_id}/points", response_model=Points)
@in_table_thread
def read_points(
    query: TableQueryDep,
    tables: TablesDep,
    x: str,
    y: str,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_POINTS)] = 2000,
) -> Response:
    """Show two columns against each other: all rows that have both values, or an even sample of `limit` of them."""
    read = query.open()
    left, right = named(read.columns, x), named(read.columns, y)
    found = tables.charts.points(read.snapshot, read.query, left, right, limit=limit, stop=query.cancel)
    return read.answer({"version": read.snapshot.version, "x": x, "y": y, **found})
