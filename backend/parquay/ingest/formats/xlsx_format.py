"""Workbooks of Office Open XML: one sheet of them, as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parquay.ingest.formats.detect import WORKBOOKS, is_open_document, members
from parquay.ingest.formats.registry import SHEET_OPTIONS, FileFormat


def _is_workbook(head: bytes, suffix: str) -> bool:
    if not head.startswith(b"PK\x03\x04") or is_open_document(head, suffix):
        return False
    return suffix in WORKBOOKS or any(name.startswith(b"xl/") for name in members(head))


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    from parquay.ingest.formats import calamine_book, workbook

    if workbook.is_binary(source):
        return calamine_book.read_book(source, target, options.get("sheet", ""))
    return workbook.read_workbook(source, target, options.get("sheet", ""))


FORMAT = FileFormat(
    name="xlsx",
    noun="a workbook",
    suffixes=WORKBOOKS,
    magic=_is_workbook,
    open=_open,
    options=SHEET_OPTIONS,
)
