"""`parquay download`, `delete`, `share` and `link` against a running server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from live_server import LiveServer, entry_when, run_command

CSV = b"n,word\n1,a\n2,b\n"


def parquay(server: LiveServer, *arguments: str, cwd: Path) -> tuple[int, str, str]:
    login = ("--url", server.url, "--user", "test", "--password", "password")
    done = run_command(*arguments, *login, cwd=cwd, env=server.env)
    return done.returncode, done.stdout, done.stderr


def sent(server: LiveServer, name: str = "few.csv", content: bytes = CSV) -> str:
    with server.login() as http:
        made: str = http.post("/files", files={"file": (name, content)}).json()["id"]
        assert entry_when(http, made)["status"] == "done"
    return made


@pytest.fixture(scope="module")
def file(shared_server: LiveServer) -> str:
    return sent(shared_server)


def test_a_file_is_downloaded_as_it_was_uploaded(shared_server: LiveServer, file: str, tmp_path: Path):
    (tmp_path / "kept").mkdir()

    assert parquay(shared_server, "download", file, cwd=tmp_path) == (0, "few.csv\n", "")
    again = parquay(shared_server, "download", file, cwd=tmp_path)
    forced = parquay(shared_server, "download", file, "--force", "--json", cwd=tmp_path)
    in_folder = parquay(shared_server, "download", file, "-o", "kept", cwd=tmp_path)
    piped = parquay(shared_server, "download", file, "-o", "-", cwd=tmp_path)

    assert (tmp_path / "few.csv").read_bytes() == (tmp_path / "kept" / "few.csv").read_bytes() == CSV
    assert (again[0], again[1]) == (2, "")
    assert "already" in again[2]
    assert (forced[0], json.loads(forced[1])) == (0, {"id": file, "path": "few.csv"})
    assert (in_folder[0], piped[:2]) == (0, (0, CSV.decode()))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["few.csv", "kept"]


@pytest.mark.parametrize("begun", [CSV[:5], CSV, CSV + b"and more", b"other"])
def test_a_download_goes_on_behind_what_is_there(shared_server: LiveServer, file: str, tmp_path: Path, begun: bytes):
    half = tmp_path / f".few.csv.{file}.part"
    half.write_bytes(begun)

    code, out, told = parquay(shared_server, "download", file, cwd=tmp_path)

    if CSV.startswith(begun):
        assert (code, out, (tmp_path / "few.csv").read_bytes()) == (0, "few.csv\n", CSV)
    else:  # never taken for the file
        assert (code, out) == (1, "")
        assert "begin it again" in told
        assert parquay(shared_server, "download", file, cwd=tmp_path)[:2] == (0, "few.csv\n")
        assert (tmp_path / "few.csv").read_bytes() == CSV
    assert not half.exists()


def test_files_are_deleted_and_what_is_not_there_stops_nothing(shared_server: LiveServer, tmp_path: Path):
    first, second = sent(shared_server), sent(shared_server)

    code, out, told = parquay(shared_server, "delete", first, "A" * 24, second, cwd=tmp_path)

    assert (code, out.split()) == (1, [first, second])
    assert told.count("\n") == 1
    assert "A" * 24 in told
    with shared_server.login() as http:
        assert {http.get(f"/files/{each}").status_code for each in (first, second)} == {404}
    third = sent(shared_server)
    assert parquay(shared_server, "delete", third, "--json", cwd=tmp_path)[:2] == (0, f'["{third}"]\n')


def access(server: LiveServer, file: str) -> list[dict[str, Any]]:
    with server.login() as http:
        found: list[dict[str, Any]] = http.get(f"/files/{file}/access").json()
    return found


def test_a_file_is_shared_and_no_more(shared_server: LiveServer, file: str, tmp_path: Path):
    assert parquay(shared_server, "share", file, "admin", "--role", "edit", cwd=tmp_path) == (0, "admin\tedit\n", "")
    assert (
        parquay(shared_server, "share", file, "all", "--json", cwd=tmp_path)[1] == '{"username": "*", "role": "view"}\n'
    )
    assert access(shared_server, file) == [{"username": "*", "role": "view"}, {"username": "admin", "role": "edit"}]
    assert parquay(shared_server, "share", file, "admin", "--stop", cwd=tmp_path)[:2] == (0, "admin\tnothing\n")
    assert parquay(shared_server, "share", file, "all", "--stop", cwd=tmp_path)[0] == 0
    assert access(shared_server, file) == []
    code, _, told = parquay(shared_server, "share", file, "nobody at all", cwd=tmp_path)
    assert (code, "unknown_user" in told) == (1, True)
    assert parquay(shared_server, "share", file, "admin", "--role", "owner", cwd=tmp_path)[0] == 2


def test_links_are_made_listed_and_taken_back(shared_server: LiveServer, file: str, tmp_path: Path):
    code, url, _ = parquay(shared_server, "link", file, "--days", "2", cwd=tmp_path)
    made = json.loads(parquay(shared_server, "link", file, "--link-password", "sesame", "--json", cwd=tmp_path)[1])
    listed = json.loads(parquay(shared_server, "link", file, "--list", "--json", cwd=tmp_path)[1])

    assert code == 0
    token = url.strip().rpartition("/")[2]
    read = httpx.get(f"{shared_server.url}/files/{file}/content", params={"link": token})
    assert read.content == CSV
    assert [each["has_password"] for each in listed] == [True, False]
    assert listed[1]["expires_at"] is not None
    assert made["id"] in parquay(shared_server, "link", file, "--list", cwd=tmp_path)[1]
    for each in listed:
        assert parquay(shared_server, "link", file, "--remove", each["id"], cwd=tmp_path)[:2] == (0, f"{each['id']}\n")
    assert parquay(shared_server, "link", file, "--list", "--json", cwd=tmp_path)[1] == "[]\n"
    assert parquay(shared_server, "link", file, "--remove", made["id"], cwd=tmp_path)[0] == 1


def test_files_are_requested_and_sent_by_somebody_without_a_login(shared_server: LiveServer, tmp_path: Path):
    (tmp_path / "sent.csv").write_bytes(CSV)

    def send(address: str, *more: str) -> tuple[int, str, str]:
        env = {"XDG_STATE_HOME": str(tmp_path / "state"), "PARQUAY_TOKEN": "of somebody"}
        done = run_command("upload", "sent.csv", "--url", address, *more, cwd=tmp_path, env=env)
        return done.returncode, done.stdout, done.stderr

    page = parquay(shared_server, "request", "Hand in", "--max-files", "1", "--days", "1", cwd=tmp_path)[1].strip()
    wanted = ("--extension", "csv", "--max-bytes", "50", "--json")
    other = json.loads(parquay(shared_server, "request", "More", *wanted, cwd=tmp_path)[1])

    code, made, _ = send(page)
    assert code == 0
    assert send(page)[0] == 1
    assert "files could come" in send(page)[2]
    assert send(other["endpoint"], "--json")[0] == 0
    assert send(page, "--wait")[0] == 2
    with shared_server.login() as http:
        entry = entry_when(http, made.strip())
        assert (entry["name"], entry["row_count"], entry["upload_link"]["name"]) == ("sent.csv", 2, "Hand in")
    listed = json.loads(parquay(shared_server, "request", "--list", "--json", cwd=tmp_path)[1])
    assert [(each["name"], each["files"], each["extensions"]) for each in listed] == [
        ("More", 1, [".csv"]), ("Hand in", 1, []),
    ]  # fmt: skip
    assert "Hand in" in parquay(shared_server, "request", "--list", cwd=tmp_path)[1]
    for each in listed:
        assert parquay(shared_server, "request", "--remove", each["id"], cwd=tmp_path)[:2] == (0, f"{each['id']}\n")
    code, _, told = send(page)
    assert (code, "no such upload link" in told) == (1, True)
    assert parquay(shared_server, "request", cwd=tmp_path)[0] == 2


@pytest.mark.parametrize("dots", ["..", ".", ""])
def test_dots_are_no_name_of_anything(shared_server: LiveServer, tmp_path: Path, dots: str):
    """Whoever resolves them in an address asks for something else: `DELETE /files/ID/access/..` would be the file."""
    file = sent(shared_server)
    commands = [
        ["share", file, dots, "--stop"],
        ["share", file, dots],
        ["link", file, "--remove", dots],
        ["delete", dots],
        ["download", dots],
        ["table", "rows", dots],
        ["table", "restore", dots, "0"],
    ]
    for command in commands:
        code, _, told = parquay(shared_server, *command, cwd=tmp_path)
        assert (code, "bad_id" in told) == (1, True), (command, told)

    with shared_server.login() as http:
        assert http.get(f"/files/{file}").status_code == 200
        for name in (".", ".."):
            assert http.post(f"/datasets/{file}/views", json={"name": name}).status_code == 422
