"""`parquay fetch`: a server gets a file, and the command tells how that ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from inspect import signature

import pytest

from live_server import LiveServer, clean_environment, run_command
from parquay.cli import convert, remote
from parquay.cli import fetch as fetching
from parquay.cli.option_groups import spread
from parquay.cli.reading import OverrideOptions
from source_server import source_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("fetching"), fetch_allow="127.0.0.1")
    yield server.start()
    server.stop()


def fetch(server: LiveServer, *arguments: str):
    login = ("--url", server.url, "--user", "test", "--password", "password")
    return run_command("fetch", *arguments, *login, env=clean_environment())


def test_the_command_ends_when_the_server_has_all_of_it(server):
    with source_server() as source:
        url = source.put("/rates.csv", b"a;b\n1;2\n", cuts=[3])
        done = fetch(
            server, url, "--delimiter", ";", "--header", "1", "--name", "mine.csv", "--type", "a=text", "--json"
        )

    entry = json.loads(done.stdout)
    assert (done.returncode, entry["name"], entry["offset"], entry["source_url"]) == (0, "mine.csv", 8, url)
    with server.login() as http:
        assert http.get(f"/files/{entry['id']}/content").content == b"a;b\n1;2\n"


def test_what_cannot_be_got_is_said_in_one_line(server):
    with source_server() as source:
        gone = fetch(server, f"{source.url}/nowhere.csv")
    inside, usage = fetch(server, "http://10.0.0.1/x"), fetch(server, "http://10.0.0.1/x", "--header", "x")

    assert (gone.returncode, len(gone.stderr.splitlines())) == (1, 1)
    assert "404" in gone.stderr
    assert "(fetch_failed)" in gone.stderr
    assert (inside.returncode, usage.returncode) == (1, 2)
    assert "PARQUAY_FETCH_ALLOW" in inside.stderr


@pytest.mark.parametrize("command", [convert.convert, fetching.fetch, remote.upload])
def test_how_a_file_is_read_is_said_alike_in_every_command(command):
    options = [each.name for each in fields(OverrideOptions)]

    assert [name for name in signature(spread(command)).parameters if name in options] == options
    assert len(options) > 12
