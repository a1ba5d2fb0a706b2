"""A sheet of a workbook as rows of canonical texts, read in the child process (`sandbox_child`).

openpyxl opens the workbook and knows its styles; cells are read here, because what it leaves out has to be told:
formulas without a value, dates that are none, other sheets (ECMA-376 part 1, 18.3 and 22.4.2.4).
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from parquay.ingest.formats.limits import Refused
from parquay.ingest.formats.sheet_values import EPOCH_1900, LEAP_DAY, MICRO_DIGITS, moment, number_text, span
from parquay.ingest.formats.workbook_styles import DAMAGED, open_book

MAX_RATIO, FREE_BYTES = 250, 256 << 20
"""A workbook may unpack to so many times its size, or to so many bytes in any case."""
MAX_COLUMNS = 5000
"""Widest sheet whose rows are evened out; a cell farther right makes its row a reject."""
MAX_ROWS = 1 << 20
"""Rows of a sheet; a row cannot have a higher number."""
MAX_NAMED_SHEETS = 10
"""Other sheets that a warning names."""
_NS = f"{{{SHEET_MAIN_NS}}}"
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_SPECIAL = re.compile('[",\r\n]')

Row = list[str | None]


class Sheet:
    """One sheet of an open workbook; `met` counts what was odd about its cells, `first` says where each came first."""

    def __init__(self, book: Any, page: Any, strings: list[str]) -> None:
        self._book, self._page, self._strings = book, page, strings
        self.met: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self._shapes: dict[int, str] = {}

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._page.title)

    def rows(self) -> Iterator[Row]:
        """Yield every row up to the last, without the empty cells at its end.

        Raises:
            Refused: a row has a number that no row has.
        """
        number = 0
        with self._book._archive.open(self._page._worksheet_path) as file:  # noqa: SLF001 (there is no other way)
            for _, element in iterparse(file):
                if element.tag == _NS + "row":
                    row_number = int(float(element.get("r") or number + 1))
                    if row_number > MAX_ROWS:
                        raise Refused("broken_file", f"The sheet says that it has a row {row_number}.")
                    yield from ([] for _ in range(row_number - number - 1))
                    number = row_number
                    yield self._row(element)
                    element.clear()
                elif element.tag == _NS + "mergeCell":
                    self._meet("merged_cells", element.get("ref"))

    def has_rows(self) -> bool:
        """Whether a cell has a value."""
        found = any(self.rows())
        self.met.clear()
        self.first.clear()
        return found

    def _meet(self, code: str, place: str | None) -> None:
        self.met[code] += 1
        self.first.setdefault(code, place or "")

    def _row(self, element: Any) -> Row:
        row: Row = []
        column = 0
        for cell in element:
            place = cell.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            if (text := self._text(cell)) is not None:
                row.extend([None] * (column - len(row)))
                row[column - 1] = text
        return row

    def _text(self, cell: Any) -> str | None:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(_NS + "is")
            return None if inline is None else flat(inline) or None
        value = cell.findtext(_NS + "v")
        # What a formula of texts gives may be an empty one.
        if (value is None or (not value and kind != "str")) and cell.find(_NS + "f") is not None:
            self._meet("formula_without_value", cell.get("r"))
        if not value:
            return None
        if kind == "s":
            return self._strings[int(value)] or None
        if kind == "b":
            return "true" if value.strip() == "1" else "false"
        if kind == "d":
            return _iso(value)
        return unescaped(value) if kind in ("str", "e") else self._number(cell, value)

    def _number(self, cell: Any, text: str) -> str:
        style = int(cell.get("s", 0))
        if style in self._book._date_formats:  # noqa: SLF001
            try:
                return self._dated(float(text), style)
            except (OverflowError, ValueError):
                self._meet("no_such_date", cell.get("r"))
        return number_text(text)

    def _dated(self, value: float, style: int) -> str:
        """What a number is in a format of dates.

        Raises:
            ValueError, OverflowError: no calendar has the day: 1900 was no leap year, and had no day 0.
        """
        epoch = self._book.epoch
        if style in self._book._timedelta_formats:  # noqa: SLF001
            return self._moment(span(value), style)
        shows_day = self._shows(style, "dy")
        if epoch == EPOCH_1900 and (value // 1 == LEAP_DAY or (value == 0 and not self._shows(style, "hs"))):
            raise ValueError(value)
        if epoch != EPOCH_1900 and shows_day and 0 <= value < 1:
            return self._moment(moment(value + 1, epoch - dt.timedelta(days=1)), style)
        return self._moment(moment(value, epoch), style)

    def _moment(self, value: Any, style: int) -> str:
        if isinstance(value, dt.timedelta):
            return clock(value)
        if isinstance(value, dt.datetime):
            dated = value.time() == dt.time() and not self._shows(style, "hs")
            return value.date().isoformat() if dated else value.isoformat(sep=" ")
        return str(value.isoformat())

    def _shows(self, style: int, marks: str) -> bool:
        """Whether a number format shows one of the parts (`hs`, `dy`), outside of its quoted texts and colours."""
        if style not in self._shapes:
            number = self._book._cell_styles[style].numFmtId  # noqa: SLF001
            custom = self._book._number_formats  # noqa: SLF001
            own = number >= BUILTIN_FORMATS_MAX_SIZE
            shape = custom[number - BUILTIN_FORMATS_MAX_SIZE] if own else BUILTIN_FORMATS.get(number, "")
            self._shapes[style] = _QUOTED.sub("", shape).lower()
        return any(mark in self._shapes[style] for mark in marks)


def clock(value: dt.timedelta) -> str:
    """A duration as hours, minutes and seconds, as many hours as there are: `36:00:00`."""
    sign = "-" if value < dt.timedelta() else ""
    seconds, micro = divmod(abs(value) // dt.timedelta(microseconds=1), 1_000_000)
    fraction = f".{micro:06}" if micro else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def _iso(text: str) -> str:
    """A moment of ISO 8601, with as many digits of a second as it has, without its `Z`."""
    try:
        value = from_ISO8601(text)
    except ValueError:
        return text
    if isinstance(value, dt.timedelta):
        return clock(value)
    shown = str(value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat())
    digits = text.partition(".")[2].rstrip("Z0")
    return f"{shown.partition('.')[0]}.{digits.ljust(MICRO_DIGITS, '0')}" if digits else shown


def unescaped(text: str) -> str:
    """Text with its `_xHHHH_` as the characters that they stand for (ECMA-376 part 1, 22.4.2.4)."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: match[0] if match[1] == "0000" else chr(int(match[1], 16)), text)
    try:
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return text


