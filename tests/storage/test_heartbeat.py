"""How a worker says that it is at work, and how that is seen."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from parquay.storage.local.heartbeat import FOLDER, HeartbeatFile, is_beating


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that have passed since now."""
    passed, began, since = [0.0], time.time(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: began + passed[0])
    monkeypatch.setattr(time, "monotonic", lambda: since + passed[0])
    return passed


def test_a_worker_is_at_work_for_as_long_as_it_said(tmp_path: Path, clock: list[float]):
    file = HeartbeatFile(tmp_path)
    assert not is_beating(tmp_path)

    file.beat(60)

    assert is_beating(tmp_path)
    clock[0] = 58
    assert is_beating(tmp_path)
    clock[0] = 62
    assert not is_beating(tmp_path)
    file.beat(60)
    assert is_beating(tmp_path)


def test_it_writes_once_a_second_at_most(tmp_path: Path, clock: list[float]):
    file = HeartbeatFile(tmp_path)
    file.beat(1)

    clock[0] = 0.5
    file.beat(900)

    clock[0] = 3
    assert not is_beating(tmp_path)


def test_what_a_worker_left_on_this_machine_before_counts_no_more(tmp_path: Path):
    HeartbeatFile(tmp_path).beat(900)

    HeartbeatFile(tmp_path)

    assert not is_beating(tmp_path)
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_workers_of_other_machines_on_the_same_directory_count_not(tmp_path: Path):
    HeartbeatFile(tmp_path).beat(900)
    file = tmp_path / FOLDER / f"{socket.gethostname()}-{os.getpid()}"
    other = file.rename(file.with_name(f"other-{file.name}"))

    assert not is_beating(tmp_path)
    HeartbeatFile(tmp_path)
    assert other.exists()


def test_a_disk_that_takes_nothing_disturbs_nobody(tmp_path: Path):
    (tmp_path / FOLDER).write_text("in the way")

    HeartbeatFile(tmp_path).beat(60)

    assert not is_beating(tmp_path)
