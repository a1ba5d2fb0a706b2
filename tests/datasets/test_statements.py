"""Statements of callers in their own processes: what they may not do, and what becomes of their processes."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from datasets.hostile_statements import EXPENSIVE, FILES, PATHS, SETTINGS, SYNTAX, WRITES
from parquay.columns.text import json_text
from parquay.datasets.query.engine import Cancelled, CancelToken
from parquay.datasets.statements.process import StatementProcesses, ended_by
from parquay.datasets.statements.run import AskedStatement, Statements
from parquay.errors import InvalidValue, ParquayError, QueryTimeout, TooLarge, Unavailable

MIB = 1 << 20


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Statements]:
    opened = Statements(StatementProcesses(tmp_path_factory.mktemp("spill"), memory=256 * MIB, kept=3), seconds=60)
    yield opened
    opened.close()


def answered(
    statements: Statements, query: str, *, owner: str = "ann", stop: CancelToken | None = None, **asked: Any
) -> bytes:
    def no_tables(named, queries, _held):
        if unknown := [each for each in named if each.name.lower() not in queries]:
            raise InvalidValue(f"There is no table {unknown[0].name}.", "unknown_table", position=unknown[0].position)
        return []

    running = statements.begin(AskedStatement(query, **asked), owner, no_tables, stop or CancelToken())
    try:
        return b"".join(running.pieces())
    finally:
        running.close()


def rows(statements: Statements, query: str, **asked: Any) -> list[list[Any]]:
    return [list(row.values()) for row in json_text.loads(answered(statements, query, **asked))["rows"]]


@pytest.mark.parametrize(
    ("hostile", "codes"),
    [
        (FILES, {"sql_not_allowed", "bad_sql"}),
        (PATHS, {"unknown_table"}),
        (WRITES, {"sql_not_allowed", "bad_sql"}),
        (SETTINGS, {"sql_not_allowed", "bad_sql"}),
        (SYNTAX, {"bad_sql", "sql_not_allowed", "unknown_table", "query_too_large"}),
    ],
    ids=["files", "paths", "writes", "settings", "syntax"],
)
def test_a_hostile_statement_is_refused_by_name(statements: Statements, hostile: list[str], codes: set[str]):
    answers: dict[str, object] = {}
    for query in hostile:
        try:
            answers[query[:200]] = answered(statements, query)
        except ParquayError as refusal:
            if refusal.code not in codes:
                answers[query[:200]] = refusal.code

    assert answers == {}
    assert rows(statements, "SELECT 1") == [[1]]


def test_there_are_enough_hostile_statements():
    lists = (FILES, PATHS, WRITES, SETTINGS, SYNTAX, EXPENSIVE)
    assert sum(len(set(each)) for each in lists) == sum(map(len, lists)) >= 150


@pytest.mark.long
@pytest.mark.timeout(600)
def test_what_takes_too_much_ends_and_others_are_answered_meanwhile(tmp_path: Path):
    statements = Statements(StatementProcesses(tmp_path, memory=256 * MIB, kept=3), seconds=4)
    try:
        answers: dict[str, object] = {}
        _seconds_of(statements)  # now there is a process for her
        for query in EXPENSIVE:
            late: list[float] = []
            asking = threading.Thread(target=lambda late=late: late.append(_seconds_of(statements)))
            asking.start()
            began = time.monotonic()
            with suppress(QueryTimeout, TooLarge, InvalidValue):  # some are done in time
                assert answered(statements, query, owner="mallory")
            if time.monotonic() - began > 10:
                answers[query] = time.monotonic() - began
            asking.join()
            if late[0] > 4:
                answers[f"beside {query}"] = late
    finally:
        statements.close()

    assert answers == {}


def _seconds_of(statements: Statements) -> float:
    began = time.monotonic()
    assert rows(statements, "SELECT 1", owner="ann") == [[1]]
    return time.monotonic() - began


def test_memory_that_the_engine_does_not_count_is_bounded_by_the_system(statements: Statements):
    with pytest.raises(TooLarge) as refusal:
        answered(statements, "SELECT length(repeat('x', 2000000000))")

    assert refusal.value.code == "query_too_large"
    assert rows(statements, "SELECT 1") == [[1]]


def test_a_statement_ends_when_its_time_is_over_and_when_nobody_waits(tmp_path: Path):
    endless = "SELECT levenshtein(repeat('x', 200000), repeat('y', 200000))"
    statements = Statements(StatementProcesses(tmp_path, memory=128 * MIB, kept=1), seconds=60)
    hasty = Statements(statements._processes, seconds=0.3)
    stop = CancelToken()
    try:
        assert rows(statements, "SELECT 1") == [[1]]
        with pytest.raises(QueryTimeout):
            answered(hasty, endless)
        threading.Timer(0.2, stop.cancel).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            answered(statements, endless, stop=stop)
        assert time.monotonic() - began < 20
    finally:
        statements.close()
    assert list(tmp_path.iterdir()) == []


def test_a_result_waits_for_who_reads_it_and_ends_with_them(statements: Statements):
    running = statements.begin(
        AskedStatement("FROM range(10000000000)", format="csv"), "ann", lambda *_: [], CancelToken()
    )
    pieces = running.pieces()
    assert next(pieces).startswith(b"range\n0\n1\n")
    process = running._conversation.process._process
    before = os.times()
    while _cpu_of(process.pid) != (seen := _cpu_of(process.pid)):
        assert seen
    assert process.poll() is None

    running.close()

    assert process.poll() is not None
    assert before


def _cpu_of(process_id: int) -> tuple[float, float]:
    import psutil

    found = psutil.Process(process_id).cpu_times()
    time.sleep(0.3)
    return found.user, found.system


def test_nothing_of_a_statement_is_there_for_the_next_and_no_process_is_for_two_users(statements: Statements):
    def process_of(owner: str) -> int:
        running = statements.begin(AskedStatement("SELECT 1"), owner, lambda *_: [], CancelToken())
        list(running.pieces())
        running.close()
        return running._conversation.process._process.pid

    first, other, again = process_of("one"), process_of("two"), process_of("one")

    assert first == again != other
    assert rows(statements, "SELECT setseed(0.5)", owner="one") == [[None]]


def test_results_are_written_alike_in_every_format(statements: Statements):
    query = (
        "SELECT i, i * 1.50 AS d, i::DOUBLE AS f, CASE WHEN i > 0 THEN 'a,\"' END AS t, [i] AS l, {'k': i} AS s, "
        "170141183460469231731687303715884105::HUGEINT AS h, DATE '2024-02-29' AS day, INTERVAL 1 day AS v, "
        "TIMESTAMPTZ '2024-02-29 10:00:00.50+02' AS at_, TIMESTAMP '2024-02-29 10:00:00' AS m, TIME '10:00:01' AS c, "
        "i = 1 AS b FROM range(3) t(i)"
    )
    found = json_text.loads(answered(statements, query))
    assert found["rows"][1] == {
        "i": 1, "d": 1.5, "f": 1, "t": 'a,"', "l": [1], "s": {"k": 1}, "h": "170141183460469231731687303715884105",
        "day": "2024-02-29", "v": "P1D", "at_": "2024-02-29T08:00:00.5Z", "m": "2024-02-29T10:00:00",
        "c": "10:00:01", "b": True,
    }  # fmt: skip
    assert [each["type"] for each in found["columns"]] == [
        "int64", "decimal(22,2)", "double", "text", "json", "json", "decimal(38,0)", "date", "duration", "timestamptz",
        "timestamp", "time", "bool",
    ]  # fmt: skip
    csv = answered(statements, query, format="csv").decode().splitlines()
    assert csv[2] == (
        '1,1.50,1,"a,""",[1],"{""k"":1}",170141183460469231731687303715884105,2024-02-29,P1D,'
        "2024-02-29T08:00:00.5Z,2024-02-29T10:00:00,10:00:01,true"
    )
    arrow = pyarrow.ipc.open_stream(answered(statements, query, format="arrow")).read_all()
    parquet = pq.read_table(io.BytesIO(answered(statements, query, format="parquet")))
    assert arrow.to_pylist() == parquet.to_pylist()
    assert arrow["s"].to_pylist()[1] == {"k": 1}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("'infinity'::DATE", "infinity"),
        ("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)"),
        ("TIMESTAMP '290000-01-01'", "290000-01-01T00:00:00"),
        ("'2024-01-01 00:00:00.123456789'::TIMESTAMP_NS", "2024-01-01T00:00:00.123456789"),
        ("'nan'::DOUBLE", "NaN"),
        ("'-inf'::FLOAT", "-Infinity"),
        ("9007199254740993", "9007199254740993"),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
        ("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455"),
        ("18446744073709551615::UBIGINT", "18446744073709551615"),
        ("7::UBIGINT", 7),
        ("255::UTINYINT", 255),
        ("-1::SMALLINT", -1),
        ("4294967295::UINTEGER", 4294967295),
        ("0.12345678901234567890::DECIMAL(38, 20)", "0.12345678901234567890"),
        ("'12:00:00.123456789'::TIME_NS", "12:00:00.123456789"),
        ("'12:00:00+02'::TIMETZ", "12:00:00+02"),
        ("'2024-01-01'::TIMESTAMP_S", "2024-01-01T00:00:00"),
        ("'2024-01-01 00:00:00.1'::TIMESTAMP_MS", "2024-01-01T00:00:00.1"),
        ("[[1, NULL], NULL]", [[1, None], None]),
        ("ROW(1, 'x')", [1, "x"]),
        ("{'a': [DATE '2024-01-01']}", {"a": ["2024-01-01"]}),
        ("array_value(1, 2)", [1, 2]),
        ("uuid()::VARCHAR <> ''", True),
        ("1::VARIANT", "1"),
        ("'123456789012345678901234567890123456789012345'::BIGNUM", "123456789012345678901234567890123456789012345"),
        ("[9007199254740993]", ["9007199254740993"]),
        ("MAP {'a': 0.10}", {"a": 0.1}),
        ("'a'::ENUM ('a')", "a"),
        ("'\\xAA'::BLOB", "\\xAA"),
        ("'101'::BIT", "101"),
        ("'{\"a\": 1}'::JSON", '{"a": 1}'),
        ("NULL", None),
        ("3.0::DOUBLE", 3),
        ("12.50", 12.5),
        ("'🦆'", "🦆"),
        ("union_value(a := 1)", "1"),
        ("INTERVAL '26:03:04.5'", "PT26H3M4.5S"),
        ("INTERVAL '-1 month 2 days 90 seconds'", "P-1M2DT1M30S"),
        ("INTERVAL '-90 seconds'", "-PT1M30S"),
    ],
)
def test_a_value_of_any_type_has_its_text(statements: Statements, value: str, shown: object):
    assert rows(statements, f"SELECT {value} AS v") == [[shown]]
    for written_as in ("csv", "arrow", "parquet"):
        if shown == str(2**127 - 1) and written_as != "csv":
            with pytest.raises(InvalidValue, match=r"DECIMAL\(38,0\)"):  # beyond 38 digits no reader has them
                answered(statements, f"SELECT {value} AS v", format=written_as)
        else:
            assert answered(statements, f"SELECT {value} AS v", format=written_as)


