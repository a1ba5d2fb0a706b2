"""Who uploads, what this server accepts beyond the protocol, and what a row means to the protocol core."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from parquay.auth.scopes import WRITE
from parquay.catalog.tables import File, now
from parquay.errors import UnsupportedType
from parquay.tus.headers import Metadata
from parquay.tus.state import Limits, UploadState

if TYPE_CHECKING:
    from parquay.auth.sessions import Identity

PATH_LIMIT = 1024
"""Longest folder of a file, in characters."""

NAME_LIMIT = 255
"""Longest file name in bytes of UTF-8."""

UNNAMED = "upload"


@dataclass(frozen=True)
class Owner:
    """Whose upload it is.

    Attributes:
        changes_tables: may also append to tables, which a key for uploads alone may not.
        quota: bytes that they may store, 0 for any number, None for what the server says.
    """

    id: str
    username: str
    changes_tables: bool = True
    quota: int | None = None

    @classmethod
    def of(cls, identity: Identity) -> Owner:
        """Return who uploads when ``identity`` makes the request."""
        changes_tables = identity.scopes is None or WRITE in identity.scopes
        return cls(identity.id, identity.username, changes_tables, identity.quota_bytes)


@dataclass(frozen=True)
class Rules:
    """What may be uploaded.

    Attributes:
        max_size: largest upload in bytes, 0 for no limit.
        quota: stored and reserved bytes for each user who has no quota of their own, 0 for none.
        extensions: allowed file name extensions in lower case with the dot, empty for all.
        ttl: seconds an unfinished upload is kept after its last byte.
        share: whether a new file is visible to every user.
    """

    max_size: int = 0
    quota: int = 0
    extensions: frozenset[str] = frozenset()
    ttl: int = 604800
    share: bool = False

    @cached_property
    def limits(self) -> Limits:
        """What the protocol core needs to know."""
        return Limits(self.max_size)

    def quota_of(self, owner: Owner) -> int:
        """Bytes that ``owner`` may store, 0 for any number."""
        return self.quota if owner.quota is None else owner.quota

    def expiry(self) -> datetime:
        """When an upload that receives its last byte now is thrown away."""
        return now() + timedelta(seconds=self.ttl)

    def check_name(self, name: str) -> None:
        """Refuse a file whose extension is not allowed.

        Raises:
            UnsupportedType: ``extension_not_allowed`` (415), with the allowed ones.
        """
        if self.extensions and not name.lower().endswith(tuple(self.extensions)):
            allowed = ", ".join(sorted(self.extensions))
            raise UnsupportedType(f"Only files of these types are accepted: {allowed}.", "extension_not_allowed")


def clean_name(name: str | None) -> str:
    """Return a name that is safe to show and to send: no path, no control or direction characters, 255 bytes."""
    text = unicodedata.normalize("NFC", (name or "").replace("\\", "/")).rstrip("/")
    text = PurePosixPath(text).name if "/" in text else text
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    text = text.strip()
    while len(text.encode()) > NAME_LIMIT:
        stem, dot, extension = text.rpartition(".")
        text = stem[:-1] + dot + extension if dot and len(extension) < 20 and stem else text[:-1]
    return text if text.strip(".") else UNNAMED


def folder_of(metadata: Metadata) -> str | None:
    """Return the folder that a file was in inside an uploaded folder, such as `photos/2024`; None without one.

    Only for people to read: it is cleaned like a name, and nothing is ever stored below it.
    """
    declared = (metadata.text("relativePath") or "").replace("\\", "/")
    folders = [clean_name(each) for each in declared.split("/")[:-1] if each.strip(". ")]
    kept = "/".join(folders)
    return kept[:PATH_LIMIT] or None


def file_name(metadata: Metadata) -> str:
    """Return the name that the metadata of a tus upload gives, cleaned."""
    return clean_name(metadata.text("filename", "name"))


def state_of(file: File) -> UploadState:
    """Return what the protocol core needs to know of a row."""
    return UploadState(
        offset=file.offset,
        length=file.size,
        complete=file.complete,
        concat=file.concat.partition(";")[0].strip() if file.concat else None,
        concat_raw=file.concat or "",
        metadata_raw=file.upload_metadata,
        expires=None if file.complete and not file.is_partial else file.expires_at,
    )
