"""Packed bytes, unpacked piece by piece."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib

import pytest
from backports import zstd

from parquay.ingest.text.inflate import BrokenArchive, Checked, inflater_of, packing_of

TEXT = b"a,b\n1,2\n" * 500
PACKED = {
    "gzip": gzip.compress(TEXT),
    "bz2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "zstd": zstd.compress(TEXT),
}


def unpacked(kind: str, packed: bytes, step: int, limit: int = 100) -> bytes:
    inflater, text, at = inflater_of(kind), b"", 0
    while at < len(packed) or inflater.waits:
        piece = b"" if inflater.waits else packed[at : at + step]
        at += len(piece)
        made = inflater.inflate(piece, limit)
        assert len(made) <= limit
        text += made
    assert not inflater.unfinished
    return text


@pytest.mark.parametrize("kind", sorted(PACKED))
@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_streams_come_out_whole_whatever_the_pieces(kind, step):
    assert packing_of(PACKED[kind]) == kind
    assert unpacked(kind, PACKED[kind] * 2, step) == TEXT * 2


@pytest.mark.parametrize("kind", sorted(PACKED))
def test_a_stream_that_is_cut_is_unfinished_and_a_damaged_one_broken(kind):
    inflater = inflater_of(kind)
    inflater.inflate(PACKED[kind][:-5], 1 << 20)
    assert inflater.unfinished

    damaged = bytearray(PACKED[kind])
    damaged[len(damaged) // 2] ^= 0xFF
    damaged[-1] ^= 0xFF
    with pytest.raises(BrokenArchive):
        inflater_of(kind).inflate(bytes(damaged), 1 << 20)


def test_a_member_is_checked_against_its_size_and_checksum():
    fine = Checked(inflater_of("stored"), len(TEXT), zlib.crc32(TEXT))
    before = fine.unfinished
    assert fine.inflate(TEXT, 1 << 20) == TEXT
    assert (before, fine.unfinished) == (True, False)

    for size, crc in ((len(TEXT), 1), (len(TEXT) - 1, zlib.crc32(TEXT))):
        with pytest.raises(BrokenArchive):
            Checked(inflater_of("stored"), size, crc).inflate(TEXT, 1 << 20)


def test_other_bytes_are_not_packed():
    assert [packing_of(head) for head in (b"a,b\n", b"", b"BZh9 a title", b"PK\x03\x04")] == ["", "", "", "zip"]
