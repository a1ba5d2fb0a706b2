"""Which encoding a file has, guessed from its first bytes.

A byte order mark decides; else valid UTF-8 is UTF-8; else the places of zero bytes tell UTF-16 and UTF-32; else it is
one of the encodings that extend ASCII, and the letters tell which.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from parquay.ingest.text import split
from parquay.ingest.text.warnings import FileWarning

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SHIFTED = {
    "iso2022_jp": re.compile(rb"\x1b(?:\$[@B]|\(J)"),
    "iso2022_kr": re.compile(rb"\x1b\$\)C"),
    "hz": re.compile(rb"~\{(?:[!-}][!-~])+~\}"),
}
"""Encodings of bytes below 0x80, in which signs tell what the bytes behind them are, and these signs."""
WIDE = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", *SHIFTED})
"""Encodings in which a byte of a comma does not always mean a comma."""
WITH_BACKSLASHES = frozenset({"cp932", "shift_jis", "big5", "gbk", "gb18030", "cp949", "johab"})
"""Encodings in which the byte of a backslash may be half of a letter."""
SAMPLE_BYTES = 64 << 10
"""Bytes that are looked at."""
_NO_LETTERS = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Categories of what no text has: control characters, and places without one."""
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LATIN_UTF8 = re.compile(rb"(?:[\xc3-\xc5][\x80-\xbf])+")
_CONTROLS = bytes({*range(32), 127} - {9, 10, 11, 12, 13, 27, 26, 28, 29, 30, 31, 1, 2})

_NEVER_IN_TEXT = bytes({*range(1, 32)} - {9, 10, 13})
_FLAG = re.compile(rb"(?<![^,;\t|\n\r\"])[\x00\x01](?![^,;\t|\n\r\"])")
"""A cell that is one bit, as databases export columns of bits."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name, how sure it is (0 to 1), and the bytes of the mark before the text."""

    name: str
    confidence: float
    mark: int = 0


def detect(sample: bytes, *, complete: bool, declared: str | None = None) -> Encoding | None:
    """Guess the encoding of a file from its first bytes; None when they are no text.

    `complete`: there are no more bytes. `declared`: the caller's word for it, which only a mark can make more precise.
    """
    if declared is not None:
        return _declared(sample, declared)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name, 1.0, len(mark))
    if wide := _unmarked_wide(sample):
        return Encoding(wide, 0.9)
    if shifted := _shifted(sample[:SAMPLE_BYTES]):
        return Encoding(shifted, 0.9)
    if _is_binary(sample):
        return None
    return _utf8(sample[:SAMPLE_BYTES], cut=len(sample) > SAMPLE_BYTES or not complete) or _legacy(
        sample[:SAMPLE_BYTES]
    )


def transcoded(sample: bytes) -> Encoding | None:
    """UTF-8, which a text of a wide encoding becomes, however many of its units are no letters; None for no text."""
    return None if _is_binary(sample) else _declared(sample, "utf-8")


def _declared(sample: bytes, declared: str) -> Encoding:
    name = codecs.lookup(declared).name
    if name in ("utf-8-sig", "utf-8"):
        return Encoding("utf-8", 1.0, 3 if sample.startswith(codecs.BOM_UTF8) else 0)
    for mark, marked in _MARKS[1:]:
        if sample.startswith(mark) and marked.startswith(name):
            return Encoding(marked, 1.0, len(mark))
    return Encoding(name + "-le" if name in ("utf-16", "utf-32") else name, 1.0)


