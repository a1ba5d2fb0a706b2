"""Time from the last byte to the finished table, for a file that arrives at a steady rate.

    python tests/bench/ingest_follow.py FILE.csv [--rate 60]

The converter runs beside the arrival, as a worker does: at most one checkpoint a second, woken by each.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from parquay import allocator
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, User
from parquay.ingest.convert.incremental import IncrementalConverter, Outcome
from parquay.storage.local.place import LocalPlaces


class OneFile:
    """A store of one local file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[OneFile]:
        yield self

    def read_at(self, offset: int, size: int) -> bytes:
        with self._path.open("rb") as file:
            return os.pread(file.fileno(), size, offset)

    def local_file(self, upload_id: str, size: int) -> Path | None:
        return self._path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=float, default=60.0, help="megabytes a second")
    parser.add_argument("--json", action="store_true", help="print the numbers only")
    options = parser.parse_args()
    allocator.keep()  # as a worker does
    os.nice(5)
    with tempfile.TemporaryDirectory() as folder:
        found = follow(options.file, options.rate * 1e6, Path(folder))
    if options.json:
        print(json.dumps(found))
        return
    print(
        f"{found['bytes'] / 1e6:.0f} MB at {options.rate:.0f} MB/s: {found['status']}, {found['rows']:,} rows, "
        f"{found['behind_s']:.2f} s behind the last byte, CPU {found['cpu_s']:.1f} s, peak {found['peak_mib']:.0f} MiB"
    )


def follow(path: Path, rate: float, folder: Path) -> dict[str, Any]:
    """Let the file arrive and return how far behind its last byte the table was finished."""
    catalog = Catalog(f"sqlite:///{folder / 'metadata.db'}")
    SQLModel.metadata.create_all(catalog.engine)
    catalog.write(lambda session: session.add(User(id="u", username="u", password_hash="-")))
    catalog.write(lambda session: session.add(File(id="f", owner_id="u", name=path.name)))
    converter = IncrementalConverter(
        segments=Segments(catalog), store=OneFile(path), places=LocalPlaces(folder / "parquet")
    )
    woken, ended = threading.Event(), [0.0]

    def work() -> None:
        outcome = Outcome.IDLE
        while outcome is Outcome.IDLE:
            woken.wait()
            woken.clear()
            outcome = converter.advance("f", alive=lambda: True, fence=lambda _session: True)
        ended[0] = time.perf_counter()

    worker = threading.Thread(target=work)
    worker.start()
    size, started = path.stat().st_size, time.perf_counter()
    offset = 0
    while offset < size:
        time.sleep(min(1.0, (size - offset) / rate))
        offset = min(size, int((time.perf_counter() - started) * rate))
        catalog.write(partial(lambda at, session: checkpoint(session, at, complete=at == size), offset))
        woken.set()
    landed = time.perf_counter()
    worker.join()
    file = Segments(catalog).file("f")
    assert file is not None
    used = resource.getrusage(resource.RUSAGE_SELF)
    converter.close()
    catalog.close()
    return {
        "bytes": size,
        "status": file.status,
        "rows": file.row_count,
        "behind_s": ended[0] - landed,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / 1024,
    }


def checkpoint(session, offset: int, *, complete: bool) -> None:
    file = session.get(File, "f")
    file.offset, file.complete = offset, complete
    file.status = "processing" if complete else "uploading"


if __name__ == "__main__":
    main()
