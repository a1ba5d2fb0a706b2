"""What a request asks of a table: filters, order, page. Read against the table's columns, refused by name. Pure.

A filter is `column:op:value`. All filters must hold. Names of columns may hold any text, also colons and commas: the
longest name that leaves a known operator is meant. A missing cell (null) is no value: it differs from every one (`ne`),
comes last in every order, and is found by `isnull`. Texts compare by code point.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from parquay.columns.types.base import Comparison
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.registry import type_from_json
from parquay.datasets.query.values import Column, among, bad_value, compare
from parquay.errors import BadInput, InvalidValue

OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "icontains", "starts", "isnull")
ROW_ID = "_rid"
"""The id of a row. It can be asked for by `eq` and `in`; sorting by it is the order of the rows."""
MAX_PAGE_ROWS = 10_000
"""Rows of the largest page."""
MAX_PAGE_CELLS = 1_000_000
"""Cells of the largest page."""
MAX_DEPTH_ROWS = 1_000_000
"""Rows in front of the deepest page by number in an order that must be sorted, from either end of it; cursors go on
without a limit."""
SEARCH = "search"
"""The test of a condition on all columns: one of them shows a text, in any case."""
MAX_FILTERS, MAX_VALUES, MAX_SORT_KEYS = 50, 1000, 16
"""Filters of a request, values of an `in`, columns to sort by."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter that was understood. `column` None: it is about the row's id, or, with `SEARCH`, about all columns."""

    column: Column | None
    test: Comparison


@dataclass(frozen=True, slots=True)
class Key:
    """A column to sort by."""

    column: Column
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order.

    Attributes:
        keys: what to sort by; rows that are equal in all of it stand in the order of the table.
        backwards: the order of the table is turned round.
        mirrored: the whole order is, missing values come first then.
    """

    conditions: tuple[Condition, ...] = ()
    keys: tuple[Key, ...] = ()
    backwards: bool = False
    mirrored: bool = False

    @property
    def from_the_end(self) -> Query:
        """The query for the same rows, the last one first."""
        if not self.keys:
            return replace(self, backwards=not self.backwards)
        return replace(self, mirrored=not self.mirrored, backwards=not self.backwards)

    @property
    def is_plain(self) -> bool:
        """Whether it is every row in the order of the table, so that a row's place is a matter of counting."""
        return not self.conditions and not self.keys

    def fingerprint(self, dataset_id: str = "") -> str:
        """A short text that no other query on the dataset has."""
        content = [
            dataset_id,
            _as_json(self.conditions),
            [[k.column.name, k.descending] for k in self.keys],
            self.backwards,
        ]
        return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()

    @property
    def filter_key(self) -> str:
        """A text that no other filters have."""
        return json.dumps(_as_json(self.conditions))


def _as_json(conditions: Sequence[Condition]) -> list[Any]:
    return [[each.column.name if each.column else None, each.test.op, each.test.values] for each in conditions]


def columns_of(columns: Iterable[Mapping[str, Any]]) -> list[Column]:
    """The columns of a table, from what the catalog keeps of them."""
    return [Column(i, str(each["name"]), type_from_json(each)) for i, each in enumerate(columns)]


def read_query(
    columns: Sequence[Column], filters: Sequence[str] = (), sort: Sequence[str] = (), searched: Sequence[str] = ()
) -> Query:
    """Read the filters and the sort of a request; each text of ``searched`` is one that some column must show.

    Raises:
        InvalidValue: ``bad_filter``, ``unknown_column``, ``bad_operator``, ``bad_value`` or ``bad_sort`` (422).
    """
    if len(filters) > MAX_FILTERS:
        raise InvalidValue(f"At most {MAX_FILTERS} filters.", "bad_filter")
    by_name = {column.name: column for column in columns}
    asked = [Condition(None, Comparison(SEARCH, (text,))) for text in searched if text]
    conditions = tuple(dict.fromkeys([*(_condition(by_name, text) for text in filters), *asked]))
    keys, backwards = _order(by_name, sort)
    return Query(tuple(each for each in conditions if each.test.op != "all"), keys, backwards)


def _condition(by_name: Mapping[str, Column], text: str) -> Condition:
    if ":" not in text:
        raise InvalidValue(f"A filter is column:op:value, not {_shown(text)}.", "bad_filter")
    name, op, value = _parted(by_name, text)
    if name == ROW_ID and name not in by_name:
        return Condition(None, _row_ids(op, value))
    return Condition(by_name[name], _comparison(by_name[name], op, value))


def _parted(by_name: Mapping[str, Column], text: str) -> tuple[str, str, str | None]:
    """Name, operator and value; the longest known name with a known operator behind it."""
    known = ""
    for end in range(len(text) - 1, 0, -1):
        if text[end] != ":" or (text[:end] not in by_name and text[:end] != ROW_ID):
            continue
        op, colon, value = text[end + 1 :].partition(":")
        if op in OPERATORS and (colon or op == "isnull"):
            return text[:end], op, value if colon else None
        known = known or text[:end]
    if not known:
        raise unknown_column(text.partition(":")[0])
    raise InvalidValue(f"{known}: the operators are {' '.join(OPERATORS)}; column:op:value.", "bad_operator")


