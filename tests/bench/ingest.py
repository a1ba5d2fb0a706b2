"""Conversion: CSV to Parquet beside DuckDB, Polars and pyarrow, and the time from the last byte to the table."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench import report
from bench.ingest_speed import FILES, PEERS, measure, warm_up

RATE = 60
"""Megabytes a second at which a followed file arrives."""
SIZES = (10, 100, 1000, 4000)
"""Megabytes of the files that are followed."""
REPEATED_BYTES = 200 * 10**6
"""Of a longer file that is put together from a shorter one so much is repeated."""
CODECS = ("zstd", "snappy")
SCALE, ROUNDS = 1.0, 5
"""Size of the files (TPC-H scale factor; the others alike) and how often each is converted."""


def run(*, quick: bool = False) -> str:
    """Measure everything and return the section."""
    scale, rounds, sizes = (0.05, 1, SIZES[:1]) if quick else (SCALE, ROUNDS, SIZES)
    with tempfile.TemporaryDirectory(prefix="parquay-bench-") as folder:
        warm_up(Path(folder))
        parts = [compared(name, Path(folder), scale, rounds) for name in FILES]
        parts.append(followed(Path(folder), sizes))
    text = "\n\n".join(parts)
    peers = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "polars", "pyarrow"))
    return f"""## Conversion

{report.machine()} {peers}. Method: each conversion is a process of its own, measured
from its start to its end, one after the other in every round; numbers are medians of {rounds} rounds. zstd is level 1 everywhere. The machine's load average was {os.getloadavg()[2]:.1f} over the last
quarter of an hour; more than this benchmark makes (about 2) means that other programs ran too, and then CPU seconds say more than MB/s.

{text}
"""


def compared(name: str, folder: Path, scale: float, rounds: int) -> str:
    source = folder / f"{name}.csv"
    FILES[name](source, scale)
    megabytes = source.stat().st_size / 1e6
    rows, beside = [], []
    for codec in CODECS:
        found: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
        for _ in range(rounds):
            for peer in random.sample(PEERS, len(PEERS)):
                found[peer].append(measure(peer, source, folder / f"{peer}.parquet", codec))
        middle = {
            peer: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for peer, runs in found.items()
        }
        rows += [shown(codec, peer, megabytes, each) for peer, each in middle.items()]
        beside.append(compare(codec, middle))
    titles = ["codec", "converter", "MB/s", "MB per CPU second", "peak MiB", "Parquet MB"]
    return f"### `{name}`, {megabytes:.0f} MB\n\n{report.table(titles, rows)}\n\n{chr(10).join(beside)}"


def shown(codec: str, peer: str, megabytes: float, middle: dict[str, float]) -> list[str]:
    speed, cost = megabytes / middle["wall_s"], megabytes / middle["cpu_s"]
    return [codec, peer, f"{speed:.0f}", f"{cost:.0f}", f"{middle['peak_mib']:.0f}", f"{middle['bytes'] / 1e6:.0f}"]


def compare(codec: str, middle: dict[str, dict[str, float]]) -> str:
    """How we stand beside the best peer in each respect."""
    ours, peers = middle["parquay"], [each for peer, each in middle.items() if peer != "parquay"]
    best = {key: min(each[key] for each in peers) for key in ("wall_s", "cpu_s", "bytes")}
    speed, cost, size = best["wall_s"] / ours["wall_s"], best["cpu_s"] / ours["cpu_s"], ours["bytes"] / best["bytes"]
    return f"{codec}: {speed:.2f} × the fastest peer's MB/s, {cost:.2f} × the best MB per CPU second, {size:.2f} × the smallest Parquet."


def followed(folder: Path, sizes: Sequence[int]) -> str:
    rows = []
    for megabytes in sizes:
        source = folder / f"{megabytes}.csv"
        repeat(folder / "lineitem.csv", source, megabytes * 10**6)
        command = [sys.executable, str(Path(__file__).with_name("ingest_follow.py")), str(source), "--json"]
        said = subprocess.run([*command, "--rate", str(RATE)], check=True, capture_output=True, text=True).stdout
        ours = json.loads(said)
        peer = measure("duckdb", source, folder / "duckdb.parquet", "zstd")
        rows.append([f"{megabytes} MB", f"{ours['behind_s']:.2f}", f"{peer['wall_s']:.2f}", f"{ours['peak_mib']:.0f}"])
        source.unlink()
    titles = ["file", "Parquay, s", "DuckDB after the upload, s", "peak MiB"]
    return (
        f"### From the last byte to the table: `lineitem` arriving at {RATE} MB/s\n\n{report.table(titles, rows)}\n\n"
        "The worker runs at lower priority and looks once a second, as after real checkpoints; that the bytes are received "
        "is not part of it."
    )


def repeat(source: Path, target: Path, size: int) -> None:
    """Write the rows of a CSV file again and again, up to `size` bytes."""
    with source.open("rb") as file:
        content = file.read(REPEATED_BYTES)
    start = content.find(b"\n") + 1
    with target.open("wb") as file:
        file.write(content[:start])
        while (left := size - file.tell()) > 0:
            end = content.rfind(b"\n", start, start + left) + 1
            if end <= start:
                break
            file.write(memoryview(content)[start:end])
