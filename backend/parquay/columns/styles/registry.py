"""The styles that there are. Pure: no Arrow."""

from __future__ import annotations

from functools import lru_cache

from parquay.columns.styles import amounts, durations, exponents, patterns, quarters, uuids, weeks, words
from parquay.columns.styles.base import CellStyle


@lru_cache(maxsize=1024)
def style_named(name: str) -> CellStyle | None:
    """The style of a name; None: there is none."""
    if (ids := uuids.style_named(name) or durations.style_named(name)) is not None:
        return ids
    by_words = words.style_named(name) or weeks.style_named(name) or quarters.style_named(name)
    return by_words or patterns.style_named(name) or exponents.style_named(name) or amounts.style_named(name)
