"""Packed files and members of archives, unpacked chunk by chunk."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol


class BrokenArchive(Exception):
    """The packed bytes make no sense."""


class Inflater(Protocol):
    """Unpacks a stream, chunk by chunk."""

    def inflate(self, chunk: bytes, limit: int) -> bytes:
        """Take the next packed bytes and return at most about `limit` unpacked ones; more come with the next call.

        Raises:
            BrokenArchive: the bytes make no sense.
            TooLarge: they unpack to more than is allowed.
        """
        ...

    @property
    def waits(self) -> bool:
        """Whether it holds packed bytes back because of the limit."""
        ...

    @property
    def unfinished(self) -> bool:
        """Whether the packed stream goes on behind what was taken."""
        ...


class _Streams:
    """Unpacks one stream after another: gzip members, zstd frames, bz2 and xz streams."""

    def __init__(self, make: Callable[[], _Decompressor], errors: tuple[type[Exception], ...]) -> None:
        self._make = make
        self._errors = errors
        self._current = make()
        self._packed = b""

    @property
    def waits(self) -> bool:
        return bool(self._packed) or not (self._current.eof or self._current.needs_input)

    @property
    def unfinished(self) -> bool:
        return not self._current.eof

    def inflate(self, chunk: bytes, limit: int) -> bytes:
        self._packed += chunk
        try:
            if self._current.eof:
                if not self._packed.strip(b"\0"):
                    self._packed = b""
                    return b""
                self._current = self._make()
            given, self._packed = self._packed, b""
            text = self._current.decompress(given, limit)
        except self._errors as error:
            raise BrokenArchive(str(error)) from None
        if self._current.eof:
            self._packed = self._current.unused_data
        return text


class _Decompressor(Protocol):
    """What the decompressors of bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _Deflate:
    """zlib's decompressor with the manners of the others."""

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(0, max_length))


class _Stored:
    """Bytes of an archive that are not packed."""

    waits = False
    unfinished = False

    def inflate(self, chunk: bytes, limit: int) -> bytes:
        del limit  # a chunk is no longer than what was read
        return chunk


class Checked:
    """A member of an archive: nothing behind it is read, and its bytes are those that the archive says."""

    def __init__(self, inner: Inflater, size: int, crc: int) -> None:
        self._inner = inner
        self._left = size
        self._crc = crc
        self._found = 0

    @property
    def waits(self) -> bool:
        """See `Inflater`."""
        return self._inner.waits

    @property
    def unfinished(self) -> bool:
        """Whether bytes of the member are missing."""
        return self._left > 0 or self._inner.unfinished

    def inflate(self, chunk: bytes, limit: int) -> bytes:
        """See `Inflater`."""
        text = self._inner.inflate(chunk, limit)
        self._left -= len(text)
        self._found = zlib.crc32(text, self._found)
        if self._left < 0 or (self._left == 0 and self._found != self._crc):
            raise BrokenArchive("a file in the archive is damaged")
        return text


class Window:
    """Some of the bytes that another one unpacks: `size` of them, behind the first `start`."""

    def __init__(self, inner: Inflater, start: int, size: int) -> None:
        self._inner = inner
        self._before = start
        self._left = size

    @property
    def waits(self) -> bool:
        """See `Inflater`."""
        return self._left > 0 and self._inner.waits

    @property
    def unfinished(self) -> bool:
        """Whether bytes of it are missing."""
        return self._left > 0

    def inflate(self, chunk: bytes, limit: int) -> bytes:
        """See `Inflater`."""
        if not self._left:
            return b""
        text = self._inner.inflate(chunk, limit)
        skipped = min(self._before, len(text))
        self._before -= skipped
        found = text[skipped : skipped + self._left]
        self._left -= len(found)
        return found


def inflater_of(kind: str) -> Inflater:
    """The unpacker for `gzip`, `zstd`, `bz2`, `xz`, or for a member of an archive: `deflate`, `stored`."""
    if kind == "gzip":
        return _Streams(lambda: _Deflate(31), (zlib.error,))
    if kind == "bz2":
        return _Streams(bz2.BZ2Decompressor, (OSError, EOFError))
    if kind == "xz":
        return _Streams(lzma.LZMADecompressor, (lzma.LZMAError, EOFError))
    if kind == "zstd":
        from backports import zstd

        return _Streams(zstd.ZstdDecompressor, (zstd.ZstdError, EOFError))
    return _Streams(lambda: _Deflate(-15), (zlib.error,)) if kind == "deflate" else _Stored()


def packing_of(head: bytes) -> str:
    """How a file is packed, told by its first bytes; empty when it is not."""
    for kind, magic in (
        ("gzip", b"\x1f\x8b\x08"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("xz", b"\xfd7zXZ\x00"),
        ("zip", b"PK\x03\x04"),
    ):
        if head.startswith(magic):
            return kind
    return "bz2" if head.startswith(b"BZh") and head[4:10] == b"1AY&SY" else ""
