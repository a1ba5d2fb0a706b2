"""A sheet of an old workbook (`.xls`) or an OpenDocument spreadsheet, as rows of canonical texts, in the child process.

calamine reads the cells and gives values: a day at midnight and a day, a time and a short duration are the same to it.
What a column's other cells are tells which is meant.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from parquay.ingest.formats.detect import WORKBOOKS
from parquay.ingest.formats.limits import Refused
from parquay.ingest.formats.sheet_values import span_text
from parquay.ingest.formats.workbook import MAX_COLUMNS, MAX_NAMED_SHEETS, clock

_MOMENT, _SPAN = "moment", "span"

Row = list[Any]
Lost = Mapping[int, Mapping[int, str]]
"""The texts of cells that calamine gives as something else, by row and column, from 0."""
FindLost = Callable[[Path, str], Lost]
"""Finds them in a sheet of a workbook."""


def _none_lost(_source: Path, _sheet: str) -> Lost:
    return {}


def read_book(source: Path, target: Path, wanted: str, lost: FindLost = _none_lost) -> dict[str, Any]:
    """Write a sheet as CSV; `wanted`: its name, else the first one that is shown and has cells.

    `lost` finds the cells of a sheet that calamine gives as something else: rounded ones, and those with an error.

    Raises:
        Refused: it cannot be read, has a password, has no such sheet or no cells.
    """
    try:
        return _read(_opened(source), target, wanted, lambda sheet: lost(source, sheet))
    except PasswordError:
        raise Refused("unsupported_format", "A workbook with a password cannot be read.") from None
    except CalamineError as error:
        raise Refused("broken_file", f"The workbook cannot be read: {error}"[:500]) from None
    except BaseException as error:
        # A reader in Rust that stops in the middle raises what is no Exception.
        if type(error).__name__ == "PanicException":
            raise Refused("broken_file", "The workbook cannot be read.") from None
        raise


def _opened(source: Path) -> CalamineWorkbook:
    """The workbook, by its bytes where its name would have calamine take it for another one."""
    if source.suffix.lower() not in WORKBOOKS:
        return CalamineWorkbook.from_path(str(source))
    with source.open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def _read(book: CalamineWorkbook, target: Path, wanted: str, lost: Callable[[str], Lost]) -> dict[str, Any]:
    sheet, others = _chosen(book, wanted)
    if sheet.total_width > MAX_COLUMNS:
        raise Refused("too_many_columns", f"The sheet has more than {MAX_COLUMNS:,} columns.")
    kinds, exact = _kinds(sheet), lost(sheet.name)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(chain(_rows(sheet), ([] for _ in range(_rows_behind(sheet, exact))))):
            cells = [_text(value, kinds.get(i, "")) for i, value in enumerate(row)]
            writer.writerow(_with_lost(cells, exact.get(number, {})))
    return {"sheet": sheet.name, "sheets": book.sheet_names, "warnings": _warnings(sheet, others)}


def _rows_behind(sheet: CalamineSheet, lost: Lost) -> int:
    """Rows behind the last one that has a value, up to the last one with a cell that calamine takes for empty."""
    return max(0, max(lost, default=-1) - (sheet.end[0] if sheet.end is not None else -1))


def _with_lost(cells: list[str], lost: Mapping[int, str]) -> list[str]:
    """A row with the texts that the file has where calamine has others."""
    if not lost:
        return cells
    cells += [""] * (max(lost) + 1 - len(cells))
    return [lost.get(i, cell) for i, cell in enumerate(cells)]


def _chosen(book: CalamineWorkbook, wanted: str) -> tuple[CalamineSheet, list[str]]:
    """The sheet that is read, and the names of others that have cells."""
    if wanted and wanted not in book.sheet_names:
        raise Refused("no_sheet", f"There is no sheet {wanted[:100]!r} in the workbook.")
    if wanted:
        return book.get_sheet_by_name(wanted), []
    shown = {each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible}
    filled = [sheet for sheet in map(book.get_sheet_by_name, book.sheet_names) if sheet.end is not None]
    if not filled:
        raise Refused("no_rows", "The workbook has no sheet with cells.")
    sheet = next((each for each in filled if each.name in shown), filled[0])
    return sheet, [each.name for each in filled if each is not sheet]


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Every row up to the last, from the first column on."""
    first_row, first_column = sheet.start or (0, 0)
    yield from ([] for _ in range(first_row))
    yield from ([""] * first_column + row for row in sheet.iter_rows())


def _kinds(sheet: CalamineSheet) -> dict[int, str]:
    """Columns with a moment of a day, where days are moments too, and with a span of time, where times are spans."""
    kinds: dict[int, str] = {}
    for row in _rows(sheet):
        for i, value in enumerate(row):
            if isinstance(value, dt.datetime):
                kinds[i] = _MOMENT
            elif isinstance(value, dt.timedelta) or (isinstance(value, str) and span_text(value) is not None):
                kinds[i] = _SPAN
    return kinds


def _text(value: Any, kind: str) -> str:
    """The canonical text of a cell in a column of a kind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return _temporal(value, kind)
    return (span_text(value) or value) if isinstance(value, str) else str(value)


def _temporal(value: dt.date | dt.time | dt.timedelta, kind: str) -> str:
    if isinstance(value, dt.timedelta):
        return clock(value)
    if isinstance(value, dt.time):
        if kind != _SPAN:
            return value.isoformat()
        return clock(
            dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
        )
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return f"{value.isoformat()} 00:00:00" if kind == _MOMENT else value.isoformat()


def _warnings(sheet: CalamineSheet, others: list[str]) -> list[dict[str, Any]]:
    found = []
    if merged := sheet.merged_cell_ranges:
        found.append({"code": "merged_cells", "count": len(merged), "text": f"first in row {merged[0][0][0] + 1}"})
    if others:
        named = ", ".join(others[:MAX_NAMED_SHEETS]) + (", …" if len(others) > MAX_NAMED_SHEETS else "")
        found.append({"code": "other_sheets", "count": len(others), "text": f"{sheet.name} is read, not {named}"})
    return found
