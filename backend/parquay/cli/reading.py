"""Options about how a file is read, the same for every command that has one read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from parquay.cli.failure import Failure

Said = dict[str, str | list[str] | dict[str, str] | None]
"""What was said about how a file is read, by its name there; None: nothing."""


@dataclass(frozen=True)
class OverrideOptions:
    """How a file is read, as far as it is not to be found out."""

    delimiter: Annotated[str | None, typer.Option(help="Between two fields: one character, or its name.")] = None
    quote: Annotated[str | None, typer.Option(help="Around fields; none: there is none.")] = None
    escape: Annotated[str | None, typer.Option(help="Before a quote in quotes, where it is not doubled.")] = None
    encoding: Annotated[str | None, typer.Option(help="Of the text, such as cp1252.")] = None
    header: Annotated[str | None, typer.Option(help="Rows of names; 0: the first row is data.")] = None
    skip: Annotated[str | None, typer.Option(help="Lines before the header.")] = None
    comment: Annotated[str | None, typer.Option(help="What lines start with that are no rows: one character.")] = None
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None
    member: Annotated[
        str | None, typer.Option(help="The file in an archive; all, with --out-dir: each table in it.")
    ] = None
    path: Annotated[str | None, typer.Option(help="The array of objects in JSON, such as data.items.")] = None
    width: Annotated[str | None, typer.Option(help="Characters of each column, such as 10,5,8.")] = None
    missing: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="What means missing, such as NA, outside of texts.")
    ] = None
    type_: Annotated[list[str] | None, typer.Option("--type", metavar="COL=TYPE[:STYLE]", help="What a column is.")] = (
        None
    )

    def said(self) -> Said:
        """Return what was said, by its name on a server.

        Raises:
            Failure: no name or no type of a column is given (2).
        """
        alike = {name: value for name, value in vars(self).items() if name not in {"width", "type_"}}
        return {
            **alike,
            "widths": self.width,
            "missing": self.missing or None,
            "types": types_of(self.type_ or ()),
        }


def types_of(given: Sequence[str]) -> dict[str, str] | None:
    """Return what columns are to be, by name; None where nothing is said.

    Raises:
        Failure: no name or no type is given, or several for one column (2).
    """
    pairs = [each.rpartition("=") for each in given]
    for each, (name, _, kind) in zip(given, pairs, strict=True):
        if not name or not kind:
            raise Failure(f"--type {each}: give COL=TYPE or COL=TYPE:STYLE", 2)
    wanted = {name: kind for name, _, kind in pairs}
    if twice := [name for name, _, kind in pairs if wanted[name] != kind]:
        raise Failure(f"--type: the column {twice[0]!r} is given several types", 2)
    return wanted or None
