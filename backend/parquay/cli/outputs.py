"""Files that commands write where their caller says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parquay.cli.failure import Failure

Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite a file that is there.")]


def refuse_to_overwrite(target: Path | None, *, force: bool) -> None:
    """Refuse a file that is there, unless its caller says that it may go.

    Raises:
        Failure: it is there (2).
    """
    if target is not None and target.exists() and not force:
        raise Failure(f"{target}: is there already; --force overwrites it", 2)
