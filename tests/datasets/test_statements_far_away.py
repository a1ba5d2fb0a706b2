"""Statements over tables that are very large: what another engine does of them, and that nothing is answered otherwise.

The other engine is a small one here; `tests/e2e/test_spark_connect.py` asks a real one the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasets.spark_in_duckdb import SparkInDuckDb
from far_values import ASKED_HERE, STATEMENTS, csv
from parquay.columns.text import json_text
from parquay.datasets.export.export import Exporter
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.plan import Query, columns_of, read_query
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.statements import far
from parquay.datasets.statements.names import OpenTable
from parquay.datasets.statements.process import StatementProcesses
from parquay.datasets.statements.reduced import ReducedStatement, reduced_statement
from parquay.datasets.statements.run import AskedStatement, Statements
from parquay.datasets.versions.commits import Author
from parquay.errors import InvalidValue, Unavailable


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StatementProcesses]:
    found = StatementProcesses(tmp_path_factory.mktemp("spill"), memory=256 << 20, kept=3)
    yield found
    found.close()


class Both:
    """A table, and what answers statements over it without and with another engine."""

    def __init__(self, processes: StatementProcesses, snapshot: Any, session: Any = None) -> None:
        self.snapshot = snapshot
        self.session = session or SparkInDuckDb()
        self.spark = SparkEngine("sc://engine:15002", min_rows=10, connect=self.session.connect)
        self.here = Statements(processes, seconds=60)
        self.far = Statements(processes, seconds=60, spark=self.spark)

    def answered(self, statements: Statements, query: str, **asked: Any) -> Any:
        def opener(_named: Any, _queries: Any, _held: ExitStack) -> list[OpenTable]:
            return [OpenTable("t", self.snapshot)]

        running = statements.begin(AskedStatement(query, **asked), "ann", opener, CancelToken())
        try:
            return json_text.loads(b"".join(running.pieces()))
        finally:
            running.close()

    def ask(self, query: str, **asked: Any) -> list[str]:
        """What the other engine was asked; both answers are the same."""
        before = len(self.session.asked)
        far_away, here = (self.answered(each, query, **asked) for each in (self.far, self.here))
        assert far_away == here
        assert self.spark.is_up()
        return list(self.session.asked[before:])


@pytest.fixture
def both(processes, table_of) -> Both:
    return Both(processes, table_of(csv().decode()))


class InThisProcess:
    """Runs statements over a table here, and over what is read instead of it."""

    def __init__(self, both: Both, folder: Path) -> None:
        self.table, self.both, self.folder = OpenTable("t", both.snapshot), both, folder
        self.here, self.less = (duckdb.connect(config={"threads": 1}) for _ in range(2))
        for engine in (self.here, self.less):
            engine.execute("SET GLOBAL TimeZone = 'UTC'")

    def ask(self, query: str) -> list[str]:
        """What the other engine was asked; both answers are the same."""
        before = len(self.both.session.asked)
        with ExitStack() as held:
            self.here.execute(self.table.readable(held).sql.replace("CREATE", "CREATE OR REPLACE", 1))
            found = self.reduced(query)
            if found is None:
                return []
            read = far.reduced(
                self.both.spark, found.described, [self.table], CancelToken(), folder=self.folder, held=held
            )
            views = [*(read or ()), *([self.table.readable(held)] if "t" in found.tables else ())]
            self.less.execute("BEGIN")
            for each in views:
                self.less.execute(each.sql)
            assert answer(self.less, found.text) == answer(self.here, query)
            self.less.execute("ROLLBACK")
        return list(self.both.session.asked[before:])

    def reduced(self, query: str) -> ReducedStatement | None:
        ((tree,),) = self.here.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
        return reduced_statement(self.less, json.loads(tree), far.described([self.table], [self.table]), None)


def answer(engine: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, Any]:
    """The columns of a result, and its rows in any order, as texts."""
    columns = engine.execute(f"DESCRIBE {query}").fetchall()
    return columns, sorted(engine.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({query})").fetchall(), key=repr)


def test_a_statement_is_answered_alike_with_its_aggregates_from_far_away(both: Both, tmp_path: Path):
    here = InThisProcess(both, tmp_path)

    silent = [query for query in STATEMENTS if not here.ask(query)]

    assert silent == []


def test_what_could_be_answered_otherwise_is_asked_here(both: Both, tmp_path: Path):
    here = InThisProcess(both, tmp_path)

    asked = {query: found for query in ASKED_HERE if (found := here.ask(query))}

    assert asked == {}


def test_what_is_asked_groups_by_the_columns_that_the_rest_of_the_statement_needs(both: Both):
    (asked,) = both.ask(
        "SELECT upper(word), count(*), sum(price) FROM t WHERE whole > 3 AND flag GROUP BY 1 ORDER BY 1"
    )

    columns = {
        f"c{each['index']}": each["name"]
        for each in far.described([], [OpenTable("t", both.snapshot)])["large"][0]["columns"]
    }
    by = asked.partition(" GROUP BY ")[2].partition(" LIMIT ")[0].split(", ")
    assert sorted(columns[each] for each in by) == ["flag", "word"]
    assert "CAST(CAST(X'33' AS STRING) AS BIGINT)" in asked, "the filter that compares with a constant"


@pytest.mark.parametrize(
    "params", [{"least": 3, "words": "zoë", "day": "2024-03-01"}, [3, "zoë", "2024-03-01"]], ids=["named", "by place"]
)
def test_parameters_of_filters_are_asked_far_away_and_stay_those_of_the_statement(both: Both, params: Any):
    names = ("$least", "$words", "$day") if isinstance(params, dict) else ("?", "?", "?")
    query = "SELECT flag, count(*) FROM t WHERE whole > {} AND word = {} AND day <= {} GROUP BY flag".format(*names)

    assert len(both.ask(query, params=params)) == 1


@pytest.fixture
def many_parts(house):
    """A table of 3 parts."""
    file = house.convert(NUMBERS)
    for more in ("77", "78"):
        house.appending.append(house.file(file.id), Author("u"), house.convert(NUMBERS.replace(" 7", f" {more}")))
    found = house.tables.snapshot(house.file(file.id))
    assert len(found.parts) == 3
    return found


NUMBERS = "number,word\n" + "".join(f"{number},word {number}\n" for number in range(1, 30))


def test_rows_are_read_from_the_parts_that_have_some(processes, many_parts):
    both = Both(processes, many_parts)
    query = read_query(columns_of(many_parts.columns), ["word:eq:word 7", "number:contains:7"])

    (asked,) = both.ask("SELECT * FROM t WHERE word = 'word 7' AND number % 2 = 1")
    narrow = both.spark.narrowed(many_parts, query, CancelToken())
    plain = both.spark.narrowed(many_parts, Query(), CancelToken())

    assert asked.count("parquet.`") == 3
    assert len(both.session.asked) == 1, "what was found of the parts is remembered"
    assert (narrow.parts, plain) == (many_parts.parts[:1], many_parts)


@pytest.mark.parametrize("kind", ["csv", "ndjson", "arrow", "xlsx", "parquet"])
def test_an_export_is_the_same_when_the_parts_are_found_far_away(engine, many_parts, kind):
    session = SparkInDuckDb()
    spark = SparkEngine("sc://engine:15002", min_rows=10, connect=session.connect)
    columns = columns_of(many_parts.columns)
    wish = ExportRequest(kind, tuple(columns), read_query(columns, ["number:gt:20", "word:ne:word 22"]))

    def exported(far_away: SparkEngine | None) -> bytes:
        exporter = Exporter(engine, Aggregator(engine, far_away), far_away)
        return b"".join(exporter.export(many_parts, wish, CancelToken(), CancelToken()).chunks())

    assert exported(spark) == exported(None)
    assert session.asked


def test_too_many_groups_are_made_here(both: Both, monkeypatch):
    monkeypatch.setattr(far, "MAX_ROWS", 3)

    assert len(both.ask("SELECT word, count(*) FROM t GROUP BY word ORDER BY word")) == 1


class Away(SparkInDuckDb):
    """A session that is asked and does not answer."""

    def toArrow(self) -> Any:  # noqa: N802  Spark's name
        raise ConnectionError("no route")


def test_an_engine_that_is_away_is_done_without_as_far_as_the_table_is_not_hopeless(processes, table_of):
    snapshot = table_of(csv().decode())
    both = Both(processes, snapshot, Away())
    hopeless = Both(processes, snapshot, Away())
    hopeless.spark = SparkEngine("sc://engine:15002", min_rows=1, connect=hopeless.session.connect)
    query = "SELECT count(*) FROM t"

    both.spark = SparkEngine("sc://engine:15002", min_rows=100, connect=both.session.connect)
    found = both.answered(Statements(processes, seconds=60, spark=both.spark), query)
    with pytest.raises(Unavailable) as refused:
        hopeless.answered(Statements(processes, seconds=60, spark=hopeless.spark), query)
    rows = hopeless.answered(
        Statements(processes, seconds=60, spark=hopeless.spark), "SELECT * FROM t WHERE whole = 12"
    )

    assert found == both.answered(both.here, query)
    assert (both.spark.is_up(), refused.value.code) == (False, "engine_unavailable")
    assert rows["rows"], "rows are read here at any size"


@pytest.mark.parametrize(
    "query", ["SELECT nothing, count(*) FROM t GROUP BY ALL", "SELECT count(*) FROM t WHERE day = 'no day'"]
)
def test_a_mistake_is_told_as_it_is_without_the_other_engine(both: Both, query: str):
    refusals = []
    for statements in (both.far, both.here):
        with pytest.raises(InvalidValue) as refused:
            both.answered(statements, query)
        refusals.append((refused.value.code, refused.value.detail))  # its place is not known of what is asked instead

    assert refusals[0] == refusals[1]


def test_what_was_written_for_a_statement_goes_with_it(both: Both):
    both.ask("SELECT count(*) FROM t")

    assert list(both.here._processes._scratch.folder.rglob("*.parquet")) == []
