"""Which files of a Delta log are needed to read some of its versions, and the deletion of the others.

A version is its entry and all before it, back to a checkpoint (the whole state in one file, made every twenty
versions) or to the first entry. So what lies before the last checkpoint can go, but for what an older version that is
kept needs. The log has gaps then, which no reader minds: it begins at a checkpoint. The newest version, to which every
reader comes first, never needs anything that goes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from parquay.storage.place import LAST_CHECKPOINT, Place

_NAME = re.compile(r"(\d{20})\.(json|crc|checkpoint\..+)")


def trim(place: Place, kept: Iterable[int]) -> int:
    """Delete the entries and checkpoints that none of the versions ``kept`` needs; return how many files that were.

    Entries from the last checkpoint on are never touched. To be called by the only writer of the table.
    """
    last = place.checkpointed()
    keys = [each.key for each in place.log.list()]
    files = [(int(found[1]), found[2], key) for key in keys if (found := _NAME.fullmatch(key))]
    checkpoints = sorted({version for version, kind, _ in files if kind.startswith("checkpoint")})
    if last not in checkpoints:
        return 0
    entries, states = needed({*kept, last}, checkpoints)
    gone = [
        key
        for version, kind, key in sorted(files)
        if version < last and version not in (states if kind.startswith("checkpoint") else entries)
    ]
    if gone:
        # What is to be read instead of entries must be there after a power cut, before these go.
        place.log.sync([key for version, kind, key in files if version == last and kind != "crc"] + [LAST_CHECKPOINT])
    place.log.delete(gone)
    return len(gone)


def needed(kept: Iterable[int], checkpoints: list[int]) -> tuple[set[int], set[int]]:
    """The entries and the checkpoints that are needed to read the versions ``kept``. Pure.

    The first entry always is: it tells the rows of the parts that a conversion made. An entry also says who made its
    version, so that of a version which is kept stays.
    """
    entries, states = {0}, set()
    for version in kept:
        at = bisect_right(checkpoints, version)
        start = checkpoints[at - 1] if at else -1
        entries.update(range(start + 1, version + 1), [version])
        states.update([start] if at else [])
    return entries, states
