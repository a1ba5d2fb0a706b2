"""Seeing on one machine that a worker is gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from parquay.jobs.liveness import Liveness

HERE = socket.gethostname()


@pytest.fixture
def liveness(tmp_path: Path) -> Liveness:
    return Liveness(tmp_path / "workers")


def test_a_worker_is_alive_inside_its_block_and_gone_after_it(liveness: Liveness, tmp_path: Path):
    owner = f"{HERE}:1:token"

    with liveness.alive(owner):
        assert not liveness.is_dead(owner)

    assert liveness.is_dead(owner)
    assert list((tmp_path / "workers").iterdir()) == []


def test_a_worker_of_this_machine_that_never_was_is_gone(liveness: Liveness):
    assert liveness.is_dead(f"{HERE}:1:token")


@pytest.mark.parametrize("owner", ["elsewhere:1:token", "", ":1:token"])
def test_of_another_machine_nothing_is_known(liveness: Liveness, owner: str):
    assert not liveness.is_dead(owner)


def test_an_owner_never_leaves_the_directory(liveness: Liveness, tmp_path: Path):
    owner = f"{HERE}:1:../../outside"

    with liveness.alive(owner):
        assert not (tmp_path / "outside").exists()
        assert len(list((tmp_path / "workers").iterdir())) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_killed_worker_is_gone_and_a_stopped_one_is_not(liveness: Liveness, tmp_path: Path, number: int):
    script = (
        "import sys, time; from pathlib import Path; from parquay.jobs.liveness import Liveness\n"
        f"with Liveness(Path({str(tmp_path / 'workers')!r})).alive({HERE + ':7:x'!r}):\n"
        "    print('alive', flush=True); time.sleep(100)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"}
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"alive\n"
        assert not liveness.is_dead(f"{HERE}:7:x")

        os.kill(worker.pid, number)
        if number == signal.SIGKILL:
            worker.wait()

        assert liveness.is_dead(f"{HERE}:7:x") is (number == signal.SIGKILL)
        worker.kill()
