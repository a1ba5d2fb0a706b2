"""The ladder of readers: a block is read by the first that can, fastest first; each says why it leaves one to the next.

| reader | reads | how |
|---|---|---|
| `typed` | well-formed rows of two or more columns | straight into typed columns, in C |
| `arrow` | well-formed rows of the right width | Arrow's parser, as texts |
| `ragged` | lines without quotes, some of the wrong width | Arrow's parser, and those rows one by one |
| `tolerant` | everything | in small windows, field by field where it must be |

All of them give the same cells for the same bytes; `tolerant` is the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parquay.columns.types.base import TypeCandidates
from parquay.columns.types.typed_reader import TypedColumn
from parquay.ingest.read import arrow_reader
from parquay.ingest.read.rows import Block, NotMine, SegmentRows
from parquay.ingest.read.windows import read_ragged, read_windows
from parquay.ingest.text.dialect import Dialect

READ = "read"
"""The reason of the reader that has read a block."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around a block.

    Attributes:
        candidates: the types that the rows before leave open, by column.
        ended: whether a second table has started before, so that every row is a reject.
    """

    dialect: Dialect
    candidates: Mapping[str, TypeCandidates | None]
    ended: bool = False


@dataclass(frozen=True, slots=True)
class TypedRows:
    """Rows as typed columns, none of them odd."""

    columns: dict[str, TypedColumn]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())).values)


Rows = TypedRows | SegmentRows
Tried = tuple[tuple[str, str], ...]
"""The readers that were asked, with their reasons; the last one's is `READ`."""


def typed(block: Block, context: Context) -> Rows | NotMine:
    """Straight into typed columns, where the C part can."""
    if context.ended:
        return NotMine("second_table")
    found = arrow_reader.read_typed(block.data, context.dialect, context.candidates)
    return found if isinstance(found, NotMine) else TypedRows(found)


def arrow(block: Block, context: Context) -> Rows | NotMine:
    """As texts, by Arrow's parser."""
    if context.ended:
        return NotMine("second_table")
    table = arrow_reader.read_texts(block.data, context.dialect, block.lines)
    return table if isinstance(table, NotMine) else SegmentRows(table, len(block.data), block.lines)


def ragged(block: Block, context: Context) -> Rows | NotMine:
    """As texts, by Arrow's parser, and row by row where the width is wrong."""
    if context.ended:
        return NotMine("second_table")
    found = arrow_reader.read_ragged(block.data, context.dialect, block.lines)
    if isinstance(found, NotMine):
        return found
    return read_ragged(block.data, found, context.dialect, byte=block.byte, line=block.line, lines=block.lines)


def tolerant(block: Block, context: Context) -> Rows:
    """As texts, with a look at every field where it must be."""
    return read_windows(block.data, context.dialect, byte=block.byte, line=block.line, final=True, ended=context.ended)


READERS: tuple[Callable[[Block, Context], Rows | NotMine], ...] = (typed, arrow, ragged, tolerant)


def read(block: Block, context: Context) -> tuple[Rows, Tried]:
    """Read a block; return also which readers were asked."""
    if block.rows is not None and (context.dialect.log or not context.ended):
        return block.rows, (("segmenter", READ),)
    left: Tried = ()
    for reader in READERS:
        rows = reader(block, context)
        if not isinstance(rows, NotMine):
            return rows, (*left, (reader.__name__, READ))
        left = (*left, (reader.__name__, rows.reason))
    raise AssertionError("the last reader reads everything")
