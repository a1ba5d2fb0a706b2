"""Cells of an OpenDocument spreadsheet that calamine gives as something else, so that they are read from the XML.

Those with an error are empty for it: LibreOffice marks them (`calcext:value-type="error"`) and keeps what is shown,
such as `#DIV/0!`, as their text. Numbers are doubles for it, and moments have microseconds (ODF 1.2, 19.385 to 19.389).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from parquay.ingest.formats.limits import Refused
from parquay.ingest.formats.sheet_values import finer_than_micros, lost_by_double

MAX_CELLS = 1_000_000
"""Most such cells of a sheet."""
CHUNK_BYTES = 1 << 20
_TABLE, _TEXT = "urn:oasis:names:tc:opendocument:xmlns:table:1.0", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_VALUES = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_KIND = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_CELLS = frozenset({f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"})

Places = dict[int, dict[int, str]]
"""Texts by row and column, from 0."""


@dataclass(slots=True)
class _Walk:
    """Where a parser of the XML is."""

    sheet: str
    found: Places = field(default_factory=dict)
    count: int = 0
    inside: bool = False
    row: int = 0
    column: int = 0
    repeated: int = 1
    text: list[str] | None = None
    in_text: bool = False
    cells: list[tuple[int, int, str]] = field(default_factory=list)

    def start(self, name: str, about: Mapping[str, str]) -> None:
        """An element begins."""
        if name == f"{_TABLE} table":
            self.inside, self.row = about.get(f"{_TABLE} name") == self.sheet, 0
        elif self.inside and name == f"{_TABLE} table-row":
            self.column, self.cells = 0, []
            self.repeated = int(about.get(f"{_TABLE} number-rows-repeated", 1))
        elif self.inside and name in _CELLS:
            width = int(about.get(f"{_TABLE} number-columns-repeated", 1))
            self.text = [] if about.get(_KIND) == "error" else None
            exact = "" if self.text is not None else _lost(about)
            self.cells += [(self.column, width, exact)] if exact is not None else []
            self.column += width
        self.in_text = name == f"{_TEXT} p"

    def characters(self, text: str) -> None:
        """Some of a text."""
        if self.text is not None and self.in_text:
            self.text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in _CELLS and self.text is not None:
            at, width, _ = self.cells[-1]
            self.cells[-1], self.text = (at, width, "".join(self.text)), None
        elif name == f"{_TABLE} table-row" and self.inside:
            self._keep()
            self.row += self.repeated
        elif name == f"{_TABLE} table":
            self.inside = False

    def _keep(self) -> None:
        self.count += self.repeated * sum(width for _, width, _ in self.cells)
        if self.count > MAX_CELLS:
            raise Refused(
                "too_expensive", f"More than {MAX_CELLS:,} cells of the sheet are errors or have many digits."
            )
        found = {at + i: text for at, width, text in self.cells for i in range(width)}
        if found:
            self.found.update((row, found) for row in range(self.row, self.row + self.repeated))


def _lost(about: Mapping[str, str]) -> str | None:
    """The text of a cell whose value calamine would round or cut; None: it does not."""
    if (number := about.get(f"{_VALUES} value")) is not None:
        return lost_by_double(number)
    moment = about.get(f"{_VALUES} date-value") or about.get(f"{_VALUES} time-value")
    return finer_than_micros(moment) if moment else None


def lost_cells(source: Path, sheet: str) -> Places:
    """The texts of cells that calamine loses, by row and column.

    Raises:
        Refused: ``broken_file``, ``too_expensive``.
    """
    walk = _Walk(sheet)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = walk.characters, _refuse_entity
    try:
        with zipfile.ZipFile(source) as archive, archive.open("content.xml") as content:
            while chunk := content.read(CHUNK_BYTES):
                parser.Parse(chunk)
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Refused("broken_file", f"The workbook cannot be read: {error}"[:500]) from None
    return walk.found


def _refuse_entity(*_about: object) -> None:
    raise Refused("broken_file", "The workbook declares entities, which no spreadsheet does.")
