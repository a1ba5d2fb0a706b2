"""A catalog with a user, files converted for real, and the tables that they became."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlmodel import SQLModel

from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.leases import Leases
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, User
from parquay.datasets.edit.append import Appending
from parquay.datasets.edit.columns import ColumnEditor
from parquay.datasets.edit.edit import Batch, Edited, Editor
from parquay.datasets.edit.publish import Publisher
from parquay.datasets.edit.replace import Replacing
from parquay.datasets.export.export import Exporter
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.expressions import Expressions
from parquay.datasets.query.plan import chosen_columns, columns_of, read_query
from parquay.datasets.versions.commits import Author, Commits
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import Versions
from parquay.ids import new_id
from parquay.ingest.convert.incremental import IncrementalConverter, Outcome
from parquay.storage.local.place import LocalPlaces
from parquay.storage.place import Places


@dataclass
class Uploads:
    """Whole uploads, held in memory."""

    content: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[Uploads._Reader]:
        yield Uploads._Reader(self.content[upload_id])

    def local_file(self, upload_id: str, size: int) -> Path | None:
        return None

    @dataclass
    class _Reader:
        content: bytes

        def read_at(self, offset: int, size: int) -> bytes:
            return self.content[offset : offset + size]


@dataclass
class House:
    """Everything below the web that a table needs."""

    catalog: Catalog
    segments: Segments
    uploads: Uploads
    places: Places
    files: Files
    datasets: Datasets
    tables: Tables
    commits: Commits
    editor: Editor
    versions: Versions
    appending: Appending
    replacing: Replacing
    columns: ColumnEditor
    publisher: Publisher

    @property
    def parquet(self) -> Path:
        """The folder of the parts of all tables."""
        assert isinstance(self.places, LocalPlaces)
        return self.places.root

    def convert(self, text: str, *, name: str = "data.csv", segment_bytes: int = 1 << 24, **values: Any) -> File:
        """Upload a file at once, convert it, and return its row."""
        file_id, content = new_id(), text.encode()
        self.uploads.content[file_id] = content
        told: dict[str, Any] = {"size": len(content), "offset": len(content), "complete": True, "status": "processing"}
        file = File(id=file_id, owner_id="u", name=name, **told, **values)
        self.catalog.write(lambda session: session.add(file))
        return self.follow(file_id, segment_bytes=segment_bytes)

    def follow(self, file_id: str, *, segment_bytes: int = 1 << 24) -> File:
        """Convert what is uploaded of a file, and return its row."""
        converter = IncrementalConverter(
            segments=self.segments,
            store=self.uploads,
            places=self.places,
            segment_bytes=segment_bytes,
            publish=self.publisher.publish,
        )
        try:
            assert converter.advance(file_id, alive=lambda: True, fence=lambda _session: True) is Outcome.DONE
        finally:
            converter.close()
        return self.file(file_id)

    def edit(self, file: File, *, by: str = "u", expected: int | None = None, **batch: Any) -> Edited:
        return self.editor.edit(file, Author(by), Batch(**batch), expected)

    def rows(self, file: File, version: int | None = None) -> list[tuple[object, ...]]:
        """Every row with its id first, as the parts hold it."""
        snapshot = self.tables.snapshot(file, version)
        found = []
        for index, part in enumerate(snapshot.parts):
            with snapshot.fetch(part) as (path,):
                for row, cells in enumerate(pq.read_table(path).to_pylist()):
                    found.append((snapshot.rid_at(index, row), *cells.values()))
        return found

    def file(self, file_id: str) -> File:
        found = self.segments.file(file_id)
        assert found is not None
        return found


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return LocalPlaces(tmp_path / "parquet")


@pytest.fixture
def house(tmp_path: Path, places: Places) -> Iterator[House]:
    catalog = Catalog(f"sqlite:///{tmp_path / 'metadata.db'}", durable=False)
    SQLModel.metadata.create_all(catalog.engine)
    catalog.write(lambda session: session.add(User(id="u", username="u", password_hash="-")))
    datasets = Datasets(catalog, Events(catalog), Leases(catalog))
    tables = Tables(places, datasets)
    commits = Commits(tables, datasets)
    appending = Appending(tables, commits)
    files = Files(catalog, Events(catalog), Jobs(catalog))
    yield House(
        catalog=catalog,
        segments=Segments(catalog),
        uploads=Uploads(),
        places=places,
        files=files,
        datasets=datasets,
        tables=tables,
        commits=commits,
        editor=Editor(tables, commits),
        versions=Versions(tables, commits, datasets),
        appending=appending,
        replacing=Replacing(tables, commits),
        columns=ColumnEditor(commits, Expressions()),
        publisher=Publisher(places, files, datasets, appending),
    )
    catalog.close()


@pytest.fixture
def engine(house, tmp_path):
    house.parquet.mkdir(exist_ok=True)
    engine = Engine(house.parquet, tmp_path / "scratch")
    yield engine
    engine.close()


@pytest.fixture
def export(engine):
    """Export a snapshot; return the file's name and content."""

    def run(snapshot, kind="csv", *filters, columns=(), stop=None, **how):
        known = columns_of(snapshot.columns)
        chosen = chosen_columns(known, columns) if columns else known
        wish = ExportRequest(kind, tuple(chosen), read_query(known, filters), **how)
        made = Exporter(engine, Aggregator(engine)).export(snapshot, wish, CancelToken(), stop or CancelToken())
        return made.name, b"".join(made.chunks())

    return run


@pytest.fixture
def table_of(house):
    """Upload a text and return the table that it becomes, in several parts."""

    def make(text, name="data.csv", **values):
        return house.tables.snapshot(house.convert(text, name=name, segment_bytes=1 << 16, **values))

    return make


@pytest.fixture
def text(house, export):
    """The newest version of a table, or another, as CSV."""

    def read(file, version=None, **how):
        return export(house.tables.snapshot(house.file(file.id), version), **how)[1].decode()

    return read
