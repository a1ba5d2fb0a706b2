"""Workbooks as Excel wrote them up to 2003 (BIFF in a compound file): one sheet of them, as text.

No ending of a name promises them: much that is called `.xls` is text or HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parquay.ingest.formats.detect import is_old_workbook
from parquay.ingest.formats.registry import SHEET_OPTIONS, FileFormat


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    from parquay.ingest.formats import calamine_book

    return calamine_book.read_book(source, target, options.get("sheet", ""))


FORMAT = FileFormat(
    name="xls",
    noun="a workbook",
    suffixes=(),
    magic=is_old_workbook,
    open=_open,
    options=SHEET_OPTIONS,
)
