"""Values of a new column, row by row, from an expression over the others; computed by a process apart.

An expression is a text of a caller, the only one that becomes SQL. It is read and checked in the child
(`expression_child`), which has no files, no network, bounded memory and nothing but the rows that are handed to it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from parquay.datasets.query import expression_child
from parquay.datasets.query.expression_child import ROWS
from parquay.errors import InvalidValue, QueryTimeout, TooLarge, Unavailable

if TYPE_CHECKING:
    import pyarrow as pa

MAX_CHARACTERS = 10_000
"""Characters of the longest expression."""
AT_ONCE = 2
"""Expressions that a process computes at once."""


class Expressions:
    """Computes expressions; may be used by many threads."""

    def __init__(self, *, seconds: float = 30.0) -> None:
        """``seconds``: time for the rows of one row group."""
        self._seconds = seconds
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def prepare(self, text: str, empty: pa.Table) -> Iterator[Expression]:
        """Read an expression over tables with the columns of ``empty`` (blocking).

        Raises:
            InvalidValue: ``bad_expression`` (422), with its ``position``.
            Unavailable: ``queries_busy`` (503).
        """
        refuse_text(text)
        if not self._slots.acquire(timeout=self._seconds):
            raise Unavailable("Too many queries run. Try again.", "queries_busy", retry_after=1)
        try:
            child = _start()
            try:
                yield Expression(child, text, empty, self._seconds)
            finally:
                child.kill()
                child.communicate()
        finally:
            self._slots.release()


def refuse_text(text: str) -> None:
    """Refuse what is no expression at all. Pure.

    Raises:
        InvalidValue: ``bad_expression`` (422).
    """
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"An expression has 1 to {MAX_CHARACTERS:,} characters.", "bad_expression")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValue("An expression is a text of whole characters.", "bad_expression") from None


def _start() -> subprocess.Popen[bytes]:
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", expression_child.__name__]
    return subprocess.Popen(  # noqa: S603  our own module
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


class Expression:
    """An expression that was read.

    Attributes:
        columns: the columns that it names.
    """

    def __init__(self, child: subprocess.Popen[bytes], text: str, empty: pa.Table, seconds: float) -> None:
        self._child = child
        self._seconds = seconds
        self._late = False
        with self._timed():
            self._send(text.encode())
            self._send(_ipc(empty))
            answer = self._answer()
        self.columns: list[str] = json.loads(answer)["columns"]

    def values(self, columns: Mapping[str, pa.ChunkedArray], rows: int) -> pa.Array:
        """The values for ``rows`` rows, of which the cells come by column, at least those of `columns` (blocking).

        Raises:
            InvalidValue: ``bad_expression`` (422).
            QueryTimeout: ``query_timeout`` (408).
            TooLarge: ``query_too_large`` (413).
        """
        import pyarrow as pa

        with self._timed():
            # A column of nothing says how many rows there are, whatever is named.
            self._send(_ipc(pa.table({ROWS: pa.nulls(rows, pa.int8()), **columns})))
            found = pa.ipc.open_stream(self._answer()).read_all()
        return found.column(0).combine_chunks()

    @contextmanager
    def _timed(self) -> Iterator[None]:
        timer = threading.Timer(self._seconds, self._stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _stop(self) -> None:
        self._late = True
        self._child.kill()

    def _send(self, frame: bytes) -> None:
        try:
            expression_child.write_frame(cast("BinaryIO", self._child.stdin), frame)
        except (BrokenPipeError, ValueError):
            raise self._ended() from None

    def _answer(self) -> bytes:
        """What the child answers, of which the first byte says what it is."""
        frame = next(expression_child.read_frames(cast("BinaryIO", self._child.stdout)), None)
        if frame is None:
            raise self._ended()
        if frame[:1] == b"\0":
            content: dict[str, Any] = json.loads(frame[1:])
            if "error" in content:
                place = {} if content["position"] is None else {"position": content["position"]}
                raise InvalidValue(content["error"], "bad_expression", **place)
        return frame[1:]

    def _ended(self) -> QueryTimeout | TooLarge:
        if self._late:
            return QueryTimeout("The expression took too long.", "query_timeout")
        return TooLarge("The expression needs more memory than expressions may have.", "query_too_large")


def _ipc(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())
