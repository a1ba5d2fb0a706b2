"""`parquay sql` against a running server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

from live_server import PARQUAY, LiveServer, entry_when


@pytest.fixture(scope="module")
def server(shared_server: LiveServer) -> LiveServer:
    with shared_server.login() as http:
        made = http.post("/files", files={"file": ("asked.csv", b"n,price\n1,24.50\n2,0.10\n3,7.00\n")}).json()["id"]
        assert entry_when(http, made)["status"] == "done"
    return shared_server


def parquay_sql(server: LiveServer, *arguments: str, asked: str | None = None) -> tuple[int, str, str]:
    login = ("--url", server.url, "--user", "test", "--password", "password")
    done = subprocess.run(
        [PARQUAY, "sql", *arguments, *login], env=server.env, input=asked, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_rows_are_printed_in_the_wanted_format(server: LiveServer, tmp_path: Path):
    query = 'SELECT n, price FROM "asked.csv" WHERE price > $least ORDER BY n'

    code, out, _ = parquay_sql(server, query, "--param", "least=5")
    assert (code, [line.split() for line in out.splitlines()]) == (0, [["n", "price"], ["1", "24.50"], ["3", "7.00"]])
    code, out, err = parquay_sql(server, "-", "--json", "--limit", "1", "--param", "least=5", asked=query)
    assert (code, out) == (0, '[\n  {"n":1,"price":24.50}\n]\n')
    assert "the first 1 rows" in err
    target = tmp_path / "dear.parquet"
    assert parquay_sql(server, query, "--param", "least=5", "-o", str(target)) == (0, "", "")
    assert pl.read_parquet(target)["n"].to_list() == [1, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["dear.parquet"]
    assert parquay_sql(server, query, "--format", "csv", "--param", "least=20")[1] == "n,price\n1,24.50\n"
    assert json.loads(parquay_sql(server, "SELECT $a AS a", "--json", "--param", 'a="5"')[1]) == [{"a": "5"}]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["SELEC 1"], 1, "bad_sql"),
        (['FROM "nope.csv"'], 1, "unknown_table"),
        (["SELECT 1", "--param", "a"], 2, "NAME=VALUE"),
        (["SELECT 1", "-o", "x.txt"], 2, "--format"),
        (["SELECT 1", "--format", "xml"], 2, "xml"),
    ],
)
def test_what_does_not_work_is_one_line(server: LiveServer, arguments: list[str], code: int, said: str):
    found, out, err = parquay_sql(server, *arguments)

    assert (found, out) == (code, "")
    assert said in err
    assert len(err.splitlines()) == 1
