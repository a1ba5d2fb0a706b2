"""What is no text is read in a child process with limits, and only its harmless output is opened here.

Such formats let a small file ask for any amount of memory, and their readers were not written against malice. The
child (`sandbox_child`) may use so much memory, time and disk and no more; if it dies, the file is an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from parquay.errors import BadInput
from parquay.ingest.convert.pipeline import JobLost, RowGroups, SegmentSource, TextSegments
from parquay.ingest.detect import sniff
from parquay.ingest.formats.registry import FileFormat
from parquay.ingest.read.segmenter import MAX_SEGMENT_BYTES
from parquay.ingest.text.byte_source import PathReader, UploadBytes
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS, Dialect
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.sources import TextSource
from parquay.ingest.text.warnings import FileWarning, bounded
from parquay.storage.chunks import read_promised

WALL_SECONDS = 900
"""Longest run of a child."""
COPY_BYTES = 8 << 20
BEGINNING_SECONDS, BEGINNING_ROWS, POLL_SECONDS = 10, 1000, 0.02
"""Longest run of a child that reads the beginning, the rows that are enough of it, and how often it is looked at."""


@dataclass(frozen=True, slots=True)
class ChildOutput:
    """What a child made of a file.

    Attributes:
        dialect: as if it had been text.
        path: what the child wrote: CSV, or a Parquet file of plain types.
        size: bytes of the file that the child read.
        columns: names and types of the Parquet file; none for CSV.
        complete: whether it is all of the file.
    """

    dialect: Dialect
    path: Path
    size: int
    columns: tuple[dict[str, Any], ...] = ()
    complete: bool = True

    @contextmanager
    def segments(self) -> Iterator[SegmentSource]:
        """Open the child's output; it is deleted afterwards."""
        try:
            if self.columns:
                with pq.ParquetFile(self.path) as file:
                    yield RowGroups(file, self.dialect, self.columns, self.size)
                return
            with PathReader(self.path) as reader:
                source = TextSource()
                source.attach(reader, self.path.stat().st_size, complete=True)
                yield TextSegments(source, self.dialect, MAX_SEGMENT_BYTES, MAX_SEGMENT_BYTES, size=self.size)
        finally:
            self.path.unlink(missing_ok=True)


@contextmanager
def local_copy(store: UploadBytes, file_id: str, size: int, copy: Path) -> Iterator[Path]:
    """The `size` bytes of an upload as a local file; it is `copy` if their store has no file of just these bytes.

    Raises:
        BytesMissing: they are not there.
    """
    path = store.local_file(file_id, size)
    if path is not None:
        yield path
        return
    try:
        with store.reader(file_id) as reader, copy.open("wb") as file:
            while file.tell() < size:
                file.write(read_promised(reader, file.tell(), min(COPY_BYTES, size - file.tell())))
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def read_file(
    file_format: FileFormat,
    path: Path,
    directory: Path,
    overrides: Overrides,
    alive: Callable[[], bool] = lambda: True,
) -> ChildOutput:
    """Let a child read the file at `path`; its output goes to `directory`, under a name of its own.

    Raises:
        BadInput: the file is broken, lies about its format, or asks for too much.
        LeaseLost: `alive` said no meanwhile.
    """
    size = path.stat().st_size
    output = _output(directory, file_format)
    answer = _run(_arguments(file_format, path, output, overrides), alive)
    return _made(file_format, output, size, overrides, answer)


