"""The part that is written in C (`columns/native`): where quotes, fields and rows stand, and columns of plain cells.

It is compiled when Parquay is installed, if there is a C compiler; where `LIBRARY` is None, also because it is older
than its sources, everything is read by Arrow and NumPy instead, with the same results. A call holds no lock of the
interpreter while it runs.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

INTEGERS, DECIMALS, DOUBLES, DATES, TEXTS, WORDS = 1, 2, 3, 4, 5, 6
"""What a column can be read as."""
MAX_WORDS = 512
"""Words that a column may have to be told apart."""
MAX_WORD_BYTES = 256
"""Bytes of the longest word."""

_SLOTS, _MAX_AMBIGUOUS = 1024, 1024
_SLACK = 64  # bytes or entries behind a buffer that may be written and mean nothing


class _NativeColumn(ctypes.Structure):
    """The structure `column_t` of `cells.h`."""

    _fields_ = (
        ("kind", ctypes.c_int32),
        ("scale", ctypes.c_int32),
        ("index", ctypes.c_int64),
        ("values", ctypes.c_void_p),
        ("offsets", ctypes.c_void_p),
        ("codes", ctypes.c_void_p),
        ("validity", ctypes.c_void_p),
        ("most", ctypes.c_int64),
        ("nulls", ctypes.c_int64),
        ("low", ctypes.c_int64),
        ("high", ctypes.c_int64),
        ("filled", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("whole", ctypes.c_int32),
        ("point", ctypes.c_int32),
        ("last_zero", ctypes.c_int32),
        ("unsure", ctypes.c_int32),
        ("unsure_rows", ctypes.c_void_p),
        ("failed", ctypes.c_int32),
    )


def fingerprint(sources: Path) -> int:
    """A number that tells the sources in a folder from others."""
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(sources.iterdir())))


def _load() -> ctypes.CDLL | None:
    here = Path(__file__)
    try:
        library = ctypes.CDLL(str(here.with_name("_native.so")))
        built_from = ctypes.c_uint32.in_dll(library, "parquay_sources").value
    except (OSError, ValueError):
        return None
    if sys.byteorder != "little" or built_from != fingerprint(here.with_name("native")):
        return None
    text, size, byte, pointer = ctypes.c_char_p, ctypes.c_int64, ctypes.c_uint8, ctypes.c_void_p
    shapes = {
        "quotes": (size, [text, size, byte, byte, byte, ctypes.c_int32, pointer, pointer]),
        "lines": (size, [text, size]),
        "utf8": (ctypes.c_int32, [text, size]),
        "fields": (size, [text, size, byte, ctypes.c_int32, size, pointer, size]),
        "text_size": (size, [pointer, size, size, size]),
        "columns": (None, [text, size, pointer, size, byte, size, pointer, size]),
    }
    for name, (answer, arguments) in shapes.items():
        function = getattr(library, f"parquay_{name}")
        function.restype, function.argtypes = answer, arguments
    if ctypes.c_int64.in_dll(library, "parquay_column_size").value != ctypes.sizeof(_NativeColumn):
        raise ImportError("the structure column_t of cells.h is another one than _Column here")
    return library


LIBRARY: Any = _load()
"""The functions in C, or None."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """How the quotes of a text stand.

    Attributes:
        stray: the first one that is where none may be, or None.
        row_end: byte behind the last row end outside quotes.
        open: the last quote that opens, if nothing closes it.
    """

    stray: int | None
    row_end: int
    open: int | None


def quotes(text: bytes, delimiter: str, quote: str, newline: bytes, *, doubled: bool) -> Quotes:
    """Look at every quote of a text, which starts at a row's start; `doubled`: a quote in quotes stands twice."""
    end, left = ctypes.c_int64(), ctypes.c_int64()
    mark, places = ord(delimiter) if delimiter else 0, (ctypes.byref(end), ctypes.byref(left))
    stray = LIBRARY.parquay_quotes(text, len(text), mark or newline[0], ord(quote), newline[0], doubled, *places)
    return Quotes(stray if stray >= 0 else None, end.value, left.value if left.value >= 0 else None)


def lines(text: bytes) -> int:
    """Physical lines that end in a text: LF, CRLF and a CR alone each end one."""
    return int(LIBRARY.parquay_lines(text, len(text)))


@dataclass(frozen=True, slots=True)
class ColumnRequest:
    """A column that is to be read; `scale` of decimals."""

    index: int
    read_as: int
    scale: int = 0


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """A column as it was read.

    Attributes:
        array: its values.
        low, high: of integers and of the digits of decimals; the lowest is no higher than 0, the highest no lower.
        whole, point: whether a double is written as `3`, or as `3.0`.
        last_zero: whether a decimal ends with 0.
        ambiguous: rows whose doubles are still to be found.
    """

    array: pa.Array
    low: int
    high: int
    whole: bool
    point: bool
    last_zero: bool
    ambiguous: tuple[int, ...]


_ends = threading.local()


