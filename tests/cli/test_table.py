"""`parquay table` against a running server."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from live_server import LiveServer, entry_when, run_command
from parquay.cli.printable import printable

TEXT = "n,word\n1,a\n2,b\n3,c\n"


@pytest.fixture(scope="module")
def table(shared_server: LiveServer) -> str:
    """A table in version 1: its second row has another word."""
    with shared_server.login() as http:
        made: str = http.post("/files", files={"file": ("few.csv", TEXT.encode())}).json()["id"]
        assert entry_when(http, made)["status"] == "done"
        assert http.patch(f"/datasets/{made}/rows/1", json={"word": "B"}).status_code == 200
    return made


def parquay(server: LiveServer, *arguments: str, cwd: Path | None = None) -> tuple[int, str, str]:
    login = ("--url", server.url, "--user", "test", "--password", "password")
    done = run_command("table", *arguments, *login, cwd=cwd, env=server.env)
    return done.returncode, done.stdout, done.stderr


def test_rows_are_printed_with_their_ids(shared_server: LiveServer, table: str):
    code, out, _ = parquay(shared_server, "rows", table, "--sort", "-n", "--filter", "n:ge:2")

    assert code == 0
    assert [line.split() for line in out.splitlines()] == [["_rid", "n", "word"], ["2", "3", "c"], ["1", "2", "B"]]


def test_cells_are_printed_as_they_were_written(shared_server: LiveServer):
    long = "x" * 1000
    with shared_server.login() as http:
        text = f"n,price,tiny,word\n1,24.50,0.0000001,:smile:\n2,0.10,0.5000000,[b]x\n3,1.00,0.0000000,{long}\n"
        made: str = http.post("/files", files={"file": ("cells.csv", text.encode())}).json()["id"]
        assert entry_when(http, made)["status"] == "done"

    code, out, _ = parquay(shared_server, "rows", made)
    _, told, _ = parquay(shared_server, "rows", made, "--json")

    assert code == 0
    assert [",".join(line.split()[1:]) for line in out.splitlines()] == text.splitlines()
    assert '"price":24.50,"tiny":0.0000001,"word":":smile:"' in told


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("\x1b[31mred\x1b]0;title\x07", r"\x1b[31mred\x1b]0;title\x07"),
        ("two\nlines\tand a tab", r"two\nlines\tand a tab"),
        ("\u202eright to left", r"\u202eright to left"),
        ("Zoë 山田\xa0😀", "Zoë 山田\xa0😀"),
    ],
)
def test_no_cell_steers_the_terminal(cell: str, shown: str):
    assert printable(cell) == shown


def test_rows_are_json_for_programs(shared_server: LiveServer, table: str):
    _, out, _ = parquay(shared_server, "rows", table, "--json", "--limit", "1", "--page", "2", "--version", "0")

    assert json.loads(out) == [{"_rid": 1, "n": 2, "word": "b"}]


def test_an_export_is_the_upload_again_and_knows_its_format_by_name(
    shared_server: LiveServer, table: str, tmp_path: Path
):
    code, out, _ = parquay(shared_server, "export", table, "--version", "0")
    assert (code, out) == (0, TEXT)

    code, _, err = parquay(shared_server, "export", table, "few.parquet", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert pl.read_parquet(tmp_path / "few.parquet")["word"].to_list() == ["a", "B", "c"]
    assert [path.name for path in tmp_path.iterdir()] == ["few.parquet"]


def test_a_file_that_is_there_is_overwritten_only_when_that_is_said(
    shared_server: LiveServer, table: str, tmp_path: Path
):
    (tmp_path / "few.csv").write_text("precious")

    refused = parquay(shared_server, "export", table, "few.csv", cwd=tmp_path)
    kept = (tmp_path / "few.csv").read_text()
    forced = parquay(shared_server, "export", table, "few.csv", "--version", "0", "--force", cwd=tmp_path)

    assert (refused[0], "--force" in refused[2], kept) == (2, True, "precious")
    assert (forced[0], (tmp_path / "few.csv").read_text()) == (0, TEXT)


def test_a_failed_export_leaves_nothing_behind(shared_server: LiveServer, table: str, tmp_path: Path):
    code, _, err = parquay(shared_server, "export", table, "few.csv", "--version", "99", cwd=tmp_path)

    assert code == 1
    assert "no version 99" in err
    assert list(tmp_path.iterdir()) == []
    assert parquay(shared_server, "export", table, "few.txt", cwd=tmp_path)[0] == 2


def test_the_history_is_shown_and_a_version_brought_back(shared_server: LiveServer, table: str):
    code, out, _ = parquay(shared_server, "restore", table, "0", "-m", "as it came")
    assert (code, out) == (0, "2\n")
    code, out, _ = parquay(shared_server, "restore", table, "2", "--json")
    assert (code, json.loads(out)["version"]) == (0, 3)

    _, out, _ = parquay(shared_server, "history", table, "--json")
    told = [(each["version"], each["kind"], each["author"], each["message"]) for each in json.loads(out)]
    assert told[1] == (2, "restore", "test", "as it came")
    _, out, _ = parquay(shared_server, "history", table)
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["Version", "Kind"], ["3", "restore"], ["2", "restore"], ["1", "edit"], ["0", "create"]
    ]  # fmt: skip


def test_a_table_that_is_not_there_is_said(shared_server: LiveServer):
    code, _, err = parquay(shared_server, "rows", "A" * 24)

    assert code == 1
    assert "no such" in err
