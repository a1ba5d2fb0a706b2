"""Packed files, unpacked piece by piece: gzip, zstd, bz2, xz, and zip with one member."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Protocol


class BrokenArchive(Exception):
    """The packed bytes make no sense."""


class Inflater(Protocol):
    """Unpacks a stream, piece by piece."""

    def inflate(self, piece: bytes, limit: int) -> bytes:
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
        self._held = b""

    @property
    def waits(self) -> bool:
        return bool(self._held) or not (self._current.eof or self._current.needs_input)

    @property
    def unfinished(self) -> bool:
        return not self._current.eof

    def inflate(self, piece: bytes, limit: int) -> bytes:
        self._held += piece
        try:
            if self._current.eof:
                if not self._held.strip(b"\0"):
                    self._held = b""
                    return b""
                self._current = self._make()
            given, self._held = self._held, b""
            text = self._current.decompress(given, limit)
        except self._errors as error:
            raise BrokenArchive(str(error)) from None
        if self._current.eof:
            self._held = self._current.unused_data
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


class _Zip:
    """The one member of a ZIP archive, read from its local header on."""

    def __init__(self) -> None:
        self._head = b""
        self._inner: _Deflate | None = None
        self._stored = -1

    @property
    def waits(self) -> bool:
        return self._inner is not None and not self._inner.eof and not self._inner.needs_input

    @property
    def unfinished(self) -> bool:
        return self._stored > 0 if self._inner is None else not self._inner.eof

    def inflate(self, piece: bytes, limit: int) -> bytes:
        if self._inner is None and self._stored < 0:
            piece = self._open(piece)
        return self._member(piece, limit)

    def _member(self, piece: bytes, limit: int) -> bytes:
        if self._stored >= 0:
            text, self._stored = piece[: self._stored], max(0, self._stored - len(piece))
            return text
        if self._inner is None or self._inner.eof:
            self._refuse_second(piece)
            return b""
        return self._inflated(self._inner, piece, limit)

    def _inflated(self, inner: _Deflate, piece: bytes, limit: int) -> bytes:
        try:
            text = inner.decompress(piece, limit)
        except zlib.error as error:
            raise BrokenArchive(str(error)) from None
        if inner.eof:
            self._refuse_second(inner.unused_data)
        return text

    def _open(self, piece: bytes) -> bytes:
        """Read the local header (APPNOTE 4.3.7) and return what follows it."""
        self._head += piece
        if len(self._head) < 30:
            return b""
        flags, method, size, name, extra = struct.unpack("<6xHH8xI4xHH", self._head[:30])
        start = 30 + name + extra
        if len(self._head) < start:
            return b""
        if flags & 1:
            raise BrokenArchive("the archive is encrypted")
        if method == 0 and not flags & 8:
            self._stored = size
        elif method == 8:
            self._inner = _Deflate(-15)
        else:
            raise BrokenArchive(f"the archive's compression method {method} is not supported")
        rest, self._head = self._head[start:], b""
        return rest

    def _refuse_second(self, rest: bytes) -> None:
        self._head = (self._head + rest)[:64]
        at = self._head.find(b"PK")
        if at >= 0 and self._head[at : at + 4] == b"PK\x03\x04":
            raise BrokenArchive("the archive has more than one member")


def inflater_of(kind: str) -> Inflater:
    """The unpacker for `gzip`, `zstd`, `bz2`, `xz` or `zip`."""
    if kind == "gzip":
        return _Streams(lambda: _Deflate(31), (zlib.error,))
    if kind == "bz2":
        return _Streams(bz2.BZ2Decompressor, (OSError, EOFError))
    if kind == "xz":
        return _Streams(lzma.LZMADecompressor, (lzma.LZMAError, EOFError))
    if kind == "zstd":
        from backports import zstd

        return _Streams(zstd.ZstdDecompressor, (zstd.ZstdError, EOFError))
    return _Zip()


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
