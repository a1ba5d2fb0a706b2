"""What the rules need to know of an upload and of the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

VERSION = "1.0.0"
"""The only tus version spoken."""

EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "expiration",
    "checksum",
    "termination",
    "concatenation",
    "concatenation-unfinished",
)

OCTET_STREAM = "application/offset+octet-stream"
"""Media type of the body of a PATCH."""


@dataclass(frozen=True)
class Limits:
    """What this server accepts. ``max_size`` in bytes, 0 means no limit."""

    max_size: int = 0


@dataclass(frozen=True)
class UploadState:
    """An upload between two requests.

    Attributes:
        offset: durable bytes.
        length: total bytes, None while it is not known.
        complete: whether the last byte has landed.
        concat: None, ``partial`` or ``final``.
        concat_raw: the Upload-Concat field as received.
        metadata_raw: the Upload-Metadata field as received, empty when there was none.
        expires: when it is thrown away unless more bytes come, None when it is not.
    """

    offset: int
    length: int | None
    complete: bool = False
    concat: str | None = None
    concat_raw: str = ""
    metadata_raw: str = ""
    expires: datetime | None = None

    @property
    def left(self) -> int | None:
        """Bytes that are missing, None while the length is not known."""
        return None if self.length is None else self.length - self.offset
