"""Puts results where people read them: a section of `docs/benchmarks.md` between two markers, one for each suite."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEADING = """# Benchmarks

Measured by `make bench`, which writes each section of this page itself. Run it on your machine: ratios within one run
mean more than the numbers, because disks, CPUs and neighbours differ.
"""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def verdict(goal: str, value: float, unit: str, *, least: float | None = None, most: float | None = None) -> list[str]:
    """Return the row that tells whether `value` is at least `least` or at most `most`."""
    bound = f"≥ {least:g}" if least is not None else f"≤ {most:g}"
    met = value >= least if least is not None else most is not None and value <= most
    return [goal, f"{bound} {unit}".strip(), f"{value:.2f} {unit}".strip(), "yes" if met else "**no**"]


def machine() -> str:
    """Return one line that tells what was measured on, and when."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*: (.*)", info.read_text())):
        cpu = found.group(1).strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    system = f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    return f"{day}; {os.cpu_count()} CPUs ({cpu}), {memory:.0f} GiB of memory, {system}."


def write(suite: str, text: str) -> None:
    """Replace the section of `suite`, or add it at the end."""
    page = PAGE.read_text() if PAGE.exists() else HEADING
    begin, end = f"<!-- bench:{suite} -->", f"<!-- /bench:{suite} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    page = pattern.sub(lambda _: section, page) if begin in page else f"{page.rstrip()}\n\n{section}\n"
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page)
