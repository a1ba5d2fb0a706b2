"""Row ids of a part as runs: `((first, count), …)`, in the order of its rows, apart.

A part that a conversion wrote has one run. A deleted row splits a run, an updated one changes nothing, a new row gets
an id above every earlier one. So the ids of a table ascend with its rows, and a row is found by bisection - but for a
reject that was mended: it stands where it belongs, and its id is a new one all the same.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

RowIdRanges = tuple[tuple[int, int], ...]
"""First id and number of ids, again and again."""


def count(runs: RowIdRanges) -> int:
    """How many rows the runs name."""
    return sum(length for _, length in runs)


def starts(runs: RowIdRanges) -> list[int]:
    """The row at which each run begins, and behind the last one the number of rows."""
    return list(accumulate((length for _, length in runs), initial=0))


def id_at(runs: RowIdRanges, begins: Sequence[int], row: int) -> int:
    """The id of row `row`, from 0; `begins` are the `starts` of `runs`."""
    at = bisect_right(begins, row) - 1
    return runs[at][0] + row - begins[at]


def row_of(runs: RowIdRanges, begins: Sequence[int], rid: int) -> int | None:
    """The row that has the id `rid`, found by bisection in runs that ascend; None when none is found."""
    at = bisect_right(runs, rid, key=lambda run: run[0]) - 1
    if at < 0:
        return None
    first, length = runs[at]
    return begins[at] + rid - first if rid < first + length else None


def without(runs: RowIdRanges, gone: Iterable[int]) -> RowIdRanges:
    """The runs that are left when the ids `gone` (in the order of the rows, each of them there) are deleted."""
    left: list[tuple[int, int]] = []
    rest = iter(gone)
    rid = next(rest, None)
    for run_first, length in runs:
        first, end = run_first, run_first + length
        while rid is not None and first <= rid < end:
            if rid > first:
                left.append((first, rid - first))
            first = rid + 1
            rid = next(rest, None)
        if first < end:
            left.append((first, end - first))
    return tuple(left)


def is_ascending(runs: RowIdRanges) -> bool:
    """Whether each run has higher ids than the one before it."""
    return all(first + length <= following for (first, length), (following, _) in pairwise(runs))


def seek(runs: RowIdRanges, begins: Sequence[int], rid: int) -> int | None:
    """The row that has the id `rid`, in runs of any order; None when none has."""
    for (first, length), begin in zip(runs, begins, strict=False):
        if first <= rid < first + length:
            return begin + rid - first
    return None


def put(runs: RowIdRanges, row: int, new: RowIdRanges) -> RowIdRanges:
    """The runs with those of new rows before row `row`; behind the last one where there is no such row."""
    before: list[tuple[int, int]] = []
    behind: list[tuple[int, int]] = []
    for (first, length), begin in zip(runs, starts(runs), strict=False):
        cut = min(max(row - begin, 0), length)
        before += [(first, cut)] if cut else []
        behind += [(first + cut, length - cut)] if cut < length else []
    return (*before, *new, *behind)


def last_below(runs: RowIdRanges, low: int, high: int) -> tuple[int, int] | None:
    """The highest id from `low` to before `high`, and the row that has it; None when there is none."""
    found = None
    for (first, length), begin in zip(runs, starts(runs), strict=False):
        rid = min(first + length, high) - 1
        if rid >= max(first, low) and (found is None or rid > found[0]):
            found = rid, begin + rid - first
    return found


def joined(one: RowIdRanges, other: RowIdRanges) -> RowIdRanges:
    """The runs of rows that stand behind others; all ids of `other` are above those of `one`."""
    if one and other and sum(one[-1]) == other[0][0]:
        return (*one[:-1], (one[-1][0], one[-1][1] + other[0][1]), *other[1:])
    return one + other


def to_text(runs: RowIdRanges) -> str:
    """The runs as a part carries them in its footer."""
    return json.dumps(runs, separators=(",", ":"))


def from_text(text: str | bytes) -> RowIdRanges:
    """The inverse of `to_text`."""
    return tuple((int(first), int(length)) for first, length in json.loads(text))
