"""The servers that are measured, each as a tree of processes with a directory of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.wire import Target, create, remove
from live_server import InstalledServer, clean_environment, free_port, wait_until

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
SAMPLE_SECONDS = 0.02


@dataclass
class Cost:
    """What a measurement cost a server. Seconds of both CPUs; bytes of resident memory at the peak, of all processes."""

    cpu: float = 0.0
    peak: int = 0
    idle: int = 0


class Contender:
    """A running server."""

    def __init__(self, name: str, directory: Path, command: list[str], *, port: int, **env: str) -> None:
        directory.mkdir(parents=True)
        self.name = name
        self.directory = directory
        self.target = Target(port)
        with (directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command, env=clean_environment() | env, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(self._listens, f"{name} listens: see {directory}/log", 30)

    def _listens(self) -> bool:
        try:
            self.target.connect().close()
        except OSError:
            return False
        return True

    def processes(self) -> list[psutil.Process]:
        main = psutil.Process(self._process.pid)
        return [main, *main.children(recursive=True)]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """Count the CPU seconds and watch the memory of the whole tree meanwhile."""
        cost = Cost()
        tree = self.processes()
        cost.idle = cost.peak = _rss(tree)
        before, ended = _cpu(tree), threading.Event()

        def watch() -> None:
            while not ended.wait(SAMPLE_SECONDS):
                cost.peak = max(cost.peak, _rss(tree))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield cost
        finally:
            ended.set()
            watcher.join()
            cost.cpu = _cpu(tree) - before


class Parquay(Contender):
    """Our server, without conversion workers: they are measured apart."""

    def __init__(self, name: str, directory: Path, **settings: object) -> None:
        directory.mkdir(parents=True)
        self.name = name
        self.directory = directory
        self.server = InstalledServer(directory, **{"workers": 0, "log_level": "warning", **settings})
        self.start()

    def start(self) -> None:
        self.server.start()
        self.target = Target(self.server.port, f"Authorization: Bearer {self.server.token()}")

    def processes(self) -> list[psutil.Process]:
        return self.server.processes()

    def stop(self) -> None:
        self.server.stop()


class Bare(Contender):
    """The bare loop has no uploads to create."""

    def __init__(self, name: str, directory: Path, port: int) -> None:
        command = [sys.executable, str(HERE / "servers" / "bare.py"), str(directory), str(port)]
        super().__init__(name, directory, command, port=port)


def tuspyserver(server: str, directory: Path) -> Contender:
    port = free_port()
    options = {
        "Granian": ["granian", "--interface", "asgi", "--loop", "uvloop", "--no-ws", "--log-level", "warning"],
        "uvicorn": ["uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"],
    }[server]
    command = [str(BIN / options[0]), *options[1:], "--host", "127.0.0.1", "--port", str(port), "tuspy:app"]
    env = {"PYTHONPATH": str(HERE / "servers"), "FILES_DIR": str(directory / "files")}
    return Contender(f"tuspyserver on {server}", directory, command, port=port, **env)


def tus_node(directory: Path) -> Contender:
    port = free_port()
    command = ["node", str(HERE / "node" / "server.mjs"), str(directory / "files"), str(port)]
    return Contender("@tus/server", directory, command, port=port, NODE_ENV="production")


@contextmanager
def upload(contender: Contender, length: int) -> Iterator[str]:
    """Have a new upload meanwhile; the disk is quiet when it is there and clean when it is gone.

    Every file is removed after its turn: the next one's pages are then those that it had, never some that the machine
    has to find first, which costs more than all the rest.
    """
    bare = isinstance(contender, Bare)
    path = "/files" if bare else create(contender.target, length)
    settle_disk()
    yield path
    if bare:
        (contender.directory / "upload").unlink()
    else:
        remove(contender.target, path)


def settle_disk() -> None:
    """Let nothing that an earlier measurement wrote burden the next one."""
    os.sync()
    time.sleep(0.05)


def _rss(tree: list[psutil.Process]) -> int:
    total = 0
    for process in tree:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def _cpu(tree: list[psutil.Process]) -> float:
    total = 0.0
    for process in tree:
        try:
            total += sum(process.cpu_times()[:4])  # with the children that have ended
        except psutil.Error:
            continue
    return total
