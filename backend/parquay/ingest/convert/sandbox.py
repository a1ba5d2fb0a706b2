"""Workbooks and Parquet files are read in a child process with limits, and only its harmless output is opened here.

Their formats let a small file ask for any amount of memory, and their readers were not written against malice. The
child (`sandbox_child`) may use so much memory, time and disk and no more; if it dies, the file is an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.types import lexemes
from parquay.columns.types.lexemes import Kinds
from parquay.errors import BadInput
from parquay.ingest.detect import sniff
from parquay.ingest.read import fold, segmenter
from parquay.ingest.read.fold import Converted, State
from parquay.ingest.read.segmenter import Body
from parquay.ingest.text.byte_source import PathReader, Store
from parquay.ingest.text.dialect import Dialect, Overrides
from parquay.ingest.text.sources import Source
from parquay.ingest.text.warnings import Warned, bounded
from parquay.storage.chunks import read_promised

WALL_SECONDS = 900
"""Longest run of a child."""
COPY_BYTES = 8 << 20


class Abandoned(Exception):
    """The job's lease was lost while the child was at work."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the file's rows, typed."""

    body: Body
    converted: Converted


@dataclass(frozen=True, slots=True)
class Whole:
    """What a child made of a file.

    Attributes:
        dialect: as if it had been text.
        output: the child's file: CSV for a workbook, a Parquet file of plain types for a Parquet file.
        columns: names and types, of a Parquet file.
    """

    dialect: Dialect
    output: Path
    columns: Sequence[dict[str, Any]] = ()

    def pieces(self) -> Iterator[Piece]:
        """Read the child's output, stretch by stretch."""
        return _table_pieces(self) if self.columns else _text_pieces(self)


@contextmanager
def local_copy(store: Store, file_id: str, size: int, directory: Path) -> Iterator[Path]:
    """The `size` bytes of an upload as a local file, copied if its store is elsewhere or has other bytes behind them.

    Raises:
        BytesMissing: they are not there.
    """
    path = store.path(file_id)
    if path is not None and path.is_file() and path.stat().st_size == size:
        yield path
        return
    copy = directory / ".upload.tmp"
    try:
        with store.reader(file_id) as reader, copy.open("wb") as file:
            while file.tell() < size:
                file.write(read_promised(reader, file.tell(), min(COPY_BYTES, size - file.tell())))
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def open_whole(
    kind: str, path: Path, directory: Path, overrides: Overrides, alive: Callable[[], bool] = lambda: True
) -> Whole:
    """Let a child read the file of `kind` at `path`; its output goes to `directory`, under a name of its own.

    Raises:
        BadInput: the file is broken, lies about its format, or asks for too much.
        Abandoned: `alive` said no meanwhile.
    """
    output = directory / f".{kind}-{os.getpid()}-{time.monotonic_ns()}.tmp"
    answer = _run([kind, str(path), str(output), overrides.sheet or ""], alive)
    met = tuple(Warned(each["code"], 1, each["count"], bounded(each["text"])) for each in answer.get("warnings", ()))
    if kind == "parquet":
        columns = answer["columns"]
        dialect = Dialect(
            format="parquet",
            delimiter="",
            quote="",
            header_rows=0,
            columns=tuple(each["name"] for each in columns),
            warnings=met,
        )
        return Whole(dialect, output, columns)
    return Whole(_sheet_dialect(output, overrides, met), output)


def _run(arguments: Sequence[str], alive: Callable[[], bool]) -> dict[str, Any]:
    command = [sys.executable, "-m", "parquay.ingest.convert.sandbox_child", *arguments]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")}
    child = subprocess.Popen(  # noqa: S603 (our own module; arguments are paths)
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    started = time.monotonic()
    try:
        while True:
            try:
                answer, complaint = child.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                if not alive():
                    raise Abandoned from None
                if time.monotonic() - started > WALL_SECONDS:
                    raise BadInput("Reading the file took too long.", "too_expensive") from None
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    return _answered(child.returncode, answer, complaint)


def _answered(status: int, answer: bytes, complaint: bytes) -> dict[str, Any]:
    if status == 0:
        made: dict[str, Any] = json.loads(answer)
        return made
    try:
        refusal = json.loads(complaint.splitlines()[-1])
        raise BadInput(str(refusal["message"]), str(refusal["code"]))
    except (ValueError, IndexError, KeyError, TypeError):
        raise BadInput("The file asks for more memory or time than a file may.", "too_expensive") from None


def _sheet_dialect(output: Path, overrides: Overrides, met: tuple[Warned, ...]) -> Dialect:
    """The header and the preamble of a sheet, found as in a text file."""
    told = Overrides(
        delimiter=",", quote='"', escape="", encoding="utf-8", header=overrides.header, skip_rows=overrides.skip_rows,
        nulls=overrides.nulls, types=overrides.types, names=overrides.names,
    )  # fmt: skip
    with PathReader(output) as reader:
        guess = sniff.guess(reader.read_at, output.stat().st_size, name="sheet.csv", complete=True, overrides=told)
    if guess.dialect is None:
        raise BadInput("The sheet has no rows.", "no_rows")
    return replace(guess.dialect, warnings=met + guess.dialect.warnings)


def _text_pieces(whole: Whole) -> Iterator[Piece]:
    try:
        with PathReader(whole.output) as reader:
            source = Source()
            source.attach(reader, whole.output.stat().st_size, complete=True)
            state = State.start(whole.dialect)
            for body in segmenter.Cutter(source, whole.dialect, state.byte, state.line).bodies():
                converted = fold.convert(body, whole.dialect, state.kinds, ended=state.ended)
                state = state.after(converted)
                yield Piece(body, converted)
    finally:
        whole.output.unlink(missing_ok=True)


def _table_pieces(whole: Whole) -> Iterator[Piece]:
    types = {each["name"]: lexemes.type_from_json(each) for each in whole.columns}
    kinds: dict[str, Kinds | None] = {
        name: {kind.kind: kind.form} if kind.kind != "text" else {} for name, kind in types.items()
    }
    row = 0
    try:
        with pq.ParquetFile(whole.output) as file:
            for i in range(file.num_row_groups):
                table = file.read_row_group(i)
                table = pa.table([table[name].cast(kind.arrow()) for name, kind in types.items()], names=list(types))
                converted = Converted(row, row + table.num_rows, row + 1, table.num_rows, table, kinds, types, (), ())
                yield Piece(Body(i, (), whole.dialect), converted)
                row += table.num_rows
    finally:
        whole.output.unlink(missing_ok=True)
