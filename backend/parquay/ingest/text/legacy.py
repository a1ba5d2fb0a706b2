"""Which of the encodings that extend ASCII a text has: the one in which its words look like those of a language.

Each encoding is tried with the languages that it was made for. What counts is how usual the letters beyond ASCII are
in such a language, that no word is of two scripts, and that capitals stand where capitals stand. Of encodings whose
letters are two bytes, the share of usual letters counts. Where no byte is a letter, only signs in their places, it is
Windows' Western encoding. None of it is certain; who reads a file so says it with a
warning.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

from parquay.ingest.text import windows_1252

WORDS = 4000
"""Words with letters beyond ASCII that are looked at."""
SURE = 0.9
"""The most that a guess can be."""
SIGNS_ONLY = 0.6
"""How sure the encoding of a text is that has no letters beyond ASCII, only signs."""
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_FIELD = re.compile(rb"[^,;\t\r\n\" ]*[\x80-\xff][^,;\t\r\n\" ]*")
"""A word with its ASCII bytes, any of which may be half of a letter."""
_ODD_SIGN = re.compile("[©®±²³§][a-zà-ž]")
_SIGN = re.compile(
    "[\u20ac\u2018-\u201e\u2020-\u2022\u2013\u2014\u2026\u2122\u00a0\u00a3\u00a7\u00a9\u00ab\u00ae\u00b0-\u00b3\u00b5\u00b7\u00bb-\u00be\u00d7]"
)
"""Signs of many encodings that say nothing about the language."""
_LATIN = {
    "western": ("äöüßéèêëïàâáãåçíñóôøæúÄÖÜÉÅØ", "îìòõœùûÿýÀÁÂÃÆÇÈÊÍÎÑÓÔÕŒÚ"),
    "polish": ("ąćęłńóśźżŁŚŻ", "ĄĆĘŃÓŹ"),
    "czech": ("áčďéěíňóřšťúůýžČŘŠŽ", "ľĺŕôäÁĎÉĚÍŇÓŤÚÝĽ"),
    "hungarian": ("áéíóöőúüűÁÉÖŐ", "ÍÓÚÜŰ"),
    "romanian": ("ăâîșțşţȘȚŞŢ", "ĂÂÎ"),
    "south slavic": ("čćđšžČĆĐŠŽ", ""),
    "turkish": ("çğıöşüİŞÇÖÜ", "âîûĞ"),
    "baltic": ("āčēģīķļņšūžąęėįųūõäöüŠŽČ", "ĀĒĢĪĶĻŅŪĄĘĖĮŲÕÄÖÜ"),
}
"""Of each language the usual letters beyond ASCII, and the others."""
_OTHERS = {
    "cyrillic": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэіфїъёєўґђјљњћџ",
    "greek": "αοιετσνηυρπκμλςωίόάήγέδχύθώφβξζψϊϋΐΰ",
    "hebrew": "יוהלארבתשמנםכדעחקפטגצסןזךףץ",
    "arabic": "المنيتروبهسعدكحفقجشةصطخىزضذثغءئظأإآؤپچژگ",
    "thai": "านรกงอมยเลวดทสตะิี่้ปบคหแจพชขใไโัำ็์ุูผซถธศณฟฉภญฐษฝฎฒฬฮฌฏฆึืฯๆ๊๋",
}
"""Letters of each script, the most usual first."""
_LANGUAGES = {
    "cp1252": ("western",),
    "cp1250": ("polish", "czech", "hungarian", "romanian", "south slavic"),
    "cp1251": ("cyrillic",),
    "cp1253": ("greek",),
    "cp1254": ("turkish",),
    "cp1255": ("hebrew",),
    "cp1256": ("arabic",),
    "cp1257": ("baltic",),
    "koi8_u": ("cyrillic",),
    "cp866": ("cyrillic",),
    "iso8859_5": ("cyrillic",),
    "mac_cyrillic": ("cyrillic",),
    "iso8859_2": ("polish", "czech", "hungarian", "romanian", "south slavic"),
    "iso8859_7": ("greek",),
    "iso8859_15": ("western",),
    "cp850": ("western",),
    "cp852": ("polish", "czech", "hungarian", "south slavic"),
    "cp857": ("turkish",),
    "mac_roman": ("western",),
    "mac_latin2": ("polish", "czech", "hungarian"),
    "cp874": ("thai",),
}
"""Encodings in the order in which they win where they read the text alike."""
_PAIRS = {
    "cp949": re.compile("[가-힣]"),
    "gb18030": re.compile("[一-龥\u3000-\u303f\uff00-\uff60“”]"),
    "big5": re.compile("[一-龥\u3000-\u303f\uff00-\uff60]"),
    "cp932": re.compile("[ぁ-ヶー一-龥、。・「」々]"),
    "euc_jp": re.compile("[ぁ-ヶー一-龥、。・「」々]"),
}
"""Encodings whose letters are two bytes, and the letters that texts in them consist of."""
_KANA = re.compile("[ぁ-ヶ]")


def guess(sample: bytes) -> tuple[str, float]:
    """The most likely encoding of bytes that are no UTF-8, and how sure that is (0 to 1)."""
    if windows_1252.are_signs(sample):
        return windows_1252.codec_of(sample), SIGNS_ONLY
    words, fields = (_words(sample, pattern) for pattern in (_WORD, _FIELD))
    scores = {name: _score(words, name) for name in _LANGUAGES}
    scores |= {name: _score_of_pairs(fields, name) for name in _PAIRS}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] <= 0:
        # In Latin-1 every byte is a letter.
        return "iso8859_1", 0.3
    return best, round(min(SURE, max(0.3, scores[best] - 0.1)), 2)


def _words(sample: bytes, pattern: re.Pattern[bytes]) -> list[bytes]:
    found = pattern.findall(sample)[:WORDS]
    # The last may be cut in the middle of a letter.
    return found[:-1] if len(found) > 1 and sample.endswith(found[-1]) else found


def _score(words: Sequence[bytes], codec: str) -> float:
    """How much the words look like those of the languages of an encoding; 0 where they are no text in it."""
    try:
        texts = [word.decode(codec) for word in words]
    except UnicodeDecodeError:
        return 0.0
    high = [mark for text in texts for mark in text if mark > "\x7f" and not _SIGN.match(mark)]
    if not high:
        return 0.5
    latin = _LANGUAGES[codec][0] in _LATIN
    odd = sum(_odd_places(text, latin=latin) for text in texts) / len(high)
    usual = max(sum(map(weights(language).get, high, [0.0] * len(high))) for language in _LANGUAGES[codec])
    return usual / len(high) - odd


@functools.cache
def weights(language: str) -> dict[str, float]:
    """Letters of a language and how usual each is, about 1 for a text of it."""
    if language in _LATIN:
        usual, others = _LATIN[language]
        return dict.fromkeys(others, 0.8) | dict.fromkeys(usual, 1.0)
    letters = _OTHERS[language]
    found = {mark: 1.15 - 0.85 * i / len(letters) for i, mark in enumerate(letters)}
    return {mark.upper(): weight - 0.1 for mark, weight in found.items() if len(mark.upper()) == 1} | found


def _odd_places(word: str, *, latin: bool) -> float:
    """What no language does: capitals behind small letters, two scripts in a word, a row of accents."""
    odd = sum(1.0 for left, right in itertools.pairwise(word) if left.islower() and right.isupper())
    high = sum(1 for mark in word if mark > "\x7f" and not _SIGN.match(mark))
    if not latin:
        return odd + high * (high < len(word) and any(mark.isascii() for mark in word))
    runs = re.findall("[^\x00-\x7f]{3,}", word)
    return odd + sum(map(len, runs)) + len(_ODD_SIGN.findall(word))


def _score_of_pairs(fields: Sequence[bytes], codec: str) -> float:
    """The share of usual letters where every letter is two bytes; 0 where the bytes are no text of that encoding."""
    try:
        text = b" ".join(fields).decode(codec)
    except UnicodeDecodeError:
        return 0.0
    high = [mark for mark in text if mark > "\x7f"]
    if not high:
        return 0.0
    usual = sum(1 for mark in high if _PAIRS[codec].match(mark)) / len(high)
    kana = sum(1 for mark in high if _KANA.match(mark)) / len(high)
    if codec in ("cp932", "euc_jp"):
        # Japanese has kana between its signs, which no other language has.
        return usual * (0.9 + 0.2 * min(1.0, 4 * kana))
    return usual * (1 - kana) * _first_level(text, codec)


def _first_level(text: str, codec: str) -> float:
    """The share of letters that stand where an encoding has its usual ones."""
    first, last = {"cp949": (0xB0, 0xC8), "gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}[codec]
    leads = [ord(letter.encode(codec)[:1]) for letter in text if letter > "\x7f"]
    share = sum(first <= lead <= last for lead in leads) / len(leads)
    # The usual letters of Korean are the first half of those of Chinese: who never uses the other half is no Chinese.
    return share * 0.9 if codec == "gb18030" and all(lead <= 0xC8 for lead in leads) else share
