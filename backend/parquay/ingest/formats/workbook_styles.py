"""Opening workbooks whose looks are broken: of all styles only the formats of numbers say what a cell is.

openpyxl reads fonts, fills, properties and themes too, and gives a workbook up for any of them; Excel does not.
"""

from __future__ import annotations

import zipfile
from typing import IO, Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import ARC_STYLE, SHEET_MAIN_NS
from openpyxl.xml.functions import fromstring, tostring

from parquay.ingest.formats.limits import Refused

DAMAGED = "The workbook is damaged; opened and saved once more in a spreadsheet program it may be whole again."
_NS = f"{{{SHEET_MAIN_NS}}}"
_PLAIN = (
    "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>"
    "<cellStyleXfs><xf/></cellStyleXfs>"
)
"""What openpyxl wants to find of everything else."""


class _ValueReader(ExcelReader):  # type: ignore[misc]
    """Reads no more of a workbook than says what its cells are."""

    def read_properties(self) -> None:
        """Who wrote it when is not asked."""

    def read_custom(self) -> None:
        """Nor what else was noted of it."""

    def read_theme(self) -> None:
        """Nor its colours."""


class _PlainStyles(zipfile.ZipFile):
    """An archive in which the styles have formats of numbers alone."""

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        found = super().read(name, pwd)
        return plain_styles(found) if name == ARC_STYLE else found


def plain_styles(styles: bytes) -> bytes:
    """The formats of numbers among the styles of a workbook, and which of them each style of cells has."""
    root = fromstring(styles)
    formats, cells = root.find(f"{_NS}numFmts"), root.find(f"{_NS}cellXfs")
    named = b"" if formats is None else tostring(formats)
    numbers = [] if cells is None else [each.get("numFmtId", "0") for each in cells.findall(f"{_NS}xf")]
    listed = "".join(f'<xf numFmtId="{int(number)}"/>' for number in numbers)
    start, end = f'<styleSheet xmlns="{SHEET_MAIN_NS}">', "</styleSheet>"
    return start.encode() + named + f"{_PLAIN}<cellXfs>{listed}</cellXfs>{end}".encode()


def open_book(file: IO[bytes]) -> Any:
    """Open a workbook to read the values of its cells.

    Raises:
        Refused: ``broken_file``.
    """
    reader = _ValueReader(file, read_only=True, data_only=True, keep_links=False)
    try:
        reader.read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (it fails in as many ways as a workbook can be broken in)
        return _with_plain_styles(file)
    return reader.wb


def _with_plain_styles(file: IO[bytes]) -> Any:
    reader = _ValueReader(file, read_only=True, data_only=True, keep_links=False)
    reader.archive = _PlainStyles(file)
    try:
        reader.read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (as above)
        raise Refused("broken_file", DAMAGED) from None
    return reader.wb
