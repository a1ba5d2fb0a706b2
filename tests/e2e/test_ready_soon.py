"""How soon a table is ready that arrived at the speed of a good line: in an object store, and on a local disk beside it."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from live_server import LiveServer, entry_when
from machines import Machines
from s3_server import S3Server
from tus_calls import TUS

SIZE = int(os.environ.get("READY_BYTES", "1000000000"))
BYTES_A_SECOND = 60_000_000
BLOCK = 1 << 20
READY_SECONDS = 1.5
"""After the last answer, where the machine has nothing else to do."""

TIMES_LOCAL = 5
"""How much longer an object store may take than a local disk at the same moment: a busy machine is slow at both."""

HEADER, ROW = b"id,code,amount,day,text\n", b"1000000,0042,123.45,2026-11-30,row of many\n"

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


class Measured(NamedTuple):
    """Seconds that the upload took, and from its last answer to the table."""

    arrival: float
    ready: float


def test_a_gigabyte_at_60_megabytes_a_second_is_a_table_soon_after_its_last_byte(
    tmp_path: Path,
    lasting_s3: S3Server,
    new_database: Callable[[], str],
    capsys: pytest.CaptureFixture[str],
):
    settings: dict[str, Any] = {"storage_url": f"s3://{lasting_s3.new_bucket()}", "s3_endpoint": lasting_s3.url}
    near = LiveServer(tmp_path / "near", workers=1)
    (tmp_path / "near").mkdir()
    local = measured(near)
    (tmp_path / "far").mkdir()
    far = measured(Machines(tmp_path / "far", **settings, database_url=new_database()))

    with capsys.disabled():  # the numbers are what one runs this for
        for name, each in (("local disk", local), ("object store", far)):
            print(f"\n{name}: {SIZE / 1e6:.0f} MB in {each.arrival:.1f} s, ready {each.ready:.2f} s after", end="")
        print(f"; {os.getloadavg()[0]:.1f} processes wanted to run")
    assert far.ready <= max(READY_SECONDS, TIMES_LOCAL * local.ready)


def measured(server: LiveServer) -> Measured:
    """Send the file to a server that is started for it, and look at the table."""
    rows = SIZE // len(ROW)
    length = len(HEADER) + rows * len(ROW)
    server.start()
    try:
        with server.login() as http:
            name = base64.b64encode(b"gigabyte.csv").decode()
            created = http.post(
                "/files", headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": f"filename {name}"}
            )
            file_id = created.headers["location"].rpartition("/")[2]
            began = time.monotonic()
            octets = {"Content-Type": "application/offset+octet-stream", "Content-Length": str(length)}
            headers = {**TUS, **octets, "Upload-Offset": "0"}
            answer = http.patch(f"/files/{file_id}", headers=headers, content=paced(rows), timeout=600)
            answered = time.monotonic()
            entry = entry_when(http, file_id, "done", seconds=600)
            ready = time.monotonic() - answered
            table = http.get(f"/datasets/{file_id}", params={"size": 1}, timeout=120).json()
    finally:
        server.stop()
    assert answer.status_code == 204
    assert (entry["row_count"], entry["size"]) == (rows, length)
    assert table["aggregates"]["id"]["sum"] == rows * 1_000_000
    return Measured(answered - began, ready)


def paced(rows: int) -> Iterator[bytes]:
    """The file, no faster than the line."""
    in_block = BLOCK // len(ROW)
    block, started, sent = ROW * in_block, time.monotonic(), 0
    yield HEADER
    for first in range(0, rows, in_block):
        some = block if first + in_block <= rows else ROW * (rows - first)
        yield some
        sent += len(some)
        time.sleep(max(0.0, started + sent / BYTES_A_SECOND - time.monotonic()))
