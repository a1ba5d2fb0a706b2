"""Options about how a file is read, the same for `parquay convert` and `parquay upload`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from parquay.cli.failure import Failure

Said = dict[str, str | list[str] | dict[str, str] | None]
"""What was said about how a file is read, by its name there; None: nothing."""

Delimiter = Annotated[str | None, typer.Option(help="Between two fields: one character, or its name.")]
Quote = Annotated[str | None, typer.Option(help="Around fields; none: there is none.")]
Escape = Annotated[str | None, typer.Option(help="Before a quote in quotes, where it is not doubled.")]
Encoding = Annotated[str | None, typer.Option(help="Of the text, such as cp1252.")]
Header = Annotated[str | None, typer.Option(help="Rows of names; 0: the first row is data.")]
Skip = Annotated[str | None, typer.Option(help="Lines before the header.")]
Comment = Annotated[str | None, typer.Option(help="What lines start with that are no rows: one character.")]
Sheet = Annotated[str | None, typer.Option(help="The sheet of a workbook.")]
Member = Annotated[str | None, typer.Option(help="The file in an archive; all, with --out-dir: each table in it.")]
Widths = Annotated[str | None, typer.Option("--width", help="Characters of each column, such as 10,5,8.")]
JsonPath = Annotated[str | None, typer.Option("--path", help="The array of objects in JSON, such as data.items.")]
Missing = Annotated[
    list[str] | None, typer.Option(metavar="WORD", help="What means missing, such as NA, outside of texts.")
]
Types = Annotated[list[str] | None, typer.Option("--type", metavar="COL=TYPE[:STYLE]", help="What a column is.")]


def types_of(given: Sequence[str]) -> dict[str, str] | None:
    """Return what columns are to be, by name; None where nothing is said.

    Raises:
        Failure: no name or no type is given (2).
    """
    pairs = [each.rpartition("=") for each in given]
    for each, (name, _, kind) in zip(given, pairs, strict=True):
        if not name or not kind:
            raise Failure(f"--type {each}: give COL=TYPE or COL=TYPE:STYLE", 2)
    return {name: kind for name, _, kind in pairs} or None
