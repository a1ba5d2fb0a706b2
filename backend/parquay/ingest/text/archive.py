"""The one member of an archive that holds the table, found by its name.

A ZIP archive has a directory (APPNOTE 4.3.12, 4.3.14), which stands at the end; of a tar archive, packed or not, all
headers are read. So an archive is read when its last byte is there. What operating systems put beside the files means
nothing; members that are not read are named in a warning. Of several tables none is taken for the one that is meant.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

from parquay.errors import BadInput, NoTable, TooLarge
from parquay.ingest.text import tar
from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.warnings import FileWarning, bounded
from parquay.storage.chunks import read_promised

DIRECTORY_BYTES = 32 << 20
"""Bytes of the longest directory that is read."""
MAX_NAMES = 10
"""Members that a warning or an error names."""
TABLES = frozenset({
    ".csv", ".tsv", ".tab", ".psv", ".ssv", ".txt", ".dat", ".json", ".ndjson", ".jsonl", ".geojson",
})  # fmt: skip
"""Endings of names of members that are likely tables, where there are several members."""
_JUNK = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "__macosx"})
_METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflate", zipfile.ZIP_BZIP2: "bz2"}


@dataclass(frozen=True, slots=True)
class Member:
    """The member that is read.

    Attributes:
        start, stop: where its packed bytes stand in the file; of a packed tar archive, all of the file.
        packing: `stored`, `deflate` or `bz2`; of a packed tar archive, how that is packed.
        crc: of its unpacked bytes; None where the archive has none.
        size: bytes of it, unpacked.
        before: unpacked bytes before it.
        warnings: members that are not read.
    """

    name: str
    start: int
    stop: int
    packing: str
    crc: int | None
    size: int
    before: int = 0
    warnings: tuple[FileWarning, ...] = ()


class _Named(Protocol):
    """A file in an archive."""

    @property
    def filename(self) -> str:
        """Its name there, with its folders."""
        ...


Entry = TypeVar("Entry", bound=_Named)


class _File(io.RawIOBase):
    """A stored file as Python's own reader of archives wants it."""

    def __init__(self, reader: ByteReader, size: int) -> None:
        self._reader = reader
        self._size = size
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the start")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = max(0, self._size - self._at) if size < 0 else min(size, max(0, self._size - self._at))
        if wanted > DIRECTORY_BYTES:
            raise TooLarge("The archive's directory is too long.", "too_expensive")
        found = read_promised(self._reader, self._at, wanted)
        self._at += len(found)
        return found


