"""The text of a file, whatever it is packed in, while it arrives."""

from __future__ import annotations

import gzip

import pytest

from parquay.errors import TooLarge
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.sources import open_source

TEXT = "näme,value\n" + "größe,1\n" * 3000


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


@pytest.mark.parametrize("content", [TEXT.encode(), gzip.compress(TEXT.encode()), TEXT.encode("utf-16")])
def test_text_is_utf_8_and_can_be_read_again_from_an_earlier_place(content):
    source = open_source(Bytes(content), len(content), complete=True)
    wanted = TEXT.encode()

    parts = [source.read_at(at, 100) for at in (0, 5000, 300, len(wanted) - 10, len(wanted))]

    assert parts == [wanted[:100], wanted[5000:5100], wanted[300:400], wanted[-10:], b""]
    assert source.consumed(len(wanted)) == len(content)


def test_text_grows_with_the_bytes_that_have_arrived():
    packed = gzip.compress(TEXT.encode())
    source = open_source(Bytes(packed), len(packed) - 30, complete=False)

    assert len(source.read_at(0, len(TEXT) * 2)) < len(TEXT.encode())
    source.attach(Bytes(packed), len(packed), complete=True)
    assert source.read_at(0, len(TEXT) * 2) == TEXT.encode()


def test_a_packed_file_that_ends_too_early_is_broken_and_a_bomb_refused():
    packed = gzip.compress(TEXT.encode())[:-30]
    with pytest.raises(BrokenArchive):
        open_source(Bytes(packed), len(packed), complete=True).read_at(0, len(TEXT) * 2)

    bomb = gzip.compress(b"\n" * (40 << 20))
    with pytest.raises(TooLarge) as refused:
        open_source(Bytes(bomb), len(bomb), complete=True).read_at(39 << 20, 100)
    assert refused.value.code == "too_expanded"