@pytest.mark.parametrize("number", ["0." + "1" * 39, "1" * 40 + ".5", "1e-400", "1e5000"])
def test_a_parameter_that_no_number_of_the_engine_is_exactly_is_refused(statements: Statements, number: str):
    params = json_text.loads(f'{{"a": {number}}}')
    for given in (params, {"a": [params["a"]]}):
        with pytest.raises(InvalidValue) as refused:
            answered(statements, "SELECT $a", params=given)
        assert (refused.value.code, "38 digits" in refused.value.detail) == ("bad_sql", True)


@pytest.mark.parametrize(("number", "shown"), [("0.10", "0.10"), ("1.5e300", "1.5e+300"), ("1e39", "1e+39")])
def test_a_parameter_is_exactly_the_number_that_was_sent(statements: Statements, number: str, shown: str):
    assert f'"x":{shown}}}' in answered(statements, "SELECT $a AS x", params={"a": json_text.loads(number)}).decode()


@pytest.mark.parametrize(
    ("number", "kind"),
    [("0.1", "DECIMAL(1,1)"), ("1.5", "DECIMAL(2,1)"), ("0.10", "DECIMAL(2,2)"), ("1e-07", "DOUBLE")],
)
def test_a_parameter_has_the_type_of_the_literal(statements: Statements, number: str, kind: str):
    given = {"a": json_text.loads(number), "l": [json_text.loads(number)]}

    assert rows(statements, "SELECT typeof($a), typeof($l)", params=given) == [[kind, f"{kind}[]"]]
    sums = f"SELECT $a * 3 = {number} * 3, $a + 0.2 = {number} + 0.2"
    assert rows(statements, sums, params={"a": given["a"]}) == [[True, True]]


