"""Many files as one download: a ZIP that is made while it is sent, of files as they were uploaded."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Annotated, cast

from fastapi import APIRouter, Query, Response
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse

from parquay.catalog.listing import EVERYTHING
from parquay.catalog.tables import File, now
from parquay.columns.text.emptied_file import EmptiedFile
from parquay.errors import Conflict, InvalidValue
from parquay.storage.chunks import BytesMissing, read_promised
from parquay.telemetry import lost
from parquay.uploads.maintain.integrity import damaged
from parquay.web.files.archive_names import archive_names
from parquay.web.files.file_schemas import ArchiveOrder
from parquay.web.files.list_filters import ListFilter
from parquay.web.http.content import CHUNK, disposition
from parquay.web.http.deps import IdentityDep, UploadsDep, seen
from parquay.wiring import UploadServices

MAX_FILES = 10_000
"""Files of one archive."""
ZIP = "application/zip"
FIRST_YEAR = 1980
"""A ZIP knows no earlier time."""

router = APIRouter(tags=["files"])


@router.get("/files/archive", response_class=StreamingResponse, responses={200: {"content": {ZIP: {}}}})
def download_archive(
    uploads: UploadsDep,
    identity: IdentityDep,
    narrowed: ListFilter,
    ids: Annotated[
        list[str] | None,
        Query(description="Ids of files, repeated or with commas; left out: all files of a list with filters."),
    ] = None,
) -> Response:
    """Download files as one ZIP, each with the bytes as they were uploaded, in its folder.

    Without `ids` it is all complete files that a list with the same filters has. Every one must be complete, and the
    caller's to see; otherwise nothing is sent. When one goes, or turns out to be damaged, while the archive is on its
    way, the connection breaks: what came is not whole.
    """
    if ids is None and narrowed != EVERYTHING:
        listed = uploads.files.page(identity.id, limit=MAX_FILES + 1, narrowed=narrowed)
        return _archive(uploads, identity.id, [each.file.id for each in listed if each.file.complete])
    return _archive(uploads, identity.id, [each for given in ids or () for each in given.split(",")])


@router.post("/files/archive", response_class=StreamingResponse, responses={200: {"content": {ZIP: {}}}})
def download_long_archive(order: ArchiveOrder, uploads: UploadsDep, identity: IdentityDep) -> Response:
    """The same for more files than an address can name."""
    return _archive(uploads, identity.id, order.ids)


def _archive(uploads: UploadServices, user_id: str, ids: Sequence[str]) -> Response:
    """Answer with the archive, once it is known that all files can be sent (blocking)."""
    wanted = list(dict.fromkeys(ids))
    if not 0 < len(wanted) <= MAX_FILES:
        raise InvalidValue(f"ids: 1 to {MAX_FILES:,} files.")
    files = [_complete(uploads, file_id, user_id) for file_id in wanted]
    names = archive_names((file.path, file.name) for file in files)
    archive = Archive(uploads, user_id, [ArchiveMember(file.id, name) for file, name in zip(files, names, strict=True)])
    headers = {
        "Content-Disposition": disposition(f"files-{now():%Y-%m-%d}.zip"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(archive.stream(), 200, headers, ZIP)


def _complete(uploads: UploadServices, file_id: str, user_id: str) -> File:
    """A file that can be sent (blocking).

    Raises:
        NotFound: unknown, or not to be seen (404).
        Conflict: ``upload_unfinished`` (409).
        BytesMissing: there are fewer than the catalog promised (503).
    """
    file = seen(uploads.files, file_id, user_id).file
    if not file.complete:
        raise Conflict(f"The upload of {file.name!r} has not finished.", "upload_unfinished")
    size = uploads.store.size(file.id)
    if size < file.offset:
        raise lost(BytesMissing(f"{file.name!r} has {file.offset} bytes, {size} of them are there."))
    return file


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A file of an archive, and what it is called there."""

    file_id: str
    name: str


class Archive:
    """A ZIP on its way. Members are stored as they are: what people upload in bulk is mostly packed already."""

    def __init__(self, uploads: UploadServices, user_id: str, members: Sequence[ArchiveMember]) -> None:
        self._uploads = uploads
        self._user_id = user_id
        self._members = members

    async def stream(self) -> AsyncIterator[bytes]:
        """The bytes of the archive.

        Raises:
            ParquayError: a file is gone, or not what it was; the answer ends too early, which every client notices.
        """
        async for piece in iterate_in_threadpool(self._pieces()):
            if piece:
                yield piece

    def _pieces(self) -> Iterator[bytes]:
        sink = EmptiedFile()
        with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED, allowZip64=True) as made:
            for member in self._members:
                file = _complete(self._uploads, member.file_id, self._user_id)  # as it is now, and as rights are now
                with made.open(_info(file, member.name), "w", force_zip64=file.offset > zipfile.ZIP64_LIMIT) as target:
                    for chunk in self._chunks(file):
                        target.write(chunk)
                        yield sink.taken()
        yield sink.taken()

    def _chunks(self, file: File) -> Iterator[bytes]:
        """The bytes of a file; the last ones of one that was not hashed before only if all of them are right.

        Raises:
            Damaged: ``bytes_missing``, ``bytes_damaged``.
        """
        soundness = self._uploads.soundness
        digest = None if soundness.check(file) else hashlib.sha256()
        with self._uploads.store.reader(file.id) as reader:
            for position in range(0, file.offset, CHUNK):
                chunk = read_promised(reader, position, min(CHUNK, file.offset - position))
                if digest is not None:
                    digest.update(chunk)
                    if position + len(chunk) == file.offset and not soundness.learn(file, digest.hexdigest()):
                        raise lost(damaged())
                yield chunk


def _info(file: File, name: str) -> zipfile.ZipInfo:
    """What a ZIP says of a file: when it was uploaded, and that everybody may read it."""
    moment = max(file.uploaded_at.astimezone(UTC), datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
    info = zipfile.ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    info.external_attr = 0o644 << 16
    info.file_size = file.offset
    return info