def flat(element: Any) -> str:
    """The text of a string item, its runs put together, without what says how it is read aloud."""
    pieces = [each.text or "" for each in element if each.tag == _NS + "t"]
    runs = [each.findtext(_NS + "t") or "" for each in element if each.tag == _NS + "r"]
    return unescaped("".join(pieces + runs))


def _strings(book: Any) -> list[str]:
    """The shared strings as they stand in the file; openpyxl's own are given up, they have lost escapes."""
    for page in book.worksheets:
        page._shared_strings.clear()  # noqa: SLF001
    archive = book._archive  # noqa: SLF001
    name = next((each for each in archive.namelist() if each.lower().endswith("sharedstrings.xml")), None)
    found: list[str] = []
    if name is None:
        return found
    with archive.open(name) as file:
        for _, element in iterparse(file):
            if element.tag == _NS + "si":
                found.append(flat(element))
                element.clear()
    return found


def read_workbook(source: Path, target: Path, wanted: str) -> dict[str, Any]:
    """Write a sheet as CSV of canonical texts; `wanted`: its name, else the first one that is shown and has rows.

    Raises:
        Refused: it is no workbook, unpacks to too much, or has no such sheet.
    """
    _look_at(source)
    # A file that is open has no ending that openpyxl could complain of.
    with source.open("rb") as file:
        book = open_book(file)
        try:
            return _read(book, target, wanted)
        except (Refused, MemoryError):
            raise
        except Exception:  # noqa: BLE001 (a sheet may be broken anywhere)
            raise Refused("broken_file", DAMAGED) from None


def _read(book: Any, target: Path, wanted: str) -> dict[str, Any]:
    strings = _strings(book)
    sheets = [Sheet(book, page, strings) for page in book.worksheets]
    if wanted and wanted not in [each.name for each in sheets]:
        raise Refused("no_sheet", f"There is no sheet {wanted[:100]!r} in the workbook.")
    if not sheets:
        raise Refused("no_rows", "The workbook has no sheet with cells.")
    filled = sheets if wanted else [each for each in sheets if each.has_rows()]
    sheet = next(each for each in sheets if each.name == wanted) if wanted else _first_shown(filled or sheets, book)
    width = max((len(row) for row in sheet.rows() if len(row) <= MAX_COLUMNS), default=0)
    sheet.met.clear()
    with target.open("w", newline="", encoding="utf-8") as file:
        for row in sheet.rows():
            file.write(_line(row and row + [None] * (width - len(row))))
    others = [] if wanted else [each.name for each in filled if each is not sheet]
    return {"sheet": sheet.name, "sheets": book.sheetnames, "warnings": _warnings(sheet, others)}


def is_binary(source: Path) -> bool:
    """Whether it is a binary workbook under the name of another."""
    try:
        with zipfile.ZipFile(source) as archive:
            return any(name.lower() == "xl/workbook.bin" for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _look_at(source: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            size = sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile:
        raise Refused("broken_file", DAMAGED) from None
    if size > FREE_BYTES and size > MAX_RATIO * source.stat().st_size:
        raise Refused("too_expanded", "The workbook unpacks to far more bytes than a table would.")
    if not any(name.lower().endswith("workbook.xml") for name in names):
        raise Refused("wrong_format", "The name says xlsx, but there is no workbook in the file.")


def _first_shown(sheets: list[Sheet], book: Any) -> Sheet:
    shown = {page.title for page in book.worksheets if page.sheet_state == "visible"}
    return next((each for each in sheets if each.name in shown), sheets[0])


def _warnings(sheet: Sheet, others: list[str]) -> list[dict[str, Any]]:
    """What was odd, each with how often and a sentence."""
    found = [
        {"code": code, "count": count, "text": f"first in {sheet.first[code]}"} for code, count in sheet.met.items()
    ]
    if others:
        named = ", ".join(others[:MAX_NAMED_SHEETS]) + (", …" if len(others) > MAX_NAMED_SHEETS else "")
        found.append({"code": "other_sheets", "count": len(others), "text": f"{sheet.name} is read, not {named}"})
    return found


def _line(row: Row) -> str:
    cells = ("" if text is None else text for text in row)
    return ",".join('"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text for text in cells) + "\n"
