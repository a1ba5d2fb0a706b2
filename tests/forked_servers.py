"""Servers and commands that are forked from a process which has loaded the program already, and their children too.

To load it takes two seconds of work, to fork a few milliseconds, and a run of the tests starts hundreds of them. What runs
is `parquay` in a process, a session and a directory of its own, from its first line on; only the reading of modules was
done before. A server's workers are forked by a process beside it, which it starts before it has threads and which ends
with it (`CHILD_MAKER` is its name).
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

LENGTH_BYTES = 4

Streams = tuple[int, int, int]
"""Handles of a standard input, output and error."""
Ended = subprocess.CompletedProcess[str]

CHILD_MAKER = "child-maker"

LOADED = (
    "alembic.command",
    "parquay.app",
    "parquay.cli.commands",
    "parquay.cli.file_commands",
    "parquay.cli.parent",
    "parquay.cli.remote",
    "parquay.cli.serve",
    "parquay.http1.listener",
    "parquay.jobs.convert",
    "parquay.server.serve",
    "parquay.server.work",
    "passlib.handlers.argon2",
    "uvicorn.lifespan.on",
    "uvloop",
)
"""What a server loads itself before it is ready, and nothing that it loads for the first who needs it."""


class ForkedProcess:
    """A process that is no child of ours, with what is asked of a `Popen`. `ended` gives its pid, then its exit code."""

    def __init__(self, ended: int) -> None:
        self._ended = os.fdopen(ended, "r")
        self._code: int | None = None
        self.pid = int(self._ended.readline())

    def poll(self) -> int | None:
        """Its exit code, the negative number of a signal that ended it, or None while it runs."""
        if self._code is None and select.select([self._ended], [], [], 0)[0]:
            self._read()
        return self._code

    def wait(self, timeout: float) -> int:
        """Its exit code, once it has ended; raise `TimeoutExpired` after so many seconds."""
        if self._code is None and not select.select([self._ended], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("parquay", timeout)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _read(self) -> None:
        self._code = int(self._ended.readline())
        self._ended.close()


class Forks:
    """The process that has loaded the program. It ends with the one that started it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._ours, theirs = socket.socketpair()
        # Without the folder of tests in its path, whose packages have names that others could look for.
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], stdin=theirs.fileno(), stdout=subprocess.DEVNULL
        )
        theirs.close()

    def start(self, arguments: Sequence[str], directory: Path, env: dict[str, str], streams: Streams) -> ForkedProcess:
        """Start `parquay` with `arguments` in `directory` with nothing but `env`."""
        order = json.dumps({"arguments": arguments, "directory": str(directory), "env": env}).encode()
        ended, told = os.pipe()
        with self._turn:
            socket.send_fds(self._ours, [len(order).to_bytes(LENGTH_BYTES, "big")], [told, *streams])
            self._ours.sendall(order)
        os.close(told)
        return ForkedProcess(ended)

    def close(self) -> None:
        """End it; what it has forked goes on."""
        self._ours.close()
        self._process.wait()


_forks: list[Forks] = []
_first = threading.Lock()


def serve(directory: Path, env: dict[str, str], log: Path) -> ForkedProcess:
    """Start a server; what it says goes to `log`."""
    with log.open("ab") as said, Path(os.devnull).open("rb") as nothing:
        streams = (nothing.fileno(), said.fileno(), said.fileno())
        return _of_this_run().start(["serve"], directory, env, streams)


def run(arguments: Sequence[str], directory: Path, env: dict[str, str], stdin: str, timeout: float) -> Ended:
    """Run a command until it has ended; raise `TimeoutExpired` after so many seconds."""
    with TemporaryFile() as given, TemporaryFile() as said, TemporaryFile() as complained:
        given.write(stdin.encode())
        given.seek(0)
        streams = (given.fileno(), said.fileno(), complained.fileno())
        process = _of_this_run().start(arguments, directory, env, streams)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(list(arguments), code, _text_of(said), _text_of(complained))


def _text_of(stream: IO[bytes]) -> str:
    """What was written, with lines as they are in Python."""
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n").replace("\r", "\n")


def _of_this_run() -> Forks:
    """The one process of this run of tests that forks."""
    with _first:
        if not _forks:
            _forks.append(Forks())
            atexit.register(_forks[0].close)
    return _forks[0]


