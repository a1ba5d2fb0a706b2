"""What a file is by its first bytes, if it is none of the formats that can be read: refused by name, or no table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parquay.ingest.formats import registry
from parquay.ingest.text.inflate import packing_of
from parquay.ingest.text.tar import is_tar

WORKBOOKS = (".xlsx", ".xlsm")
"""Endings of the names of workbooks."""
_LOCAL_HEADER = re.compile(b"PK\x03\x04")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK, _LOCKED = "Workbook\0".encode("utf-16-le"), "EncryptedPackage\0".encode("utf-16-le")
"""Names of streams in a compound file: an old workbook, and any document with a password."""
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_LOCKED_WORKBOOK = "A workbook with a password cannot be read; save it without one."
_ENCRYPTED = "An encrypted Parquet file cannot be read."
_NESTED = "What is packed in the file is itself {}; unpack it once, and upload that."


def members(head: bytes) -> Iterator[bytes]:
    """Yield the names of a ZIP archive's members whose headers are in `head`."""
    for match in _LOCAL_HEADER.finditer(head):
        length = int.from_bytes(head[match.start() + 26 : match.start() + 28], "little")
        yield head[match.start() + 30 : match.start() + 30 + length]


def is_document(head: bytes) -> bool:
    """Whether it is an archive only by the way in which a document or a program is kept."""
    names = list(members(head)) if head.startswith(b"PK\x03\x04") else []
    return any(name in (b"[Content_Types].xml", b"mimetype", b"META-INF/MANIFEST.MF") for name in names)


def why_unsupported(head: bytes, suffix: str) -> str:
    """Why a file that may well hold a table cannot be read; empty when nothing speaks against it."""
    if head.startswith(_OLD_OFFICE) and (_LOCKED in head or suffix in (".xls", ".xlsb", *WORKBOOKS)):
        return _LOCKED_WORKBOOK
    return _ENCRYPTED if head.startswith(b"PARE") else ""


def is_old_workbook(head: bytes, suffix: str) -> bool:
    """Whether it is a workbook in a compound file; other documents are kept in such files too."""
    return head.startswith(_OLD_OFFICE) and (suffix == ".xls" or _WORKBOOK in head) and _LOCKED not in head


def is_open_document(head: bytes, suffix: str) -> bool:
    """Whether it is an OpenDocument spreadsheet."""
    return head.startswith(b"PK\x03\x04") and (suffix == ".ods" or _SPREADSHEET in head[:120])


def why_nested(inner: bytes) -> str:
    """Why what was packed in a file cannot be read; empty when it may be text."""
    if is_tar(inner):
        return _NESTED.format("a tar archive")
    if found := registry.find(inner, ""):
        return _NESTED.format(found.noun)
    return _NESTED.format("packed") if packing_of(inner) else ""
