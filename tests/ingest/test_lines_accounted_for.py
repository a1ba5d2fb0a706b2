"""Every line of a file is in its table, rejected, or told of."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from parquay.errors import BadInput
from parquay.ingest.convert.convert_file import convert_file
from parquay.ingest.convert.pipeline import TextSegments
from parquay.ingest.detect import sniff
from parquay.ingest.read.fold import FoldState
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.sources import TextSource

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


PASSED_OVER = {"title_line", "comment_line", "delimiter_line", "skipped_line"}
"""Warnings that count lines."""


def unaccounted(content: bytes, report) -> int:
    """Lines of a file whose rows are one line each that are in nothing that a report tells."""
    lines = sum(1 for line in content.splitlines() if line.strip())
    passed = sum(each["count"] for each in report.warnings if each["code"] in PASSED_OVER)
    missing: int = lines - report.dialect.header_rows - report.rows - report.reject_count - passed
    return missing


CELLS = st.sampled_from(
    ["Anna", "offline", "x y", "12", "3.5", "1,5", "2024-01-02", "12:30", "A1", "n/a", "", "#z", "-"]
)
LINES = st.one_of(
    st.lists(CELLS, min_size=1, max_size=4).map(";".join),
    st.lists(CELLS, min_size=3, max_size=3).map(";".join),
    st.sampled_from(["Report", "# made by hand", "by: me", "a;b;c", "Total;3", "sep=;", ""]),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=2, max_size=14), st.sampled_from([None, 0, 1, 3]))
def test_every_line_is_in_the_table_or_rejected_or_told(tmp_path, lines, skip):
    content = "\n".join(lines).encode() + b"\n"
    (tmp_path / "data.csv").write_bytes(content)

    try:
        report = convert_file(tmp_path / "data.csv", tmp_path / "out.parquet", overrides=Overrides(skip=skip))
    except BadInput:
        reject()  # no table

    blank = 0 if len(report.columns) > 1 else sum(1 for line in blank_lines_of(content, report))
    assert unaccounted(content, report) + blank == 0


def blank_lines_of(content: bytes, report) -> list[bytes]:
    """Blank lines of a file of one column that are rows: those behind its header, and not the ends of other lines."""
    body = content.splitlines()[report.dialect.body_line - 1 :]
    return [line for line in body if not line.strip()]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["1,x", "2,y", '3,"a\nb"', "4,x,y", "5", "# told", "", '6,"q"x,z']), max_size=20),
    st.sampled_from([30, 90, 400, 1 << 20]),
)
def test_a_reject_knows_the_rows_before_it_however_the_file_is_cut(lines, size):
    content = "\n".join(["n,t", "7,x", "8,x", "9,x", *lines]).encode() + b"\n"
    dialect = sniff.sniff(content, name="a.csv", complete=True, overrides=Overrides(delimiter=",", header=1)).dialect
    assert dialect is not None

    found = rejects_of(content, dialect, size)

    assert found == rejects_of(content, dialect, 1 << 24)
    for line, row in found:
        above = b"\n".join(content.split(b"\n")[: line - 1]) + b"\n"
        assert row == (rows_of(above, dialect) if line > dialect.body_line else 0)


def segments_of(content: bytes, dialect: Dialect, size: int):
    source = TextSource()
    source.attach(BytesReader(content), len(content), complete=True)
    state, segments = FoldState.start(dialect), TextSegments(source, dialect, size, size)
    for segment in segments.segments(state, 0):
        done = segments.convert(segment, state.kinds, ended=state.ended)
        yield state, done
        state = state.after(done)


def rejects_of(content: bytes, dialect: Dialect, size: int) -> list[tuple[int, int]]:
    return [
        (each.line, state.rows + each.row)
        for state, done in segments_of(content, dialect, size)
        for each in done.rejects
    ]


def rows_of(content: bytes, dialect: Dialect) -> int:
    return sum(done.table.num_rows for _, done in segments_of(content, dialect, 1 << 24))


class BytesReader:
    """The bytes of a file."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


@pytest.mark.parametrize(
    "path", sorted(path for path in SAMPLES.glob("*.csv") if path.stem != "header-only"), ids=lambda path: path.name
)
def test_every_line_of_the_samples_is_accounted_for(tmp_path, path):
    rows = sum(1 for row in csv.reader(io.StringIO(path.read_text())) if row)

    report = convert_file(path, tmp_path / "out.csv")

    passed = sum(each["count"] for each in report.warnings if each["code"] in PASSED_OVER)
    assert report.dialect.header_rows + report.rows + report.reject_count + passed == rows
