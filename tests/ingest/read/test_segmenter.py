"""Segments of whole rows, cut as far as the bytes have arrived."""

from __future__ import annotations

import pytest

from parquay.errors import TooLarge
from parquay.ingest.read import segmenter
from parquay.ingest.read.segmenter import Segmenter, segment_bytes
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.sources import TextSource


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


def source_of(content: bytes, *, complete: bool = True) -> TextSource:
    source = TextSource()
    source.attach(Bytes(content), len(content), complete=complete)
    return source


def test_segments_follow_each_other_without_a_gap():
    content = b"a,b\n" + b'1,"x\ny"\n' * 40
    dialect = Dialect(columns=("a", "b"), head=0, body=4, header=(("a", "b"),))

    found = list(Segmenter(source_of(content), dialect, 0, 1, 50, block=20).segments())

    assert [each.no for each in found] == list(range(len(found)))
    blocks = [block for each in found for block in each.blocks]
    assert b"".join(block.data for block in blocks) == content
    assert [block.byte for block in blocks[1:]] == [block.end for block in blocks[:-1]]
    assert [block.line for block in blocks[1:]] == [block.line + block.lines for block in blocks[:-1]]


def test_a_row_that_has_not_ended_is_left_until_it_has():
    dialect = Dialect(columns=("a", "b"))

    waiting = list(Segmenter(source_of(b"1,x\n2,", complete=False), dialect, 0, 1, 100).segments())
    ended = list(Segmenter(source_of(b"1,x\n2,"), dialect, 0, 1, 100).segments())

    assert [block.data for each in waiting for block in each.blocks] == [b"1,x\n"]
    assert [block.data for each in ended for block in each.blocks] == [b"1,x\n2,"]


def test_the_encoding_is_decided_at_the_first_byte_beyond_ascii():
    content = b"1,x\n" * 10 + "2,größe\n".encode("cp1252") * 10
    dialect = Dialect(columns=("a", "b"), ascii_so_far=True)

    found = list(Segmenter(source_of(content), dialect, 0, 1, 1000).segments())

    assert found[-1].dialect.codec == "cp1252"
    assert found[-1].blocks[-1].data.decode("cp1252").endswith("größe\n")
    assert [each.code for segment in found for each in segment.warnings] == ["encoding_guessed"]


def test_a_row_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(segmenter, "MAX_ROW_BYTES", 1 << 10)

    with pytest.raises(TooLarge) as refused:
        list(Segmenter(source_of(b'"' + b"x" * 5000), Dialect(columns=("a", "b")), 0, 1, 100).segments())

    assert refused.value.code == "row_too_long"


def test_a_segment_is_about_a_row_group():
    assert segment_bytes(Dialect(row_bytes=1)) == segmenter.MIN_SEGMENT_BYTES
    assert segment_bytes(Dialect(row_bytes=10_000)) == segmenter.MAX_SEGMENT_BYTES
