"""The text of a finished upload, byte for byte: as it was sent, or as it stands in the archive that was sent."""

from __future__ import annotations

from collections.abc import Iterator

from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.sources import TextSource, open_source

BLOCK_BYTES = 1 << 20
"""Bytes that are read at once."""


def original_text(reader: ByteReader, size: int, member: str | None = None) -> Iterator[bytes]:
    """Yield the bytes of a text of `size` bytes, unpacked but not transcoded; `member`: the file of an archive.

    Raises:
        BytesMissing: there are fewer than `size`.
        BrokenArchive, TooLarge, BadInput: see `open_source`; a file that became a table raises none of them.
    """
    opened = open_source(reader, size, complete=True, wanted=member)
    source = TextSource(opened.packing, member=opened.member)
    source.attach(reader, size, complete=True)
    at = 0
    while block := source.read_at(at, BLOCK_BYTES):
        at += len(block)
        yield block
