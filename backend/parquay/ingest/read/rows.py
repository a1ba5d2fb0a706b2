"""What readers take and give: a block of whole rows, the rows in it, and the rows that are rejects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from parquay.ingest.text.warnings import FileWarning

MAX_KEPT_REJECTS = 50_000
"""Rejects of a file that are kept one by one; all are counted."""
MAX_TEXT_CHARS = 1000
"""Characters of a reject's text that are kept."""


@dataclass(frozen=True, slots=True)
class NotMine:
    """A reader's answer about bytes that the next one has to read; `reason`: a stable word for the metrics."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read into the table.

    Attributes:
        line: physical line of the file on which the row starts, from 1.
        byte: byte of the file at which it starts.
        column: name of the column concerned, or None.
        code: too_few_fields, too_many_fields, bad_encoding, repeated_header, second_table, above_table, bad_json or
            bad_log_line.
        text: the row as it stands in the file, cut after `MAX_TEXT_CHARS` characters.
        row: rows of the table before it, in what was read with it: a block, or a segment.
    """

    line: int
    byte: int
    column: str | None
    code: str
    text: str
    row: int = 0


@dataclass(slots=True)
class RejectList:
    """The rejects of a segment: the first `MAX_KEPT_REJECTS` are kept, the others counted."""

    kept: list[Rejected] = field(default_factory=list)
    unlisted: int = 0

    def add(
        self,
        code: str,
        column: str | None,
        text: bytes,
        *,
        line: int,
        byte: int,
        row: int = 0,
        codec: str = "utf-8",
    ) -> None:
        """Add a row that stands in the file as `text`, behind so many rows (`row`) of the table."""
        if len(self.kept) == MAX_KEPT_REJECTS:
            self.unlisted += 1
            return
        shown = text[: 4 * MAX_TEXT_CHARS].decode(codec, "replace").rstrip("\r\n")[:MAX_TEXT_CHARS]
        self.kept.append(Rejected(line, byte, column, code, shown, row))


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """Rows as texts.

    Attributes:
        table: one text column for each column of the file.
        end: bytes of the chunk that it covers.
        lines: physical lines in them.
        unlisted: rejects that were counted only.
        ended: whether a second table starts in it, so that all rows behind are not of this one.
        allowed: the types that a column may have besides text, where the format says more than the text does.
        renamed: keys whose column is called otherwise, as they turned up: key, its turn in the object, name.
    """

    table: pa.Table
    end: int
    lines: int
    rejects: tuple[Rejected, ...] = ()
    warnings: tuple[FileWarning, ...] = ()
    unlisted: int = 0
    ended: bool = False
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    renamed: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring whole rows, cut and counted, or already read where their ends could not be found otherwise.

    Attributes:
        byte, line: where it starts in the file's text.
    """

    data: bytes
    byte: int
    line: int
    lines: int
    rows: SegmentRows | None = None

    @property
    def end(self) -> int:
        """Byte of the file behind it."""
        return self.byte + len(self.data)
