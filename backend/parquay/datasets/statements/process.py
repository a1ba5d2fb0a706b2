"""A process that runs statements, as the server sees it, and the few that are kept for those who come back.

A process runs the statements of one user alone: nothing of one, not even by a fault of the engine, is there for
another. It is killed when its time is over, when nobody waits any more, and when it failed.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from parquay.columns.text import json_text
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.expression_child import HEAD, write_frame
from parquay.datasets.statements import child
from parquay.errors import Damaged, InvalidValue, ParquayError, QueryTimeout, TooLarge, Unavailable, is_full
from parquay.storage.local.scratch import ProcessScratch

T = TypeVar("T")

TICK = 0.02
"""Seconds between two looks at whether somebody still waits."""
KEPT_SECONDS = 60.0
"""How long a process waits for another statement of its user."""
START_SECONDS = 60.0
"""How long a process may take to start."""
THREADS = min(4, os.cpu_count() or 1)
READ_BYTES = 1 << 20


class EndedProcess(Exception):
    """A process is gone; `status` is how it ended."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class StatementProcess:
    """A process with limits that runs one statement after the other."""

    def __init__(self, memory: int, scratch: ProcessScratch) -> None:
        """Start it. ``memory``: bytes for the engine; ``scratch``: where it gets a folder for what it spills."""
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with ExitStack() as files:
            folder = files.enter_context(scratch.fresh())
            command = [sys.executable, "-m", child.__name__, str(memory), str(THREADS), str(folder)]
            self._process = subprocess.Popen(  # noqa: S603  our own module
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._files = files.pop_all()
        self._held = bytearray()
        self._is_ready = False

    @property
    def _output(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdout)

    def send(self, content: Mapping[str, Any]) -> None:
        """Hand something over.

        Raises:
            EndedProcess: it is gone.
        """
        frame = json_text.dumps(dict(content)).encode()
        try:
            write_frame(cast("Any", self._process.stdin), frame)
        except (BrokenPipeError, ValueError):
            raise self._ended() from None

    def wait_ready(self, stop: CancelToken) -> None:
        """Wait until it has loaded what it needs, which no statement's time is spent on; see `receive`."""
        if not self._is_ready:
            self.receive(time.monotonic() + START_SECONDS, stop)
            self._is_ready = True

    def receive(self, deadline: float, stop: CancelToken) -> bytes:
        """Return the next frame (blocking until ``deadline``, by `time.monotonic`).

        Raises:
            TimeoutError: it is late. Cancelled: ``stop`` was set. EndedProcess: it is gone.
        """
        while len(self._held) < HEAD.size:
            self._read(deadline, stop)
        (size,) = HEAD.unpack(self._held[: HEAD.size])
        while len(self._held) < HEAD.size + size:
            self._read(deadline, stop)
        frame = bytes(self._held[HEAD.size : HEAD.size + size])
        del self._held[: HEAD.size + size]
        return frame

    def _read(self, deadline: float, stop: CancelToken) -> None:
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        while not poll.poll(TICK * 1000):
            stop.check()
            if time.monotonic() > deadline:
                raise TimeoutError
        piece = os.read(self._output.fileno(), READ_BYTES)
        if not piece:
            raise self._ended()
        self._held += piece

    def _ended(self) -> EndedProcess:
        try:
            return EndedProcess(self._process.wait(1))
        except subprocess.TimeoutExpired:
            return EndedProcess(None)

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def interrupt(self) -> None:
        """End it at once, from any thread; who waits for it finds that it is gone, and has to `kill` it."""
        self._process.kill()

    def kill(self) -> None:
        """End it at once, and let go of all that it had (idempotent)."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self._files.close()


@dataclass(frozen=True, slots=True)
class _Kept:
    process: StatementProcess
    owner: str
    since: float


class StatementProcesses:
    """Starts processes, and keeps those that may be needed again for a while; may be used by many threads."""

    def __init__(self, scratch: Path, *, memory: int, kept: int) -> None:
        """``scratch``: where their folders are made; ``memory``: bytes for each engine; ``kept``: so many wait."""
        self._scratch = ProcessScratch(scratch, "statements")
        self._memory = memory
        self._most = kept
        self._lock = threading.Lock()
        self._kept: list[_Kept] = []
        self._spare: _Kept | None = None
        self._timer: threading.Timer | None = None

    def take(self, owner: str) -> StatementProcess:
        """Return a process that ran nobody else's statements, and have another one get ready.

        Raises:
            Unavailable: ``queries_busy`` (503), the system lets none start.
        """
        with self._lock:
            for each in [each for each in self._kept if each.owner == owner]:
                self._kept.remove(each)
                if each.process.is_alive:
                    return each.process
            spare, self._spare = self._spare, None
            found = spare.process if spare is not None and spare.process.is_alive else self._start()
            self._spare = _Kept(self._start(), "", time.monotonic())
            self._look_later()
            return found

    def give_back(self, process: StatementProcess, owner: str) -> None:
        """Keep a process whose statement is done for the next one of the same user."""
        gone: list[_Kept] = []
        with self._lock:
            self._kept.append(_Kept(process, owner, time.monotonic()))
            while len(self._kept) > self._most:
                gone.append(self._kept.pop(0))
            self._look_later()
        for each in gone:
            each.process.kill()

    def fresh_folder(self) -> AbstractContextManager[Path]:
        """Yield a folder for what a statement reads beside the parts; it goes with the context."""
        return self._scratch.fresh()

    def close(self) -> None:
        """End all that wait."""
        with self._lock:
            waiting = [*self._kept, *([self._spare] if self._spare else [])]
            self._kept, self._spare = [], None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for each in waiting:
            each.process.kill()
        self._scratch.close()

    def _start(self) -> StatementProcess:
        try:
            return StatementProcess(self._memory, self._scratch)
        except OSError as error:
            if is_full(error):
                raise
            raise _not_started() from error

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(KEPT_SECONDS / 2, self._let_go)
            self._timer.daemon = True
            self._timer.start()

    def _let_go(self) -> None:
        """End processes that nobody needed for a while."""
        before = time.monotonic() - KEPT_SECONDS
        with self._lock:
            self._timer = None
            gone = [each for each in self._kept if each.since < before]
            self._kept = [each for each in self._kept if each.since >= before]
            if self._spare is not None and self._spare.since < before:
                gone.append(self._spare)
                self._spare = None
            if self._kept or self._spare:
                self._look_later()
        for each in gone:
            each.process.kill()


class Conversation:
    """What is said with a process about one statement: its time, and errors by our names.

    Attributes:
        process: the other side.
        is_over: whether the process is done with the statement and can run another one.
    """

    def __init__(self, process: StatementProcess, stop: CancelToken, seconds: float) -> None:
        """``seconds``: how long the process may be waited for in all."""
        self.process = process
        self.is_over = False
        self._stop = stop
        self._left = seconds

    def wait_ready(self) -> None:
        """Wait for a process that has just been started; that is nothing of the statement's time.

        Raises:
            Unavailable: ``queries_busy`` (503), it did not start. Cancelled: nobody waits.
        """
        try:
            self.process.wait_ready(self._stop)
        except (TimeoutError, EndedProcess):
            raise _not_started() from None

    def extend(self, seconds: float) -> None:
        """Give it more time."""
        self._left += seconds

    def send(self, content: Mapping[str, Any]) -> None:
        """Hand something over; see `receive` for what it raises."""
        try:
            self.process.send(content)
        except EndedProcess as ended:
            raise ended_by(ended.status) from None

    def receive(self) -> dict[str, Any] | bytes:
        """Return what the process says next: an object, or bytes of the result (blocking).

        Raises:
            InvalidValue: ``bad_sql``, ``sql_not_allowed``, with ``position`` (422).
            QueryTimeout: ``query_timeout`` (408).
            TooLarge: ``query_too_large``, ``answer_too_large`` (413).
            Cancelled: nobody waits.
        """
        began = time.monotonic()
        try:
            frame = self.process.receive(began + self._left, self._stop)
        except TimeoutError:
            raise QueryTimeout("The statement took too long.", "query_timeout") from None
        except EndedProcess as ended:
            raise ended_by(ended.status) from None
        finally:
            self._left -= time.monotonic() - began
        if frame[:1] == b"\1":
            return frame[1:]
        content: dict[str, Any] = json.loads(frame[1:])
        if "error" in content:
            self.is_over = content["code"] != "query_too_large"
            raise refused(content)
        self.is_over = "rows" in content
        return content

    def waiting(self, work: Callable[[CancelToken], T]) -> T:
        """Return what ``work`` finds, in the time of the statement (blocking)."""
        began = time.monotonic()
        try:
            return work(self._stop.until(began + self._left))
        finally:
            self._left -= time.monotonic() - began

    def give_up(self) -> None:
        """Say that the statement is not to be run after all."""
        self.send({"given_up": True})
        self.is_over = True


def _not_started() -> Unavailable:
    return Unavailable("The server cannot start another process now. Try again.", "queries_busy", retry_after=5)


def refused(content: Mapping[str, Any]) -> ParquayError:
    """The refusal that a process tells. Pure."""
    code, detail = str(content["code"]), str(content["error"])
    if code in ("query_too_large", "answer_too_large"):
        return TooLarge(detail, code)
    if code == "part_damaged":
        return Damaged(detail, code)
    return InvalidValue(detail, code, position=content.get("position"))


def ended_by(status: int | None) -> ParquayError:
    """What it means that a process ended by itself. Pure."""
    if status is not None and -status in (4, 7, 8, 11):  # SIGILL, SIGBUS, SIGFPE, SIGSEGV
        return InvalidValue("The engine cannot run this statement.", "bad_sql", position=None)
    return TooLarge("The statement needs more memory than statements may have.", "query_too_large")
