"""OpenDocument spreadsheets: one sheet of them, as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parquay.ingest.formats.detect import is_open_document
from parquay.ingest.formats.registry import SHEET_OPTIONS, FileFormat


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    from parquay.ingest.formats import calamine_book, ods_texts

    return calamine_book.read_book(source, target, options.get("sheet", ""), ods_texts.lost_cells)


FORMAT = FileFormat(
    name="ods",
    noun="an OpenDocument spreadsheet",
    suffixes=(".ods",),
    magic=is_open_document,
    open=_open,
    options=SHEET_OPTIONS,
)
