"""The manifest of a backup: a JSON object a line, first about the whole, then one for each file, and an end. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from parquay.errors import Damaged

FORMAT = 1
"""Raised when an older version could not read the manifest any more."""


@dataclass(frozen=True, slots=True)
class BackupHeader:
    """What a backup is of.

    Attributes:
        number: 1 for the first backup in its folder, one more with each.
        taken_at: the moment of which it is, in UTC, ISO 8601.
        version: of Parquay.
        volume_id: of the data directory.
    """

    number: int
    taken_at: str
    version: str
    volume_id: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class BackupEntry:
    """A file of a backup.

    Attributes:
        path: where it belongs, below the data directory.
        stored: where it is in the backup.
        size: bytes that count; there may be more.
        crc: their CRC-32C.
        modified: when it was changed last (nanoseconds since 1970).
    """

    path: str
    stored: str
    size: int
    crc: int
    modified: int


def lines(header: BackupHeader, entries: Iterable[BackupEntry]) -> Iterator[str]:
    """Write a manifest."""
    yield json.dumps(asdict(header))
    count = 0
    for count, entry in enumerate(entries, 1):  # noqa: B007  it is used below
        yield json.dumps(asdict(entry))
    yield json.dumps({"files": count})


def read(found: Iterable[str]) -> tuple[BackupHeader, list[BackupEntry]] | None:
    """Read a manifest; None where there is none.

    Raises:
        Damaged: ``backup_damaged``, it is no manifest, not a whole one, or of a later format.
    """
    try:
        first, *rest = (json.loads(line) for line in found)
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            raise _damaged("it is not JSON") from error
        return None
    try:
        if first["format"] != FORMAT:
            raise _damaged(f"its format {first['format']} is another than {FORMAT}, which is known here")
        header, entries = BackupHeader(**first), [BackupEntry(**each) for each in rest[:-1]]
        is_whole = rest[-1] == {"files": len(entries)}
    except (LookupError, TypeError) as error:
        raise _damaged("it has other keys than a manifest") from error
    if not is_whole:
        raise _damaged("its end is missing")
    return header, entries


def _damaged(why: str) -> Damaged:
    return Damaged(f"The manifest of the backup cannot be read: {why}.", "backup_damaged")
