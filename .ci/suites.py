"""Run each suite as its own `make` target, show its output, go on after a failure, sum up at the end.

Usage: suites.py MAKE SUITE... [+ SUITE...]

Suites on both sides of a `+` run side by side, one after the other on each side, and their lines begin with their
names: what waits for disks, servers and clocks leaves a processor idle that another suite needs.

The summary has one line for each suite with its runner's own closing line, then the sum over all tests;
a suite that counts no tests (lint, types, architecture) counts as one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
PASSED = re.compile(r"\b(\d+) passed\b")
FAILED = re.compile(r"\b(\d+) failed\b")
BESIDE = "+"
NAME_WIDTH = 12


@dataclass(frozen=True)
class Outcome:
    """How one suite ended. `closing` is the last line in which its runner counted tests, if it counts any."""

    suite: str
    ok: bool
    seconds: float
    passed: int
    failed: int
    closing: str


def judge(suite: str, lines: list[str], seconds: float, *, ok: bool) -> Outcome:
    """Read the counts from a suite's output; the exit code alone decides whether it is `ok`."""
    counted = [line for line in lines if PASSED.search(line) or FAILED.search(line)]
    # Vitest counts files before tests, Playwright writes what failed and what passed on lines of their own.
    counted = [line for line in counted if "Test Files" not in line][-2 if suite == "e2e" else -1 :]
    closing = ", ".join(line.strip(" =\t") for line in counted)
    passed = sum(map(int, PASSED.findall(closing)))
    failed = sum(map(int, FAILED.findall(closing)))
    if not closing:
        passed, failed = int(ok), int(not ok)
    return Outcome(suite, ok, seconds, passed, failed if ok else max(failed, 1), closing)


def sides(arguments: list[str]) -> list[list[str]]:
    """Split the suites where a `+` stands."""
    found: list[list[str]] = [[]]
    for argument in arguments:
        if argument == BESIDE:
            found.append([])
        else:
            found[-1].append(argument)
    return found


def say(text: str) -> None:
    """Write whole lines: two suites write at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def run(make: str, suite: str, *, alone: bool) -> Outcome:
    """Run one suite, passing its output through line by line."""
    start = "" if alone else f"{suite:{NAME_WIDTH}} | "
    say(f"\n===== {suite} =====\n")
    started = time.monotonic()
    lines: list[str] = []
    command = [make, "--no-print-directory", suite]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, errors="replace", **pipes) as child:
        for line in child.stdout or ():
            say(start + line)
            lines.append(ESCAPES.sub("", line).rstrip())
    return judge(suite, lines, time.monotonic() - started, ok=child.returncode == 0)


def outcomes_of(make: str, arguments: list[str]) -> Iterator[Outcome]:
    """Run all suites; yield their outcomes in the order in which they were named."""
    beside = sides(arguments)
    with ThreadPoolExecutor(len(beside)) as threads:
        running = [
            threads.submit(lambda suites: [run(make, suite, alone=len(beside) == 1) for suite in suites], suites)
            for suites in beside
        ]
        for each in running:
            yield from each.result()


def main() -> int:
    """Return 0 when every suite passed."""
    make, *arguments = sys.argv[1:]
    outcomes = list(outcomes_of(make, arguments))
    print("\n===== summary =====")
    for one in outcomes:
        print(f"{one.suite:13} {'ok' if one.ok else 'FAILED':7} {one.seconds:5.0f} s  {one.closing}")
    failed = sum(one.failed for one in outcomes)
    print(f"{sum(one.passed for one in outcomes)} passed, {failed} failed")
    return 0 if all(one.ok for one in outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
