"""Binary workbooks of Excel (BIFF12 in a ZIP archive): one sheet of them, as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parquay.ingest.formats.detect import is_open_document, members
from parquay.ingest.formats.registry import SHEET_OPTIONS, FileFormat

_PART = re.compile(rb"xl/workbook\.bin$|xl/worksheets/[^/]+\.bin$", re.IGNORECASE)
"""Parts that only a binary workbook has; others have settings of printers in such files."""


def _is_binary_workbook(head: bytes, suffix: str) -> bool:
    if not head.startswith(b"PK\x03\x04") or is_open_document(head, suffix):
        return False
    return suffix == ".xlsb" or any(_PART.match(name) for name in members(head))


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    from parquay.ingest.formats import calamine_book

    return calamine_book.read_book(source, target, options.get("sheet", ""))


FORMAT = FileFormat(
    name="xlsb",
    noun="a binary workbook",
    suffixes=(".xlsb",),
    magic=_is_binary_workbook,
    open=_open,
    options=SHEET_OPTIONS,
)
