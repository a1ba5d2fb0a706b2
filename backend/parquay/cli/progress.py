"""Progress bars on stderr, when somebody is looking."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from parquay.cli.printable import printable


class Bar:
    """The bar of one file."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def to(self, offset: int, size: int | None = None) -> None:
        """Show that `offset` bytes are there, of `size` where that is known only now.

        The speed counts from where this run began.
        """
        self._progress.update(self._task, completed=offset, total=size)


class Bars:
    """One line for each file: name, bar, share, bytes, speed, time left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.fields[label]}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def add(self, name: str, size: int | None) -> Bar:
        """Add the bar of a file of `size` bytes, None while nobody knows."""
        return Bar(self._progress, self._progress.add_task("upload", total=size, label=printable(name)))

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._console.print(printable(line), markup=False, highlight=False, soft_wrap=True)
