"""A conversion made once more, beside the catalog: the same rows in the same order, to put back what was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.migrate import upgrade
from parquay.catalog.segments import NewReject, Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, NewFile
from parquay.catalog.users import Users
from parquay.columns.parquet.parts import Types
from parquay.ingest.convert.division import Division
from parquay.ingest.convert.finish import part_groups
from parquay.ingest.convert.incremental import IncrementalConverter
from parquay.ingest.convert.pipeline import JobLost
from parquay.ingest.text.byte_source import UploadBytes
from parquay.storage.local.place import LocalPlaces
from parquay.storage.objects import Objects
from parquay.storage.place import Place


@dataclass(frozen=True, slots=True)
class Remade:
    """A part that holds rows of the conversion again.

    Attributes:
        first: number of its first row in the file, from 0.
    """

    parts: Objects
    name: str
    types: Types
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class Reconversion:
    """A file that was converted once more.

    Attributes:
        file: its row as the conversion left it: status, error, dialect, columns, warnings, rejects.
        place: where its parts are; `parts`: these, in the order of their rows.
        rejects: those that are kept one by one.
    """

    file: File
    place: Place
    parts: list[Remade]
    rejects: list[NewReject]


@contextmanager
def remade(file: File, store: UploadBytes, scratch: Path) -> Iterator[list[Remade]]:
    """Convert a complete upload into the folder ``scratch``; yield the parts in the order of their rows.

    Raises:
        BytesMissing: the store has fewer bytes than were promised.
        BadInput, RuntimeError: the conversion fails now.
    """
    with reconverted(file, store, scratch) as made:
        yield made.parts


@contextmanager
def reconverted(
    file: File,
    store: UploadBytes,
    scratch: Path,
    alive: Callable[[int, int], bool] = lambda _bytes, _rows: True,
    division: Division | None = None,
) -> Iterator[Reconversion]:
    """The same, with all that the conversion came to; ``file.options`` say how it is read.

    ``alive`` gets the bytes and rows that are done, and says whether to go on. ``division``: how other workers help if
    the file is very large.

    Raises:
        BytesMissing, BadInput, RuntimeError: as `remade`.
        JobLost: ``alive`` said no.
    """
    catalog = Catalog(f"sqlite:///{scratch / 'metadata.db'}", durable=False)
    converter, places = None, LocalPlaces(scratch / "parts")
    try:
        upgrade(catalog)
        files, segments = Files(catalog, Events(catalog), Jobs(catalog)), Segments(catalog)
        owner = Users(catalog).create("owner", "-")
        new = NewFile(
            id=file.id,
            owner_id=owner.id,
            name=file.name,
            size=file.offset,
            offset=file.offset,
            complete=True,
            status="processing",
            options={key: value for key, value in (file.options or {}).items() if key != "dataset"} or None,
        )
        catalog.write(lambda session: files.add(session, new))
        converter = IncrementalConverter(segments=segments, store=store, places=places)
        living = partial(_alive, segments, file.id, alive)
        converter.advance(file.id, alive=living, fence=lambda _session: True, division=division)
        made, place = segments.file(file.id), places.at(file.id)
        if made is None or made.finished_at is None:
            raise JobLost
        kept = [
            NewReject(each.line, each.byte, each.column, each.code, each.text, each.row)
            for each in segments.every_reject(file.id)
        ]
        yield Reconversion(made, place, list(_listed(segments, place)), kept)
    finally:
        if converter is not None:
            converter.close()
        catalog.close()


def _alive(segments: Segments, file_id: str, alive: Callable[[int, int], bool]) -> bool:
    now = segments.file(file_id)
    return alive(now.parsed_bytes, now.parsed_rows) if now is not None else False


def _listed(segments: Segments, place: Place) -> Iterator[Remade]:
    first = 0
    for group in part_groups(segments.list(place.dataset_id)):
        yield Remade(place.parts, group.name, group.types, first, group.rows)
        first += group.rows
