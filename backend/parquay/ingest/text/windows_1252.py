"""Whether all bytes beyond ASCII are signs of Windows' Western encoding: `5 °C`, `3,50 €`, `“quoted”`.

A byte that is a sign there is a letter elsewhere. What tells them apart is the place: a degree stands behind a number,
a quote before a word, a letter within one. A text is one of signs when every such byte stands where its sign stands.
"""

# ruff: noqa: RUF001  the signs that Ruff takes for others are what this is about

from __future__ import annotations

import re

CODEC = "cp1252"
_SOFT = "\u201c\u201d\u201e\u2018\u2019\u201a«»‹›\xa0…–—·"
"""Signs that others stand beside."""
_LETTERLIKE = "ªºµˆƒØ"
_HARD = "".join(
    mark
    for mark in bytes(range(0x80, 0x100)).decode(CODEC, "ignore")
    if mark not in _SOFT and (not mark.isalpha() or mark in _LETTERLIKE)
)
_HIGH = re.compile("[^\x00-\x7f]")
_HARD_SIGNS = re.escape(_HARD)
_BEFORE = f"(?<![A-Za-z{_HARD_SIGNS}])"
_AFTER = f"(?![A-Za-z{_HARD_SIGNS}])"
_UNIT = "[A-Z]?[kdcmnhµ]?m|in|ft|yd|mi|sec|[A-Za-y]|CO|SO|NO|[Cc]hi"
_SUFFIX = "s|t|d|m|ll|re|ve|n|S|T|D|M|LL|RE|VE"
_PLACED = re.compile(
    "|".join(
        (
            f"{_BEFORE}[kKmMtT]?[€£¥¢¤](?:k|m|bn|mn|M)?{_AFTER}",
            f"{_BEFORE}[nN]?°(?:[A-Z]{{1,3}}|[a-z]|dH|Brix|Bx|Plato|Oe|Celsius|Fahrenheit)?{_AFTER}",
            f"{_BEFORE}[A-Za-z]{{0,2}}[ºª][CFK]?{_AFTER}",
            f"{_BEFORE}(?:{_UNIT})[²³]{_AFTER}|(?<=[0-9)\\]])[¹²³]{_AFTER}",
            f"{_BEFORE}µ[A-Za-z]{{0,4}}{_AFTER}",
            f"(?<=[0-9±])[¼½¾±×]|{_BEFORE}[¼½¾×÷]{_AFTER}|{_BEFORE}±",
            f"{_BEFORE}[§¶]+{_AFTER}",
            f"{_BEFORE}[©‰•†‡¬¦¯¨´¸ˆ˜ƒØ]{_AFTER}",
            f"(?<![{_HARD_SIGNS}])[®™]{_AFTER}",
            "(?<![A-Za-z0-9])[“„‘‚«‹»›]",
            f"[“”’«‹»›]{_AFTER}",
            f"(?<=[A-Za-z])[’´](?:{_SUFFIX}){_AFTER}",
            f"{_BEFORE}(?:[A-Za-z]*(?:ll|un|qu|rd|st|tt|gl)|[A-Za-z])[’´](?=[aeiouyhAEIOUYH][A-Za-z])",
            "’n’|(?<=[OD])’(?=[A-Z])|’(?=[0-9])",
            f"{_BEFORE}[–—]|(?<=[A-Za-z])[–—](?=[A-Z])|(?<=[A-Za-z]{{3}})[–—\xa0](?=[A-Za-z]{{3}})",
            f"…{_AFTER}",
            "(?<![A-Za-z])\xa0|\xa0(?![A-Za-z])",
            f"{_BEFORE}[¿¡](?=[^\r\n¿¡]*[?!])",
            "·",
        )
    )
)
_LOOSE = re.compile("(?<=[A-Za-z])[–—\xa0]|…(?=[A-Za-z])")
"""Signs that a letter of another encoding may be as well: they count only beside others."""
_CLOSING = re.compile(f"(?:(?<=[A-Za-z.!?])“|(?<=[A-Za-z.!?,])”){_AFTER}")
_CLOSING_SINGLE = re.compile(f"(?<=[A-Za-z.!?,])(?<![A-Za-z]{{3}}s)(?<!’n)’{_AFTER}")


def are_signs(sample: bytes) -> bool:
    """Whether every byte of `sample` beyond ASCII is a sign of cp1252 in its place, and none a letter."""
    try:
        text = sample.decode(CODEC)
    except UnicodeDecodeError:
        return False
    if any(mark not in _SOFT and mark not in _HARD for mark in _HIGH.findall(text)) or not _quotes_match(text):
        return False
    rest, placed = _PLACED.subn(_ascii_of, text)
    left, loose = _LOOSE.subn("", rest)
    return left.isascii() and loose <= placed


def _ascii_of(match: re.Match[str]) -> str:
    """What was matched without its signs, so that a sign behind it still stands where it stood."""
    return _HIGH.sub("", match[0])


def _quotes_match(text: str) -> bool:
    """Whether quotes behind words have one that opens them: else they are letters at the end of words."""
    opening = len(re.findall("(?<![A-Za-z.!?])“", text)) + text.count("„")
    single = text.count("‘") + text.count("‚")
    low = text.count("„") <= text.count("“") + text.count("”") and text.count("‚") <= text.count("‘") + text.count("’")
    return low and len(_CLOSING.findall(text)) <= opening and len(_CLOSING_SINGLE.findall(text)) <= single


def codec_of(sample: bytes) -> str:
    """The encoding of a text of signs: that of Windows, or ISO's own where only its sign of the euro is a currency."""
    return "iso8859_15" if b"\xa4" in sample and not re.search(rb"[\x80-\x9f]", sample) else CODEC
