"""Servers on PostgreSQL: two API processes, a conversion worker, kills, a database that goes and comes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from event_stream import EventStream
from live_server import PARQUAY, LiveServer, entry_when, free_port, wait_until
from parquay import wiring
from parquay.settings import Settings, SettingsError
from postgres_server import PostgresServer
from racing import assert_one_of_eight_is_stored
from tus_user import TusUser

EDITS = int(os.environ.get("EDITS", "10"))
"""Edits of each of eight editors in the ordinary run; the number of the promise is 200."""

DATA = random.Random(13).randbytes(2_000_000)
FEW = b"n,word\n1,a\n2,b\n3,c\n"


@pytest.fixture(scope="module")
def pair(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Two API processes behind one port, and a worker that nobody but the database wakes."""
    server = LiveServer(tmp_path_factory.mktemp("pair"), database_url=new_database(), processes=2, workers=0).start()
    with subprocess.Popen([PARQUAY, "worker"], cwd=server.directory, env=server.env) as worker:
        yield server
        worker.terminate()
        assert worker.wait(20) == 0
    server.stop()


@pytest.fixture
def ann(pair: LiveServer) -> Iterator[httpx.Client]:
    with pair.login() as http:
        yield http


def table_of(http: httpx.Client, content: bytes = FEW) -> str:
    """Upload a file, wait until it is a table, and return its id."""
    file_id: str = http.post("/files", files={"file": ("few.csv", content)}).json()["id"]
    assert entry_when(http, file_id)["status"] == "done"
    return file_id


def assert_nothing_is_lost_by_eight_editors(server: LiveServer, edits: int) -> None:
    """Each changes a row of their own; every version is there, once, in one line."""
    with server.login() as http:
        dataset = table_of(http, b"editor,number\n" + b"".join(b"%d,0\n" % i for i in range(8)))
        headers = dict(http.headers)

        def edit(editor: int) -> list[int]:
            made = []
            # Sixteen connections in all: some of them reach one process, some the other.
            with server.client(headers=headers) as one, server.client(headers=headers) as other:
                for number in range(1, edits + 1):
                    own = one if number % 2 else other
                    answer = own.patch(f"/datasets/{dataset}/rows/{editor}", json={"number": number})
                    assert answer.status_code == 200, answer.text
                    made.append(int(answer.headers["ETag"].strip('"')))
            return made

        with ThreadPoolExecutor(8) as pool:
            made = [version for versions in pool.map(edit, range(8)) for version in versions]
        rows = http.get(f"/datasets/{dataset}/rows").json()["rows"]
        history = http.get(f"/datasets/{dataset}/versions").json()

    assert [(row["editor"], row["number"]) for row in rows] == [(i, edits) for i in range(8)]
    assert sorted(made) == list(range(1, 8 * edits + 1))
    assert [each["version"] for each in history] == list(range(8 * edits, max(-1, 8 * edits - 1000), -1))


# ------------------------------------------------------------------------------------- several processes


def test_eight_editors_at_two_processes_lose_nothing(pair: LiveServer):
    assert_nothing_is_lost_by_eight_editors(pair, EDITS)


def test_of_eight_at_two_processes_exactly_one_is_stored(pair: LiveServer, ann: httpx.Client):
    assert_one_of_eight_is_stored([TusUser(pair, ann)])


def test_streams_of_both_processes_tell_the_same_in_order(pair: LiveServer, ann: httpx.Client):
    with EventStream(ann) as one, EventStream(ann) as other:
        file_id = table_of(ann)
        ann.patch(f"/datasets/{file_id}/rows/0", json={"word": "x"})
        for stream in (one, other):
            wait_until(partial(lambda stream: len(versions_told(stream, file_id)) == 2, stream), "the edit", 5)

        told = [versions_told(stream, file_id) for stream in (one, other)]

    assert [version for _, version in told[0]] == [0, 1]
    assert told[0] == told[1]


def versions_told(stream: EventStream, dataset: str) -> list[tuple[str | None, int]]:
    """The versions of a table that a stream told of, with the numbers of the events."""
    told = [each for each in stream.told if each.kind == "dataset.updated" and each.data["dataset"]["id"] == dataset]
    return [(each.id, each.data["dataset"]["version"]) for each in told]


PATIENT = (
    "import sys\nfrom parquay.jobs import worker\nworker.POLL_SECONDS = 600.0\n"
    "from parquay.cli import main\nsys.exit(main())"
)
"""The command line, with a worker that looks for jobs every ten minutes by itself."""


def test_a_worker_of_its_own_is_woken_by_the_database(
    start_server: Callable[..., LiveServer], new_database: Callable[[], str]
):
    server = start_server(database_url=new_database(), workers=0)
    command = [sys.executable, "-c", PATIENT, "worker"]
    with subprocess.Popen(command, cwd=server.directory, env=server.env) as worker, server.login() as http:
        for _ in range(3):  # the first one may have been found when the worker began
            table_of(http)
        worker.terminate()
        assert worker.wait(20) == 0


# ------------------------------------------------------------------------------------------ kills, restarts


def test_what_was_acknowledged_survives_kills_of_the_server_and_restarts_of_the_database(
    start_server: Callable[..., LiveServer], new_database: Callable[[], str], postgres: PostgresServer
):
    server = start_server(database_url=new_database(), workers=0)
    with server.login() as http:
        user = TusUser(server, http)
        url = user.created(len(FEW) + len(DATA))
        with user.begin_patch(url, 0, len(DATA)) as wire:
            wire.send(DATA[:500_000])
            wire.flush()
            wait_until(lambda: http.get(f"{url}/progress").json()["upload"]["offset"] >= 300_000, "a checkpoint")
            server.kill()

        server.start()
        kept = user.offset(url)
        assert 300_000 <= kept <= 500_000
        assert user.patch(url, kept, DATA[kept:1_000_000]).status_code == 204

        postgres.stop()
        try:
            assert http.get("/readyz").status_code == 503
            refused = [http.get("/files"), http.post("/files", files={"file": ("few.csv", FEW)})]
            refused.append(user.patch(url, 1_000_000, DATA[1_000_000:]))
            assert http.get("/livez").status_code == 200
        finally:
            postgres.start()

        assert [(each.status_code, each.json()["code"]) for each in refused] == [(503, "database_unavailable")] * 3
        assert all(each.headers["Retry-After"] for each in refused)
        assert http.get("/readyz").status_code == 200
        kept = user.offset(url)
        assert kept >= 1_000_000
        assert user.patch(url, kept, DATA[kept:] + FEW).status_code == 204
        assert user.content(url) == DATA + FEW
        assert user.jobs(url) == 1
    assert server.terminate() == 0


# ------------------------------------------------------------------------------------------- at the start


def test_a_database_where_nobody_answers_stops_the_start_with_one_line(tmp_path: Path):
    url = f"postgresql://somebody:secret@127.0.0.1:{free_port()}/catalog"

    with pytest.raises(SettingsError, match=r"^PARQUAY_DATABASE_URL: .*refused") as refused:
        wiring.build(Settings(_env_file=None, data_dir=tmp_path, database_url=url))

    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_eight_editors_make_200_edits_each_and_lose_none(pair: LiveServer):
    assert_nothing_is_lost_by_eight_editors(pair, 200)
