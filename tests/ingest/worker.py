"""A worker process that follows one file of a catalog until it is done; `test_kill` kills it again and again.

python worker.py FOLDER SEGMENT_BYTES
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.ingest.convert.incremental import IncrementalConverter, Outcome
from parquay.storage.local.place import LocalPlaces


@dataclass
class FolderStore:
    """Uploads as files of a folder."""

    folder: Path

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[FileReader]:
        with (self.folder / upload_id).open("rb") as file:
            yield FileReader(file.fileno())

    def local_file(self, upload_id: str, size: int) -> Path | None:
        return self.folder / upload_id


@dataclass
class FileReader:
    handle: int

    def read_at(self, offset: int, size: int) -> bytes:
        return os.pread(self.handle, size, offset)


def main(folder: Path, segment_bytes: int) -> None:
    catalog = Catalog(f"sqlite:///{folder / 'metadata.db'}")
    converter = IncrementalConverter(
        segments=Segments(catalog),
        store=FolderStore(folder / "uploads"),
        places=LocalPlaces(folder / "parquet"),
        segment_bytes=segment_bytes,
    )
    print("ready", flush=True)
    while converter.advance("f", alive=lambda: True, fence=lambda _session: True) is Outcome.IDLE:
        time.sleep(0.005)
    converter.close()
    catalog.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