def unknown_column(name: str) -> InvalidValue:
    """The refusal of a column that the table does not have."""
    return InvalidValue(f"The table has no column {_shown(name)}.", "unknown_column")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")


def _comparison(column: Column, op: str, value: str | None) -> Comparison:
    if op == "isnull":
        if value not in (None, "true", "false"):
            raise bad_value(column, value or "", "true or false")
        return Comparison("present" if value == "false" else "isnull")
    text = value or ""
    if op in ("contains", "icontains", "starts"):
        return Comparison(op, (text,))
    return among(column, _listed(column, text)) if op == "in" else compare(column, op, text)


def _listed(column: Column, text: str) -> list[str]:
    """The values of an `in`: comma separated, quoted as in CSV."""
    try:
        rows = list(csv.reader([text], strict=True)) if text else [[""]]
    except csv.Error:
        raise bad_value(column, text, "values with commas between them") from None
    if len(rows) != 1 or len(rows[0]) > MAX_VALUES:
        raise bad_value(column, text, f"one line of at most {MAX_VALUES} values")
    return rows[0]


def _row_ids(op: str, value: str | None) -> Comparison:
    column = Column(-1, ROW_ID, Int64Type())
    if op not in ("eq", "in"):
        raise InvalidValue(f"{ROW_ID}: the operators are eq and in.", "bad_operator")
    found = among(column, _listed(column, value or ""))
    return found if found.values else Comparison("none")


def _order(by_name: Mapping[str, Column], sort: Sequence[str]) -> tuple[tuple[Key, ...], bool]:
    keys: list[Key] = []
    for text in sort:
        rest: str | None = text or None
        while rest is not None:
            name, descending, rest = _next_key(by_name, rest)
            if name == ROW_ID:
                return tuple(keys), descending
            if name not in {key.column.name for key in keys}:
                keys.append(Key(by_name[name], descending))
    if len(keys) > MAX_SORT_KEYS:
        raise InvalidValue(f"Sort by at most {MAX_SORT_KEYS} columns.", "bad_sort")
    return tuple(keys), False


def _next_key(by_name: Mapping[str, Column], text: str) -> tuple[str, bool, str | None]:
    """The longest name at the start of `text`, whether it is descending, and what stands behind its comma."""
    for descending, start in ((text.startswith("-"), int(text.startswith("-"))), (False, 0)):
        ends = [len(text), *(i for i in range(len(text) - 1, start - 1, -1) if text[i] == ",")]
        for end in ends:
            if text[start:end] in by_name or text[start:end] == ROW_ID:
                return text[start:end], descending, text[end + 1 :] if end < len(text) else None
    raise unknown_column(text.removeprefix("-"))


def check_size(size: int, columns: int) -> int:
    """Return the rows of a page.

    Raises:
        InvalidValue: ``bad_size`` (422).
    """
    most = max(1, min(MAX_PAGE_ROWS, MAX_PAGE_CELLS // max(1, columns)))
    if not 1 <= size <= most:
        raise InvalidValue(f"A page of this table has 1 to {most} rows.", "bad_size")
    return size


def first_row(page: int, size: int, query: Query, matched: int) -> int:
    """Return the number of the first row of page number `page`, from 0; `matched` rows hold the query's filters.

    Raises:
        BadInput: ``bad_page`` (422), or ``page_too_deep`` (422): far from both ends of an order to be sorted.
    """
    if page < 1:
        raise InvalidValue("Pages are counted from 1.", "bad_page")
    first = (page - 1) * size
    if not query.is_plain and min(first, matched - first - size) > MAX_DEPTH_ROWS:
        reach = f"Pages by number reach row {MAX_DEPTH_ROWS} of a sorted or filtered table, from either end"
        raise InvalidValue(f"{reach}; go on by cursor.", "page_too_deep")
    if first >= 2**63:
        raise InvalidValue("No table has that page.", "bad_page")
    return first


def chosen_columns(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """The columns that are named (comma separated, quoted as in CSV, or one name each time), in that order.

    Raises:
        InvalidValue: ``unknown_column`` or ``bad_columns`` (422).
    """
    by_name = {column.name: column for column in columns}
    wanted: dict[str, None] = {}
    for text in names:
        try:
            each = [text] if text in by_name else next(csv.reader([text], strict=True), [])
        except csv.Error:
            raise InvalidValue("columns: names with commas between them.", "bad_columns") from None
        wanted |= dict.fromkeys(each)
    unknown = next((name for name in wanted if name not in by_name), None)
    if unknown is not None:
        raise unknown_column(unknown)
    return [by_name[name] for name in wanted]


def bad_cursor(why: str = "This cursor is not of this list.") -> BadInput:
    """The refusal of a cursor (400)."""
    return BadInput(why, "bad_cursor")