def members_of_zip(reader: ByteReader, size: int) -> list[zipfile.ZipInfo]:
    """The files in a ZIP archive of `size` bytes.

    Raises:
        BrokenArchive: its directory makes no sense. TooLarge: it is too long.
    """
    try:
        with zipfile.ZipFile(_File(reader, size)) as archive:
            return [each for each in archive.infolist() if not is_junk(each.filename)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise BrokenArchive(str(error)) from None


def members_of_tar(read_at: Callable[[int, int], bytes]) -> list[tar.TarMember]:
    """The files in a tar archive, of which `read_at` gives the unpacked bytes.

    Raises:
        BrokenArchive, TooLarge: see `tar.members`.
    """
    return [each for each in tar.members(read_at) if not is_junk(each.filename)]


def find_member(reader: ByteReader, size: int, wanted: str | None = None) -> Member:
    """The member to read in the archive of `size` bytes; `wanted`: its name, where the caller gave it.

    Raises:
        BrokenArchive: its directory makes no sense.
        BadInput: the member is encrypted or packed in a way that is not read (`encrypted_archive`,
            `unsupported_format`), or not there (`no_member`), or there are several tables (`several_members`);
            NoTable: it holds no file, or several of which none is likely a table.
        TooLarge: its directory is too long.
    """
    chosen, warnings = _chosen(members_of_zip(reader, size), wanted)
    _refuse_unreadable(chosen)
    start = _data_start(reader, chosen)
    stop = start + chosen.compress_size
    if stop > size:
        raise BrokenArchive("a member ends behind the archive")
    packing = _METHODS[chosen.compress_type]
    return Member(chosen.filename, start, stop, packing, chosen.CRC, chosen.file_size, warnings=warnings)


def find_in_tar(
    read_at: Callable[[int, int], bytes], size: int, packing: str = "", wanted: str | None = None
) -> Member:
    """The member to read in a tar archive, of which `read_at` gives the unpacked bytes.

    `size`: bytes of the file. `packing`: how it is packed as a whole. `wanted`: the member's name, where the caller
    gave it.

    Raises:
        BrokenArchive, TooLarge: see `tar.members`.
        BadInput: the same as of `find_member`.
    """
    chosen, warnings = _chosen(members_of_tar(read_at), wanted)
    if chosen.sparse:
        raise BadInput(f"The file {chosen.filename[:100]!r} in the archive is kept with holes.", "unsupported_format")
    if packing:
        return Member(chosen.filename, 0, size, packing, None, chosen.size, before=chosen.start, warnings=warnings)
    stop = chosen.start + chosen.size
    if stop > size:
        raise BrokenArchive("the archive ends within a file")
    return Member(chosen.filename, chosen.start, stop, "stored", None, chosen.size, warnings=warnings)


def _chosen(members: Sequence[Entry], wanted: str | None) -> tuple[Entry, tuple[FileWarning, ...]]:
    if wanted is not None:
        return _named(members, wanted), ()
    chosen = _likely(members)
    others = [each.filename for each in members if each is not chosen]
    named = bounded(_not_read(chosen.filename, others))
    return chosen, ((FileWarning("other_members", 1, len(others), named),) if others else ())


def is_junk(name: str) -> bool:
    """Whether a member is a folder, or something that an operating system put beside the files."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return name.endswith("/") or not parts or any(part.lower() in _JUNK or part.startswith("._") for part in parts)


def _named(members: Sequence[Entry], wanted: str) -> Entry:
    found = [each for each in members if each.filename == wanted][-1:]
    found = found or [each for each in members if PurePosixPath(each.filename).name == wanted]
    if len(found) != 1:
        many = "more than one file" if found else "no file"
        raise BadInput(f"There is {many} {wanted[:100]!r} in the archive.", "no_member")
    return found[0]


def tables_among(members: Sequence[Entry]) -> list[Entry]:
    """Those members that are tables by their names; a text beside tables explains them."""
    likely = [each for each in members if PurePosixPath(each.filename).suffix.lower() in TABLES]
    named = [each for each in likely if PurePosixPath(each.filename).suffix.lower() not in (".txt", ".dat")]
    return named or likely


def table_names(members: Sequence[_Named]) -> list[str]:
    """The names of `tables_among` some members, each once."""
    return list(dict.fromkeys(each.filename for each in tables_among(members)))


def _likely(members: Sequence[Entry]) -> Entry:
    if not members:
        raise NoTable("The archive holds no file.", "no_table")
    found = tables_among(members) or members
    if found is members and len(members) > 1:
        raise NoTable("The archive holds several files, none of which is a table by its name.", "no_table")
    if len(found) > 1:
        names = listed([each.filename for each in found])
        reason = f"There are {len(found)} tables in the archive; say with member which one is meant: {names}"
        raise BadInput(reason, "several_members")
    return found[0]


def _refuse_unreadable(chosen: zipfile.ZipInfo) -> None:
    if chosen.flag_bits & 1:
        raise BadInput(f"The file {chosen.filename[:100]!r} in the archive is encrypted.", "encrypted_archive")
    if chosen.compress_type not in _METHODS:
        reason = f"The archive's compression method {chosen.compress_type} is not read; use the usual one (deflate)."
        raise BadInput(reason, "unsupported_format")


def _not_read(name: str, others: Sequence[str]) -> str:
    return f"{name} is read, not {listed(others)}"


def listed(names: Sequence[str]) -> str:
    """Some of the names, for a sentence."""
    return ", ".join(names[:MAX_NAMES]) + (", …" if len(names) > MAX_NAMES else "")


def _data_start(reader: ByteReader, member: zipfile.ZipInfo) -> int:
    """Where a member's bytes start, behind its local header (APPNOTE 4.3.7)."""
    head = reader.read_at(member.header_offset, 30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise BrokenArchive("a member is not where the directory says")
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    return member.header_offset + 30 + lengths
