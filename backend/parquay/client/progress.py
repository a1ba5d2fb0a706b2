"""How far an upload is, for whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Heard = Callable[[int, int | None], None]
"""Hears how many bytes were handed over, and of how many (None: nobody knows)."""


@contextmanager
def reporting(wanted: Heard | bool | None, name: str, size: int | None) -> Iterator[Callable[[int], None]]:
    """Give what to call with the bytes so far: the caller's own function, a bar (True), or nothing.

    The bar is one of the terminal or of the notebook; ``size``: bytes in all, None while nobody knows.
    """
    if callable(wanted):
        hear = wanted
        yield lambda count: hear(count, size)
    elif wanted:
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        label = TextColumn("{task.description}", markup=False)
        with Progress(label, BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn()) as bars:
            task = bars.add_task(name, total=size)
            yield lambda count: bars.update(task, completed=count)
    else:
        yield lambda _: None
