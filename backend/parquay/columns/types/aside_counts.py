"""How much is kept aside of columns, counted over all rows of a version. Pure: no Arrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

COUNTS = "asides"
"""Key of the counts in a commit of the log."""
MISSING, MISFITS, RESPELT = "missing", "misfits", "respelt"
"""Keys of them in a column as the catalog keeps it, each only where there are any."""


@dataclass(frozen=True, slots=True)
class AsideCounts:
    """How often which word for missing stands in a column, and how many cells did not fit its type.

    `respelt` counts values that stood there in another way than the column would write them.
    """

    words: Mapping[str, int] = field(default_factory=dict)
    misfits: int = 0
    respelt: int = 0

    def plus(self, other: AsideCounts, sign: int = 1) -> AsideCounts:
        """With what `other` counts, or without it (`sign` -1)."""
        words = Counter(dict(self.words))
        for word, count in other.words.items():
            words[word] += sign * count
        left = {word: words[word] for word in sorted(words) if words[word]}
        return AsideCounts(left, self.misfits + sign * other.misfits, self.respelt + sign * other.respelt)

    def to_json(self) -> dict[str, Any]:
        """As the catalog and the log keep it."""
        return {"words": dict(self.words), MISFITS: self.misfits} | ({RESPELT: self.respelt} if self.respelt else {})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AsideCounts:
        """The inverse of `to_json`."""
        return cls(dict(value["words"]), int(value[MISFITS]), int(value.get(RESPELT, 0)))


ByColumn = Mapping[str, AsideCounts]
"""Of the columns of which something is kept aside."""


def total(pieces: Iterable[tuple[int, ByColumn | None]]) -> ByColumn:
    """The sum of counts, each with its sign; None counts nothing."""
    found: dict[str, AsideCounts] = {}
    for sign, piece in pieces:
        for name, each in (piece or {}).items():
            found[name] = found.get(name, AsideCounts()).plus(each, sign)
    return {name: each for name, each in found.items() if each != AsideCounts()}


def with_counts(columns: Iterable[Mapping[str, Any]], found: ByColumn) -> list[dict[str, Any]]:
    """Columns as the catalog keeps them, with how much is kept aside of each."""
    bare = [{key: value for key, value in each.items() if key not in (MISSING, MISFITS, RESPELT)} for each in columns]
    return [each | _keys(found.get(each["name"], AsideCounts())) for each in bare]


def _keys(counts: AsideCounts) -> dict[str, Any]:
    found = {MISSING: dict(counts.words), MISFITS: counts.misfits, RESPELT: counts.respelt}
    return {key: value for key, value in found.items() if value}


def counts_of(columns: Iterable[Mapping[str, Any]]) -> ByColumn:
    """How much is kept aside of columns as the catalog keeps them; the inverse of `with_counts`."""
    found = {
        each["name"]: AsideCounts(each.get(MISSING, {}), each.get(MISFITS, 0), each.get(RESPELT, 0)) for each in columns
    }
    return {name: each for name, each in found.items() if each != AsideCounts()}


def counts_json(found: ByColumn) -> dict[str, Any]:
    """Counts as the log keeps them."""
    return {name: each.to_json() for name, each in found.items()}


def counts_from_json(value: Mapping[str, Any]) -> ByColumn:
    """The inverse of `counts_json`."""
    return {name: AsideCounts.from_json(each) for name, each in value.items()}
