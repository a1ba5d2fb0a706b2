"""A disk that is full: what would take more is refused by name, what gives space back always works."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from live_server import LiveServer, entry_when
from problems import is_problem
from storage.tmpfs import volume

MIB = 1 << 20
CSV = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(20_000))


@pytest.fixture
def tight(tmp_path: Path):
    """A server on a volume of 96 MiB."""
    with volume(tmp_path / "volume", 96 * MIB) as root:
        server = LiveServer(tmp_path)
        server.data_dir = root / "var"
        server.env["PARQUAY_DATA_DIR"] = str(server.data_dir)
        yield server.start()
        server.stop()


def fill(path: Path, left: int) -> None:
    """Put a file on the volume so that about `left` bytes are free."""
    found = os.statvfs(path.parent)
    with path.open("ab") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, found.f_bavail * found.f_frsize - left))


def test_nothing_but_the_catalog_takes_the_reserve_and_space_can_be_given_back(tight):
    with tight.login() as http:
        table = http.post("/files", files={"file": ("a.csv", CSV)}).json()["id"]
        entry_when(http, table, "done")
        assert http.post(f"/datasets/{table}/rows", json={"id": 1}).status_code == 201
        ballast = tight.data_dir / "ballast"
        fill(ballast, 15 * MIB)

        big = {"Tus-Resumable": "1.0.0", "Upload-Length": str(4 * MIB)}
        refused = [
            http.post("/files", headers=big),
            http.post("/files", files={"file": ("b.csv", CSV)}),
            http.post(f"/datasets/{table}/rows", json={"id": 2}),
            http.patch(f"/datasets/{table}/rows/0", json={"name": "x"}),
            http.delete(f"/datasets/{table}/rows/1"),
            http.post(f"/datasets/{table}/restore", json={"version": 0}),
        ]

        assert all(is_problem(answer, 507, "storage_full") for answer in refused)
        with tight.login() as again:  # a session is a row of the catalog
            assert again.get(f"/files/{table}").json()["content"]["total"] == 20_001
            assert again.get(f"/datasets/{table}?sort=-id").status_code == 200
            assert again.get(f"/datasets/{table}/export").status_code == 200
            assert again.delete(f"/files/{table}").status_code == 204
            assert again.get(f"/files/{table}").status_code == 404


def test_a_volume_that_others_filled_to_the_last_byte_is_told_by_its_name(tight):
    with tight.login() as http:
        table = http.post("/files", files={"file": ("a.csv", CSV)}).json()["id"]
        entry_when(http, table, "done")
        ballast = tight.data_dir / "ballast"
        fill(ballast, MIB // 4)

        for answer in (
            http.post("/files", files={"file": ("b.csv", CSV)}),
            http.post(f"/datasets/{table}/rows", json={"id": 2}),
            http.post(f"/datasets/{table}/restore", json={"version": 0}),
        ):
            assert is_problem(answer, 507, "storage_full")
        assert http.get(f"/datasets/{table}").json()["row_count"] == 20_000
        ballast.unlink()
        assert http.post(f"/datasets/{table}/rows", json={"id": 2}).status_code == 201
