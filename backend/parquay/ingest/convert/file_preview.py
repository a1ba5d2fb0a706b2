"""How a file would be read, from its beginning, with nothing kept: its dialect, columns, first rows and rejects.

Looked at is as much as has rows enough, and no more than `LOOK_BYTES` of text or `LOOK_SECONDS`; a child process that
reads what is no text is ended once it has written as much. So the types are those of the rows that were looked at: a
later one may widen a column.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from parquay.catalog.tables import File
from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.parts import Types
from parquay.columns.text import rendering
from parquay.columns.types import registry
from parquay.columns.types.aside_counts import with_counts
from parquay.errors import BadInput, Conflict, InvalidValue, TooLarge
from parquay.ingest.convert import sandbox
from parquay.ingest.convert.pipeline import SegmentSource, TextSegments
from parquay.ingest.convert.plan import Plan, plan, why_unmeant
from parquay.ingest.read.fold import Converted, FoldState
from parquay.ingest.text.byte_source import ByteReader, UploadBytes
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.sources import TextSource

ROWS, REJECTS = 100, 20
"""Most rows and rejects of a preview."""
FIRST_BYTES, LOOK_BYTES = 64 << 10, 1 << 20
"""Bytes of text that are read first, and up to which more are read for want of rows."""
LOOK_SECONDS = 0.4
"""Time after which nothing more is read."""


@dataclass(slots=True)
class FilePreview:
    """The beginning of a file as it is read.

    Attributes:
        state: what is known behind the rows that were looked at.
        rows: these rows, at most `ROWS`, in the types of `state`.
        rejects: those met on the way, at most `REJECTS`, as JSON.
        bytes: of text that were looked at; of a file that is no text, bytes that its rows make as text.
        complete: whether that is the whole file.
    """

    dialect: Dialect
    state: FoldState
    rows: pa.Table | None = None
    rejects: list[dict[str, Any]] = field(default_factory=list)
    bytes: int = 0
    complete: bool = False

    @property
    def types(self) -> Types:
        """The types of the columns, from what was looked at."""
        return self.state.types()

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The columns as the catalog would keep them; words for missing are counted in the rows that are shown."""
        counts = {} if self.rows is None else asides.counts(asides.taken(self.rows))
        return with_counts(registry.columns_json(self.types), counts)

    def to_json(self, *, text: bool = False) -> dict[str, Any]:
        """The preview as the API tells it; ``text``: cells as they are written."""
        rows = [] if self.rows is None else rendering.json_rows(self.rows, self.types, text=text)
        warnings = self.state.last_warnings() if self.complete else self.state.warnings
        return {
            "dialect": self.dialect.report(),
            "columns": [registry.shown_column(each) for each in self.columns],
            "rows": rows,
            "rejects": self.rejects,
            "warnings": [each.to_json() for each in warnings],
            "looked_at": {"bytes": self.bytes, "rows": self.state.rows, "complete": self.complete},
        }


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Reads the beginnings of files. ``scratch`` gives a folder for a while."""

    store: UploadBytes
    scratch: Callable[[], AbstractContextManager[Path]]

    def preview(self, file: File, overrides: Overrides) -> FilePreview:
        """Read the beginning of what is durable of a file (blocking).

        Raises:
            InvalidValue: an override means nothing for this file, or it cannot be read at all: the code of the error
                that it would end with (422).
            Conflict: ``not_ready``, more bytes must come first (409).
        """
        try:
            with self.store.reader(file.id) as reader:
                made = self._made(reader, file, overrides)
        except (BadInput, TooLarge) as error:
            raise InvalidValue(error.detail, error.code) from None
        except BrokenArchive as error:
            if not file.complete:
                raise _too_early() from None
            raise InvalidValue(f"The file cannot be unpacked: {error}.", "broken_archive") from None
        if made.complete or made.dialect.format == "csv":
            overrides.refuse_unknown_columns(made.types)
        return made

    def _made(self, reader: ByteReader, file: File, overrides: Overrides) -> FilePreview:
        found = _plan(reader, file, overrides)
        if found.code:
            raise InvalidValue(found.reason, found.code)
        if reason := why_unmeant(found, overrides):
            raise InvalidValue(reason, "bad_option")
        if found.source is not None and found.dialect is not None:
            found.source.attach(reader, file.offset, complete=file.complete)
            most = found.dialect.body + LOOK_BYTES
            text = found.source.read_at(0, most + 1)
            is_whole = file.complete and len(text) <= most
            # Nothing behind is there for whoever looks for the end of a row: that could be any number of bytes away.
            source = TextSource()
            source.attach(_Beginning(text[:most]), min(len(text), most), complete=is_whole)
            return _look(TextSegments(source, found.dialect, FIRST_BYTES, FIRST_BYTES), complete=is_whole)
        assert found.file_format is not None, "what is no text has a format"
        with (
            self.scratch() as folder,
            sandbox.local_copy(self.store, file.id, file.offset, folder / "upload") as path,
        ):
            made = sandbox.read_beginning(found.file_format, path, folder, overrides, LOOK_BYTES)
            with made.segments() as rows:
                return _look(rows, complete=made.complete)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The beginning of a text, as something to read from."""

    text: bytes

    def read_at(self, offset: int, size: int) -> bytes:
        return self.text[offset : offset + size]


