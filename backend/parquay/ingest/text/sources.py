"""The bytes of a file as its text: inflated and transcoded to UTF-8 on the way, as far as they have arrived.

A source is read at text offsets. Where the file is neither packed nor in a wide encoding these are its own offsets and
reading is direct. Otherwise the text is made by going through the file once; going back means starting again, which
happens only when a conversion is taken up after a crash.
"""

from __future__ import annotations

import codecs

from parquay.errors import TooLarge
from parquay.ingest.text import archive, encodings, tar
from parquay.ingest.text.archive import Member
from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.inflate import BrokenArchive, Checked, Inflater, Window, inflater_of, packing_of
from parquay.ingest.text.warnings import FileWarning
from parquay.storage.chunks import read_promised

MAX_RATIO = 250
"""Most bytes of text for a byte of packed file; no honest table packs better, every bomb does."""
FREE_BYTES = 16 << 20
"""Bytes of text that may come out of a packed file before its ratio is looked at."""
MAX_BYTES = 1 << 40
"""Most bytes of text in a packed file."""
STEP, PACKED_STEP = 1 << 20, 64 << 10
"""Bytes read at once; few of a packed file, so that its ratio is known early."""
NO_LETTER = "parquay.no_letter"
"""The name under which `codecs` knows what becomes of units that are no letter."""


def _no_letter(error: UnicodeError) -> tuple[str, int]:
    """Put what no UTF-8 is in the place of a unit that is no letter, so that its row is a reject and no other."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error(NO_LETTER, _no_letter)


class TextSource:
    """The text of one file, as far as the file has arrived."""

    def __init__(self, packing: str = "", wide: str = "", mark: int = 0, member: Member | None = None) -> None:
        """`packing`: how it is packed. `wide`: its encoding, if a comma is several bytes; `mark`: bytes of its mark.

        `member`: the one of an archive that is read.
        """
        self.packing = packing
        self.member = member
        self.wide = wide
        self._mark = mark
        self._reader: ByteReader | None = None
        self.stop = 0
        self.complete = False
        self._restart()

    def attach(self, reader: ByteReader, stop: int, *, complete: bool) -> None:
        """Read from `reader`, whose bytes below `stop` are there; `complete`: there will be no more."""
        self._reader, self.stop, self.complete = reader, stop, complete

    @property
    def warnings(self) -> tuple[FileWarning, ...]:
        """What is not read of an archive."""
        return self.member.warnings if self.member is not None else ()

    @property
    def direct(self) -> bool:
        """Whether text offsets are file offsets."""
        return not self.packing and not self.wide

    def consumed(self, text_offset: int) -> int:
        """Bytes of the file that are done when the text is done up to `text_offset`; for progress."""
        return text_offset if self.direct else min(self._read, self.stop)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return `size` bytes of text at `offset`; fewer only at the end of what has arrived.

        Raises:
            BrokenArchive, TooLarge: see `Inflater`.
            BytesMissing: bytes below `stop` are not there.
        """
        if self.direct:
            return self._raw(offset, size)
        if offset < self._start:
            self._restart()
        while self._start + len(self._text) < offset + size and self._more(offset):
            pass
        if offset > self._start:
            gone = min(offset - self._start, len(self._text))
            del self._text[:gone]
            self._start += gone
        return bytes(self._text[:size])

    def _restart(self) -> None:
        self._first = self.member.start if self.member is not None else 0
        self._read = self._first if self.packing else self._mark
        self._start = 0
        self._made = 0
        self._text = bytearray()
        self._inflater = self._unpacker()
        self._decoder = codecs.getincrementaldecoder(self.wide)(NO_LETTER) if self.wide else None
        self._to_skip = self._mark if self.packing else 0
        self._closed = False

    def _unpacker(self) -> Inflater | None:
        if self.member is None:
            return inflater_of(self.packing) if self.packing else None
        if self.member.crc is None:
            return Window(inflater_of(self.packing), self.member.before, self.member.size)
        return Checked(inflater_of(self.packing), self.member.size, self.member.crc)

    def _raw(self, offset: int, size: int) -> bytes:
        if self._reader is None:
            return b""
        stop = self.stop if self.member is None else min(self.stop, self.member.stop)
        return read_promised(self._reader, offset, max(0, min(size, stop - offset)))

    def _more(self, wanted: int) -> bool:
        """Make some more text; False when there is none now."""
        waits = self._inflater is not None and self._inflater.waits
        chunk = b"" if waits else self._raw(self._read, PACKED_STEP if self._inflater else STEP)
        self._read += len(chunk)
        if not chunk and not waits:
            return self._end()
        text = self._inflated(self._inflater, chunk) if self._inflater else chunk
        self._append(text)
        gone = min(max(0, wanted - self._start), len(self._text))
        if gone > 8 * STEP:
            del self._text[:gone]
            self._start += gone
        return True

    def _inflated(self, inflater: Inflater, chunk: bytes) -> bytes:
        text = inflater.inflate(chunk, 8 * STEP)
        self._made += len(text)
        if (self._made > FREE_BYTES and self._made > MAX_RATIO * (self._read - self._first)) or self._made > MAX_BYTES:
            raise TooLarge("The file unpacks to far more bytes than a table would.", "too_expanded")
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        return text

    def _append(self, text: bytes, *, final: bool = False) -> None:
        made = text if self._decoder is None else self._decoder.decode(text, final).encode("utf-8", "surrogatepass")
        self._text += made

    def _end(self) -> bool:
        if self.complete and not self._closed:
            self._closed = True
            if self._inflater is not None and self._inflater.unfinished:
                raise BrokenArchive("the packed file ends too early")
            if self._decoder is not None:
                self._append(b"", final=True)
                return True
        return False


