"""The Pollock benchmark: one CSV polluted in 2,290 ways, and how much of each is loaded, with nothing told.

    python tests/bench/ingest_pollock.py DIR

DIR is a copy of the benchmark with `polluted_files/csv`, `polluted_files/clean` and `pollock_weights.json`. Cells are
compared as they are written, which is stricter than the benchmark's own comparison of normalised values. Published
(simple of 10, weighted): DuckDB told the dialect 9.961 / 9.599, DuckDB on its own 9.075 / 8.439, CleverCSV 9.193 / 9.453.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path

from parquay.errors import ParquayError
from parquay.ingest.convert.convert_file import convert_file

Scores = list[float]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def agreement(wanted: Iterable[Hashable], found: Iterable[Hashable]) -> Scores:
    """Precision, recall and F1 of what was found."""
    one, other = Counter(wanted), Counter(found)
    if not one:
        return [1.0, 1.0, 1.0]
    same = (one & other).total()
    if not same:
        return [0.0, 0.0, 0.0]
    return [same / one.total(), same / other.total(), 2 * same / (one.total() + other.total())]


def score(clean: Path, loaded: Path) -> Scores:
    """The benchmark's ten numbers for one file: loaded at all, then header, records and cells."""
    wanted, found = rows_of(clean), rows_of(loaded)
    if not wanted:
        return [1.0] * 10
    return [
        1.0,
        *agreement(wanted[0], found[0] if found else []),
        *agreement(map("".join, wanted[1:]), map("".join, found[1:])),
        *agreement((cell for row in wanted for cell in row), (cell for row in found for cell in row)),
    ]


def main(folder: Path) -> int:
    files = sorted((folder / "polluted_files" / "csv").glob("*.csv"))
    if not files:
        print(f"pollock: no data in {folder}; skipped")
        return 0
    scores: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as out:
        for path in files:
            try:
                convert_file(path, Path(out) / path.name, threads=1)
                scores[path.name] = sum(score(folder / "polluted_files" / "clean" / path.name, Path(out) / path.name))
            except ParquayError:
                scores[path.name] = 0.0
    weights = json.loads((folder / "pollock_weights.json").read_text())
    known = {name: weights[name] for name in scores if name in weights}
    weighted = sum(scores[name] * weight for name, weight in known.items()) / sum(known.values())
    print(f"pollock: {len(scores)} files, simple {sum(scores.values()) / len(scores):.3f}, weighted {weighted:.3f}")
    for name, found in sorted(scores.items(), key=lambda item: item[1])[:8]:
        print(f"  {found:6.3f} {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
