"""Columns that are renamed, converted, added and dropped in any order: text in is text out."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from parquay.datasets.edit.columns import ColumnWish, NewColumn
from parquay.datasets.versions.commits import Author
from parquay.errors import InvalidValue

ANN = Author("ann")
ROUNDS = int(os.environ.get("ROUNDS", "6"))
"""Rounds of the model."""


CELL = st.sampled_from(
    ["1", "2", "-7", "1.50", "1.5", "", "NA", "x", "007", "true", "2024-02-29", "31/12/2024", "a,b", "1,234"]
)
KIND = st.sampled_from(["int64", "decimal(18,2)", "decimal", "double", "bool", "date", "timestamp", "text"])


class ColumnsOfATable(RuleBasedStateMachine):
    """A table in plain Python beside the real one: rows of texts, None where a cell is empty."""

    house: Any
    read: Any

    @initialize(cells=st.lists(st.tuples(CELL, CELL), min_size=3, max_size=6))
    def convert(self, cells):
        rows = [["k", *row] for row in cells]
        self.file = self.house.convert("id,a,b\n" + "".join(",".join(map(quoted, row)) + "\n" for row in rows))
        self.names = ["id", "a", "b"]
        self.rows = [list(row) for row in rows]
        self.past = []
        self.fresh = 0

    def newest(self):
        return self.house.file(self.file.id)

    def remember(self):
        self.past.append(
            (self.house.tables.snapshot(self.newest()).version, list(self.names), [list(row) for row in self.rows])
        )

    @rule(at=st.integers(0, 5), kind=KIND)
    def convert_column(self, at, kind):
        self.remember()
        with contextlib.suppress(InvalidValue):  # a day that may be a month
            self.house.columns.change(self.newest(), ANN, self.names[at % len(self.names)], ColumnWish(type=kind))

    @rule(at=st.integers(0, 5))
    def rename(self, at):
        self.remember()
        self.fresh += 1
        at %= len(self.names)
        self.house.columns.change(self.newest(), ANN, self.names[at], ColumnWish(f"name {self.fresh}"))
        self.names[at] = f"name {self.fresh}"

    @rule(at=st.integers(0, 5))
    def drop(self, at):
        if len(self.names) > 2:
            self.remember()
            at %= len(self.names)
            self.house.columns.drop(self.newest(), ANN, self.names.pop(at))
            for row in self.rows:
                row.pop(at)

    @rule(cell=CELL)
    def add(self, cell):
        if len(self.names) < 6:
            self.remember()
            self.fresh += 1
            self.names.append(f"new {self.fresh}")
            self.house.columns.add(self.newest(), ANN, NewColumn(self.names[-1], "text", value=cell))
            for row in self.rows:
                row.append(cell)

    @rule(at=st.integers(0, 5), cell=CELL)
    def append(self, at, cell):
        name = self.names[at % len(self.names)]
        if name == "junk":
            return
        self.remember()
        more = self.house.convert(f"{name},junk\n{quoted(cell or 'z')},q\n")
        self.house.appending.append(self.newest(), ANN, more, again=True)
        if "junk" not in self.names:
            self.names.append("junk")
            for row in self.rows:
                row.append(None)
        self.rows.append([cell or "z" if each == name else "q" if each == "junk" else None for each in self.names])

    @rule(row=st.integers(0, 9))
    def delete(self, row):
        if len(self.rows) > 1:
            self.remember()
            row %= len(self.rows)
            rid = self.house.rows(self.newest())[row][0]
            self.house.edit(self.newest(), deletes=frozenset({rid}))
            self.rows.pop(row)

    @rule(at=st.integers(0, 9))
    def restore(self, at):
        if self.past:
            version, names, rows = self.past[at % len(self.past)]
            self.remember()
            self.house.versions.restore(self.newest(), ANN, version)
            self.names, self.rows = list(names), [list(row) for row in rows]

    @invariant()
    def text_in_is_text_out(self):
        if hasattr(self, "names"):
            lines = [",".join(map(quoted, row)) for row in [self.names, *self.rows]]
            assert self.read(self.file, header=True) == "".join(line + "\n" for line in lines)


def quoted(cell):
    if cell is None:
        return ""
    return f'"{cell}"' if "," in cell or cell == "" else cell


def test_text_in_is_text_out_whatever_happens_to_columns(house, text):
    machine = type("Run", (ColumnsOfATable,), {"house": house, "read": staticmethod(text)})
    quick = settings(
        max_examples=ROUNDS, stateful_step_count=8, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=quick)
