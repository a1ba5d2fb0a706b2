"""CSV to Parquet beside DuckDB, Polars and pyarrow: one codec, one machine, interleaved, median.

    python tests/bench/ingest_speed.py [--scale 0.2] [--rounds 5] [--codec zstd] [--only lineitem]

Each run is a process of its own, from its start to its end, so that its peak memory and its CPU time are its own too.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEERS = ("parquay", "duckdb", "polars", "pyarrow")


def measure(peer: str, source: Path, target: Path, codec: str) -> dict[str, float]:
    """One conversion in a process of its own, from its start to its end: seconds, CPU seconds, peak, bytes written."""
    target.unlink(missing_ok=True)
    started = time.perf_counter()
    child = subprocess.Popen(command_of(peer, source, target, codec), env=environment())
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, child.args)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return {"wall_s": wall, "cpu_s": cpu, "peak_mib": peak, "bytes": target.stat().st_size}


def command_of(peer: str, source: Path, target: Path, codec: str) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("ingest_peer.py")), peer, str(source), str(target), codec]


def environment() -> dict[str, str]:
    """As a user has it: the libraries' compiled modules are kept."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def warm_up(folder: Path) -> None:
    """Convert next to nothing with each peer, so that its modules are compiled and in the system's cache."""
    source = folder / "warm-up.csv"
    source.write_text("a,b\n1,2\n")
    for peer in PEERS:
        measure(peer, source, folder / "warm-up.parquet", "zstd")


def make_lineitem(path: Path, scale: float) -> None:
    command: list[str | Path] = [
        Path(sys.executable).parent / "tpchgen-cli",
        "csv",
        "-s",
        str(scale),
        "--tables=lineitem",
    ]
    subprocess.run([*command, f"--output-dir={path.parent}"], check=True, capture_output=True)


def make_text(path: Path, scale: float) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(5000)]
    with path.open("w") as file:
        file.write("id,title,body,author\n")
        for i in range(int(2_000_000 * scale)):
            body = " ".join(chance.choices(words, k=30)) + (', "so", ' if i % 3 else "\n") + chance.choice(words)
            body = body.replace('"', '""')
            file.write(f'{i},"{chance.choice(words)}, {chance.choice(words)}","{body}",{i % 999}\n')


def make_numbers(path: Path, scale: float) -> None:
    chance = random.Random(2)
    with path.open("w") as file:
        file.write(",".join(f"c{i}" for i in range(10)) + "\n")
        for i in range(int(5_000_000 * scale)):
            ints = f"{i},{chance.randint(0, 10**9)},{chance.randint(0, 99)},{chance.randint(-(10**6), 10**6)}"
            floats = ",".join(f"{chance.random() * 1000:.{digits}f}" for digits in (2, 2, 4, 6))
            file.write(f"{ints},{floats},{chance.random()!r},{chance.gauss(0, 1)!r}\n")


FILES = {"lineitem": make_lineitem, "text": make_text, "numbers": make_numbers}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--codec", default="zstd", choices=["zstd", "snappy"])
    parser.add_argument("--only", choices=sorted(FILES))
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "parquay-bench")
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    warm_up(options.dir)
    for name in [options.only] if options.only else FILES:
        compare(name, options)


def compare(name: str, options: argparse.Namespace) -> None:
    folder = options.dir / f"{options.scale}"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.csv"
    if not source.exists():
        FILES[name](source, options.scale)
    found: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
    for _ in range(options.rounds):
        for peer in PEERS:
            found[peer].append(measure(peer, source, folder / f"{peer}.parquet", options.codec))
    megabytes = source.stat().st_size / 1e6
    print(f"{name}: {megabytes:.0f} MB, {options.codec}, median of {options.rounds}")
    for peer, runs in found.items():
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        print(
            f"  {peer:8} {megabytes / middle['wall_s']:6.0f} MB/s  {megabytes / middle['cpu_s']:6.0f} MB per CPU second"
            f"  peak {middle['peak_mib']:5.0f} MiB  output {middle['bytes'] / 1e6:6.1f} MB"
        )


if __name__ == "__main__":
    main()
