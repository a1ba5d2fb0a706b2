"""The command `parquay` as a script sees it: exit codes, stdout, one line on stderr."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from live_server import PARQUAY, clean_environment, run_command
from parquay.cli.conversion import convert_one
from parquay.cli.failure import Failure


def parquay(*arguments: object, cwd: Path | None = None, stdin: str = "", **settings: object):
    return run_command(*map(str, arguments), cwd=cwd, env=clean_environment(**settings), stdin=stdin, timeout=60)


def installed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed."""
    return subprocess.run([PARQUAY, *arguments], env=clean_environment(), capture_output=True, text=True, check=False)


def assert_refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """It ended with `code` and one line on stderr that has `words`; stdout is clean."""
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("parquay: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "command",
    [
        *([], ["serve"], ["worker"], ["upload"], ["files"], ["convert"], ["fsck"], ["gc"], ["version"]),
        *(["table"], ["table", "rows"], ["user"], ["user", "add"]),
    ],
)
def test_every_command_explains_itself(command: list[str]):
    done = installed(*command, "--help")

    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert "--help" in done.stdout


def test_version_is_printed():
    assert parquay("version").stdout == "parquay 0.2.0\n"
    assert parquay("--version").stdout == "parquay 0.2.0\n"


def test_conversion_starts_without_what_only_other_commands_need(tmp_path: Path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,2\n")

    told: list[str | Path] = [sys.executable, "-X", "importtime", PARQUAY, "convert", source, tmp_path / "out.parquet"]
    done = subprocess.run(told, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True)

    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 1
    assert "pyarrow.parquet" in loaded
    assert not loaded & {"sqlalchemy", "pydantic", "typer", "rich", "httpx", "duckdb", "fastapi", "charset_normalizer"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["serve", "--port", "0"],
        ["serve", "--port", "many"],
        ["upload"],
        ["upload", "no-such-file.csv", "--token", "t"],
        ["upload", ".", "--token", "t"],
        ["upload", "pyproject.toml", "--url", "ftp://host", "--token", "t"],
        ["upload", "pyproject.toml"],
        ["upload", "pyproject.toml", "--user", "test"],
        ["upload", "pyproject.toml", "--token", "t", "--user", "test"],
        ["upload", "pyproject.toml", "LICENSE", "--token", "t", "--name", "x"],
        ["convert", "one.csv"],
        ["convert", "a.csv", "b.csv", "c.csv"],
        ["convert", "a.csv", "b.parquet", "--to", "csv"],
        ["convert", "a.csv", "--out-dir", "out", "--to", "xlsx"],
        ["convert", "a.csv", "--out-dir", "out", "--report", "r.json"],
        ["convert", "a.zip", "b.parquet", "--member", "all"],
        ["convert", "pyproject.toml", "pyproject.toml"],
        ["convert", "pyproject.toml", "b.foo"],
        ["convert", "pyproject.toml", "b.foo", "--header", "1"],
        ["convert", "a.csv", "b.parquet", "--delimiter", "ab"],
        ["convert", "a.csv", "b.parquet", "--comment", "//"],
        ["convert", "a.csv", "b.parquet", "--encoding", "klingon"],
        ["convert", "a.csv", "b.parquet", "--skip", "-1"],
        ["convert", "a.csv", "b.parquet", "--type", "d=klingon"],
        ["convert", "a.csv", "b.parquet", "--type", "d"],
        ["convert", "a.csv", "b.parquet", "--missing", "two\nlines"],
        ["convert", "a.csv", "--out-dir", "out", "--quote", ";", "--delimiter", ";"],
        ["user", "add", "somebody"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]):
    assert_refused(parquay(*arguments), 2)


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["user", "list"]])
def test_unknown_setting_stops_the_start(tmp_path: Path, command: list[str]):
    assert_refused(parquay(*command, cwd=tmp_path, data_dirr="x"), 1, "PARQUAY_DATA_DIRR")


@pytest.mark.parametrize(("name", "value"), [("port", "99999"), ("secret_key", "short"), ("max_size", "-1")])
def test_value_that_does_not_parse_stops_the_start(tmp_path: Path, name: str, value: str):
    assert_refused(parquay("serve", cwd=tmp_path, **{name: value}), 1, f"PARQUAY_{name.upper()}")


