"""Which of the encodings that extend ASCII a text has: the one in which its words look like those of a language.

Each encoding is tried with the languages that it was made for. What counts is how probable its letters beyond ASCII
are in such a language, and what the words look like: capitals where capitals stand, one script in a word, consonants
beside vowels, signs between words. Of encodings whose letters are two bytes, how usual the letters are counts.
Logarithms of probabilities are added, for each byte beyond ASCII, so encodings of one and of two bytes compare.
Where no byte is a letter, only signs in their places, it is Windows' Western encoding. None of it is certain; who reads
a file so says it with a warning.
"""

# ruff: noqa: RUF001  letters that look alike are what this is about

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from parquay.ingest.text import languages, windows_1252

SURE = 0.9
"""The most that a guess can be."""
SIGNS_ONLY = 0.6
"""How sure the encoding of a text is that has no letters beyond ASCII, only signs."""
LETTERS_ENOUGH = 6000
"""Letters beyond ASCII that are looked at."""
NO_RIVAL = 20.0
"""How far behind the best an encoding is that nobody would take for it."""
_HIGH = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_FIELD = re.compile(rb"[^,;\t\r\n\" ]*[\x80-\xff][^,;\t\r\n\" ]*")
"""A word with its ASCII bytes, any of which may be half of a letter."""
_FOREIGN, _STRANGE, _USUAL_SIGN, _SIGN, _FRAME, _NOTHING = -5.0, -7.5, -4.6, -6.5, -8.0, -11.0
"""Logarithms of how probable a letter of another language of an encoding is, one of none, and signs; and no letter."""
_USUAL_SIGNS = frozenset("€‘’“”„–—…™\xa0£§©«»®°²³µ·½")
_BESIDE_WORDS = frozenset("‘’“”„–—…«»€£")
_COMMON, _ISO, _DOS, _MAC, _RARE = 0.0, -1.0, -1.5, -2.5, -4.0
_WESTERN = (
    "german french spanish portuguese italian swedish danish finnish icelandic catalan irish albanian dutch estonian"
)
_CENTRAL = "polish czech slovak hungarian romanian south_slavic german"
_CYRILLIC = "russian ukrainian bulgarian serbian macedonian belarusian"


@dataclass(frozen=True, slots=True)
class TwoBytes:
    """An encoding whose letters are two bytes.

    Attributes:
        prior: how usual it is.
        common: the language whose common letters it has.
        first, last, letters: the first bytes of its usual letters, and how many these are.
    """

    prior: float
    common: str
    first: int
    last: int
    letters: int


SINGLE: Mapping[str, tuple[float, str]] = {
    "cp1252": (_COMMON, _WESTERN),
    "cp1250": (_COMMON, _CENTRAL),
    "cp1251": (_COMMON, _CYRILLIC),
    "cp1253": (_COMMON, "greek"),
    "cp1254": (_COMMON, "turkish"),
    "cp1255": (_COMMON, "hebrew"),
    "cp1256": (_COMMON, "arabic persian"),
    "cp1257": (_COMMON, "lithuanian latvian estonian"),
    "cp1258": (_COMMON, "vietnamese"),
    "cp874": (_COMMON, "thai"),
    "koi8_r": (_COMMON, "russian bulgarian"),
    "koi8_u": (_ISO, "ukrainian"),
    "iso8859_2": (_ISO, _CENTRAL),
    "iso8859_5": (_ISO, _CYRILLIC),
    "iso8859_6": (_ISO, "arabic"),
    "iso8859_7": (_ISO, "greek"),
    "iso8859_8": (_ISO, "hebrew"),
    "iso8859_9": (_ISO, "turkish"),
    "iso8859_13": (_ISO, "lithuanian latvian estonian"),
    "iso8859_15": (_ISO, "french finnish estonian"),
    "cp850": (_DOS, _WESTERN),
    "cp852": (_DOS, _CENTRAL),
    "cp866": (_DOS, "russian bulgarian belarusian"),
    "cp1125": (_DOS, "ukrainian"),
    "cp857": (_DOS, "turkish"),
    "cp737": (_DOS, "greek"),
    "cp720": (_DOS, "arabic"),
    "cp862": (_DOS, "hebrew"),
    "cp775": (_DOS, "lithuanian latvian estonian"),
    "mac_roman": (_MAC, _WESTERN),
    "mac_cyrillic": (_MAC, "russian ukrainian bulgarian serbian macedonian"),
    "mac_latin2": (_MAC, "polish czech slovak hungarian"),
    "mac_greek": (_MAC, "greek"),
    "mac_turkish": (_MAC, "turkish"),
    "mac_croatian": (_MAC, "south_slavic"),
    "mac_romanian": (_MAC, "romanian"),
    "mac_iceland": (_MAC, "icelandic"),
    "cp855": (_RARE, _CYRILLIC),
    "cp869": (_RARE, "greek"),
    "cp860": (_RARE, "portuguese"),
    "cp861": (_RARE, "icelandic"),
    "cp863": (_RARE, "french"),
    "cp865": (_RARE, "danish swedish"),
    "iso8859_3": (_RARE, "esperanto maltese"),
    "iso8859_4": (_RARE, "lithuanian latvian estonian"),
    "iso8859_10": (_RARE, "sami"),
    "iso8859_14": (_RARE, "welsh"),
    "iso8859_16": (_RARE, "romanian polish hungarian south_slavic"),
    "kz1048": (_RARE, "kazakh"),
    "ptcp154": (_RARE, "kazakh"),
}
"""Encodings whose letters are one byte: how usual each is, and the languages that it was made for."""
PAIRS: Mapping[str, TwoBytes] = {
    "cp949": TwoBytes(_COMMON, "korean", 0xB0, 0xC8, 2350),
    "gb18030": TwoBytes(_COMMON, "chinese", 0xB0, 0xD7, 3755),
    "big5": TwoBytes(_COMMON, "traditional chinese", 0xA4, 0xC6, 5401),
    "cp932": TwoBytes(_COMMON, "japanese", 0x88, 0x97, 2965),
    "euc_jp": TwoBytes(_ISO, "japanese", 0xB0, 0xCF, 2965),
    "johab": TwoBytes(_RARE, "korean", 0x88, 0xD3, 11_172),
}
"""Encodings whose letters are two bytes."""
_KANA, _NARROW_KANA = re.compile("[ぁ-ヶー]"), re.compile("[ｦ-ﾟ]")
_PUNCTUATION = re.compile("[\u3000-\u303f\uff00-\uff60·“”]")

