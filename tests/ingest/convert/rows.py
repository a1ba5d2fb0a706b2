"""Rows that are converted."""

from __future__ import annotations

import csv
import io


def rows_of(count: int) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "price", "note"])
    for i in range(count):
        writer.writerow([i, f"name {i % 7}", f"{i}.{i % 100:02d}", f'line "one", {i}\nline two' if i % 11 == 0 else ""])
    return out.getvalue().encode()
