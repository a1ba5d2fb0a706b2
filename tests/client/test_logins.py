"""Logins that are kept on a machine, and the command that keeps them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from live_server import PARQUAY, LiveServer
from parquay.client import Client
from parquay.client.logins import Logins

SERVER = "https://tables.example.org"


def test_a_login_is_kept_for_its_server_and_forgotten(tmp_path: Path):
    logins = Logins(tmp_path / "new")
    logins.keep(SERVER, "1", "first")
    logins.keep(SERVER, "2", "second")
    logins.keep("http://other", "3", "third")

    assert (logins.token(SERVER), logins.key_id(SERVER), logins.token("http://none")) == ("second", "2", None)
    assert (tmp_path / "new" / "logins.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    logins.forget(SERVER)
    assert (logins.token(SERVER), logins.token("http://other")) == (None, "third")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}', '{"https://tables.example.org": {"id": "1"}}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: str):
    (tmp_path / "logins.json").write_text(content)
    assert Logins(tmp_path).token(SERVER) is None


def test_the_command_logs_in_once_for_all_others(
    shared_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def parquay(*arguments: str, text: str | None = None) -> tuple[int, str, str]:
        env = {**shared_server.env, "XDG_CONFIG_HOME": str(tmp_path)}
        command: list[str | Path] = [PARQUAY, *arguments, "--url", shared_server.url]
        done = subprocess.run(command, env=env, input=text, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert parquay("files")[0] == 2
    assert parquay("login", "--user", "test", "--password", "no")[0] == 1
    code, out, _ = parquay("login", "--user", "test", "--password", "password", "--json")
    assert (code, json.loads(out)["username"]) == (0, "test")
    first = Logins(tmp_path / "parquay").key_id(shared_server.url)
    assert parquay("login", "--user", "test", "--password", "password", "--days", "1")[0] == 0

    with shared_server.login() as http:  # the key before was taken back
        kept = [each["id"] for each in http.get("/auth/api-keys").json()]
        assert first not in kept
        assert Logins(tmp_path / "parquay").key_id(shared_server.url) in kept
    code, made, _ = parquay("upload", "-", "--name", "piped.csv", "--delimiter", "|", text="a|b\n1|2\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with Client(shared_server.url) as client:
        assert (code, client.dataset(made.strip()).to_arrow().to_pydict()) == (0, {"a": [1], "b": [2]})

    assert parquay("login", "--forget", "--user", "test", "--password", "password")[0] == 0
    assert parquay("files")[0] == 2
    with shared_server.login() as http:
        assert not {each["id"] for each in http.get("/auth/api-keys").json()} & set(kept)