_SHAPES = tuple(
    (re.compile(pattern), cost)
    for pattern, cost in (
        ("(?<=[abedgh])[EDGH]|(?<=[edgh])[AB]", 2.5),  # a capital behind a small letter
        ("(?<=[A-H])[EDGH](?=[abedgh])", 1.5),  # two capitals before a small letter
        ("(?:(?<=[a-hA-H])[dD]|[dD](?=[a-hA-H]))(?<![aeAE].)(?![aeAE])", 0.8),  # a consonant beside no vowel
        ("(?<=[aeAE])[eE](?=[aeAE])", 0.5),
        ("[hH]{4,}|[gG]{3,}", 1.5),
        ("[abAB][ghGHnf]|[ghGHnf][abAB]", 2.0),  # two scripts
        ("(?<=[a-hA-Hn])[sq](?=[a-hA-Hn])", 2.0),  # a sign within a word
        ("s(?=[a-hA-Hn])", 1.0),
        ("f(?=[fn])", 2.0),
        ("(?<![ABDEGH])[DEGH]", 0.6),
        ("(?<=[ABDEGH])[DEGH]", 0.2),
    )
)
"""What words of classes of letters (`_class_of`) look like, and what each place of it costs."""


def guess(sample: bytes) -> tuple[str, float]:
    """The most likely encoding of bytes that are no UTF-8, and how sure that is (0 to 1)."""
    if windows_1252.are_signs(sample):
        return windows_1252.codec_of(sample), SIGNS_ONLY
    sample = _enough(sample)
    fields = b" ".join(_FIELD.findall(sample))
    scores = {name: _score_of_pairs(fields, name) for name in PAIRS}
    scores |= _scores(b" ".join(_WORD.findall(sample)), best=max(scores.values()))
    best = max(scores, key=lambda name: scores[name])
    return best, _confidence(sample, best, scores)


