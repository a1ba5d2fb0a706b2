"""Tables on stdout."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from parquay.cli.printable import printable

MOST = 1 << 24
"""Characters of the longest line."""


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print `rows` under `headings`, as wide as the terminal; to a file or a program as wide as they are."""
    table = Table(box=None)
    for heading in headings:
        table.add_column(Text(printable(heading)))
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        wide = Console(width=MOST)
        console = Console(width=Measurement.get(wide, wide.options, table).maximum)
    console.print(table)
