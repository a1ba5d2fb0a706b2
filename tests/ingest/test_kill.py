"""`kill -9` of a worker in the middle of a slow upload, at random points, again and again: one whole table, once."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlmodel import SQLModel

from live_server import wait_until
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, User
from parquay.ingest.convert.convert_file import convert_file

ROWS = 120_000
KILLS = 6
WORKER = Path(__file__).with_name("worker.py")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def content_of(chance: random.Random) -> bytes:
    """Rows with a column that widens late, line ends in quotes, and rows that are rejected."""
    lines = ["id,price,late,note"]
    for i in range(ROWS):
        late = f"{i}" if i < ROWS * 0.9 else f"{i}.5"
        note = f'"line ""{i}""\nand more"' if i % 13 == 0 else f"word {chance.randrange(50)}"
        lines.append(f"{i},{i}.{i % 100:02d},{late},{note}" if i % 5000 else f"{i},lost")
    return ("\n".join(lines) + "\n").encode()


class Upload:
    """A file that arrives a piece at a time, each piece with its checkpoint."""

    def __init__(self, catalog: Catalog, path: Path, content: bytes) -> None:
        self._catalog = catalog
        self._path = path
        self._content = content
        self._pieces = 24

    def send(self) -> None:
        size = len(self._content)
        cuts = [size * i // self._pieces for i in range(1, self._pieces + 1)]
        start = 0
        with self._path.open("wb") as file:
            for cut in cuts:
                file.write(self._content[start:cut])
                file.flush()
                self._checkpoint(cut, complete=cut == size)
                start = cut
                time.sleep(0.15)  # the line is slow

    def _checkpoint(self, offset: int, *, complete: bool) -> None:
        def write(session):
            file = session.get(File, "f")
            file.offset, file.complete = offset, complete
            file.status = "processing" if complete else "uploading"

        self._catalog.write(write)


@contextmanager
def worker(folder: Path, segment_bytes: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(WORKER), str(folder), str(segment_bytes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process
        finally:
            process.kill()


def parts_of(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "parquet" / "f").glob("*")) if (folder / "parquet").exists() else []


def count_of(segments: Segments) -> int:
    last = segments.last("f")
    return 0 if last is None else last.no + 1


def until_segment(segments: Segments, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until `count` segments are there, or nothing more can come."""
    wait_until(lambda: count_of(segments) >= count or process.poll() is not None, f"{count} segments", 60, 0.001)


@pytest.mark.parametrize(("seed", "segment_bytes"), [(1, 100_000), (2, 400_000)])
def test_table_is_that_of_one_pass_whenever_the_worker_is_killed(tmp_path, seed, segment_bytes):
    chance = random.Random(seed)
    content = content_of(chance)
    (tmp_path / "uploads").mkdir()
    catalog = Catalog(f"sqlite:///{tmp_path / 'metadata.db'}")
    SQLModel.metadata.create_all(catalog.engine)
    catalog.write(lambda session: session.add(User(id="u", username="u", password_hash="-")))
    catalog.write(lambda session: session.add(File(id="f", owner_id="u", name="rows.csv")))
    segments = Segments(catalog)

    sender = threading.Thread(target=Upload(catalog, tmp_path / "uploads" / "f", content).send)
    sender.start()
    killed_at = [0]
    for _ in range(KILLS):
        with worker(tmp_path, segment_bytes) as process:
            until_segment(segments, killed_at[-1] + chance.randrange(3), process)
            time.sleep(chance.random() * 0.05)  # anywhere within the work on a segment
            process.kill()
        killed_at.append(count_of(segments))
    sender.join()
    with worker(tmp_path, segment_bytes) as process:
        assert process.wait(60) == 0

    (tmp_path / "rows.csv").write_bytes(content)
    report = convert_file(tmp_path / "rows.csv", tmp_path / "whole.parquet")
    file = segments.file("f")
    assert file is not None
    assert (file.status, file.row_count, file.reject_count) == ("done", report.rows, report.reject_count)
    names = list(dict.fromkeys(each.part for each in segments.list("f") if each.part))
    assert parts_of(tmp_path) == sorted(names)
    found = [pq.read_table(tmp_path / "parquet" / "f" / name) for name in names]
    wanted = pq.read_table(tmp_path / "whole.parquet")
    assert sum(table.num_rows for table in found) == wanted.num_rows
    for name in wanted.column_names:
        assert [cell for table in found for cell in table[name].to_pylist()] == wanted[name].to_pylist()
    assert len(set(killed_at)) > 2, f"killed at too few places: {killed_at}"
    listed = [(each.line, each.code, each.text) for each in segments.every_reject("f")]
    assert listed == [(each.line, each.code, each.text) for each in report.rejects]
    catalog.close()