def _received(orders: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next order, where to tell how it went, and three streams; None when there will be no more."""
    head, handles, _, _ = socket.recv_fds(orders, LENGTH_BYTES, 4, socket.MSG_WAITALL)
    if not head:
        return None
    order = orders.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
    return json.loads(order), handles


def _watch(pid: int, told: int) -> None:
    """Tell the pid of a child, wait for its end, and tell its exit code."""
    os.write(told, f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(told, f"{code}\n".encode())


def _become(order: dict[str, Any], streams: Sequence[int]) -> None:
    """Take on what `Popen` would give a process of its own: session, folder, environment and standard streams."""
    os.setsid()
    os.chdir(order["directory"])
    os.environ.clear()
    os.environ.update(order["env"])
    for number, given in enumerate(streams):
        os.dup2(given, number)
        os.close(given)
    sys.argv = ["parquay", *order["arguments"]]


def _obey(orders: socket.socket) -> int:
    """Fork what each order wants, and a process that watches it; return the exit code of whichever process this is."""
    from parquay.cli import main

    while (received := _received(orders)) is not None:
        order, (told, *streams) = received
        if os.fork():
            for handle in (told, *streams):
                os.close(handle)
            continue
        orders.detach()  # standard input, which is another one soon
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if pid := os.fork():
            _watch(pid, told)
            os._exit(0)
        os.close(told)
        _become(order, streams)
        if order["arguments"][:1] == ["serve"] and not _make_children():
            return 0
        return main()
    return 0


class ForkedChild:
    """A child of a server, with what is asked of a process of asyncio."""

    def __init__(
        self, pid: int, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader, ended: asyncio.StreamReader
    ):
        self.pid = pid
        self.stdin, self.stdout = stdin, stdout
        self._ended = ended

    async def wait(self) -> None:
        """Wait for its end: nobody else holds the pipe to which nobody writes."""
        await self._ended.read()

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)


async def _forked_child(
    maker: socket.socket, _python: str, _c: str, _run: str, *arguments: str, **_: int
) -> ForkedChild:
    """What `asyncio.create_subprocess_exec` is in a server: the maker of its children forks one."""
    (stdin, ours_in), (ours_out, stdout), (ours_ended, ended) = os.pipe(), os.pipe(), os.pipe()
    order = json.dumps({"arguments": arguments, "env": dict(os.environ)}).encode()
    socket.send_fds(maker, [len(order).to_bytes(LENGTH_BYTES, "big")], [stdin, stdout, ended])
    maker.sendall(order)
    pid = int.from_bytes(maker.recv(LENGTH_BYTES, socket.MSG_WAITALL), "big")
    for handle in (stdin, stdout, ended):
        os.close(handle)
    loop = asyncio.get_running_loop()
    written = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(ours_in, "wb"))
    writer = asyncio.StreamWriter(*written, None, loop)
    return ForkedChild(pid, writer, await _reader(ours_out), await _reader(ours_ended))


async def _reader(handle: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(handle, "rb"))
    return reader


def _make_children() -> bool:
    """Start what forks the children of this server; return False in that process, once the server has ended."""
    ours, theirs = socket.socketpair()
    server = os.getpid()
    if os.fork():
        theirs.close()
        asyncio.create_subprocess_exec = partial(_forked_child, ours)  # type: ignore[assignment]
        return True
    ours.close()
    _show_as(CHILD_MAKER)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while (received := _received(theirs)) is not None:
        order, handles = received
        if (pid := os.fork()) == 0:
            theirs.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become_child(order, handles, server)
            return True
        theirs.sendall(pid.to_bytes(LENGTH_BYTES, "big"))
        for handle in handles:
            os.close(handle)
    return False


def _become_child(order: dict[str, Any], handles: Sequence[int], server: int) -> None:
    """Take on what the server would give a child that it starts by itself."""
    stdin, stdout, ended = handles
    os.set_inheritable(ended, False)
    for number, given in ((0, stdin), (1, stdout)):
        os.dup2(given, number)
        os.close(given)
    os.environ.clear()
    os.environ.update(order["env"])
    real, this = os.getppid, os.getpid()
    os.getppid = lambda: server if os.getpid() == this else real()
    sys.argv = ["parquay", *order["arguments"]]
    _show_as(*sys.argv)


def _show_as(*words: str) -> None:
    """Have the system show this process with other words than those that it was started with."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end of proc(5)
    text = "\0".join(words).encode()[: end - start - 1]
    ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


def _load() -> None:
    """Load what a server has loaded when it is ready; what is forked never looks for garbage in it."""
    gc.disable()
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    assert threading.active_count() == 1, "a process with threads cannot be forked"


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how those that watch have ended
    _load()
    sys.exit(_obey(socket.socket(fileno=0)))
