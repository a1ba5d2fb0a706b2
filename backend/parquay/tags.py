"""Tags of files, as one text: a comma before, between and behind them, so that a whole tag can be looked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def tags_text(tags: Iterable[str]) -> str | None:
    """The text of some tags, in their order; of two that differ in case alone the first. None: there are none."""
    kept: dict[str, str] = {}
    for tag in tags:
        kept.setdefault(tag.casefold(), tag)
    return f",{','.join(kept.values())}," if kept else None


def tags_of(text: str | None) -> list[str]:
    """The tags of a text; the inverse of `tags_text`."""
    return text.strip(",").split(",") if text else []