def archive_of(reader: ByteReader, stop: int, *, complete: bool) -> tuple[str, str]:
    """Which archive a file is (`zip`, `tar` or none, as far as what there is tells), and how it is packed as a whole.

    Raises:
        BrokenArchive, TooLarge: see `Inflater`.
    """
    head = read_promised(reader, 0, min(tar.BLOCK_BYTES, stop))
    packing = packing_of(head)
    if packing == "zip":
        return "zip", ""
    if packing:
        head = _unpacked(reader, stop, packing, complete=complete).read_at(0, tar.BLOCK_BYTES)
    return "tar" if tar.is_tar(head) else "", packing


def _unpacked(reader: ByteReader, stop: int, packing: str, *, complete: bool) -> TextSource:
    source = TextSource(packing)
    source.attach(reader, stop, complete=complete)
    return source


def _member(reader: ByteReader, stop: int, kind: str, packing: str, wanted: str | None) -> Member | None:
    if kind == "zip":
        return archive.find_member(reader, stop, wanted)
    if kind == "tar":
        return archive.find_in_tar(_unpacked(reader, stop, packing, complete=True).read_at, stop, packing, wanted)
    return None


def tables_in(reader: ByteReader, stop: int) -> list[str]:
    """The names of the tables in an archive; none where the file is no archive.

    Raises:
        BrokenArchive, TooLarge: see `archive`.
    """
    kind, packing = archive_of(reader, stop, complete=True)
    if kind == "zip":
        return archive.table_names(archive.members_of_zip(reader, stop))
    if kind == "tar":
        read_at = _unpacked(reader, stop, packing, complete=True).read_at
        return archive.table_names(archive.members_of_tar(read_at))
    return []


def open_source(
    reader: ByteReader, stop: int, *, complete: bool, declared: str | None = None, wanted: str | None = None
) -> TextSource:
    """Find out how a file is packed and whether its encoding is wide, from its first bytes.

    `declared`: its encoding; `wanted`: the file of an archive that is to be read.

    Needs `sniff.SAMPLE_BYTES` of the file, or all of it; of an archive all of it.

    Raises:
        BrokenArchive, TooLarge: see `Inflater`.
        BadInput: see `archive.find_member`, `archive.find_in_tar`.
    """
    kind, packing = archive_of(reader, stop, complete=complete)
    member = _member(reader, stop, kind, packing, wanted)
    packing = packing if member is None else member.packing
    source = TextSource(packing, member=member)
    source.attach(reader, stop, complete=complete)
    sample = source.read_at(0, encodings.SAMPLE_BYTES)
    found = encodings.detect(sample, complete=complete and len(sample) < encodings.SAMPLE_BYTES, declared=declared)
    if found is None or found.name not in encodings.WIDE:
        return source
    wide = TextSource(packing, found.name, found.mark, member)
    wide.attach(reader, stop, complete=complete)
    return wide
