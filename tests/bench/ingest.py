"""Conversion: CSV to Parquet beside DuckDB, Polars and pyarrow, and the time from the last byte to the table."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import report
from bench.ingest_speed import FILES, PEERS, measure

RATE = 60
"""Megabytes a second at which a followed file arrives."""


def run(*, quick: bool = False) -> str:
    """Measure everything and return the section."""
    scale, rounds = (0.1, 1) if quick else (1.0, 3)
    with tempfile.TemporaryDirectory(prefix="parquay-bench-") as folder:
        parts = [compared(name, Path(folder), scale, rounds) for name in FILES]
        parts.append(followed(Path(folder) / "lineitem.csv"))
    text = "\n\n".join(parts)
    return f"""## Conversion

{report.machine()} Method: each conversion is a process of its own, one after the other in every round; numbers are
medians of {rounds} rounds. All write zstd, level 1.

{text}
"""


def compared(name: str, folder: Path, scale: float, rounds: int) -> str:
    source = folder / f"{name}.csv"
    FILES[name](source, scale)
    found: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
    for _ in range(rounds):
        for peer in PEERS:
            found[peer].append(measure(peer, source, folder / f"{peer}.parquet", "zstd"))
    megabytes = source.stat().st_size / 1e6
    rows = []
    for peer, runs in found.items():
        middle = {key: statistics.median(each[key] for each in runs) for key in runs[0]}
        speed, cost = megabytes / middle["wall_s"], middle["cpu_s"] / megabytes * 1e3
        rows.append([peer, f"{speed:.0f}", f"{cost:.2f}", f"{middle['peak_mib']:.0f}", f"{middle['bytes'] / 1e6:.0f}"])
    titles = ["converter", "MB/s", "CPU s/GB", "peak MiB", "Parquet MB"]
    return f"### `{name}`, {megabytes:.0f} MB\n\n{report.table(titles, rows)}"


def followed(source: Path) -> str:
    command = [sys.executable, str(Path(__file__).with_name("ingest_follow.py")), str(source), "--rate", str(RATE)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return f"### While it arrives: `lineitem` at {RATE} MB/s\n\n```text\n{said}\n```"
