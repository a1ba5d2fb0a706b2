"""Which questions go to the engine for very large tables, and what happens when it is away. No engine is needed here:
`tests/e2e/test_spark_connect.py` asks a real one."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import httpx
import pyarrow as pa
import pytest

from live_server import wait_until
from parquay.app import create_app
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import Cancelled, CancelToken
from parquay.datasets.query.groups import Grouper, named, read_measure
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.query.spark import HOPELESS, SparkEngine
from parquay.datasets.query.spark_sql import measure, measures, statement
from parquay.errors import QueryTimeout, Unavailable
from parquay.settings import Settings, SettingsError
from parquay.wiring import build

ROWS = "".join(f"{number},word {number % 3}\n" for number in range(50))


class Answering:
    """A session that answers every statement with a table, or not at all."""

    def __init__(self, answer: pa.Table | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.sessions = 0
        self.tags: list[str] = []
        self.interrupted: list[str] = []

    def connect(self, url: str) -> Answering:
        assert url == "sc://engine:15002"
        self.sessions += 1
        return self

    def clearTags(self) -> None:  # noqa: N802  Spark's name
        """Those of another thread than ours stay, as in Spark."""

    def addTag(self, tag: str) -> None:  # noqa: N802  Spark's name
        self.tags.append(tag)

    def interruptTag(self, tag: str) -> None:  # noqa: N802  Spark's name
        self.interrupted.append(tag)

    def sql(self, statement: str) -> Answering:
        self.asked.append(statement)
        return self

    def toArrow(self) -> pa.Table:  # noqa: N802  Spark's name
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def spark(session: Answering, min_rows: int = 10) -> SparkEngine:
    return SparkEngine("sc://engine:15002", min_rows=min_rows, connect=session.connect)


@pytest.fixture
def snapshot(table_of):
    return table_of("number,word\n" + ROWS)


def grouped(engine, far: SparkEngine, snapshot, by: str = "word", of: str = "sum(number)", *filters: str, **how: Any):
    columns = columns_of(snapshot.columns)
    query = read_query(columns, filters)
    return Grouper(engine, far).groups(snapshot, query, named(columns, by), read_measure(columns, of), limit=10, **how)


ANSWER = pa.table({"c1": ["far away"], "value": [7]})


def test_a_large_table_is_asked_far_away_and_a_small_one_here(engine, snapshot):
    session = Answering(ANSWER)

    large, small = grouped(engine, spark(session, 50), snapshot), grouped(engine, spark(session, 51), snapshot)

    assert large == {"groups": [{"key": "far away", "value": 7}], "more": False}
    assert [each["key"] for each in small["groups"]] == ["word 0", "word 1", "word 2"]
    assert len(session.asked) == 1
    assert session.asked[0].startswith("SELECT c1, sum(CAST(c0 AS DECIMAL(28,0))) AS value FROM (SELECT `number` AS c0")
    assert session.asked[0].endswith("VERSION AS OF 0) AS t WHERE TRUE GROUP BY c1 ORDER BY c1 ASC NULLS LAST LIMIT 11")


@pytest.mark.parametrize(
    ("of", "filters"),
    [
        ("avg(number)", ()),
        ("count()", ("_rid:eq:3",)),
        ("count()", ("word:icontains:WORD",)),
        ("count()", ("number:contains:3",)),
    ],
    ids=["a mean", "rows by their ids", "small letters", "numbers as they were written"],
)
def test_what_it_cannot_answer_exactly_is_asked_here(engine, snapshot, of, filters):
    session = Answering(ANSWER)

    found = grouped(engine, spark(session), snapshot, "word", of, *filters)

    assert session.asked == []
    assert found["groups"]


def test_an_engine_that_is_away_is_left_alone_for_a_while(engine, snapshot, monkeypatch):
    session, moment = Answering(ConnectionError("no route")), 0.0
    monkeypatch.setattr("parquay.datasets.query.spark.time.monotonic", lambda: 1000 + moment)
    far = spark(session)

    first, again = grouped(engine, far, snapshot), grouped(engine, far, snapshot, "word", "min(number)")
    was_up = far.is_up()
    moment = 31.0
    session.answer = ANSWER
    later = grouped(engine, far, snapshot, "word", "max(number)")

    assert len(first["groups"]) == len(again["groups"]) == 3, "from the engine here"
    assert (was_up, far.is_up(), len(session.asked), session.sessions) == (False, True, 2, 2)
    assert later["groups"][0]["key"] == "far away"


def test_a_table_that_is_hopeless_here_is_refused_while_the_engine_is_away(engine, snapshot):
    far = spark(Answering(ConnectionError("no route")), 50 // HOPELESS)

    with pytest.raises(Unavailable) as refused:
        grouped(engine, far, snapshot)

    assert (refused.value.code, refused.value.retry_after) == ("engine_unavailable", 30)


def test_where_nobody_listens_the_engine_here_answers(engine, snapshot):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        far = SparkEngine(f"sc://127.0.0.1:{unused.getsockname()[1]}", min_rows=10)

        found = grouped(engine, far, snapshot)

    assert len(found["groups"]) == 3
    assert not far.is_up()


class Silent(Answering):
    """A session that does not answer."""

    def __init__(self) -> None:
        super().__init__(ANSWER)
        self.release = threading.Event()

    def toArrow(self) -> pa.Table:  # noqa: N802
        self.release.wait(30)
        return self.answer


def test_nobody_waits_longer_than_a_query_may_take(snapshot):
    session = Silent()
    far, query = spark(session), read_query(columns_of(snapshot.columns))
    gone = CancelToken()
    gone.cancel()

    with pytest.raises(QueryTimeout):
        far.table(snapshot, query, "count(*) AS n", CancelToken().until(0))
    with pytest.raises(Cancelled):
        far.table(snapshot, query, "count(*) AS n", gone)

    wait_until(lambda: len(session.interrupted) == 2, "that the server is told to end both")
    session.release.set()
    assert sorted(session.interrupted) == sorted(session.tags)
    assert far.is_up()


def test_aggregates_are_asked_far_away_too(engine, snapshot):
    answer: dict[str, list[Any]] = {"count0": [50], "low0": [1], "high0": [9], "distinct0": [4], "sum0": [100]}
    answer |= {"count1": [50], "low1": ["a"], "high1": ["b"], "distinct1": [2]}
    session = Answering(pa.table(answer))

    found = Aggregator(engine, spark(session)).columns(snapshot, read_query(columns_of(snapshot.columns)))

    assert found["number"] | {"x": 0} == {
        "count": 50,
        "nulls": 0,
        "min": 1,
        "max": 9,
        "mean": 2.0,
        "sum": 100,
        "distinct": 4,
        "distinct_exact": True,
        "x": 0,
    }
    assert len(session.asked) == 1


def test_no_text_of_a_request_stands_in_a_statement(table_of):
    evil = "x' OR '1'='1` \\ \n--"
    table = table_of('"a`b; DROP TABLE t"\n' + "".join(f"w{number}\n" for number in range(9)))
    query = read_query(columns_of(table.columns), [f"a`b; DROP TABLE t:eq:{evil}"])

    asked = statement(table, query, "count(*) AS n")

    assert evil not in asked
    assert f"X'{evil.encode().hex()}'" in asked
    assert "`a``b; DROP TABLE t` AS c0" in asked


def test_sums_that_could_outgrow_its_decimals_are_not_asked_for(table_of):
    table = table_of("long,short\n" + "12345678901234567890123456789.5,1.5\n" * 5)
    long, short = columns_of(table.columns)

    assert measure("sum", short) == "sum(c1) AS value"
    assert (measure("sum", long), measures([long, short], exact=True)) == (None, None)
    assert measures([short], exact=False) is not None


def got(app: Any, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:1") as http:
            return await http.get(path)

    return asyncio.run(ask())


def test_a_server_says_what_it_lacks_and_what_is_away(tmp_path, monkeypatch):
    asked = Settings(_env_file=None, data_dir=tmp_path, port=1, engine_url="sc://spark:15002")
    monkeypatch.setattr("parquay.wiring.tables.find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"needs the extra parquay\[engine\]"):
        build(asked)
    monkeypatch.setattr("parquay.wiring.tables.find_spec", lambda name: name)

    services = build(asked)
    assert services.tables.spark is not None
    app = create_app(services)

    before, unasked = got(app, "/readyz").json(), got(app, "/metrics").text
    services.tables.spark._leave(ConnectionError("no route"))
    after, shown = got(app, "/readyz").json(), got(app, "/metrics").text
    services.close()

    assert (before["status"], before["engine"]) == ("ready", "up")
    assert "parquay_engine_up 1.0" in unasked, "an engine that nobody asked is no alert"
    assert (after["status"], after["engine"]) == ("degraded", "down")
    assert "very large tables" in after["detail"]
    assert "parquay_engine_up 0.0" in shown
