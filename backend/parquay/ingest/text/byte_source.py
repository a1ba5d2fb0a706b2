"""What conversion needs of the byte store: reading at an offset, and a path where there is one."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from parquay.storage.chunks import read_promised

HASH_BYTES = 4 << 20
"""Bytes hashed at once."""


class ByteReader(Protocol):
    """Reads one upload."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return `size` bytes at `offset`; fewer only at the end of what is stored."""
        ...


class UploadBytes(Protocol):
    """The part of the byte store that conversion uses."""

    def reader(self, upload_id: str) -> AbstractContextManager[ByteReader]:
        """Open an upload for reading."""
        ...

    def local_file(self, upload_id: str, size: int) -> Path | None:
        """Return the local file that has the first `size` bytes of an upload and no others; None without one."""
        ...


@dataclass(slots=True)
class PathReader:
    """Reads a local file; a `ByteReader` for the command line."""

    path: Path
    _file: BinaryIO | None = field(default=None)

    def __enter__(self) -> Self:
        self._file = self.path.open("rb", buffering=0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def read_at(self, offset: int, size: int) -> bytes:
        """Return `size` bytes at `offset`; fewer only at the end."""
        if self._file is None:
            return b""
        self._file.seek(offset)
        return read_full(self._file, size)


@dataclass(frozen=True, slots=True)
class LocalBytes:
    """One local file as `UploadBytes`, whatever upload is asked for."""

    path: Path

    def reader(self, upload_id: str) -> PathReader:
        """Open it for reading."""
        return PathReader(self.path)

    def local_file(self, upload_id: str, size: int) -> Path | None:
        """Return it: it has ``size`` bytes."""
        return self.path


def read_full(file: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, or up to the end."""
    chunks = []
    while size > 0:
        chunk = file.read(size)
        if not chunk:
            break
        chunks.append(chunk)
        size -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


@dataclass(slots=True)
class Digest:
    """SHA-256 of an upload, fed as its bytes become durable."""

    hashed: int = 0
    _sha256: hashlib._Hash = field(default_factory=hashlib.sha256)

    def feed(self, reader: ByteReader, upto: int) -> None:
        """Hash the bytes from where it stands up to byte `upto`.

        Raises:
            BytesMissing: they are not there.
        """
        while self.hashed < upto:
            chunk = read_promised(reader, self.hashed, min(HASH_BYTES, upto - self.hashed))
            self._sha256.update(chunk)
            self.hashed += len(chunk)

    def hexdigest(self) -> str:
        """The digest of what was fed."""
        return self._sha256.hexdigest()