def test_server_that_does_not_answer_is_named_and_nothing_is_claimed(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("parquay.client.connection.FIRST_PATIENCE", 0.0)
    from parquay.cli.server_login import ServerOptions, connect

    with pytest.raises(Failure, match="does not answer"), connect(ServerOptions("http://127.0.0.1:9", "u", "p")):
        pass


# ------------------------------------------------------------------------------------------------ user


def test_accounts_are_added_listed_and_disabled(tmp_path: Path):
    def user(*arguments: str, stdin: str = ""):
        return parquay("user", *arguments, cwd=tmp_path, stdin=stdin, data_dir=tmp_path / "var")

    added = user("add", "ana", "--password", "-", "--admin", stdin="a long enough secret\n")
    assert added.returncode == 0, added.stderr
    again = user("add", "ana", "--password", "another long secret")
    weak = user("add", "ben", "--password", "12345678")
    renewed = user("password", "ana", "--password", "-", stdin="quite another secret\n")
    nobody = user("password", "zoe", "--password", "quite another secret")
    too_weak = user("password", "ana", "--password", "12345678")
    disabled = user("disable", "ana")
    unknown = user("disable", "nobody")
    listed = user("list")

    assert_refused(again, 1, "username_taken")
    assert_refused(weak, 1, "weak_password")
    assert renewed.returncode == 0, renewed.stderr
    assert_refused(nobody, 1, "unknown_user")
    assert_refused(too_weak, 1, "weak_password")
    assert disabled.returncode == 0
    assert_refused(unknown, 1, "unknown_user")
    assert added.stdout.strip() in listed.stdout
    assert "admin, disabled" in listed.stdout


# --------------------------------------------------------------------------------------------- convert


def test_convert_reads_a_file_as_it_is_told(tmp_path):
    source, target, report = tmp_path / "in.csv", tmp_path / "out.parquet", tmp_path / "report.json"
    source.write_bytes("by me\nn|ort\n007|Köln\n".encode("cp850"))
    told = ["--delimiter", "pipe", "--encoding", "cp850", "--skip", "1", "--header", "1", "--type", "ort=text"]

    done = parquay("convert", source, target, "--report", report, *told)

    assert done.returncode == 0
    assert pq.read_table(target).to_pylist() == [{"n": "007", "ort": "Köln"}]
    assert [(each["code"], each["count"]) for each in json.loads(report.read_text())["warnings"]] == [
        ("skipped_line", 1)
    ]


def test_convert_refuses_a_type_for_a_column_that_is_not_there(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("a,b\n1,2\n")

    done = parquay("convert", source, target, "--type", "c=text")

    assert_refused(done, 2, "c")
    assert not target.exists()


def test_an_output_with_an_ending_that_says_nothing_is_refused_and_names_those_that_do(samples: Path, tmp_path: Path):
    source = samples / "iris.csv"

    done = parquay("convert", source, tmp_path / "table.foo")

    assert_refused(done, 2, "table.foo", ".parquet", ".csv", ".ndjson", "directory")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "v1.0").mkdir()
    for directory in ("v1.0", "v1.1/", "plain"):
        convert_one(source, f"{tmp_path}/{directory}", None, {})
        assert pq.read_table(tmp_path / directory).num_rows == 150


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A directory with one file of each kind."""
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("x/one.csv", "x/two.csv", "y/two.csv", "notes.data"):
            archive.writestr(name, f"name,n\n{name},1\n")
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append([1])
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    (tmp_path / "a.json").write_text('[{"a": 1}]')
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        ("a.csv", {"sheet": "S"}, ["no_sheet"]),
        ("a.json", {"sheet": "S"}, ["no_sheet"]),
        ("a.parquet", {"sheet": "S"}, ["no_sheet"]),
        ("two.zip", {"sheet": "S"}, ["no_sheet"]),
        ("book.xlsx", {"sheet": "S"}, ["no_sheet", "'S'"]),
        ("a.csv", {"member": "m"}, ["no_member"]),
        ("a.csv.gz", {"member": "a.csv"}, ["no_member"]),
        ("a.parquet", {"member": "m"}, ["member"]),
        ("two.zip", {"member": "three.csv"}, ["no_member", "three.csv"]),
        ("two.zip", {"member": "two.csv"}, ["no_member", "more than one"]),
        ("a.json", {"path": "data"}, ["no_path", "'data'"]),
        ("a.csv", {"path": "data"}, ["path"]),
        ("book.xlsx", {"path": "data"}, ["path"]),
        ("book.xlsx", {"delimiter": ";"}, ["delimiter"]),
        ("book.xlsx", {"encoding": "cp1252"}, ["encoding"]),
        ("a.json", {"header": "0"}, ["header"]),
        ("a.json", {"skip": "1"}, ["skip"]),
        ("book.xlsx", {"comment": "#"}, ["comment"]),
        ("a.parquet", {"quote": "none"}, ["quote"]),
        ("a.parquet", {"types": {"a": "text"}}, ["types"]),
    ],
)
def test_an_option_that_cannot_be_meant_of_a_file_is_wrong_usage(
    inputs: Path, name: str, told: dict[str, Any], words: list[str]
):
    with pytest.raises(Failure) as failed:
        convert_one(inputs / name, str(inputs / "out.parquet"), None, told)

    assert failed.value.exit_code == 2
    assert all(word in str(failed.value) for word in (name, *words))
    assert not (inputs / "out.parquet").exists()


def test_a_file_of_an_archive_is_chosen_by_name(inputs: Path):
    report = inputs / "report.json"

    done = parquay("convert", inputs / "two.zip", inputs / "out.csv", "--member", "y/two.csv", "--report", report)

    assert done.returncode == 0, done.stderr
    assert (inputs / "out.csv").read_text() == "name,n\ny/two.csv,1\n"
    assert json.loads(report.read_text())["warnings"] == []
    for member in ("one.csv", "notes.data"):
        convert_one(inputs / "two.zip", str(inputs / "out.csv"), None, {"member": member})
        assert (inputs / "out.csv").read_text().endswith(f"{member},1\n")


def test_sample_becomes_a_parquet_file_with_a_report(samples: Path, tmp_path: Path):
    target, report = tmp_path / "sales.parquet", tmp_path / "report.json"

    done = parquay("convert", samples / "sales.csv", target, "--report", report)

    assert done.returncode == 0, done.stderr
    table = pq.read_table(target)
    assert table.num_rows == 5000
    assert table["order_id"][0].as_py() == "00000001"
    told = json.loads(report.read_text())
    assert told["rows"] == 5000
    assert told["reject_count"] == 0
    assert {column["name"]: column["type"] for column in told["columns"]}["paid"] == "bool"
    assert told["dialect"]["delimiter"] == ","


@pytest.mark.parametrize("name", ["sales", "iris", "planets"])
def test_table_exported_again_is_the_file(samples: Path, tmp_path: Path, name: str):
    target = tmp_path / "again.csv"

    done = parquay("convert", samples / f"{name}.csv", target)

    assert done.returncode == 0, done.stderr
    assert target.read_bytes() == (samples / f"{name}.csv").read_bytes()


def test_directory_as_target_gets_part_files(samples: Path, tmp_path: Path):
    done = parquay("convert", samples / "iris.csv", tmp_path / "table")

    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "table").iterdir()] == ["part-00000.parquet"]
    assert pq.read_table(tmp_path / "table").num_rows == 150


def test_quoted_newlines_stay_in_their_cell(samples: Path, tmp_path: Path):
    target = tmp_path / "quotes.ndjson"

    assert parquay("convert", samples / "quotes.csv", target).returncode == 0

    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert len(rows) == 6
    assert rows[0]["said"] == "“Two eggs,\ntoast\nand the sea.”"
    assert rows[0]["id"] == "0001"


@pytest.mark.parametrize("content", ["", "only,a,header\n"], ids=["empty", "header only"])
def test_input_without_rows_is_a_failure_with_a_reason(tmp_path: Path, content: str):
    source = tmp_path / "in.csv"
    source.write_text(content)

    done = parquay("convert", source, tmp_path / "out.parquet")

    assert_refused(done, 1, "no_rows")
    assert list(tmp_path.iterdir()) == [source]


def test_missing_input_is_a_failure_that_names_it(tmp_path: Path):
    assert_refused(parquay("convert", tmp_path / "none.csv", tmp_path / "out.parquet"), 1, "none.csv")


def test_failing_input_does_not_stop_the_others(samples: Path, tmp_path: Path):
    out = tmp_path / "out"
    names = ["iris", "header-only", "planets"]

    done = parquay("convert", *(samples / f"{name}.csv" for name in names), "--out-dir", out)

    assert done.returncode == 1
    assert "no_rows" in done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        "header-only.report.json",
        "iris.parquet",
        "iris.report.json",
        "planets.parquet",
        "planets.report.json",
    ]
    assert json.loads((out / "header-only.report.json").read_text())["error"]["code"] == "no_rows"
