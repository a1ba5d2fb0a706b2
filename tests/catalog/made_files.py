"""Files of two users, in a catalog."""

from __future__ import annotations

from datetime import UTC, datetime

from parquay.catalog.files import Files
from parquay.catalog.tables import File

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def row(files: Files, file_id: str) -> File:
    file = files.get(file_id)
    assert file is not None
    return file