def read_beginning(
    file_format: FileFormat, path: Path, directory: Path, overrides: Overrides, enough: int
) -> ChildOutput:
    """The same, but the child is ended once it has written `enough` bytes of text, or has read so many rows.

    Raises:
        BadInput: as `read_file`; ``too_expensive``, it wrote nothing in `BEGINNING_SECONDS`.
    """
    output = _output(directory, file_format)
    command = _arguments(file_format, path, output, overrides, rows=BEGINNING_ROWS)
    with _child(command) as child:
        ends = time.monotonic() + BEGINNING_SECONDS
        while True:
            try:
                answer, complaint = child.communicate(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                is_late = time.monotonic() > ends
                if not is_late and _written(output) < enough:
                    continue
                if _is_text(output):
                    return _cut(file_format, output, overrides)
                if is_late:
                    raise BadInput("Reading the beginning of the file took too long.", "too_expensive") from None
            else:
                made = _answered(child.returncode, answer, complaint)
                found = _made(file_format, output, path.stat().st_size, overrides, made)
                return replace(found, complete=not made.get("more"))


def _written(output: Path) -> int:
    return output.stat().st_size if output.exists() else 0


def _is_text(output: Path) -> bool:
    """Whether a child is writing text, of which there is some already."""
    if not _written(output):
        return False
    with output.open("rb") as file:
        return not b"PAR1".startswith(file.read(4))


def _cut(file_format: FileFormat, output: Path, overrides: Overrides) -> ChildOutput:
    """What a child wrote that was ended, up to the end of its last row; in CSV none that stands in quotes."""
    text = output.read_bytes()
    at = len(text)
    while (at := text.rfind(b"\n", 0, at)) >= 0 and not file_format.json_lines and text.count(b'"', 0, at) % 2:
        pass
    output.write_bytes(text[: at + 1])
    return replace(_made(file_format, output, len(text), overrides, {}), complete=False)


def _output(directory: Path, file_format: FileFormat) -> Path:
    return directory / f".{file_format.name}-{os.getpid()}-{time.monotonic_ns()}.tmp"


def _arguments(file_format: FileFormat, path: Path, output: Path, overrides: Overrides, *, rows: int = 0) -> list[str]:
    options = {name: value for name, value in overrides.said().items() if name in file_format.options}
    return [file_format.name, str(path), str(output), json.dumps(options), str(rows)]


def _made(
    file_format: FileFormat, output: Path, size: int, overrides: Overrides, answer: Mapping[str, Any]
) -> ChildOutput:
    warnings = tuple(
        FileWarning(each["code"], 1, each["count"], bounded(each["text"])) for each in answer.get("warnings", ())
    )
    columns = tuple(answer.get("columns", ()))
    if file_format.json_lines:
        dialect = Dialect(
            format="ndjson", delimiter="", quote="", header_rows=0, types=dict(overrides.types), warnings=warnings,
            made_from=file_format.name,
        )  # fmt: skip
        return ChildOutput(dialect, output, size)
    if not columns:
        dialect = replace(_sheet_dialect(output, overrides, warnings), made_from=file_format.name)
        return ChildOutput(dialect, output, size)
    names = tuple(each["name"] for each in columns)
    dialect = Dialect(format=file_format.name, delimiter="", quote="", header_rows=0, columns=names, warnings=warnings)
    return ChildOutput(dialect, output, size, columns)


def _run(arguments: Sequence[str], alive: Callable[[], bool]) -> dict[str, Any]:
    started = time.monotonic()
    with _child(arguments) as child:
        while True:
            try:
                answer, complaint = child.communicate(timeout=1)
            except subprocess.TimeoutExpired:
                if not alive():
                    raise JobLost from None
                if time.monotonic() - started > WALL_SECONDS:
                    raise BadInput("Reading the file took too long.", "too_expensive") from None
            else:
                return _answered(child.returncode, answer, complaint)


@contextmanager
def _child(arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child that reads a file; it does not outlive the context."""
    command = [sys.executable, "-m", "parquay.ingest.convert.sandbox_child", *arguments]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")}
    child = subprocess.Popen(  # noqa: S603 (our own module; arguments are paths)
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()


def _answered(status: int, answer: bytes, complaint: bytes) -> dict[str, Any]:
    if status == 0:
        made: dict[str, Any] = json.loads(answer)
        return made
    try:
        refusal = json.loads(complaint.splitlines()[-1])
        raise BadInput(str(refusal["message"]), str(refusal["code"]))
    except (ValueError, IndexError, KeyError, TypeError):
        raise BadInput("The file asks for more memory or time than a file may.", "too_expensive") from None


def _sheet_dialect(output: Path, overrides: Overrides, warnings: tuple[FileWarning, ...]) -> Dialect:
    """The header and the preamble of a sheet, found as in a text file."""
    wanted = Overrides(
        delimiter=",", quote='"', escape="", encoding="utf-8", header=overrides.header, skip=overrides.skip,
        nulls=overrides.nulls, missing=overrides.missing, types=overrides.types, names=overrides.names,
    )  # fmt: skip
    with PathReader(output) as reader:
        guess = sniff.guess(reader.read_at, output.stat().st_size, name="sheet.csv", complete=True, overrides=wanted)
    if guess.dialect is None:
        raise BadInput("The sheet has no rows.", "no_rows")
    if len(guess.dialect.columns) > MAX_TABLE_COLUMNS:
        raise BadInput(TOO_MANY_COLUMNS, "too_many_columns")
    if reason := overrides.why_too_many_names(len(guess.dialect.columns)):
        raise BadInput(reason, "bad_option")
    return replace(guess.dialect, warnings=warnings + guess.dialect.warnings)
