from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest

from live_server import wait_until
from made_tables import made_table, paths_of
from parquay.columns.types.registry import column_type
from parquay.datasets.query.engine import Cancelled, CancelToken, Engine
from parquay.datasets.query.sql import Sql, table
from parquay.errors import ParquayError

HEAVY = Sql("SELECT count(*) AS n FROM range(100000000) a, range(100000) b WHERE hash(a.range, b.range) % 7 = 3")
"""Longer than anybody waits."""


@pytest.fixture
def start_engine(tmp_path):
    started = []
    (tmp_path / "parquet").mkdir()

    def start(**options):
        engine = Engine(tmp_path / "parquet", tmp_path / "scratch", **options)
        started.append(engine)
        return engine

    yield start
    for engine in started:
        engine.close()


def code_of(act):
    with pytest.raises(ParquayError) as caught:
        act()
    return caught.value.status, caught.value.code


def test_values_are_bound_whatever_they_hold(start_engine):
    text = "'; DROP TABLE x; --\0\"é"

    assert start_engine().table(Sql("SELECT ? AS v", (text,))).to_pylist() == [{"v": text}]


def test_query_beyond_its_time_ends_with_408(start_engine):
    engine = start_engine(seconds=0.2)
    began = time.monotonic()

    assert code_of(lambda: engine.table(HEAVY)) == (408, "query_timeout")

    assert time.monotonic() - began < 5
    assert engine.table(Sql("SELECT 1 AS n")).to_pylist() == [{"n": 1}]


def test_time_that_is_over_before_the_engine_begins_still_ends_the_query(start_engine):
    assert code_of(lambda: start_engine(seconds=1e-9).table(HEAVY))[0] in (408, 503)


def test_query_ends_when_nobody_waits_for_it(start_engine):
    engine, stop, ended = start_engine(seconds=60), CancelToken(), []

    def ask():
        with pytest.raises(Cancelled):
            engine.table(HEAVY, stop)
        ended.append(True)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: engine._watch._running, "running query")
    stop.cancel()

    asking.join(10)
    assert ended == [True]


def test_query_that_nobody_waits_for_any_more_does_not_begin(start_engine):
    stop = CancelToken()
    stop.cancel()

    with pytest.raises(Cancelled):
        start_engine().table(Sql("SELECT 1"), stop)


def test_more_queries_than_seats_are_told_to_come_again(start_engine):
    engine, stop = start_engine(seconds=0.5, queries=1), CancelToken()
    assert engine.table(Sql("SELECT 1 AS n")).num_rows == 1
    engine._slots.acquire()

    try:
        with pytest.raises(ParquayError) as caught:
            engine.table(Sql("SELECT 1"), stop)
    finally:
        engine._slots.release()

    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (503, "queries_busy", 1)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/parquay-escaped.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/parquay-escaped.db'",
        "SET memory_limit = '64GB'",
        "SET enable_external_access = true",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    ],
)
def test_engine_reaches_nothing_but_the_parts(start_engine, text):
    import duckdb

    # These are our own mistakes, if ever: no request becomes SQL. They get no name and no way out.
    with pytest.raises((duckdb.Error, ParquayError)):
        start_engine().table(Sql(text))
    assert not list(Path("/tmp").glob("parquay-escaped.*"))


def test_query_that_needs_too_much_memory_is_refused_by_name(start_engine, monkeypatch):
    monkeypatch.setattr("parquay.datasets.query.engine.SPILL", 1 << 20)
    engine = start_engine(memory=64 << 20)
    asked = Sql("SELECT len(list(range)) AS n FROM range(50000000)")

    assert code_of(lambda: engine.table(asked)) == (413, "query_too_large")


def test_value_that_its_type_cannot_hold_is_refused_by_name(start_engine):
    engine = start_engine()

    for text in ("SELECT CAST('9999-99-99' AS DATE)", "SELECT CAST(300 AS TINYINT)"):
        assert code_of(lambda text=text: engine.table(Sql(text))) == (422, "bad_value")


def test_part_that_was_removed_is_told(start_engine):
    engine = start_engine()
    made = made_table(engine._fetched, {"n": column_type("int64", True)}, pa.table({"n": [1]}))
    paths_of(made)[0].unlink()

    assert code_of(lambda: engine.table(Sql("SELECT * FROM ") + table(made))) == (503, "part_missing")


def test_what_a_dead_process_had_spilled_is_removed_and_that_of_a_living_one_stays(start_engine, tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"queries-{dead.pid}", f"queries-{os.getppid()}", "queries-x"):
        (tmp_path / "scratch" / name).mkdir(parents=True)

    engine = start_engine()
    engine.table(Sql("SELECT 1"))

    left = {path.name for path in (tmp_path / "scratch").iterdir()}
    assert left == {f"queries-{os.getppid()}", "queries-x", f"queries-{os.getpid()}"}
    engine.close()
    assert f"queries-{os.getpid()}" not in {path.name for path in (tmp_path / "scratch").iterdir()}


def test_instants_are_those_of_utc_wherever_the_server_stands(start_engine, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    found = start_engine().table(Sql("SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00:00Z' AS VARCHAR) AS v"))

    assert found.to_pylist() == [{"v": "2024-01-01 00:00:00+00"}]