def _enough(sample: bytes) -> bytes:
    """A sample up to as many letters as are enough, without a word that may be cut."""
    count = len(_HIGH.findall(sample))
    if count > LETTERS_ENOUGH:
        sample = sample[: len(sample) * LETTERS_ENOUGH // count]
    last = max(map(sample.rfind, (b"\n", b"\r", b",", b";", b"\t", b" ")))
    return sample[: last + 1] if _HIGH.search(sample, 0, last + 1) else sample


def _confidence(sample: bytes, best: str, scores: Mapping[str, float]) -> float:
    """How sure the best is: how far behind the next one is that reads the text otherwise, and how usual its letters."""
    text = sample.decode(best, "replace")
    others = sorted(scores, key=lambda name: -scores[name])[1:6]
    margin = next((scores[best] - scores[each] for each in others if sample.decode(each, "replace") != text), NO_RIVAL)
    mean = scores[best] / max(1, len(_HIGH.findall(sample)))
    sure = (1 - 0.6 * math.exp(-margin / 4)) * min(1.0, math.exp((mean + 4.5) / 2))
    return round(min(SURE, max(0.3, sure)), 2)


def _scores(words: bytes, *, best: float) -> dict[str, float]:
    """The logarithm of how probable words are, in each encoding that may be the `best` or a rival of it.

    What words look like takes the most time to see, and never makes an encoding more probable.
    """
    counts = Counter(words.translate(None, bytes(range(128))))
    most = {name: prior + _letters_score(counts, name, spoken) for name, (prior, spoken) in SINGLE.items()}
    found: dict[str, float] = {}
    for name in sorted(most, key=lambda name: -most[name]):
        if most[name] < best - NO_RIVAL:
            break
        shape = words.translate(_classes(name)).decode("ascii")
        found[name] = most[name] - sum(cost * len(pattern.findall(shape)) for pattern, cost in _SHAPES)
        best = max(best, found[name])
    return found


def _letters_score(counts: Counter[int], codec: str, spoken: str) -> float:
    """The logarithm of how probable the letters of bytes are, in the best of the languages of an encoding."""
    tables = (_weights(codec, language) for language in spoken.split())
    return max(sum(count * weights[byte] for byte, count in counts.items()) for weights in tables)


@functools.cache
def _letters(codec: str) -> tuple[str, ...]:
    """The letter of each byte from 0x80 on; empty where there is none."""
    return tuple(bytes([byte]).decode(codec, "ignore") for byte in range(128, 256))


@functools.cache
def _weights(codec: str, language: str) -> dict[int, float]:
    """The logarithm of how probable each byte from 0x80 on is in texts of a language."""
    own = probabilities(language)
    foreign = frozenset().union(*(probabilities(each) for each in SINGLE[codec][1].split()))
    return {byte: _weight(mark, own, foreign) for byte, mark in enumerate(_letters(codec), 128)}


def _weight(mark: str, own: Mapping[str, float], foreign: frozenset[str]) -> float:
    if not mark or unicodedata.category(mark) == "Cc":
        return _NOTHING
    letter = mark.lower() if len(mark.lower()) == 1 else mark
    if letter in own:
        return own[letter]
    if mark.isalpha():
        return _FOREIGN if letter in foreign else _STRANGE
    if mark in _USUAL_SIGNS:
        return _USUAL_SIGN
    return _FRAME if "\u2500" <= mark <= "\u25ff" else _SIGN


@functools.cache
def probabilities(language: str) -> dict[str, float]:
    """The logarithm of how probable each letter beyond ASCII is among those of a language's texts."""
    if language in languages.LATIN:
        shares = {mark: 1 / (i + 1.5) for i, mark in enumerate(languages.LATIN[language])}
    else:
        letters = languages.CASED.get(language) or languages.PLAIN[language]
        shares = {mark: math.exp(-0.11 * i) for i, mark in enumerate(letters)}
    total = sum(shares.values())
    return {mark: math.log(0.97 * share / total) for mark, share in shares.items()}


@functools.cache
def _classes(codec: str) -> bytes:
    """For `bytes.translate`: each byte as the class of its letter (`_class_of`)."""
    plain = [_class_of(chr(byte)) for byte in range(128)]
    return "".join(plain + [_class_of(mark) for mark in _letters(codec)]).encode()


def _class_of(mark: str) -> str:
    """The class of a letter: `a` for a vowel and `b` for a consonant of ASCII, and so on.

    `e` and `d` for other Latin ones, `g` and `h` for Greek and Cyrillic ones; all of these are capitals for capitals.
    `n` for letters of scripts without capitals (`f` for those at the end of words), `q` for signs that stand beside
    words, `s` for others, and a point for what stands between words.
    """
    if mark in ("", "’", "\xa0", "\xad") or (mark.isascii() and not mark.isalpha()):
        return "."
    if not mark.isalpha():
        return "n" if unicodedata.category(mark).startswith("M") else "q" if mark in _BESIDE_WORDS else "s"
    latin = unicodedata.name(mark, "").startswith("LATIN")
    if not latin and mark.lower() == mark.upper():
        return "f" if mark in languages.FINAL else "n"
    vowel = unicodedata.normalize("NFD", mark)[0].lower() in languages.VOWELS or mark.lower() in languages.VOWELS
    pair = "ab" if mark.isascii() else "ed" if latin else "gh"
    found = pair[0] if vowel else pair[1]
    return found.upper() if mark.isupper() else found


def _score_of_pairs(fields: bytes, codec: str) -> float:
    """The logarithm of how probable fields are in an encoding whose letters are two bytes."""
    counts = Counter(fields.decode(codec, "replace"))
    letters = ((mark, count) for mark, count in counts.items() if mark > "\x7f")
    return PAIRS[codec].prior + sum(count * _weight_of_pair(mark, codec) for mark, count in letters)


def _weight_of_pair(mark: str, codec: str) -> float:
    """The logarithm of how probable a letter is, for those of its bytes that are beyond ASCII."""
    if mark == "\ufffd":
        return _NOTHING
    kind, raw = PAIRS[codec], mark.encode(codec)
    japanese = kind.common == "japanese"
    common = languages.COMMON[kind.common]
    if _NARROW_KANA.match(mark):
        return math.log(0.2 / 63)
    if _KANA.match(mark):
        share = 0.45 / 90 if japanese else 1e-5
    elif mark in common:
        share = (0.4 if japanese else 0.6) / len(common)
    elif _PUNCTUATION.match(mark):
        share = 0.03 / 6
    elif len(raw) > 1 and kind.first <= raw[0] <= kind.last:
        share = (0.15 if japanese else 0.35) / kind.letters
    else:
        share = 1e-6
    return math.log(share) * len(_HIGH.findall(raw)) / 2