def _unmarked_wide(sample: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the zero bytes of its ASCII letters stand in fixed places."""
    units = len(sample) // 4
    zeros = sample.count(0)
    if units < 2 or not zeros:
        return ""
    shares = [sample[offset : units * 4 : 4].count(0) / units for offset in range(4)]
    for name, empty, full in (
        ("utf-32-le", (1, 2, 3), (0,)),
        ("utf-32-be", (0, 1, 2), (3,)),
        ("utf-16-le", (1, 3), (0, 2)),
        ("utf-16-be", (0, 2), (1, 3)),
    ):
        if all(shares[i] > 0.7 for i in empty) and all(shares[i] < 0.1 for i in full):
            return name
    return _wide_by_letters(sample[:SAMPLE_BYTES])


def _wide_by_letters(sample: bytes) -> str:
    """UTF-16 or UTF-32 of a script other than Latin: few of its bytes are zero, but read so it is a text of lines."""
    ascii_letters = {name: _ascii_units(sample, name) for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")}
    best = max(ascii_letters, key=lambda name: ascii_letters[name])
    return best if ascii_letters[best] and not _is_narrow(sample, best) else ""


def _is_narrow(sample: bytes, name: str) -> bool:
    """Whether a sample is better UTF-8 with zero bytes in it, though it makes letters in the wide encoding ``name``.

    In a wide text nearly every byte of a line feed is half of a line feed.
    """
    if len(sample.translate(None, _NEVER_IN_TEXT)) < len(sample):
        return False
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sample.decode(name, "replace").count("\n") * 10 < sample.count(b"\n") * 9


def _ascii_units(sample: bytes, name: str) -> int:
    """How many letters are ASCII where a sample is a text in a wide encoding; 0 where it is none.

    Text of single bytes has no zero bytes, and what is no text hardly ever makes known letters, and lines of them.
    """
    whole = sample[: len(sample) - len(sample) % (4 if "32" in name else 2)]
    if "16" in name:
        # The first half of a pair may stand at the end.
        last = whole[-1:] if name.endswith("le") else whole[-2:-1]
        whole = whole[:-2] if b"\xd8" <= last <= b"\xdb" else whole
    counts = Counter(whole.decode(name, "replace"))
    lines = counts["\n"] or counts["\r"]
    odd = sum(counts[mark] for mark in counts if mark not in "\t\n\r" and not _is_letter(mark))
    return sum(counts[mark] for mark in counts if mark.isascii()) if lines and odd * 100 <= counts.total() else 0


def _shifted(sample: bytes) -> str:
    """An encoding whose signs stand in a sample that is all below 0x80, if what is between them are letters."""
    for name, sign in SHIFTED.items() if sample.isascii() else ():
        if sign.search(sample):
            whole = sample[: max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1] or sample
            text = whole.decode(name, "replace")
            return "" if text.isascii() or "\ufffd" in text else name
    return ""


def _is_letter(mark: str) -> bool:
    return mark != "\ufffd" and unicodedata.category(mark) not in _NO_LETTERS


def _is_binary(sample: bytes) -> bool:
    text = sample.rstrip(b"\0")  # files are padded so by what copies whole blocks
    controls = len(text) - len(text.translate(None, _CONTROLS))
    if controls > 8:
        text = _FLAG.sub(b"", text)
        controls = len(text) - len(text.translate(None, _CONTROLS))
    return (controls > 8 and controls * 20 > len(text)) or (not text and len(sample) > 8)


def warnings_of(found: Encoding, text: bytes, *, line: int) -> tuple[FileWarning, ...]:
    """What there is to say about an encoding that was guessed for a `text` that starts at `line`."""
    if found.mark or found.name == "utf-8" or found.name in WIDE:
        return ()
    at = line + split.count_lines(text[: first_high(text)])
    return (FileWarning("encoding_guessed", at, 1, f"The bytes are no UTF-8; they were read as {found.name}."),)


def first_high(text: bytes) -> int:
    """Where the first byte beyond ASCII stands; behind the end where there is none."""
    match = _HIGH.search(text)
    return match.start() if match else len(text)


def detect_late(sample: bytes, *, complete: bool) -> Encoding:
    """Guess the encoding of a file of which everything before `sample` is ASCII. `complete`: it ends there."""
    return _utf8(sample, cut=not complete) or _legacy(sample)


def _utf8(sample: bytes, *, cut: bool) -> Encoding | None:
    """UTF-8, also where some bytes are none: of another encoding hardly any letters could be read so."""
    text = sample.decode("utf-8", "surrogateescape")
    if cut:
        text = text.rstrip("".join(map(chr, range(0xDC80, 0xDD00)))) if len(text) > 4 else text
    bad = sum(1 for mark in text if "\udc80" <= mark <= "\udcff") if not text.isascii() else 0
    if not bad:
        return Encoding("utf-8", 1.0)
    good = sum(1 for mark in text if mark > "\x7f") - bad
    utf8 = good > bad or _has_latin_letters(sample)
    return Encoding("utf-8", round(good / (good + bad), 2)) if utf8 else None


def _has_latin_letters(sample: bytes) -> bool:
    """Whether there are accented letters as UTF-8 writes them, and else few single bytes: no language has both."""
    runs = _HIGH_RUN.findall(sample)
    letters = sum(1 for run in runs if _LATIN_UTF8.fullmatch(run))
    return 2 * letters >= len(runs) - letters and all(len(run) == 1 or _LATIN_UTF8.fullmatch(run) for run in runs)


def _legacy(sample: bytes) -> Encoding:
    from parquay.ingest.text import legacy

    name, confidence = legacy.guess(sample)
    return Encoding(codecs.lookup(name).name, confidence)