@dataclass(frozen=True, slots=True)
class FieldOffsets:
    """Where the fields of a text end, row after row. Valid until the thread that found them looks at another text."""

    text: bytes
    quote: str
    ends: npt.NDArray[np.uint32]
    width: int
    rows: int

    @classmethod
    def find(cls, text: bytes, delimiter: str, quote: str, width: int) -> FieldOffsets | None:
        """Find them in UTF-8 whose quotes are all in place; None when a row has another width, or for no such text."""
        if LIBRARY is None or not LIBRARY.parquay_utf8(text, len(text)):
            return None
        mark = ord(quote) if quote and text.find(quote.encode()) >= 0 else -1
        for most in (len(text) // 4 + width, len(text)):
            ends = _room(most + _SLACK)
            rows = LIBRARY.parquay_fields(text, len(text), ord(delimiter), mark, width, ends.ctypes.data, most)
            if rows >= 0:
                return cls(text, quote if mark >= 0 else "", ends, width, rows)
            if rows == -1:
                return None
        return None

    def read(self, requests: Sequence[ColumnRequest]) -> list[ColumnResult | None]:
        """Read columns; None for one that has a cell which is no canonical text of what was wanted."""
        columns = (_NativeColumn * len(requests))()
        rooms = [self._prepare(column, request) for column, request in zip(columns, requests, strict=True)]
        mark = ord(self.quote) if self.quote else 0
        address = ctypes.addressof(columns)
        text, size = self.text, len(self.text)
        LIBRARY.parquay_columns(text, size, self.ends.ctypes.data, self.width, mark, self.rows, address, len(requests))
        return [self._got(*each) for each in zip(columns, rooms, strict=True)]

    def _prepare(self, column: _NativeColumn, request: ColumnRequest) -> _Room:
        column.kind, column.scale, column.index = request.read_as, request.scale, request.index
        room = _Room.of(request.read_as, self.rows, self._size(request))
        column.validity, column.values = room.validity.address, room.values.address
        column.offsets = room.offsets.address if room.offsets is not None else None
        column.codes = column.unsure_rows = room.codes.address if room.codes is not None else None
        if request.read_as == WORDS:
            column.most, column.high = MAX_WORDS, self.rows
        return room

    def _size(self, request: ColumnRequest) -> int:
        """Bytes of the values."""
        if request.read_as in (TEXTS, WORDS):
            place, shape = self.ends.ctypes.data, (self.width, self.rows, request.index)
            size = int(LIBRARY.parquay_text_size(place, *shape)) + _SLACK
            return size if request.read_as == TEXTS else min(size, MAX_WORDS * MAX_WORD_BYTES)
        return self.rows * {INTEGERS: 8, DECIMALS: 16, DOUBLES: 8, DATES: 4}[request.read_as]

    def _got(self, column: _NativeColumn, room: _Room) -> ColumnResult | None:
        if column.failed:
            return None
        found = (column.low, column.high, bool(column.whole), bool(column.point), bool(column.last_zero))
        return ColumnResult(room.array(column, self.rows), *found, room.ambiguous(column))

    def cell(self, row: int, index: int) -> bytes:
        """The bytes of an unquoted cell."""
        place = row * self.width + index
        start = int(self.ends[place - 1]) + 1 if place else 0
        return self.text[start : int(self.ends[place])].removesuffix(b"\r")


@dataclass(frozen=True, slots=True)
class _Room:
    """The buffers of one column."""

    kind: int
    validity: pa.Buffer
    values: pa.Buffer
    offsets: pa.Buffer | None
    codes: pa.Buffer | None

    @classmethod
    def of(cls, kind: int, rows: int, size: int) -> _Room:
        validity = pa.allocate_buffer(-(-rows // 8))
        ctypes.memset(validity.address, 255, validity.size)
        entries = {TEXTS: rows + 1, WORDS: MAX_WORDS + 1}.get(kind)
        offsets = pa.allocate_buffer(4 * entries) if entries else None
        entries = {WORDS: rows + _SLOTS, DOUBLES: _MAX_AMBIGUOUS}.get(kind)
        codes = pa.allocate_buffer(4 * entries) if entries else None
        if offsets is not None:
            ctypes.memset(offsets.address, 0, 4)
        if codes is not None and kind == WORDS:
            ctypes.memset(codes.address + 4 * rows, 255, 4 * _SLOTS)  # no slot is taken
        return cls(kind, validity, pa.allocate_buffer(size), offsets, codes)

    def ambiguous(self, column: _NativeColumn) -> tuple[int, ...]:
        """Rows whose doubles are still to be found."""
        if self.codes is None or not column.unsure:
            return ()
        return tuple(np.frombuffer(self.codes, np.int32, column.unsure).tolist())

    def array(self, column: _NativeColumn, rows: int) -> pa.Array:
        """The column as Arrow sees it."""
        validity = self.validity if column.nulls else None
        if self.kind == WORDS:
            texts = [None, self.offsets, self.values.slice(0, column.filled)]
            words = pa.Array.from_buffers(pa.string(), column.count, texts)
            codes = pa.Array.from_buffers(pa.int32(), rows, [validity, self.codes], column.nulls)
            return pa.DictionaryArray.from_arrays(codes, words, safe=False)
        if self.kind == TEXTS:
            buffers = [validity, self.offsets, self.values.slice(0, column.filled)]
            return pa.Array.from_buffers(pa.string(), rows, buffers, column.nulls)
        plain = {INTEGERS: pa.int64(), DECIMALS: pa.decimal128(18, column.scale), DOUBLES: pa.float64()}
        kind = plain.get(self.kind, pa.date32())
        return pa.Array.from_buffers(kind, rows, [validity, self.values], column.nulls)


def _room(entries: int) -> npt.NDArray[np.uint32]:
    """Room for the ends of fields, the same for every text that a thread looks at."""
    known: npt.NDArray[np.uint32] | None = getattr(_ends, "room", None)
    if known is None or len(known) < entries:
        known = _ends.room = np.empty(entries, np.uint32)
    return known
