"""A CSV of any length whose every row says where it stands, made block by block."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

HEADER = b"id,code,amount,day,text\n"
ROWS_IN_BLOCK = 20_000


def row(number: int) -> str:
    """Row `number`, from 0: integer, code with leading zeros, decimal, date, text."""
    amount = f"{number % 997 + 100}.{number % 90 + 10}"
    day = f"20{number % 90 + 10}-0{number % 9 + 1}-1{number % 10}"
    return f"{1_000_000 + number},{number % 10_000:04d},{amount},{day},row {number % 10} of many\n"


def blocks(rows: int) -> Iterator[bytes]:
    """Yield the header, then the rows, many in each block."""
    yield HEADER
    for start in range(0, rows, ROWS_IN_BLOCK):
        yield "".join(map(row, range(start, min(start + ROWS_IN_BLOCK, rows)))).encode()


def write_csv(path: Path, rows: int) -> str:
    """Write the file and return its SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("wb") as handle:
        for block in blocks(rows):
            handle.write(block)
            digest.update(block)
    return digest.hexdigest()
