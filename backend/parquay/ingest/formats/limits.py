"""What the child process may use, and how it says no."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 600
OUTPUT_BYTES = 64 << 30
"""Limits of the process."""


enough_rows = 0
"""Rows of a file that are enough for whoever asks; 0: all of them are wanted."""
stopped = False
"""Whether `bounded` left rows out."""


class ReadRows(Protocol):
    """Rows that are read at once."""

    @property
    def num_rows(self) -> int:
        """How many there are."""
        ...


Rows = TypeVar("Rows", bound=ReadRows)


def bounded(batches: Iterable[Rows]) -> Iterator[Rows]:
    """The batches, up to the one with which there are rows enough."""
    global stopped  # noqa: PLW0603 (the process reads one file)
    rows = 0
    for batch in batches:
        if 0 < enough_rows <= rows:
            stopped = True
            return
        rows += batch.num_rows
        yield batch


class Refused(Exception):
    """The file cannot be read. `args`: a code and a message."""


def limit() -> None:
    """Bind this process to the limits."""
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
