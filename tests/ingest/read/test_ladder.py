"""Which reader reads a block, why the faster ones did not, and that all of them agree."""

from __future__ import annotations

import pytest

from parquay.columns import native
from parquay.ingest.read import ladder
from parquay.ingest.read.ladder import Context, TypedRows
from parquay.ingest.read.rows import Block, NotMine, SegmentRows
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.split import count_lines

DIALECT = Dialect(columns=("a", "b"), header=(("a", "b"),))
NAMES = [reader.__name__ for reader in ladder.READERS]


def tried(data: bytes, dialect: Dialect = DIALECT, *, ended: bool = False) -> list[tuple[str, str]]:
    return list(ladder.read(Block(data, 0, 1, count_lines(data)), Context(dialect, {}, ended))[1])


@pytest.mark.parametrize(
    ("data", "reader", "before"),
    [
        (b"1,x\n2,y\n", "typed", ""),
        (b"1,x\n2\n", "ragged", "width"),
        (b"1,x\n\xef\xbb\xbf2,y\n", "tolerant", "byte_order_mark"),
        (b'1,x\n"2\n', "tolerant", "quotes"),
        (b"1,x\n2,\xff\n", "tolerant", "not_text"),
        (b"1,x\na,b\n", "tolerant", "repeated_header"),
        (b"1,x\n\n2,y\n3\n", "tolerant", "blank_row"),
    ],
)
@pytest.mark.skipif(native.LIBRARY is None, reason="the part in C was not built")
def test_the_first_reader_that_can_reads_it(data, reader, before):
    found = tried(data)

    assert found[-1] == (reader, ladder.READ)
    assert [name for name, _ in found] == NAMES[: len(found)]
    assert not before or found[-2][1] == before


def test_rows_of_a_second_table_are_the_tolerant_readers():
    assert tried(b"1,x\n", ended=True) == [
        *((name, "second_table") for name in NAMES[:-1]),
        ("tolerant", ladder.READ),
    ]


def test_what_the_segmenter_has_read_is_not_read_again():
    read = ladder.arrow(Block(b"1,x\n", 0, 1, 1), Context(DIALECT, {}))
    assert isinstance(read, SegmentRows)
    given = SegmentRows(read.table, 4, 1)

    rows, asked = ladder.read(Block(b"1,x\n", 0, 1, 1, given), Context(DIALECT, {}))

    assert rows is given
    assert asked == (("segmenter", ladder.READ),)


@pytest.mark.parametrize(
    "data",
    [
        b"1,x\n2,y\n",
        b'1,"x,y"\r\n2,"a""b"\r\n',
        b"1,\n,\n",
        b'1,""\n2,x\n',
        b"1,x\n2\n3,y,z\n4,w\n",
        "1,ä\n2,ß\n".encode(),
        b"001,1.50\n-2,2.25\n",
        b"1,x",
    ],
)
def test_every_reader_that_reads_it_gives_the_cells_of_the_tolerant_one(data):
    block, context = Block(data, 0, 1, count_lines(data)), Context(DIALECT, {})
    expected = ladder.tolerant(block, context)
    assert isinstance(expected, SegmentRows)

    for reader in ladder.READERS:
        rows = reader(block, context)
        if isinstance(rows, NotMine):
            assert rows.reason
        elif isinstance(rows, TypedRows):
            texts = {name: each.type.to_text(each.values).to_pylist() for name, each in rows.columns.items()}
            assert texts == expected.table.to_pydict()
        else:
            assert rows.table.to_pydict() == expected.table.to_pydict()
            assert rows.rejects == expected.rejects
