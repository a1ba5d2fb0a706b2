"""Servers that are forked from a process which has loaded the program already.

To load it takes two seconds of work, to fork a few milliseconds, and a run of the tests starts hundreds of servers. What
runs is `parquay serve` in a process, a session and a directory of its own, from its first line on; only the reading of
modules was done before.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

LENGTH_BYTES = 4

LOADED = (
    "alembic.command",
    "parquay.app",
    "parquay.cli.commands",
    "parquay.cli.parent",
    "parquay.cli.serve",
    "parquay.http1.listener",
    "parquay.server.serve",
    "passlib.handlers.argon2",
    "uvicorn.lifespan.on",
    "uvloop",
)
"""What a server loads itself before it is ready, and nothing that it loads for the first who needs it."""


class ForkedProcess:
    """A server that is no child of ours, with what is asked of a `Popen`. `ended` gives its pid, then its exit code."""

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
            raise subprocess.TimeoutExpired("parquay serve", timeout)
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

    def serve(self, directory: Path, env: dict[str, str], log: Path) -> ForkedProcess:
        """Start `parquay serve` in `directory` with nothing but `env`; what it says goes to `log`."""
        order = json.dumps({"directory": str(directory), "env": env, "log": str(log)}).encode()
        ended, told = os.pipe()
        with self._turn:
            socket.send_fds(self._ours, [len(order).to_bytes(LENGTH_BYTES, "big")], [told])
            self._ours.sendall(order)
        os.close(told)
        return ForkedProcess(ended)

    def close(self) -> None:
        """End it; the servers go on."""
        self._ours.close()
        self._process.wait()


_forks: list[Forks] = []
_first = threading.Lock()


def serve(directory: Path, env: dict[str, str], log: Path) -> ForkedProcess:
    """Start a server from the one process of this run of tests that forks them."""
    with _first:
        if not _forks:
            _forks.append(Forks())
            atexit.register(_forks[0].close)
    return _forks[0].serve(directory, env, log)


def _received(orders: socket.socket) -> tuple[dict[str, Any], int] | None:
    """The next order, and where to tell how it went; None when there will be no more."""
    head, handles, _, _ = socket.recv_fds(orders, LENGTH_BYTES, 1, socket.MSG_WAITALL)
    if not head:
        return None
    order = orders.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
    return json.loads(order), handles[0]


def _watch(pid: int, told: int) -> None:
    """Tell the pid of a child, wait for its end, and tell its exit code."""
    os.write(told, f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(told, f"{code}\n".encode())


def _become(order: dict[str, Any]) -> None:
    """Take on what `Popen` would give a process of its own: session, folder, environment and standard streams."""
    os.setsid()
    os.chdir(order["directory"])
    os.environ.clear()
    os.environ.update(order["env"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for given, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, number)
    os.close(log)
    os.close(nothing)
    sys.argv = ["parquay", "serve"]


def _obey(orders: socket.socket) -> int:
    """Fork a server for each order, and a process that watches it; return the exit code of whichever process this is."""
    from parquay.cli import main

    while (received := _received(orders)) is not None:
        order, told = received
        if os.fork():
            os.close(told)
            continue
        orders.detach()  # standard input, which is another one soon
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if pid := os.fork():
            _watch(pid, told)
            os._exit(0)
        os.close(told)
        _become(order)
        return main()
    return 0


def _load() -> None:
    """Load what a server has loaded when it is ready."""
    for name in LOADED:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a process with threads cannot be forked"


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how those that watch have ended
    _load()
    sys.exit(_obey(socket.socket(fileno=0)))
