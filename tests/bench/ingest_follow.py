"""Time from the last byte to the finished table, for a file that arrives at a steady rate.

    python tests/bench/ingest_follow.py FILE.csv [--rate 60]

The follower runs beside the arrival, as a worker does: at most one checkpoint a second, woken by each.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import SQLModel

from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, User
from parquay.ingest.follow import Follower, Outcome


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

    def path(self, upload_id: str) -> Path | None:
        return self._path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=float, default=60.0, help="megabytes a second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        follow(options.file, options.rate * 1e6, Path(folder))


def follow(path: Path, rate: float, folder: Path) -> None:
    catalog = Catalog(f"sqlite:///{folder / 'metadata.db'}")
    SQLModel.metadata.create_all(catalog.engine)
    catalog.write(lambda session: session.add(User(id="u", username="u", password_hash="-")))
    catalog.write(lambda session: session.add(File(id="f", owner_id="u", name=path.name)))
    follower = Follower(segments=Segments(catalog), store=OneFile(path), parquet_dir=folder / "parquet")
    woken, ended = threading.Event(), [0.0]

    def work() -> None:
        outcome = Outcome.IDLE
        while outcome is Outcome.IDLE:
            woken.wait()
            woken.clear()
            outcome = follower.advance("f", alive=lambda: True, fence=lambda _session: True)
        ended[0] = time.perf_counter()

    worker = threading.Thread(target=work)
    worker.start()
    size, started = path.stat().st_size, time.perf_counter()
    offset = 0
    while offset < size:
        time.sleep(min(1.0, (size - offset) / rate))
        offset = min(size, int((time.perf_counter() - started) * rate))
        catalog.write(lambda session, at=offset: checkpoint(session, at, complete=at == size))
        woken.set()
    landed = time.perf_counter()
    worker.join()
    file = Segments(catalog).file("f")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{size / 1e6:.0f} MB at {rate / 1e6:.0f} MB/s: {file.status}, {file.row_count:,} rows, "
        f"{ended[0] - landed:.2f} s behind the last byte, peak {peak} MiB"
    )
    follower.close()
    catalog.close()


def checkpoint(session, offset: int, *, complete: bool) -> None:
    file = session.get(File, "f")
    file.offset, file.complete = offset, complete
    file.status = "processing" if complete else "uploading"


if __name__ == "__main__":
    main()
