"""Tables on stdout."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

PIPED_WIDTH = 400
"""Characters of a line that goes to a file or a program: nothing is cut."""


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print `rows` under `headings`, as wide as the terminal."""
    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*map(escape, row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    console.print(table)
