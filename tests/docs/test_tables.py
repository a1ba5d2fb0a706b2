"""What docs/tables.md promises about reading from outside and about refusals."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from live_server import LiveServer, entry_when

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CODES = set(re.findall(r"^\| `([a-z_]+)` \| \d{3} \|", PAGE, re.MULTILINE))
RAISED = re.compile(r'(?:Conflict|NotFound|Outdated|Busy|InvalidValue|BadInput)\((?:[^()]|\([^()]*\))*?"([a-z_]+)"[,)]')


@pytest.fixture(scope="module")
def table(shared_server: LiveServer) -> Path:
    """The directory of a table that was edited."""
    with shared_server.login() as http:
        made: str = http.post("/files", files={"file": ("few.csv", b"n,t\n1,12:00:00\n2,\n")}).json()["id"]
        assert entry_when(http, made)["status"] == "done"
        assert http.post(f"/datasets/{made}/rows", json={"n": 3}).status_code == httpx.codes.CREATED
    return shared_server.data_dir / "parquet" / made


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: re.findall(r"deltalake|duckdb|polars|pyarrow", text)[-1])
def test_the_snippets_read_a_table_from_outside(table: Path, snippet: str):
    *lines, last = snippet.strip().splitlines()
    names: dict[str, object] = {"TABLE": str(table)}

    exec("\n".join(lines), names)
    found = eval(last, names)

    assert len(found) == (2 if "version=0" in last else 3)


def test_there_are_snippets_for_every_reader():
    assert len(SNIPPETS) == 6


@pytest.mark.parametrize(
    "module",
    [
        "edit/cells",
        "versions/commits",
        "versions/locks",
        "edit/edit",
        "versions/versions",
        "edit/append",
        "edit/columns",
        "edit/new_column",
        "query/expressions",
        "edit/mend",
        "edit/reread",
        "edit/replace",
        "versions/tables",
    ],
)
def test_every_code_of_a_change_is_documented(module: str):
    source = (ROOT / "backend" / "parquay" / "datasets" / f"{module}.py").read_text(encoding="utf-8")

    assert set(RAISED.findall(source)) <= CODES


def test_the_codes_of_the_routes_are_documented():
    source = (ROOT / "backend" / "parquay" / "web" / "tables" / "dataset_edits.py").read_text(encoding="utf-8")

    assert {"bad_if_match", "missing_rid", "repeated_row"} == set(RAISED.findall(source)) <= CODES
