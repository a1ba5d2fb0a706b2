"""Seeing on one machine that a process is gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from live_server import wait_until
from parquay.catalog import owners

SCRIPT = (
    "import time; from parquay.catalog.owners import this_process\nprint(this_process(), flush=True); time.sleep(100)"
)


def named(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"})


def test_this_process_lives_under_names_of_its_own():
    one, other = owners.this_process(), owners.this_process()

    assert one != other
    assert not owners.is_dead(one)
    assert not owners.is_dead(other, one_machine=True)


def test_a_name_is_shown_as_its_machine_and_its_process():
    assert owners.shown(owners.this_process(7)) == f"{socket.gethostname()}, {os.getpid()}"


def test_a_killed_process_is_gone_also_before_its_parent_has_heard_of_it():
    with start() as process:
        owner = named(process)
        assert not owners.is_dead(owner)

        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert owners.is_dead(owner)
    assert owners.is_dead(owner)


def test_a_stopped_process_is_not_gone():
    with start() as process:
        owner = named(process)
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)

        assert not owners.is_dead(owner)
        process.kill()


def test_another_process_with_the_same_number_is_another_owner():
    host, pid, started, token = owners.this_process().split(":")

    assert owners.is_dead(f"{host}:{pid}:{int(started) - 1}:{token}")
    assert not owners.is_dead(f"{host}:{pid}::{token}")  # where the system does not tell when it started


def test_what_ran_before_the_last_boot_is_gone_where_all_run_on_one_machine():
    own = owners.this_process()
    name, boot, rest = own.split("/")
    before = f"{name}/another-{boot}/{rest}"

    assert owners.is_dead(before, one_machine=True)
    assert not owners.is_dead(before)
    assert not owners.is_dead(f"{name}/name-{name}/{rest}", one_machine=True)


@pytest.mark.parametrize("owner", ["elsewhere:1:token", "", ":1:token", "a/b/c", "a/b/c:x:1:t", "host/"])
@pytest.mark.parametrize("one_machine", [False, True])
def test_of_what_is_no_name_nothing_is_known(owner: str, *, one_machine: bool):
    assert not owners.is_dead(owner, one_machine=one_machine and "/" not in owner)


def test_in_another_container_a_number_says_nothing():
    place, _, process = owners.this_process().partition(":")
    name, boot, namespace = place.split("/")

    assert not owners.is_dead(f"{name}/{boot}/{namespace}1:{2**22 + 1}:1:token")
    assert owners.is_dead(f"{name}/{boot}/{namespace}:{2**22 + 1}:1:token")
    assert process


CHILD = (
    "import os, time; from parquay.catalog.owners import this_process\n"
    "print(this_process(os.getppid()), flush=True); time.sleep(100)"
)
SERVER = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {CHILD!r}]); time.sleep(100)"


@pytest.fixture
def family() -> Iterator[tuple[subprocess.Popen[bytes], str, int]]:
    """A server, the name of its child as an owner, and the number of the child."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"}
    ) as server:
        owner = named(server)
        child = int(owner.split(":")[1])
        yield server, owner, child
        server.kill()
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_a_child_that_ends_alone_has_not_ended_with_its_server(family):
    _, owner, child = family
    assert not owners.ended_with_its_server(owner)

    os.kill(child, signal.SIGKILL)
    wait_until(lambda: owners.is_dead(owner), "its end")

    assert not owners.ended_with_its_server(owner)


def test_a_child_that_ends_after_its_server_was_ended_from_outside(family):
    server, owner, child = family
    server.kill()
    server.wait()
    assert not owners.ended_with_its_server(owner)

    os.kill(child, signal.SIGKILL)
    wait_until(lambda: owners.is_dead(owner), "its end")

    assert owners.ended_with_its_server(owner)


def test_a_machine_that_was_started_again_ended_all_of_its_own():
    own = owners.this_process()
    name, boot, rest = own.split("/")

    assert owners.ended_with_its_server(f"{name}/another-{boot}/{rest}")
    assert not owners.ended_with_its_server(f"not-{name}/another-{boot}/{rest}")
    assert not owners.ended_with_its_server(own)
    assert not owners.ended_with_its_server("elsewhere:1:token")
