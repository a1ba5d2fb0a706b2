"""Files made by Hypothesis, read by Python's `csv` module and by this engine: the cells must be the same."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parquay.columns.types import candidates
from parquay.columns.types.missing_words import is_word
from parquay.ingest.convert import plan
from parquay.ingest.read import fold, ladder
from parquay.ingest.read.fold import FoldState
from parquay.ingest.read.rows import Block, NotMine, SegmentRows
from parquay.ingest.read.segmenter import Segmenter
from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)
CELL = st.one_of(
    TEXT,
    st.sampled_from(
        ["", "1", "-5", "007", "1.50", "2024-01-02", "true", 'a "b" c', "x,y", "two\nlines", '"', '""', ","]
    ),
    st.integers().map(str),
    st.text(',"\n ;ab', max_size=8),
)


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


def cells_of(
    content: bytes, *, size: int, overrides: Overrides, block: int = 1 << 20
) -> tuple[list[str], list[list[str | None]], int]:
    """Names, rows of texts and rejects, by segments of `size` bytes in blocks of `block` bytes."""
    reader: ByteReader = Bytes(content)
    found = plan.plan(reader, len(content), complete=True, name="data.csv", overrides=overrides)
    assert found is not None
    assert found.source is not None
    assert found.dialect is not None, found.reason
    state = FoldState.start(found.dialect)
    found.source.attach(reader, len(content), complete=True)
    done = []
    for body in Segmenter(found.source, found.dialect, state.byte, state.line, size, block=block).segments():
        done.append(fold.convert(body, found.dialect, state.kinds, ended=state.ended))
        state = state.after(done[-1])
    assert state.byte == len(content) or not content[state.byte :].strip(b"\r\n")
    final = state.types()
    rows: list[list[str | None]] = []
    for each in done:
        columns = []
        for name, kind in final.items():
            values = each.table[name].combine_chunks()
            values = candidates.widen(values, each.types[name], kind)
            columns.append(kind.to_text(values).to_pylist())
        rows += [list(row) for row in zip(*columns, strict=True)]
    return list(final), rows, state.rejects


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=12)
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(1, 200),
)
@example([["a", "b"], ['x"', "1"]], "\r\n", ",", csv.QUOTE_MINIMAL, 1)
@example([["", ""], ["", "x"]], "\n", ",", csv.QUOTE_MINIMAL, 3)
def test_cells_are_those_that_the_csv_module_reads(rows, newline, delimiter, quoting, size):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)
    content = out.getvalue().encode()
    given = Overrides(delimiter=delimiter, header=0, quote='"', escape="", skip=0, encoding="utf-8")

    names, found, rejects = cells_of(content, size=size, overrides=given)

    wanted = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))
    assert rejects == 0
    assert len(names) == len(rows[0])
    # A word for missing is null beside values; that it comes back as it was written is tested with what is kept aside.
    shown = [
        [text if cell is None and is_word(text) else cell or "" for cell, text in zip(row, texts, strict=True)]
        for row, texts in zip(found, wanted, strict=True)
    ]
    assert shown == wanted


@settings(max_examples=150, deadline=None)
@example(",,,,,,,", 1, 2)
@example("a,a\n,", 1, 2)
@example('\r1"\r;,;', 1, 12)
@example('\n\nx,"\nx,"', 1, 20)
@example(',\r1111111,\r,1"\r"",', 1, 2)
@example('1\r""1111,,"\n', 1, 10)
@example('1,","\r\n"', 1, 2)
@given(st.text(',"\n\r;a1 ', max_size=60), st.integers(1, 40), st.integers(1, 40))
def test_any_text_gives_the_same_rows_in_any_segments(text, one, other):
    content = b"a,b,c\n1,2,3\n4,5,6\n" + text.encode()
    given = Overrides(delimiter=",", quote='"', header=1, encoding="utf-8")

    assert cells_of(content, size=one, overrides=given) == cells_of(content, size=other, overrides=given, block=one)


@settings(max_examples=60, deadline=None)
@example("\r\n\r\n", "\n", 1, 7)
@given(st.text('"\n\ra1', max_size=30), st.sampled_from(["\n", "\r", "\r\n"]), st.integers(1, 40), st.integers(1, 40))
def test_one_column_gives_the_same_rows_in_any_segments(text, newline, one, other):
    content = f"a{newline}b{newline}c{newline}{text}".encode()
    given = Overrides(quote='"', header=1, encoding="utf-8")

    assert cells_of(content, size=one, overrides=given) == cells_of(content, size=other, overrides=given)


@settings(max_examples=100, deadline=None)
@example([["1", "x"], ["1"], ["2", "y", ""]], ("", ""))
@given(
    st.lists(st.lists(st.text("a1# ;", min_size=1, max_size=3), min_size=1, max_size=4), min_size=1, max_size=30),
    st.sampled_from([("", ""), ("[0-9]{1}", "[a-z]+"), ("[0-9]+|[a-z]{1}", "")]),
)
def test_ragged_lines_are_read_together_as_they_are_one_by_one(rows, shapes):
    body = "".join(",".join(row) + "\n" for row in rows).encode()
    dialect = Dialect(columns=("k", "v"), header=(("k", "v"),), shapes=shapes)

    block, context = Block(body, 0, 1, len(rows)), ladder.Context(dialect, {})
    together = next(
        found
        for read in (ladder.arrow, ladder.ragged, ladder.tolerant)
        if not isinstance(found := read(block, context), NotMine)
    )
    one_by_one = ladder.tolerant(block, context)

    assert isinstance(together, SegmentRows)
    assert isinstance(one_by_one, SegmentRows)
    assert together.table.to_pylist() == one_by_one.table.to_pylist()
    assert (together.rejects, together.warnings) == (one_by_one.rejects, one_by_one.warnings)


def test_header_in_the_midst_is_rejected_wherever_segments_end():
    content = b"name,value\n" + b"a,1\n" * 50 + b"name,value\n" + b"b,2\n" * 50

    found = [cells_of(content, size=size, overrides=Overrides()) for size in (7, 100, 10_000)]

    assert [(len(rows), rejects) for _, rows, rejects in found] == [(100, 1)] * 3


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_newlines_in_quotes_stay_in_their_cell(size):
    content = b'a,b\r\n"x\r\ny",1\r\n"\n",2\r\n'

    _, rows, rejects = cells_of(content, size=size, overrides=Overrides())

    assert (rows, rejects) == ([["x\r\ny", "1"], ["\n", "2"]], 0)
