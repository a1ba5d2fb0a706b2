"""fsck: catalog and store compared both ways, on real files that were damaged on purpose."""

import gzip
import os
import time

import pytest

from live_server import entry_when, run_command
from parquay.ids import new_id

CSV = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(2000))


@pytest.fixture
def stopped(start_server):
    """A server with two finished files that was ended, and their ids."""
    server = start_server()
    with server.login() as client:
        ids = [client.post("/files", files={"file": (f"{n}.csv", CSV)}).json()["id"] for n in range(2)]
        for file_id in ids:
            entry_when(client, file_id, "done")
    server.terminate()
    return server, ids


def fsck(server, *options):
    ran = run_command("fsck", *options, env=server.env, cwd=server.directory)
    return ran.returncode, ran.stdout, ran.stderr


def upload_path(server, file_id):
    return server.data_dir / "uploads" / file_id[:2] / file_id


def age(path, seconds=7200):
    os.utime(path, (time.time() - seconds,) * 2)


def test_a_healthy_server_has_no_findings(stopped):
    """Nor has a file of which some was converted before its conversion failed."""
    server, _ = stopped
    server.start()
    with server.login() as client:
        bomb = gzip.compress(b"a,b\n" + b"0,0\n" * 10_000_000)
        file_id = client.post("/files", files={"file": ("bomb.csv.gz", bomb)}).json()["id"]
        assert entry_when(client, file_id, "error")["error"]["code"] == "too_expanded"
    server.terminate()

    code, out, err = fsck(server)

    assert (code, out) == (0, "")
    assert "nothing left to do" in err


def test_damage_is_found_and_what_can_be_repaired_is(stopped):
    server, (first, second) = stopped
    litter = new_id()
    upload_path(server, litter).parent.mkdir(exist_ok=True)
    upload_path(server, litter).write_bytes(b"x")
    age(upload_path(server, litter))
    (server.data_dir / "parquet" / litter).mkdir()
    with upload_path(server, first).open("ab") as file:
        file.write(b"surplus")
    for part in (server.data_dir / "parquet" / second).glob("*.parquet"):
        part.unlink()

    before = fsck(server)
    repaired = fsck(server, "--repair")
    after = fsck(server, "--quick")

    assert before[0] == 1
    for code in ("orphan_bytes", "orphan_parts", "surplus_bytes", "missing_part"):
        assert code in before[1]
    assert repaired[0] == 0
    assert upload_path(server, first).stat().st_size == len(CSV)
    assert not upload_path(server, litter).exists()
    assert after[:2] == (0, "")
    server.start()
    with server.login() as client:
        assert entry_when(client, second, "done")["row_count"] == 2000


def test_a_flipped_byte_is_found_by_hashing_and_lost_bytes_take_no_table_with_them(stopped):
    server, (first, second) = stopped
    with upload_path(server, first).open("r+b") as file:
        file.seek(100)
        file.write(b"~")
    os.truncate(upload_path(server, second), 10)

    quick = fsck(server, "--quick")
    code, out, _ = fsck(server, "--repair")

    assert "digest_mismatch" not in quick[1]
    assert f"digest_mismatch  {first}" in out
    assert f"missing_bytes    {second}" in out
    assert code == 1  # nothing gives the flipped byte back
    server.start()
    with server.login() as client:
        entry = client.get(f"/files/{second}").json()
        assert (entry["status"], entry["error"], entry["row_count"]) == ("done", None, 2000)
        assert client.get(f"/files/{second}/content").json()["code"] == "bytes_missing"


def test_gc_removes_expired_uploads_and_litter(start_server):
    server = start_server(upload_ttl=1)
    with server.login() as client:
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
        made = client.post("/files", headers=headers).headers["Location"].rpartition("/")[2]
    server.terminate()
    deadline = time.time() + 30
    out = ""
    while made not in out:
        assert time.time() < deadline
        looked = run_command("gc", "--dry-run", env=server.env, cwd=server.directory)
        assert looked.returncode == 0, looked.stderr
        out = looked.stdout

    ran = run_command("gc", env=server.env, cwd=server.directory)

    assert ran.returncode == 0, ran.stderr

    assert "1 expired uploads removed" in ran.stdout