def test_what_is_no_number_in_a_structure_is_a_text_in_csv_too(statements: Statements):
    query = "SELECT {'f': 'nan'::DOUBLE, 'i': [1.25, NULL]} AS x, timestamp '0044-03-15 (BC) 12:00:00' AS at"
    assert answered(statements, query, format="csv").decode().splitlines()[1] == (
        '"{""f"":""NaN"",""i"":[1.25,null]}",0044-03-15 (BC) 12:00:00'
    )


def test_names_of_columns_are_unique(statements: Statements):
    found = json_text.loads(answered(statements, "SELECT 1 AS a, 2 AS A, 3 AS a, 4 AS _rid"))

    assert len(set(found["rows"][0])) == len(found["columns"]) == 4
    assert list(found["rows"][0].values()) == [1, 2, 3, 4]


def test_a_process_that_cannot_start_is_told_and_the_next_one_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    statements = Statements(StatementProcesses(tmp_path, memory=128 * MIB, kept=1), seconds=60)
    try:
        with monkeypatch.context() as patch:
            patch.setattr("subprocess.Popen", _no_more_processes)
            with pytest.raises(Unavailable) as refusal:
                answered(statements, "SELECT 1")
        assert refusal.value.code == "queries_busy"
        assert rows(statements, "SELECT 1") == [[1]]
    finally:
        statements.close()
    assert list(tmp_path.iterdir()) == []


def _no_more_processes(*_: object, **__: object) -> None:
    raise OSError(errno.EAGAIN, "Resource temporarily unavailable")


def test_a_process_that_ended_by_itself_says_why():
    assert ended_by(-11).code == "bad_sql"
    assert ended_by(-9).code == ended_by(-6).code == ended_by(1).code == "query_too_large"
