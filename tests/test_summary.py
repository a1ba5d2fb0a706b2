"""The run of all suites: they run on both sides at once, all of them, and the sum is told at the end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / ".ci" / "suites.py"

MAKE = """#!/bin/sh
case $2 in
  unit) until [ -e sent ]; do sleep 0.02; done; echo "==== 1 failed, 5 passed in 3.00s ====" ; exit 2 ;;
  e2e) touch sent; echo "  2 failed"; echo "  7 passed (1.0m)"; exit 1 ;;
  client) echo " Test Files  9 passed (9)"; echo "      Tests  4 passed (4)" ;;
esac
"""
"""A `make` whose first suite ends after another one, which is on the other side of the `+`, has begun."""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    make = folder / "make"
    make.write_text(MAKE, encoding="utf-8")
    make.chmod(0o755)
    command: list[str | Path] = [sys.executable, PROGRAM, make, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_suites_run_side_by_side_and_each_has_a_line_at_the_end(tmp_path: Path):
    ended = run(tmp_path, "lint", "unit", "+", "client", "e2e")

    said, _, summary = ended.stdout.partition("===== summary =====\n")
    lines = [line.split() for line in summary.splitlines()]
    assert ended.returncode == 1
    assert "unit         | ==== 1 failed, 5 passed" in said
    assert [line[:2] for line in lines[:4]] == [["lint", "ok"], ["unit", "FAILED"], ["client", "ok"], ["e2e", "FAILED"]]
    assert "1 failed, 5 passed in 3.00s" in summary
    assert "2 failed, 7 passed (1.0m)" in summary
    assert lines[-1] == ["17", "passed,", "3", "failed"]


def test_suites_that_run_alone_are_shown_as_they_speak(tmp_path: Path):
    ended = run(tmp_path, "client", "lint")

    assert ended.returncode == 0
    assert "\n      Tests  4 passed (4)\n" in ended.stdout
    assert ended.stdout.endswith("5 passed, 0 failed\n")
