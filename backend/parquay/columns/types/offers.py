"""What a column of text could be: types that most of its cells fit, to be taken when somebody says so.

A column stays text where it is not sure what it is: a day and a month may be either, or a few cells fit nothing. A
sample says which types are worth counting; counted is every cell. What looks like a name for a thing (a number with
leading zeros) is offered to nobody. Nothing here changes a column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.styles.amounts import OPEN
from parquay.columns.types import candidates, registry
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.conversion import convert
from parquay.columns.types.missing_words import MISFIT, WORDS, is_word
from parquay.columns.types.styled import MARK
from parquay.columns.types.wanted_types import TypeWish, chosen

MIN_SHARE = 0.8
"""Of the cells that are there, and no word for missing, so many must fit."""
MAX_SAMPLED, MAX_CHARS = 40, 80
"""Different cells of a sample that are looked at, and characters of the longest that may have a type."""
MAX_EXAMPLES, EXAMPLE_CHARS = 5, 100
"""Cells that do not fit which an offer shows, and characters of each."""
_LEADING_ZERO = r"^[-+]?0[0-9]"
_VALUE = re.compile(r"\d|true|false", re.IGNORECASE)
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?"
_OUTLINES = {
    "decimal": re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII),
    "double": re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?|-?\.\d+|-?\d(?:\.\d+)?[eE][-+]\d{1,3}", re.ASCII),
    "timestamptz": re.compile(rf"\d{{4}}-\d\d-\d\d[ T]{_CLOCK}(?:Z|[-+]\d\d(?::?\d\d)?)", re.ASCII),
    "timestamp": re.compile(rf"\d{{4}}-\d\d-\d\d(?:[ T]{_CLOCK})?", re.ASCII),
}
"""Types whose values may be written in several ways in one column, each exactly, and what their cells look like."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A type that a column of text could have: how many of its cells fit, how many do not, and some of these."""

    column_type: ColumnType
    fits: int
    misses: int
    examples: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As callers see it."""
        name, style = self.column_type.name, self.column_type.style.rstrip(OPEN)
        counts = {"fits": self.fits, "misses": self.misses, "examples": list(self.examples)}
        return {"type": name, "style": style, **counts}


def likely_types(sample: Iterable[str | None], named: Collection[str] = ()) -> tuple[ColumnType, ...]:
    """The types that most cells of a sample fit: several where they are read in several ways.

    ``named``: further words for missing.
    """
    counted = Counter(text for text in sample if text is not None and not is_word(text, named))
    cells = list(counted)[:: -(-len(counted) // MAX_SAMPLED) or 1]
    enough = MIN_SHARE * sum(counted[text] for text in cells)
    likely = [text for text in cells if len(text) <= MAX_CHARS and _VALUE.search(text)]
    if not likely or sum(counted[text] for text in likely) < enough:
        return ()
    groups: list[tuple[TypeCandidates, int]] = []
    for text in likely:
        _add(groups, candidates.examine(pa.array([text], pa.string())) or {}, counted[text])
    held, count = max(groups, key=lambda group: group[1], default=({}, 0))
    if count >= enough:
        return _readings(held)
    for name, outline in _OUTLINES.items():
        if sum(counted[text] for text in likely if outline.fullmatch(text)) >= enough:
            return (chosen(TypeWish.of(name, None), likely, ()).widest(),)
    return ()


def _add(groups: list[tuple[TypeCandidates, int]], held: TypeCandidates, times: int) -> None:
    """Count a cell to the first group of cells that it may stand in one column with."""
    if not held:
        return
    for i, (known, count) in enumerate(groups):
        if joined := registry.join(known, held):
            groups[i] = joined, count + times
            return
    groups.append((held, times))


def _readings(held: TypeCandidates) -> tuple[ColumnType, ...]:
    """One type for each thing that the cells may mean."""
    if any(MARK not in key for key in held):
        return (registry.decide(held).widest(),)
    by_reading: dict[str, list[ColumnType]] = {}
    for each in held.values():
        by_reading.setdefault(each.reading, []).append(each)
    return tuple(min(found, key=registry.preference).closed().widest() for found in by_reading.values())


@dataclass(slots=True)
class OfferTally:
    """Counts, piece by piece, how many cells of a column fit each of some types; `named`: words for missing."""

    types: Sequence[ColumnType]
    named: Collection[str] = ()
    _fits: dict[ColumnType, int] = field(default_factory=dict)
    _misses: dict[ColumnType, int] = field(default_factory=dict)
    _examples: dict[ColumnType, list[str]] = field(default_factory=dict)
    _has_names: bool = False

    def add(self, cells: pa.StringArray) -> None:
        """Count some more cells."""
        self._has_names = self._has_names or bool(pc.any(pc.match_substring_regex(cells, _LEADING_ZERO)).as_py())
        for each in self.types:
            found = convert(cells, each, {*WORDS, *self.named})
            self._fits[each] = self._fits.get(each, 0) + found.converted
            self._misses[each] = self._misses.get(each, 0) + found.misses
            examples = self._examples.setdefault(each, [])
            if found.misses and found.asides is not None and len(examples) < MAX_EXAMPLES:
                examples += [text for text in _misfits(found.asides) if text not in examples]

    def offers(self) -> list[Offer]:
        """The types that enough of the cells fit."""
        found = []
        for each in self.types:
            fits, misses = self._fits.get(each, 0), self._misses.get(each, 0)
            is_name = self._has_names and each.sum_sql is not None
            if fits and fits >= MIN_SHARE * (fits + misses) and not is_name:
                found.append(Offer(each, fits, misses, tuple(self._examples[each][:MAX_EXAMPLES])))
        return found


def counted(
    sample: pa.Table, pieces: Callable[[list[str]], Iterable[pa.Table]], named: Collection[str] = ()
) -> dict[str, list[Offer]]:
    """The offers for columns of text, of which ``sample`` has some rows; ``pieces`` yields all rows of some of them.

    ``named``: further words for missing.
    """
    likely = {name: likely_types(sample[name].to_pylist(), named) for name in sample.column_names}
    tallies = {name: OfferTally(types, named) for name, types in likely.items() if types}
    for table in pieces(list(tallies)) if tallies else ():
        for name, tally in tallies.items():
            for chunk in table[name].chunks:
                tally.add(chunk)
    return {name: tally.offers() for name, tally in tallies.items()}


def _misfits(asides: pa.StringArray) -> list[str]:
    """The first different cells that do not fit, cut."""
    misfits = asides.filter(pc.starts_with(asides, MISFIT)).unique().slice(0, MAX_EXAMPLES)
    return [text[1 : EXAMPLE_CHARS + 1] for text in misfits.to_pylist()]
