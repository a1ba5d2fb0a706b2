"""Tables: pages, sorts, filters and aggregates of 100 million rows, beside plain DuckDB on the same parts."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench import report
from made_tables import paths_of
from parquay.columns.parquet import parts
from parquay.columns.types import numbers
from parquay.columns.types.base import ColumnType
from parquay.columns.types.registry import column_type, type_to_json
from parquay.columns.types.text import TEXT
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import Grouper, named, read_measure
from parquay.datasets.query.plan import Query, columns_of, read_query
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.storage.local.place import LocalPlaces

PART_ROWS, WIDE_ROWS = 1_000_000, 200_000
PAGE = 100
CITIES = ("Ulm", "Bonn", "Köln", "Berlin", "Hamburg", "Basel", "Wien", "Graz")
TALL = {
    "id": column_type("int64", True),
    "amount": column_type("decimal", [10, 2]),
    "city": TEXT,
    "day": column_type("date", True),
}
WIDE = {"key": column_type("int64", True)} | {f"text{number}": TEXT for number in range(40)}


def tall(rng: np.random.Generator) -> pa.Table:
    cents = rng.integers(0, 10**9, PART_ROWS)
    return pa.table(
        {
            "id": pa.array(np.arange(PART_ROWS)),
            "amount": numbers.decimals_from_doubles(pa.array(cents / 100), 2),
            "city": pa.array(np.array(CITIES)[rng.integers(0, len(CITIES), PART_ROWS)]),
            "day": pa.array(rng.integers(15_000, 20_000, PART_ROWS).astype("int32")).cast(pa.date32()),
        }
    )


def wide(rng: np.random.Generator) -> pa.Table:
    rows = WIDE_ROWS
    texts = {name: [f"text {n}" for n in rng.integers(0, 10**6, rows)] for name in list(WIDE)[1:]}
    return pa.table({"key": pa.array(rng.integers(0, 10**12, rows)), **texts})


def repeat(folder: Path, table: pa.Table, count: int) -> None:
    """Write a part and give it `count` names."""
    folder.mkdir(parents=True)
    first = folder / "part-00000.parquet"
    first.write_bytes(parts.encode(table))
    for number in range(1, count):
        os.link(first, folder / f"part-{number:05d}.parquet")


def version(folder: Path, types: dict[str, ColumnType], rows: int) -> Snapshot:
    """A version of the parts in a folder, which have `rows` rows each."""
    names = sorted(path.name for path in folder.iterdir())
    return Snapshot(
        dataset_id="bench",
        name="bench.csv",
        version=0,
        place=LocalPlaces(folder.parent).at(folder.name),
        columns=tuple({"name": name, "type": kind.name, **type_to_json(kind)} for name, kind in types.items()),
        parts=tuple(Part(name, rows, ((i * rows, rows),)) for i, name in enumerate(names)),
        dialect=None,
        updated_at=datetime.now(UTC),
    )


class Ours:
    """What the routes do, with the JSON that they send."""

    def __init__(self, engine: Engine, snapshot: Snapshot) -> None:
        self.engine = engine
        self.snapshot = snapshot
        self.columns = columns_of(snapshot.columns)
        self.browser = Browser(engine)

    def query(self, *filters: str, sort: str = "") -> Query:
        return read_query(self.columns, filters, [sort])

    def page(self, query: Query, first: int = 0) -> Callable[[], str]:
        return lambda: json.dumps(self.browser.page(self.snapshot, query, first, PAGE))

    def random_page(self) -> str:
        return self.page(Query(), random.randrange(self.snapshot.rows - PAGE))()

    def next_page(self, query: Query) -> Callable[[], str]:
        cursor = self.browser.after(self.snapshot, query, None, PAGE).next
        return lambda: json.dumps(self.browser.after(self.snapshot, query, cursor, PAGE).rows)

    def count(self, query: Query) -> Callable[[], int]:
        return lambda: Aggregator(self.engine).count(self.snapshot, query)

    def aggregates(self) -> str:
        return json.dumps(Aggregator(self.engine).columns(self.snapshot, Query()))

    def groups(self) -> str:
        by, measure = named(self.columns, "city"), read_measure(self.columns, "sum(amount)")
        return json.dumps(Grouper(self.engine).groups(self.snapshot, Query(), by, measure, limit=1000))


class Plain:
    """DuckDB as it comes, with its cache of footers on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.rows = snapshot.rows
        self._files = [str(path) for path in paths_of(snapshot)]
        self._connection = duckdb.connect()
        self._connection.execute("SET parquet_metadata_cache = true")

    def ask(self, what: str, rest: str = "") -> Callable[[], object]:
        text = f"SELECT {what} FROM read_parquet(?) {rest}"
        return lambda: self._connection.execute(text, [self._files]).fetchall()

    def random_page(self) -> object:
        return self.ask("*", f"LIMIT {PAGE} OFFSET {random.randrange(self.rows - PAGE)}")()


Case = tuple[str, Callable[[], object], Callable[[], object], int]
"""What it is, how we do it, how plain DuckDB does it, and how often in a round."""


