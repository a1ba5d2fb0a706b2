"""A table as an Excel workbook, written as it goes: no copy of it in memory, none on disk.

A workbook is a ZIP archive of XML (ECMA-376). Texts stand in their cells (`inlineStr`), so nothing has to be known
before the first row is written, and none of them is ever taken for a formula. Excel keeps 15 digits, no zones, no
microseconds and no days before 1900; a column that has more is written as text.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

import pyarrow as pa

from parquay.columns.parquet.parts import Types
from parquay.columns.types.base import ColumnType, written_texts

MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS = 1_048_576, 16_384, 32_767
"""Rows (the header is one) and columns of a sheet, characters of a cell."""
EXACT_DIGITS = 15
MIN_MAGNITUDE, MAX_MAGNITUDE = 2.2250738585072014e-308, 9.99999999999999e307
"""Magnitudes that Excel keeps; smaller ones it takes for 0, which has no sign there."""
FIRST_DAY = 61
"""Number of 1 March 1900. Days before it are numbered in two ways: to Excel 1900 was a leap year."""
_EPOCH = 25_569
"""Number of 1 January 1970."""
_MICROSECONDS = 86_400_000_000
_PER_DAY = {"date": (1, _EPOCH, 1), "timestamp": (_MICROSECONDS, _EPOCH, 2), "time": (_MICROSECONDS, 0, 3)}
"""Of each type with moments: units in a day, the day that they count from, and its format in the styles below."""

# What XML cannot hold, and what would be read as the escape of it.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_FILES = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Table" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="3">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/>'
    '<numFmt numFmtId="166" formatCode="hh:mm:ss.000"/></numFmts>'
    '<fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
    '<xf numFmtId="166" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def write(sink: IO[bytes], header: Sequence[str], tables: Iterable[pa.Table], types: Types) -> Iterator[None]:
    """Write a workbook of one sheet; yields after each table. `sink` needs no more than `write`, `tell` and `flush`."""
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _FILES.items():
            archive.writestr(name, _HEAD + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            if header:
                sheet.write(_rows([[_text(cell)] for cell in header]))
            for table in tables:
                sheet.write(_rows([_cells(table[name], kind) for name, kind in types.items()]))
                yield
            sheet.write(b"</sheetData></worksheet>")


def _rows(columns: Sequence[Sequence[str]]) -> bytes:
    rows = ("".join(cells) for cells in zip(*columns, strict=True))
    return "".join(f"<row>{cells}</row>" for cells in rows).encode()


def _cells(column: pa.ChunkedArray, kind: ColumnType) -> list[str]:
    if kind.sheet_cell in _PER_DAY:
        return _moments(column, kind)
    if kind.sheet_cell == "double":
        pairs = zip(column.to_pylist(), written_texts(column, kind), strict=True)
        return ["<c/>" if value is None or text is None else _double(value, text) for value, text in pairs]
    write = _WRITERS.get(kind.sheet_cell, _text)
    values = written_texts(column, kind) if write is _text else column.to_pylist()
    return ["<c/>" if value is None else write(value) for value in values]


def _moments(column: pa.ChunkedArray, kind: ColumnType) -> list[str]:
    """Days since Excel's first one; times of day are their fractions."""
    per_day, since, style = _PER_DAY[kind.sheet_cell]
    ticks = column.cast(pa.int32() if per_day == 1 else pa.int64()).to_pylist()
    cells = []
    for tick, text in zip(ticks, written_texts(column, kind), strict=True):
        if tick is None:
            cells.append("<c/>")
        elif since and tick / per_day + since < FIRST_DAY:
            cells.append(_text(text))
        else:
            serial = tick + since if per_day == 1 else tick / per_day + since
            cells.append(f'<c s="{style}"><v>{serial!r}</v></c>')
    return cells


def _text(value: Any) -> str:
    content = escape(_ODD.sub(lambda odd: f"_x{ord(odd[0]):04X}_", str(value)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{content}</t></is></c>'


def _double(value: float, text: str) -> str:
    kept = MIN_MAGNITUDE <= abs(value) <= MAX_MAGNITUDE or text in ("0", "0.0")
    return f"<c><v>{value!r}</v></c>" if kept else _text(text)


def _number(value: int | Decimal) -> str:
    text = str(value) if isinstance(value, int) else format(value, "f")
    digits = text.lstrip("-").replace(".", "").strip("0")
    return f"<c><v>{text}</v></c>" if len(digits) <= EXACT_DIGITS else _text(text)


def _bool(value: bool) -> str:  # noqa: FBT001  the value of a cell
    return f'<c t="b"><v>{int(value)}</v></c>'


_WRITERS: Mapping[str, Callable[[Any], str]] = {"bool": _bool, "number": _number}