def _plan(reader: ByteReader, file: File, overrides: Overrides) -> Plan:
    """How the file is read; while it arrives, as if there were no more than what is there."""
    if not file.offset and not file.complete:
        raise _too_early()
    found = plan(reader, file.offset, complete=file.complete, name=file.name, overrides=overrides, hurried=True)
    if found is None:
        found = plan(reader, file.offset, complete=True, name=file.name, overrides=overrides, hurried=True)
        if found is not None and found.code == "no_path" and not file.complete:
            raise _too_early()  # it may stand in what has not arrived
    if found is None or (found.file_format is not None and not file.complete):
        raise _too_early()
    return found


def _too_early() -> Conflict:
    return Conflict("More bytes must come before this file can be read.", "not_ready")


def _look(source: SegmentSource, *, complete: bool) -> FilePreview:
    """Read segments until there are rows enough; `complete`: behind the last one nothing comes."""
    ends = time.monotonic() + LOOK_SECONDS
    state = FoldState.start(source.dialect)
    made, tables, reached = FilePreview(source.dialect, state), [], True
    start = state.byte
    for segment in source.segments(state, 0):
        done = source.convert(segment, state.kinds, ended=state.ended)
        state, made.dialect = state.after(done), segment.dialect
        tables.append(done)
        made.rejects += _rejects(done, len(made.rejects))
        if state.rows >= ROWS or done.end - source.dialect.body >= LOOK_BYTES or time.monotonic() > ends:
            reached = False
            break
    made.state, made.bytes = state, state.byte - start
    made.rows = _first_rows(tables, state.types())
    made.complete = complete and (reached or _is_last(source, state))
    return made


def _is_last(source: SegmentSource, state: FoldState) -> bool:
    return next(iter(source.segments(state, 1)), None) is None


def _rejects(done: Converted, before: int) -> list[dict[str, Any]]:
    return [
        {"n": n, "line": each.line, "byte": each.byte, "column": each.column, "code": each.code, "text": each.text}
        for n, each in enumerate(done.rejects[: REJECTS - before], before)
    ]


def _first_rows(tables: list[Converted], types: Types) -> pa.Table:
    found, left = [pa.schema(parts.arrow_types(types)).empty_table()], ROWS
    for each in tables:
        table = each.table.slice(0, left)
        left -= table.num_rows
        plain = {
            name: column.cast(each.types[name].arrow()) if pa.types.is_dictionary(column.type) else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
        found.append(parts.widened(pa.table(plain), each.types, types))
    return asides.concat(found)
