"""Names of columns, the same rule for every format: unique, not empty, and safe for whatever reads the table.

SQL engines and Delta tables take `Id` and `id` for one name. Some names are ours (`RESERVED`). Characters that break
lines or cannot be written as UTF-8 do not belong into a name. What is called otherwise than in the file is renaming by
`renamed`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

ROW_ID = "_rid"
"""What a row's own id is called."""
RESERVED = frozenset({ROW_ID, "file_index", "file_row_number", "__proto__"})
"""Names that no column has: the row's id, where the engine says that a row stands, and the one name that an object of
JavaScript, which JSON becomes there, does not keep as its own."""
DOTS = frozenset({"", ".", ".."})
"""Names that are none, and such as mean a folder in the address of a column, so that no request could reach it."""
NAME_LIMIT = 255
"""Characters of the longest name, before a number makes it unique."""
SHOWN = 60
"""Characters of a name that a warning shows."""
_BREAKS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def folded(name: str) -> str:
    """What two names have in common that engines take for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def cleaned(name: str, number: int) -> str:
    """`name` without what does not belong into one; by its position, `number` from 1, when nothing is left."""
    text = _BREAKS.sub(" ", name).strip() if _BREAKS.search(name) else name.strip()
    kept = text[:NAME_LIMIT].rstrip()
    return f"column{number}" if kept in DOTS else kept


def unique_names(wanted: Sequence[str]) -> tuple[str, ...]:
    """Names for the columns of a table whose names are all known; the first of several keeps its own."""
    plain = [cleaned(name, number) for number, name in enumerate(wanted, 1)]
    taken = {folded(name) for name in plain}
    seen = set(RESERVED)
    return tuple(_unique(name, seen, taken) for name in plain)


def _unique(name: str, seen: set[str], taken: Iterable[str] = frozenset()) -> str:
    """`name`, with a number if it was `seen`; no number that makes it one of those `taken`. It is seen from now on."""
    unique, number = name, 1
    while (key := folded(unique)) in seen or (unique != name and key in taken):
        number += 1
        unique = f"{name}_{number}"
    seen.add(key)
    return unique


def renamed(wanted: Sequence[str], names: Sequence[str]) -> list[str]:
    """A sentence for each column that is not called what the file calls it."""
    return [renaming(old, new) for old, new in zip(wanted, names, strict=True) if old.strip() != new]


def renaming(old: str, new: str) -> str:
    """That a column is called otherwise than in the file."""
    return f"{_shown(old)} is called {_shown(new)}"


def _shown(name: str) -> str:
    return repr(name if len(name) <= SHOWN else name[: SHOWN - 1] + "…")


class Naming:
    """Names for columns that turn up one after the other: keys of objects, each with how often it came in its object.

    The names depend on the order in which keys are met, and on nothing else.
    """

    def __init__(self, names: Iterable[str] = (), renamed: Iterable[tuple[str, int, str]] = ()) -> None:
        """`names`: those that there are. `renamed`: of these, which stand for another key: key, turn, name."""
        self._seen = set(RESERVED)
        self._names: dict[tuple[str, int], str] = {(key, turn): name for key, turn, name in renamed}
        others = set(self._names.values())
        for name in names:
            self._seen.add(folded(name))
            if name not in others:
                self._names[name, 1] = name

    def __len__(self) -> int:
        return len(self._names)

    def first(self) -> str:
        """The column that was met first; a new one when there is none."""
        return next(iter(self._names.values()), None) or self.name("")[0]

    def name(self, key: str, turn: int = 1) -> tuple[str, bool]:
        """The column for the `turn`-th value of `key` in one object, and whether it was met for the first time."""
        known = self._names.get((key, turn))
        if known is not None:
            return known, False
        name = self._names[key, turn] = _unique(cleaned(key, len(self._names) + 1), self._seen)
        return name, True
