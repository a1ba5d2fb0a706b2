"""The program that reads a workbook or a Parquet file under limits: `sandbox_child KIND IN OUT SHEET`.

It answers with one line of JSON: on standard output what it made, or on standard error a code and a message.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 600
OUTPUT_BYTES = 64 << 30
"""Limits of the process."""
MAX_RATIO, FREE_BYTES = 250, 256 << 20
"""A workbook may unpack to so many times its size, or to so many bytes in any case."""
MAX_COLUMNS = 5000
"""Widest sheet whose rows are evened out; a cell farther right makes its row a reject."""


class Refused(Exception):
    """The file cannot be read. `args`: a code and a message."""


def main(arguments: list[str]) -> int:
    """Read the file; return the exit status."""
    kind, source, target, sheet = arguments
    _limit()
    try:
        made = {"xlsx": read_workbook, "parquet": read_parquet}[kind](Path(source), Path(target), sheet)
    except Refused as refusal:
        code, message = refusal.args
    except MemoryError:
        code, message = "too_expensive", "The file asks for more memory than a file may."
    except Exception as error:  # noqa: BLE001 (whatever a reader makes of a broken file is the file's fault)
        code, message = "broken_file", f"The file cannot be read: {error}"[:500].replace("\n", " ")
    else:
        print(json.dumps(made))  # noqa: T201 (the answer)
        return 0
    print(json.dumps({"code": code, "message": message}), file=sys.stderr)  # noqa: T201 (the answer)
    return 1


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def read_workbook(source: Path, target: Path, sheet: str) -> dict[str, Any]:
    """Write a sheet as CSV of canonical texts."""
    import openpyxl  # type: ignore[import-untyped]

    with zipfile.ZipFile(source) as archive:
        size = sum(each.file_size for each in archive.infolist())
    if size > FREE_BYTES and size > MAX_RATIO * source.stat().st_size:
        raise Refused("too_expanded", "The workbook unpacks to far more bytes than a table would.")
    with source.open("rb") as opened:  # by its name it would be refused: an upload's file has no ending
        return _written(openpyxl.load_workbook(opened, read_only=True, data_only=True), target, sheet)


def _written(book: Any, target: Path, sheet: str) -> dict[str, Any]:
    if sheet and sheet not in book.sheetnames:
        raise Refused("no_sheet", f"There is no sheet {sheet[:100]!r} in the workbook.")
    page = book[sheet] if sheet else book.worksheets[0]
    width = max((len(row) for row in _rows(page) if len(row) <= MAX_COLUMNS), default=0)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in _rows(page):
            writer.writerow(row and row + [None] * (width - len(row)))
    return {"sheet": page.title, "sheets": book.sheetnames}


def _rows(page: Any) -> Iterator[list[str | None]]:
    page.reset_dimensions()
    for cells in page.iter_rows():
        row = [_text(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        yield row


def _text(cell: Any) -> str | None:
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, dt.datetime):
        wanted = str(getattr(cell, "number_format", "")).lower()
        midnight = value.time() == dt.time()
        if midnight and not any(mark in wanted for mark in "hs"):
            return value.date().isoformat()
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def read_parquet(source: Path, target: Path, _sheet: str) -> dict[str, Any]:
    """Check every page of a Parquet file and write it again, in plain types only."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from parquay.ingest.foreign import as_plain, plain_columns

    try:
        file = pq.ParquetFile(source, page_checksum_verification=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused("broken_file", f"The Parquet file cannot be read: {error}"[:500]) from None
    columns = plain_columns(file.schema_arrow)
    writer: pq.ParquetWriter | None = None
    try:
        for batch in file.iter_batches(batch_size=65_536):
            table = as_plain(batch, columns)
            writer = writer or pq.ParquetWriter(target, table.schema, compression="lz4", store_schema=False)
            writer.write_table(table)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Refused("broken_file", f"The Parquet file cannot be read: {error}"[:500]) from None
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise Refused("no_rows", "The file has no rows.")
    return {"columns": [column.to_json() for column in columns]}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
