"""What is read of each input where all tables of an archive are wanted, each as a table of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from parquay.errors import BadInput
from parquay.ingest.text import sources
from parquay.ingest.text.byte_source import PathReader
from parquay.ingest.text.overrides import Overrides

ALL = "all"
"""As `member`: every table in the archive."""
MAX_MEMBERS = 1000
"""Most tables of one archive."""


@dataclass(frozen=True, slots=True)
class Input:
    """One table to be made.

    Attributes:
        source: the file; shown: what it is called to people, with the member behind it.
        stem: what the table is called.
        overrides: how it is read.
    """

    source: Path
    shown: Path
    stem: str
    overrides: Overrides


def inputs_of(source: Path, overrides: Overrides) -> Iterator[Input]:
    """Yield what is read of a file: itself, or each table in it.

    Raises:
        BadInput: it has no tables (``no_member``), or too many (``too_expensive``).
        BrokenArchive, TooLarge, OSError: it cannot be looked into.
    """
    if overrides.member != ALL:
        yield Input(source, source, source.stem, overrides)
        return
    with PathReader(source) as reader:
        names = sources.tables_in(reader, source.stat().st_size)
    if not names:
        raise BadInput("member: the file is no archive with tables in it.", "no_member")
    if len(names) > MAX_MEMBERS:
        raise BadInput(f"The archive has more than {MAX_MEMBERS:,} tables.", "too_expensive")
    for name in names:
        yield Input(source, source / name, PurePosixPath(name).stem, replace(overrides, member=name))
