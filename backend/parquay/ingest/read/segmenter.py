"""Cuts the text of a file into segments of whole rows, each of a few blocks, as far as it has arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parquay.columns.names import Naming
from parquay.columns.parquet import parts
from parquay.errors import TooLarge
from parquay.ingest.read import fixed_lines, json_rows, log_lines, preamble
from parquay.ingest.read.rows import Block, SegmentRows
from parquay.ingest.read.windows import read_windows
from parquay.ingest.text import encodings, split
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.sources import TextSource
from parquay.ingest.text.warnings import FileWarning

MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES = 4 << 20, 12 << 20
"""Bytes of a segment where enough of the file is there."""
MAX_BLOCK_BYTES = 4 << 20
"""Most bytes that are read and typed at once: memory of that size is used again and again, instead of fetched anew."""
MANY_COLUMNS = 200
"""With more of them a segment is one block: looking at a column has its price, however short it is."""
MAX_ROW_BYTES = 128 << 20
"""Bytes of the longest row."""
MAX_CELLS_PER_BYTE, FREE_CELLS = 32, 32 << 20
"""Cells that objects may make for each of their bytes, and that they may make in any case."""
_OF_LINES = frozenset({"ndjson", log_lines.FORMAT, fixed_lines.FORMAT})
"""Formats in which each line is read by itself."""


def segment_bytes(dialect: Dialect) -> int:
    """Bytes of a segment that becomes about one row group."""
    return max(MIN_SEGMENT_BYTES, min(MAX_SEGMENT_BYTES, parts.GROUP_ROWS * dialect.row_bytes))


@dataclass(frozen=True, slots=True)
class SegmentBytes:
    """The bytes of one segment, in blocks.

    Attributes:
        no: its number in the file.
        dialect: how they are read; it can change once, when the encoding of a file that began in ASCII is known.
        warnings: what the segmenter has to say about it.
    """

    no: int
    blocks: tuple[Block, ...]
    dialect: Dialect
    warnings: tuple[FileWarning, ...] = ()


@dataclass(slots=True)
class Segmenter:
    """Cuts what is there of a file into segments.

    Attributes:
        source: the text, as far as it has arrived.
        byte, line: where the next segment starts.
        size: bytes of a segment.
        no: number of the next segment.
        block: most bytes of a block.
        naming: the names that keys of objects have so far. Objects are read here, one after the other, because
            the order of their keys decides on names.
        warnings: of the next segment.
        ended: of a log, whether a line has named other fields.
    """

    source: TextSource
    dialect: Dialect
    byte: int
    line: int
    size: int = MAX_SEGMENT_BYTES
    no: int = 0
    block: int = MAX_BLOCK_BYTES
    naming: Naming = field(default_factory=Naming)
    warnings: tuple[FileWarning, ...] = ()
    ended: bool = False
    _cells: int = 0
    _read: int = 0

    def segments(self) -> Iterator[SegmentBytes]:
        """Yield each segment whose end is there.

        Raises:
            TooLarge: a row is longer than `MAX_ROW_BYTES`.
        """
        while blocks := self._blocks():
            yield SegmentBytes(self.no, blocks, self.dialect, self.warnings)
            self.no += 1
            self.warnings = ()

    def _blocks(self) -> tuple[Block, ...]:
        blocks: list[Block] = []
        count = -(-self.size // self.block) if len(self.dialect.columns) <= MANY_COLUMNS else 1
        top = self._above()
        while len(blocks) < count and (block := self._next(-(-self.size // count))) is not None:
            self.byte, self.line = block.end, block.line + block.lines
            blocks.append(block)
        if top and not blocks and not self.source.complete:
            self.byte, self.line = top[0].byte, top[0].line
            return ()
        return (*top, *blocks)

    def _above(self) -> tuple[Block, ...]:
        """What stands above the first data row, read as what it is: no rows of the table."""
        size = self.dialect.body - self.byte
        if size <= 0:
            return ()
        data = self.source.read_at(self.byte, size)
        block = Block(data, self.byte, self.line, split.count_lines(data), preamble.read_above(data, self.dialect))
        self.byte, self.line = block.end, block.line + block.lines
        return (block,)

    def _next(self, size: int) -> Block | None:
        while True:
            chunk = self.source.read_at(self.byte, size)
            if self.dialect.ascii_so_far and not chunk.isascii():
                self._decide_encoding(chunk)
            waits = self.dialect.ascii_so_far and not chunk.isascii()
            if waits:
                chunk = chunk[: encodings.first_high(chunk)]
            ends = waits or len(chunk) < size
            if not chunk:
                return None
            block = self._block(chunk, final=ends and self.source.complete)
            if block is not None or ends:
                return block
            if size >= MAX_ROW_BYTES:
                raise TooLarge(f"The row at line {self.line} is longer than {MAX_ROW_BYTES >> 20} MiB.", "row_too_long")
            size = min(4 * size, MAX_ROW_BYTES)

    def _decide_encoding(self, chunk: bytes) -> None:
        """Decide at the first byte beyond ASCII, from the same bytes behind it however they arrive; or wait for them.

        What was read before is the same in each encoding that extends ASCII.
        """
        first = encodings.first_high(chunk)
        start = max(chunk.rfind(b"\n", 0, first), chunk.rfind(b"\r", 0, first)) + 1
        stop = first + encodings.SAMPLE_BYTES
        sample = self.source.read_at(self.byte, stop)
        complete = len(sample) < stop
        if complete and not self.source.complete:
            return
        found = encodings.detect_late(sample[start:], complete=complete)
        line = self.line + split.count_lines(chunk[:start])
        self.warnings = encodings.warnings_of(found, b"", line=line)
        self.dialect = replace(
            self.dialect, ascii_so_far=False, encoding=found.name, codec=found.name, confidence=found.confidence
        )

    def _block(self, chunk: bytes, *, final: bool) -> Block | None:
        if self.dialect.format == "json":
            rows = json_rows.read_array(
                chunk, byte=self.byte, line=self.line, final=final, naming=self.naming, nested=self.dialect.path
            )
            return self._objects(chunk, rows) if rows.end else None
        if self.dialect.format in _OF_LINES:
            newline = self.dialect.newline[-1:].encode() if self.dialect.format == fixed_lines.FORMAT else b"\n"
            end = len(chunk) if final else chunk.rfind(newline) + 1
            return self._lines(chunk, end) if end else None
        found = split.split(chunk, self.dialect, final=final)
        if found.stray is None:
            return self._plain(chunk[: found.end]) if found.end else None
        rows = read_windows(chunk, self.dialect, byte=self.byte, line=self.line, final=final)
        return self._made(chunk, rows) if rows.end else None

    def _lines(self, chunk: bytes, end: int) -> Block:
        if self.dialect.log:
            return self._log(chunk, end)
        if self.dialect.format == fixed_lines.FORMAT:
            rows = fixed_lines.read_lines(chunk[:end], self.dialect, byte=self.byte, line=self.line)
            return self._made(chunk, rows)
        rows = json_rows.read_lines(chunk[:end], byte=self.byte, line=self.line, naming=self.naming)
        return self._objects(chunk, rows)

    def _log(self, chunk: bytes, end: int) -> Block:
        rows = log_lines.read_lines(chunk[:end], self.dialect, byte=self.byte, line=self.line, ended=self.ended)
        self.ended = rows.ended
        return self._made(chunk, rows)

    def _objects(self, chunk: bytes, rows: SegmentRows) -> Block:
        self._cells += rows.table.num_rows * len(self.naming)
        self._read += rows.end
        if self._cells > FREE_CELLS and self._cells > MAX_CELLS_PER_BYTE * self._read:
            raise TooLarge("The objects have so few keys in common that nearly every cell is empty.", "too_expanded")
        return self._made(chunk, rows)

    def _plain(self, data: bytes) -> Block:
        return Block(data, self.byte, self.line, split.count_lines(data))

    def _made(self, chunk: bytes, rows: SegmentRows) -> Block:
        return Block(chunk[: rows.end], self.byte, self.line, rows.lines, rows)
