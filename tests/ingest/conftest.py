"""A catalog, a growing upload and a converter, all real and small."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlmodel import SQLModel

from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, User
from parquay.columns.parquet import parts
from parquay.columns.types import registry
from parquay.ingest.convert.convert_file import convert_file
from parquay.ingest.convert.finish import part_groups
from parquay.ingest.convert.incremental import IncrementalConverter, Outcome
from parquay.storage.local.place import LocalPlaces
from parquay.storage.place import Places


@dataclass
class MemoryUploads:
    """Uploads held in memory; only what a checkpoint covers may be asked for."""

    content: dict[str, bytes] = field(default_factory=dict)
    readers: int = 0

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[MemoryReader]:
        self.readers += 1
        yield MemoryReader(self.content[upload_id])

    def local_file(self, upload_id: str, size: int) -> Path | None:
        return None


@dataclass
class MemoryReader:
    content: bytes

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


@dataclass
class Bench:
    """Uploads content to a catalog in checkpoints and follows it."""

    catalog: Catalog
    segments: Segments
    uploads: MemoryUploads
    places: Places
    converter_of: Callable[..., IncrementalConverter] = field(init=False)
    events: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def create(self, name: str, *, file_id: str = "f", **values: Any) -> str:
        def write(session):
            session.add(File(id=file_id, owner_id="u", name=name, **values))

        self.catalog.write(write)
        self.uploads.content[file_id] = b""
        return file_id

    def checkpoint(self, content: bytes, *, complete: bool, file_id: str = "f") -> None:
        self.uploads.content[file_id] = content

        def write(session):
            file = session.get(File, file_id)
            file.offset, file.complete = len(content), complete
            file.size = len(content) if complete else file.size
            file.status = "processing" if complete else "uploading"

        self.catalog.write(write)

    def advance(
        self, converter: IncrementalConverter, *, file_id: str = "f", alive=lambda: True, fence=lambda _session: True
    ) -> Outcome:
        return converter.advance(file_id, alive=alive, fence=fence)

    def file(self, file_id: str = "f") -> File:
        found = self.segments.file(file_id)
        assert found is not None
        return found

    def table(self, file_id: str = "f") -> pa.Table:
        """The rows of all parts, recast to the types that the file's row says."""
        file = self.file(file_id)
        types = registry.columns_types(file.columns or [])
        groups = part_groups(self.segments.list(file_id))
        tables = []
        for each in groups:
            with self.places.at(file_id).parts.fetch([each.name]) as (path,):
                tables.append(parts.widened(pq.read_table(path), each.types, types))
        return pa.concat_tables(tables).combine_chunks()

    @property
    def parquet(self) -> Path:
        """The folder of the parts of all tables."""
        assert isinstance(self.places, LocalPlaces)
        return self.places.root

    def convert(self, name: str, content: bytes, *, segment_bytes: int = 1 << 24, **values: Any) -> File:
        """Upload at once, convert, and return the file's row."""
        self.create(name, **values)
        self.checkpoint(content, complete=True)
        converter = self.converter_of(segment_bytes=segment_bytes)
        assert self.advance(converter) is Outcome.DONE
        return self.file()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return LocalPlaces(tmp_path / "parquet")


@pytest.fixture
def bench(tmp_path: Path, places: Places) -> Iterator[Bench]:
    catalog = Catalog(f"sqlite:///{tmp_path / 'metadata.db'}", durable=False)
    SQLModel.metadata.create_all(catalog.engine)
    catalog.write(lambda session: session.add(User(id="u", username="u", password_hash="-")))
    moved: list[str] = []
    catalog.notifications.subscribe_progress(moved.extend)
    segments, uploads = Segments(catalog), MemoryUploads()
    started: list[IncrementalConverter] = []
    made = Bench(catalog, segments, uploads, places, moved=moved)

    def converter_of(**options: Any) -> IncrementalConverter:
        converter = IncrementalConverter(
            segments=segments,
            store=uploads,
            emit=lambda _session, kind, _file: made.events.append(kind),
            **{"places": places, **options},
        )
        started.append(converter)
        return converter

    made.converter_of = converter_of
    yield made
    for each in started:
        each.close()
    catalog.close()


@pytest.fixture
def convert(tmp_path: Path):
    """Convert bytes with the engine alone; returns the report and the table, or the text for `to`."""
    from parquay.ingest.convert.convert_file import convert_file

    count = iter(range(1_000_000))

    def run(content: bytes, *, name: str = "data.csv", to: str = "parquet", **options: Any):
        number = next(count)
        source = tmp_path / f"in-{number}" / name
        source.parent.mkdir()
        source.write_bytes(content)
        target = tmp_path / f"out-{number}.{to}"
        report = convert_file(source, target, **options)
        return report, pq.read_table(target) if to == "parquet" else target.read_bytes()

    return run


@pytest.fixture
def read(tmp_path):
    """The report of a file, and the cells of its export below the header, which is one row there."""

    def run(content: str | bytes, name: str = "data.csv"):
        source = tmp_path / name
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        report = convert_file(source, tmp_path / "out.csv")
        cells = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_bytes().decode(), newline="")))
        return report, cells[min(1, report.dialect.header_rows) :]

    return run
