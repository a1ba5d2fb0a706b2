"""A real `parquay serve` on a free port with a data directory of its own, to be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import httpx
import psutil

import forked_servers

T = TypeVar("T")

PARQUAY = Path(sys.executable).with_name("parquay")
READY_SECONDS = 60
STOP_SECONDS = 20

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of `http://` alone: each would read the machine's certificates otherwise, 20 ms of work."""


def clean_environment(**settings: object) -> dict[str, str]:
    """Return the environment without the developer's own settings, with `settings` as `PARQUAY_*`."""
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith("PARQUAY_")}
    return env | {f"PARQUAY_{name.upper()}": str(value) for name, value in settings.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(look: Callable[[], T | Literal[False] | None], what: str, seconds: float = 30, pause: float = 0.05) -> T:
    """Return the first true value of `look`; fail naming `what` when there is none in time."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(pause)
    return found


def run_command(
    *arguments: str | Path, env: dict[str, str], cwd: Path | None = None, stdin: str = "", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `parquay` with `arguments` in a process that was forked, see `forked_servers`; `timeout` in seconds."""
    return forked_servers.run([str(one) for one in arguments], cwd or Path.cwd(), env, stdin, timeout)


class ServerProcess(Protocol):
    """What is asked of the main process of a server."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int: ...

    def send_signal(self, number: int) -> None: ...


class LiveServer:
    """A server in a process that was forked, see `forked_servers`."""

    def __init__(self, directory: Path, **settings: object) -> None:
        self.directory = directory
        self.data_dir = directory / "var"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = clean_environment(data_dir=self.data_dir, port=self.port, **settings)
        self.is_scaled = str(settings.get("storage_url", "")).startswith("s3:")
        self._log = directory / "server.log"
        self._process: ServerProcess | None = None

    def start(self) -> LiveServer:
        self._process = self._spawn()
        wait_until(self._ready, "ready server", READY_SECONDS)
        return self

    def _spawn(self) -> ServerProcess:
        return forked_servers.serve(self.directory, self.env, self._log)

    def kill(self) -> None:
        """SIGKILL to every process of the server at once, as a crash of the machine would end them."""
        if self._process is not None:
            group = self.processes()
            main = self._process.pid
            with_nothing_left(lambda: os.killpg(main, signal.SIGKILL))
            for process in group:
                with_nothing_left(process.kill)
            psutil.wait_procs(group, timeout=STOP_SECONDS)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def terminate(self) -> int:
        """SIGTERM to the main process; return its exit code."""
        assert self._process is not None
        rest = self.processes()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(STOP_SECONDS)
        self._process = None
        _, alive = psutil.wait_procs(rest, timeout=STOP_SECONDS)
        assert not alive, f"left behind: {alive}"
        return code

    def stop(self) -> None:
        """End it, gently if it obeys."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def processes(self) -> list[psutil.Process]:
        """Return the server's main process and all below it; none once the main process has ended."""
        assert self._process is not None
        try:
            main = psutil.Process(self._process.pid)
            below = main.children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [main, *(one for one in below if command_of(one)[:1] != [forked_servers.CHILD_MAKER])]

    def workers(self) -> list[psutil.Process]:
        """Return the conversion workers."""
        return [one for one in self.processes() if "worker" in " ".join(command_of(one)[1:])]

    def rss(self) -> int:
        """Return the resident memory of everything but the conversion workers, in bytes."""
        workers = {one.pid for one in self.workers()}
        return sum(memory_of(one) for one in self.processes() if one.pid not in workers)

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def client(self, **options: Any) -> httpx.Client:
        """Return an HTTP client without a login."""
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=NO_TLS, **options)

    def token(self, user: str = "test", password: str = "password") -> str:
        with self.client() as http:
            answer = http.post("/auth/token", data={"username": user, "password": password})
            answer.raise_for_status()
            token: str = answer.json()["access_token"]
            return token

    def login(self, user: str = "test", password: str = "password") -> httpx.Client:
        """Return an HTTP client that is logged in by bearer token."""
        return self.client(headers={"Authorization": f"Bearer {self.token(user, password)}"})

    def register(self, user: str, password: str) -> httpx.Client:
        """Make an account and return a client that is logged in to it."""
        with self.client() as http:
            http.post("/auth/register", json={"username": user, "password": password}).raise_for_status()
        return self.login(user, password)

    def _ready(self) -> bool:
        assert self.alive(), f"the server ended:\n{self.log()[-4000:]}"
        asked = HTTPConnection("127.0.0.1", self.port, timeout=2)  # asked often: a client of httpx is 5 ms of work
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()


class InstalledServer(LiveServer):
    """A server that is started as somebody starts it who has installed it: where it counts what it loads and holds."""

    def _spawn(self) -> ServerProcess:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [PARQUAY, "serve"],
                cwd=self.directory,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def with_nothing_left(act: Callable[[], object]) -> None:
    """Do something to a process that may be gone already."""
    try:
        act()
    except (psutil.NoSuchProcess, ProcessLookupError):
        return


def command_of(process: psutil.Process) -> list[str]:
    try:
        command: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return command


def memory_of(process: psutil.Process) -> int:
    try:
        resident: int = process.memory_info().rss
    except psutil.Error:
        return 0
    return resident


def entry_when(http: httpx.Client, file_id: str, *statuses: str, seconds: float = 60) -> dict[str, Any]:
    """Return the entry of a file once it has one of `statuses` (or any that is final)."""
    wanted = statuses or ("done", "error")

    def look() -> dict[str, Any] | None:
        answer = http.get(f"/files/{file_id}")
        answer.raise_for_status()
        return answer.json() if answer.json()["status"] in wanted else None

    return wait_until(look, f"status {' or '.join(wanted)} of {file_id}", seconds)
