"""Uploads of files, of open files and of streams, by one client: they go on where the server's copy ends."""

from __future__ import annotations

import io
import json
import mimetypes
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from parquay.client.connection import ServerConnection
from parquay.client.errors import TransferError
from parquay.client.resume import UploadBook, key_of
from parquay.client.stream_upload import StreamUpload
from parquay.client.tus_client import PATIENCE, TusClient, UploadSource, Watch


@dataclass(frozen=True)
class UploadProgress:
    """What to call while an upload goes on.

    Attributes:
        offset: hears how many bytes were handed over; less than before after a setback.
        setback: hears why a request failed, and the seconds until the next.
        created: hears the address of an upload when it is made.
    """

    offset: Callable[[int], None] = lambda _: None
    setback: Callable[[str, float], None] = lambda _reason, _pause: None
    created: Callable[[str], None] = lambda _: None


def sendable(name: str) -> str:
    """Return ``name`` as text that can be sent and printed: bytes that are no UTF-8 become replacement signs. Pure."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def metadata_of(name: str, overrides: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said of an upload: its name, the media type that its ending tells, and how it is read. Pure."""
    kind = mimetypes.guess_type(name)[0]
    said = {key: value if isinstance(value, str) else json.dumps(value) for key, value in overrides.items()}
    return {"filename": sendable(name)} | ({"filetype": kind} if kind else {}) | said


def upload_path(
    connection: ServerConnection,
    path: Path,
    metadata: Mapping[str, str],
    progress: UploadProgress,
    *,
    resume: bool = True,
    patience: float = PATIENCE,
) -> str:
    """Upload a file and return its id. One that was begun earlier, by whichever process, goes on.

    ``resume``: False begins anew. ``patience``: seconds without a new byte after which it is given up.

    Raises:
        ApiError: the server refuses for good, or patience is over; begun again it goes on.
        UploadBusy: another process uploads this file there right now.
        OSError: the file cannot be read.
    """
    if not path.is_file():
        raise TransferError("not a file: an upload that can go on after an interruption needs one; save the pipe first")
    book, key = UploadBook(), key_of(connection.server, path)
    with book.claim(key):
        size = path.stat().st_size
        source = UploadSource(path, size, metadata)

        def created(place: str) -> None:
            book.remember(key, place)
            progress.created(place)

        watch = _watch(connection, progress, book, created=created)
        client = _client(connection, book, patience)
        begun, creation = (book.recall(key), book.creation(key)) if resume else (None, "")
        place = client.upload(source, watch, begun, key=creation)
        if key_of(connection.server, path) != key:
            raise TransferError("the file changed while it was uploaded; begin it again")
        book.forget(key)
    return _id_of(place)


def upload_open(
    connection: ServerConnection,
    file: IO[bytes],
    metadata: Mapping[str, str],
    progress: UploadProgress,
    *,
    patience: float = PATIENCE,
) -> str:
    """Upload what an open binary file has from its position on, and return the id.

    A file that can be sought is sent by one request, anything else (a pipe) piece by piece, its length told at its end.

    Raises:
        ApiError: the server refuses for good, or patience is over.
        OSError: it cannot be read.
    """
    book = UploadBook()
    watch = _watch(connection, progress, book)
    if not file.seekable():
        upload = StreamUpload(connection.http, f"{connection.server}/files", patience=patience)
        return _id_of(upload.send(file, metadata, watch))
    client = _client(connection, book, patience)
    source = UploadSource(file, size_of(file) or 0, metadata, file.tell())
    return _id_of(client.upload(source, watch))


def size_of(file: IO[bytes]) -> int | None:
    """Return how many bytes an open file has behind its position, None where only reading tells."""
    if not file.seekable():
        return None
    start = file.tell()
    size = file.seek(0, io.SEEK_END) - start
    file.seek(start)
    return max(size, 0)


def opened(source: Any) -> IO[bytes]:
    """Return what can be read: an open binary file as it is, bytes as one.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    if not hasattr(source, "read") or isinstance(source, io.TextIOBase):
        raise TypeError("give a path, an open binary file, bytes, or a table of pyarrow, pandas or Polars")
    found: IO[bytes] = source
    return found


def name_of(file: IO[bytes]) -> str:
    """Return the name that an open file has, else one for any. Pure."""
    name = getattr(file, "name", None)
    return os.path.basename(name) if isinstance(name, str) and name else "upload"


def _client(connection: ServerConnection, book: UploadBook, patience: float) -> TusClient:
    piece = book.piece(connection.server)
    return TusClient(connection.http, f"{connection.server}/files", patience=patience, piece=piece)


def _watch(
    connection: ServerConnection, progress: UploadProgress, book: UploadBook, created: Callable[[str], None] = lambda _: None
) -> Watch:
    return Watch(
        created=created,
        offset=progress.offset,
        setback=progress.setback,
        renew_login=connection.renew,
        smaller=lambda piece: book.keep_piece(connection.server, piece),
    )


def _id_of(place: str) -> str:
    return place.rstrip("/").rpartition("/")[2]

