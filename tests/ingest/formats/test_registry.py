"""Formats of plugins: found by their entry points, and never the server's end when they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parquay.errors import BadInput, NoTable
from parquay.ingest.convert import sandbox_child
from parquay.ingest.formats import registry
from parquay.ingest.formats.limits import Refused

GUIDE = Path(__file__).parents[3] / "docs" / "extending" / "formats.md"
HEAD = """
import pyarrow as pa, pyarrow.parquet as pq
from parquay.ingest.formats.limits import Refused
from parquay.ingest.formats.registry import FileFormat
"""
TAIL = """
FORMAT = FileFormat("ledger", "a ledger", (".ledger",), lambda head, suffix: head.startswith(b"LEDGER1"), opened)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package with one format, named `ledger`, whose module has the given source."""

    def installed(source: str) -> None:
        name = f"toy_{abs(hash(source))}"
        (tmp_path / f"{name}.py").write_text(source)
        about = tmp_path / f"{name}-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[{registry.GROUP}]\nledger = {name}:FORMAT\n")
        monkeypatch.syspath_prepend(tmp_path)
        registry.plugins.cache_clear()

    yield installed
    monkeypatch.undo()
    registry.plugins.cache_clear()


def test_the_format_of_the_guide_is_read(install, convert):
    source = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert source is not None
    install(source[1])

    report, table = convert(b"LEDGER1\ncash=1.50\nbank=2.25\n", name="book.ledger")

    assert table.to_pydict() == {"account": ["cash", "bank"], "amount": [pytest.approx(1.5), pytest.approx(2.25)]}
    assert [each["type"] for each in report.columns] == ["text", "decimal(18,2)"]
    with pytest.raises(BadInput) as refused:
        convert(b"LEDGER1\n", name="book.ledger")
    assert refused.value.code == "no_rows"


def test_a_format_may_give_typed_columns(install, convert):
    made = """
def opened(source, target, options):
    pq.write_table(pa.table({"n": pa.array([1, None, 3])}), target)
    return {"columns": [{"name": "n", "kind": "int64", "form": True}],
            "warnings": [{"code": "skipped_line", "count": 2, "text": "two"}]}
"""
    install(HEAD + made + TAIL)

    report, table = convert(b"LEDGER1", name="any.bin")

    assert table["n"].to_pylist() == [1, None, 3]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("skipped_line", 2)]


COLUMN = "{'columns': [{'name': 'a', 'kind': 'int64', 'form': True}]}"
WRITTEN = "pq.write_table(pa.table({'%s': ['x']}), target)"


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ("raise ValueError('what?')", "broken_file"),
        ("import os; os._exit(3)", "too_expensive"),
        (f"{WRITTEN % 'a'}; return {COLUMN}", "format_failed"),
    ],
)
def test_a_plugin_that_fails_is_an_error_of_its_file(install, convert, made, code):
    install(f"{HEAD}\ndef opened(source, target, options):\n    {made}\n{TAIL}")

    with pytest.raises(BadInput) as refused:
        convert(b"LEDGER1", name="book.ledger")

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ("raise Refused('unsupported_type', 'No.')", "unsupported_type"),
        ("return {}", "format_failed"),
        ("return 'nothing'", "format_failed"),
        (f"target.write_text('a'); return {COLUMN}", "format_failed"),
        (f"{WRITTEN % 'b'}; return {COLUMN}", "format_failed"),
        (f"{WRITTEN % '_rid'}; return {COLUMN.replace(chr(39) + 'a', chr(39) + '_rid')}", "format_failed"),
        ("target.write_text('a'); return {'warnings': [{'code': 1}]}", "format_failed"),
    ],
)
def test_what_a_plugin_says_is_checked_before_it_is_believed(install, tmp_path, made, code):
    install(f"{HEAD}\ndef opened(source, target, options):\n    {made}\n{TAIL}")

    with pytest.raises(Refused) as refused:
        sandbox_child.read("ledger", tmp_path / "in", tmp_path / "out", {})

    assert refused.value.args[0] == code


def test_a_format_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused) as refused:
        sandbox_child.read("nothing", tmp_path / "in", tmp_path / "out", {})

    assert refused.value.args[0] == "format_failed"


@pytest.mark.parametrize("source", ["raise RuntimeError('old Python')", "FORMAT = 7", "import nowhere_at_all"])
def test_a_plugin_that_does_not_load_is_told_of_its_files_alone(install, convert, source):
    install(source)

    with pytest.raises(NoTable) as refused:
        convert(b"LEDGER1", name="book.ledger")
    _, table = convert(b"a,b\n1,2\n", name="other.log")

    assert refused.value.code == "format_failed"
    assert table.to_pydict() == {"a": [1], "b": [2]}


def test_a_look_that_fails_takes_the_file_for_something_else(install, convert):
    install(f"{HEAD}\nopened = None\n{TAIL.replace('head.startswith', 'head.nothing')}")

    _, table = convert(b"a,b\n1,2\n", name="book.log")

    assert table.num_rows == 1


def test_the_servers_file_ends_as_an_error_with_the_code_of_the_plugin(install, bench):
    install(f"{HEAD}\ndef opened(source, target, options):\n    raise ValueError('what?')\n{TAIL}")

    file = bench.convert("book.ledger", b"LEDGER1")

    assert (file.status, file.error_code) == ("error", "broken_file")


def test_each_format_has_a_name_and_endings_of_its_own():
    found = registry.built_in()

    assert {each.name for each in found} >= {"parquet", "xlsx"}
    suffixes = [suffix for each in found for suffix in each.suffixes]
    assert len(suffixes) == len(set(suffixes))
    found_by_bytes, found_by_ending = registry.find(b"PAR1....", ""), registry.promised(".xlsm")
    assert found_by_bytes is not None
    assert found_by_bytes.name == "parquet"
    assert found_by_ending is not None
    assert found_by_ending.name == "xlsx"
    assert registry.find(b"a,b\n", ".csv") is None
    with pytest.raises(LookupError):
        registry.named("nothing")
