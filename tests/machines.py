"""Several machines with one catalog and one object store: API processes and workers, each with a directory of its own."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from live_server import NO_TLS, PARQUAY, STOP_SECONDS, LiveServer, clean_environment


class WorkerMachine:
    """A machine that runs `parquay worker` and nothing else."""

    within: Sequence[str] = ()
    """A command that runs it."""

    def __init__(self, directory: Path, **settings: object) -> None:
        directory.mkdir()
        self.directory = directory
        self.env = clean_environment(data_dir=directory / "var", **settings)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> WorkerMachine:
        with (self.directory / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self.within, str(PARQUAY), "worker"],
                cwd=self.directory,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        """The number of its process, 0 when none runs."""
        return self._process.pid if self._process is not None else 0

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)


class Machines(LiveServer):
    """Two API machines and some workers. A client's requests go to one API machine and the other in turn."""

    def __init__(self, directory: Path, converting: int = 1, **settings: object) -> None:
        told: dict[str, Any] = {"secret_key": "the same secret on all of the machines", "workers": 0, **settings}
        super().__init__(_folder(directory, "api-1"), **told)
        self.others = [LiveServer(_folder(directory, "api-2"), **told)]
        self.converting = [WorkerMachine(directory / f"worker-{n}", **settings) for n in range(1, converting + 1)]

    def start(self) -> Machines:
        for worker in self.converting:
            worker.start()
        with ThreadPoolExecutor() as threads:
            for starting in [threads.submit(super().start), *(threads.submit(other.start) for other in self.others)]:
                starting.result()
        return self

    def stop(self) -> None:
        for worker in self.converting:
            worker.kill()
        for other in self.others:
            other.stop()
        super().stop()

    def client(self, **options: Any) -> httpx.Client:
        return super().client(transport=_InTurn([self, *self.others]), **options)


def _folder(directory: Path, name: str) -> Path:
    folder = directory / name
    folder.mkdir()
    return folder


class _InTurn(httpx.BaseTransport):
    """Sends each request to the next machine."""

    def __init__(self, machines: list[LiveServer]) -> None:
        self._ports = itertools.cycle([each.port for each in machines])
        self._onward = httpx.HTTPTransport(verify=NO_TLS, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=next(self._ports))
        request.headers["Host"] = request.url.netloc.decode()
        return self._onward.handle_request(request)

    def close(self) -> None:
        self._onward.close()
