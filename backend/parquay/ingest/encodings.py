"""Which encoding a file has, guessed from its first bytes.

A byte order mark decides; else valid UTF-8 is UTF-8; else the places of zero bytes tell UTF-16 and UTF-32; else it is
one of the encodings that extend ASCII, and the letters tell which.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
"""Encodings in which a comma is more than one byte."""
WITH_BACKSLASHES = frozenset({"cp932", "shift_jis", "big5", "gbk", "gb18030", "cp949", "johab"})
"""Encodings in which the byte of a backslash may be half of a letter."""
LOOKED_AT = 64 << 10
"""Bytes that are looked at."""
_LEGACY = [
    *(f"cp{number}" for number in (437, 850, 866, 932, 949, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257)),
    *("big5", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "koi8_r", "koi8_u", "mac_roman", "shift_jis", "tis_620"),
]
_MARKS_OF_TEXT = "\u20ac\u2018-\u201e\u2020-\u2022\u2013\u2014\u2026\u2122"
_WESTERN = re.compile(f"[\u00a0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d{_MARKS_OF_TEXT}]")
_CONTROLS = bytes({*range(32), 127} - {9, 10, 11, 12, 13, 27, 26, 28, 29, 30, 31, 1, 2})


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name, how sure it is (0 to 1), and the bytes of the mark before the text."""

    name: str
    confidence: float
    mark: int = 0


def detect(sample: bytes, *, complete: bool, told: str | None = None) -> Encoding | None:
    """Guess the encoding of a file from its first bytes; None when they are no text.

    `complete`: there are no more bytes. `told`: the caller's word for it, which only a mark can make more precise.
    """
    if told is not None:
        return _told(sample, told)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name, 1.0, len(mark))
    if wide := _unmarked_wide(sample):
        return Encoding(wide, 0.9)
    if _is_binary(sample):
        return None
    return _utf8(sample[:LOOKED_AT], cut=len(sample) > LOOKED_AT or not complete) or _legacy(sample[:LOOKED_AT])


def _told(sample: bytes, told: str) -> Encoding:
    name = codecs.lookup(told).name
    if name in ("utf-8-sig", "utf-8"):
        return Encoding("utf-8", 1.0, 3 if sample.startswith(codecs.BOM_UTF8) else 0)
    for mark, marked in _MARKS[1:]:
        if sample.startswith(mark) and marked.startswith(name):
            return Encoding(marked, 1.0, len(mark))
    return Encoding(name + "-le" if name in ("utf-16", "utf-32") else name, 1.0)


def _unmarked_wide(sample: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the zero bytes of its ASCII letters stand in fixed places."""
    units = len(sample) // 4
    if units < 2 or sample.count(0) * 4 < len(sample):
        return ""
    zeros = [sample[place : units * 4 : 4].count(0) / units for place in range(4)]
    for name, empty, full in (
        ("utf-32-le", (1, 2, 3), (0,)),
        ("utf-32-be", (0, 1, 2), (3,)),
        ("utf-16-le", (1, 3), (0, 2)),
        ("utf-16-be", (0, 2), (1, 3)),
    ):
        if all(zeros[i] > 0.7 for i in empty) and all(zeros[i] < 0.1 for i in full):
            return name
    return ""


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > 8 and controls * 20 > len(sample)


def _utf8(sample: bytes, *, cut: bool) -> Encoding | None:
    text = sample.decode("utf-8", "surrogateescape")
    if cut:
        text = text.rstrip("".join(map(chr, range(0xDC80, 0xDD00)))) if len(text) > 4 else text
    bad = sum(1 for mark in text if "\udc80" <= mark <= "\udcff") if not text.isascii() else 0
    if not bad:
        return Encoding("utf-8", 1.0)
    good = sum(1 for mark in text if mark > "\x7f") - bad
    return Encoding("utf-8", round(good / (good + bad), 2)) if good > 10 * bad else None


def _legacy(sample: bytes) -> Encoding:
    if _looks_western(sample):
        return Encoding("cp1252", 0.8)
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_LEGACY).best()
    if best is None:
        return Encoding("cp1252", 0.3)
    return Encoding(codecs.lookup(best.encoding).name, round(max(0.3, 0.9 - best.chaos), 2))


def _looks_western(sample: bytes) -> bool:
    """Single accented letters between plain ones, as Western European languages have them."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = [mark for mark in text if mark > "\x7f"]
    runs = re.findall("[^\x00-\x7f]{3,}", text)
    return all(_WESTERN.match(mark) for mark in high) and sum(map(len, runs)) * 5 <= len(high)