def tall_cases(ours: Ours, plain: Plain) -> list[Case]:
    by_amount = ours.query(sort="-amount")
    some = ours.query("city:eq:Ulm", "amount:gt:5000000")
    order = "ORDER BY amount DESC NULLS LAST, file_index, file_row_number LIMIT 100"
    same = "WHERE city = 'Ulm' AND amount > 5000000"
    every = ", ".join(
        f"count({name}), min({name}), max({name}), approx_count_distinct({name})"
        for name in ("id", "amount", "city", "day")
    )
    return [
        ("a page anywhere, in the order of the table", ours.random_page, plain.random_page, 30),
        ("first page sorted by `amount`", ours.page(by_amount), plain.ask("*", order), 1),
        ("the page behind it, by cursor", ours.next_page(by_amount), plain.ask("*", order + " OFFSET 100"), 1),
        ("first page of two filters", ours.page(some), plain.ask("*", f"{same} LIMIT 100"), 3),
        ("count of two filters", ours.count(some), plain.ask("count(*)", same), 1),
        ("sum of `amount` by `city`", ours.groups, plain.ask("city, sum(amount)", "GROUP BY city"), 1),
        ("aggregates of every column", ours.aggregates, plain.ask(f"{every}, sum(id), sum(amount)"), 1),
    ]


def wide_cases(ours: Ours, plain: Plain) -> list[Case]:
    order = "ORDER BY key DESC NULLS LAST, file_index, file_row_number LIMIT 100"
    return [
        ("a page anywhere, in the order of the table", ours.random_page, plain.random_page, 10),
        ("first page sorted by `key`", ours.page(ours.query(sort="-key")), plain.ask("*", order), 1),
    ]


def seconds(act: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return found


def compared(cases: list[Case], rounds: int) -> dict[str, tuple[float, float]]:
    """The medians of both, in seconds, by the name of the case."""
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name, *_ in cases}
    for turn in range(rounds + 1):
        for name, ours, plain, times in cases:
            pair = [(taken[name][0], ours), (taken[name][1], plain)]
            for into, act in random.sample(pair, 2):
                into.extend(seconds(act, times) if turn else seconds(act, 1)[:0])
    return {name: (statistics.median(one), statistics.median(other)) for name, (one, other) in taken.items()}


def shown(found: dict[str, tuple[float, float]]) -> str:
    rows = [
        [name, f"{ours * 1e3:.1f}", f"{plain * 1e3:.1f}", f"{ours / plain:.2f}"]
        for name, (ours, plain) in found.items()
    ]
    return report.table(["what", "Parquay ms", "DuckDB ms", "ratio"], rows)


def started(folder: Path) -> Engine:
    return Engine(folder / "parquet", folder / "scratch", seconds=120)


def alone(folder: Path) -> None:
    """Do every case of ours once and print the peak of this process, in MiB."""
    engine = started(folder)
    high = version(folder / "parquet" / "tall", TALL, PART_ROWS)
    for _, act, _, _ in tall_cases(Ours(engine, high), Plain(high)):
        act()
    engine.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def run(*, quick: bool = False) -> str:
    """Measure everything and return the section."""
    count, rounds = (10, 1) if quick else (100, 5)
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(prefix="parquay-bench-") as name:
        folder = Path(name)
        repeat(folder / "parquet" / "tall", tall(rng), count)
        repeat(folder / "parquet" / "wide", wide(rng), count // 2)
        high = version(folder / "parquet" / "tall", TALL, PART_ROWS)
        broad = version(folder / "parquet" / "wide", WIDE, WIDE_ROWS)
        command = [sys.executable, "-c", f"from bench.tables import *; alone(Path({name!r}))"]
        peak = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        engine = started(folder)
        try:
            found = compared(tall_cases(Ours(engine, high), Plain(high)), rounds)
            found_wide = compared(wide_cases(Ours(engine, broad), Plain(broad)), max(1, rounds // 2))
        finally:
            engine.close()
    return section(high, broad, found, found_wide, rounds, peak)


def section(
    high: Snapshot,
    broad: Snapshot,
    found: dict[str, tuple[float, float]],
    found_wide: dict[str, tuple[float, float]],
    rounds: int,
    peak: float,
) -> str:
    (page, _), (sort, plain_sort) = (
        found["a page anywhere, in the order of the table"],
        found["first page sorted by `amount`"],
    )
    matched, plain_matched = found["count of two filters"]
    goals = [
        report.verdict("a page anywhere", page * 1e3, "ms", most=20),
        report.verdict("first sorted page beside plain DuckDB", sort / plain_sort, "×", most=2),
        report.verdict("filtered count beside plain DuckDB", matched / plain_matched, "×", most=2),
    ]
    return f"""## Tables

{report.machine()} Method: one part of {PART_ROWS:,} rows under {len(high.parts)} names, four columns; what the routes do
(with the JSON of a page of {PAGE} rows, nothing remembered) beside plain DuckDB {duckdb.__version__} in the same process and with as
many threads, taking turns; a first round is not counted, numbers are medians of {rounds} rounds. A page in the order of the
table is `LIMIT … OFFSET` in plain DuckDB. Aggregates beside it are estimates of distinct values only, Parquay counts
them exactly where there are few. A process that does all of this once, our way,
has a peak of {peak:.0f} MiB (queries may have 512 MiB). The machine's load average was {os.getloadavg()[2]:.1f} over the last quarter of an hour;
more than this benchmark makes (about 2) means that other programs ran too.

### {high.rows:,} rows of 4 columns

{shown(found)}

### {broad.rows:,} rows of {len(broad.columns)} columns

{shown(found_wide)}

### Goals of tables

{report.table(["what", "goal", "measured", "met"], goals)}
"""
