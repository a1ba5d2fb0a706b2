"""The bytes of a file as its text: inflated and transcoded to UTF-8 on the way, as far as they have arrived.

A source is read at text offsets. Where the file is neither packed nor in a wide encoding these are its own offsets and
reading is direct. Otherwise the text is made by going through the file once; going back means starting again, which
happens only when a conversion is taken up after a crash.
"""

from __future__ import annotations

import bz2
import codecs
import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Protocol

from parquay.errors import TooLarge
from parquay.ingest import encodings
from parquay.ingest.store import Reader

MAX_RATIO = 250
"""Most bytes of text for a byte of packed file; no honest table packs better, every bomb does."""
FREE_BYTES = 16 << 20
"""Bytes of text that may come out of a packed file before its ratio is looked at."""
MAX_BYTES = 1 << 40
"""Most bytes of text in a packed file."""
STEP, PACKED_STEP = 1 << 20, 64 << 10
"""Bytes read at once; few of a packed file, so that its ratio is known early."""


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


def inflater(kind: str) -> Inflater:
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


class Source:
    """The text of one file, as far as the file has arrived."""

    def __init__(self, packing: str = "", wide: str = "", mark: int = 0) -> None:
        """`packing`: how it is packed. `wide`: its encoding, if of several bytes a letter; `mark`: bytes of its mark."""
        self.packing = packing
        self.wide = wide
        self._mark = mark
        self._reader: Reader | None = None
        self.stop = 0
        self.complete = False
        self._restart()

    def attach(self, reader: Reader, stop: int, *, complete: bool) -> None:
        """Read from `reader`, whose bytes below `stop` are there; `complete`: there will be no more."""
        self._reader, self.stop, self.complete = reader, stop, complete

    @property
    def direct(self) -> bool:
        """Whether text offsets are file offsets."""
        return not self.packing and not self.wide

    def consumed(self, text_offset: int) -> int:
        """Bytes of the file that are done when the text is done up to `text_offset`; for progress."""
        return text_offset if self.direct else min(self._read, self.stop)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return `size` bytes of text at `offset`; fewer only at the end of what has arrived.

        Raises:
            BrokenArchive, TooLarge: see `Inflater`.
        """
        if self.direct:
            return self._raw(offset, size)
        if offset < self._start:
            self._restart()
        while self._start + len(self._text) < offset + size and self._more(offset):
            pass
        if offset > self._start:
            gone = min(offset - self._start, len(self._text))
            del self._text[:gone]
            self._start += gone
        return bytes(self._text[:size])

    def _restart(self) -> None:
        self._read = 0 if self.packing else self._mark
        self._start = 0
        self._made = 0
        self._text = bytearray()
        self._inflater = inflater(self.packing) if self.packing else None
        self._decoder = codecs.getincrementaldecoder(self.wide)("surrogatepass") if self.wide else None
        self._to_skip = self._mark if self.packing else 0
        self._closed = False

    def _raw(self, offset: int, size: int) -> bytes:
        assert self._reader is not None
        return self._reader.read_at(offset, max(0, min(size, self.stop - offset)))

    def _more(self, wanted: int) -> bool:
        """Make some more text; False when there is none now."""
        waits = self._inflater is not None and self._inflater.waits
        piece = b"" if waits else self._raw(self._read, PACKED_STEP if self._inflater else STEP)
        self._read += len(piece)
        if not piece and not waits:
            return self._end()
        text = self._inflated(piece) if self._inflater else piece
        self._append(text)
        gone = min(max(0, wanted - self._start), len(self._text))
        if gone > 8 * STEP:
            del self._text[:gone]
            self._start += gone
        return True

    def _inflated(self, piece: bytes) -> bytes:
        assert self._inflater is not None
        text = self._inflater.inflate(piece, 8 * STEP)
        self._made += len(text)
        if self._made > FREE_BYTES and self._made > MAX_RATIO * self._read or self._made > MAX_BYTES:
            raise TooLarge("The file unpacks to far more bytes than a table would.", "too_expanded")
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        return text

    def _append(self, text: bytes, *, final: bool = False) -> None:
        if self._decoder is None:
            self._text += text
            return
        try:
            self._text += self._decoder.decode(text, final).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            # A last half of a letter cannot be told; it becomes a byte that is no text, and its row a reject.
            self._decoder.reset()
            self._text += b"\xff"

    def _end(self) -> bool:
        if self.complete and not self._closed:
            self._closed = True
            if self._inflater is not None and self._inflater.unfinished:
                raise BrokenArchive("the packed file ends too early")
            if self._decoder is not None:
                self._append(b"", final=True)
                return True
        return False


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


def open_source(reader: Reader, stop: int, *, complete: bool, told: str | None = None) -> Source:
    """Find out how a file is packed and whether its encoding is wide, from its first bytes.

    Needs `sniff.SAMPLE_BYTES` of the file, or all of it.

    Raises:
        BrokenArchive, TooLarge: see `Inflater`.
    """
    packing = packing_of(reader.read_at(0, min(16, stop)))
    source = Source(packing)
    source.attach(reader, stop, complete=complete)
    sample = source.read_at(0, encodings.LOOKED_AT)
    found = encodings.detect(sample, complete=complete and len(sample) < encodings.LOOKED_AT, told=told)
    if found is None or found.name not in encodings.WIDE:
        return source
    wide = Source(packing, found.name, found.mark)
    wide.attach(reader, stop, complete=complete)
    return wide
