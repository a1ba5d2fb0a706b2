"""A worker whose network is cut, to the object store, to the database or to both, in the middle of a conversion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from live_server import entry_when, wait_until
from machines import Machines, WorkerMachine
from namespaces import Link, namespace, skip_without_namespaces
from postgres_server import PostgresServer
from s3_server import S3Server

ROWS = 300_000
TEXT = "n,m,words\n" + "".join(f"{n},{n * 7919 % 1000},{'word' * 20}\n" for n in range(ROWS))
HEIR_SECONDS = 200
"""A lease lasts for 60 seconds."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@dataclass
class Divided:
    """Two API machines, a worker behind links that can be cut, and one that has not begun yet."""

    machines: Machines
    behind: WorkerMachine
    links: dict[str, Link]
    database: str


@pytest.fixture
def divided(
    tmp_path: Path, lasting_s3: S3Server, postgres: PostgresServer, new_database: Callable[[], str]
) -> Iterator[Divided]:
    skip_without_namespaces()
    url, storage = new_database(), f"s3://{lasting_s3.new_bucket()}"
    machines = Machines(tmp_path, converting=0, storage_url=storage, s3_endpoint=lasting_s3.url, database_url=url)
    machines.converting = [
        WorkerMachine(tmp_path / "worker-2", storage_url=storage, s3_endpoint=lasting_s3.url, database_url=url)
    ]
    with namespace() as apart:
        links = {"object store": apart.link(lasting_s3.port), "database": apart.link(postgres.port)}
        own = {
            "s3_endpoint": f"http://{links['object store'].address}:{links['object store'].port}",
            "database_url": url.replace(
                f"127.0.0.1:{postgres.port}", f"{links['database'].address}:{links['database'].port}"
            ),
        }
        behind = WorkerMachine(tmp_path / "worker-1", storage_url=storage, **own)
        behind.within = apart.within
        try:
            yield Divided(machines, behind, links, url)
        finally:
            behind.kill()
            machines.stop()


@pytest.mark.parametrize("cut", [["object store"], ["database"], ["object store", "database"]], ids=" and ".join)
def test_the_table_is_exact_after_the_network_of_a_worker_was_cut(divided: Divided, cut: list[str]):
    others, divided.machines.converting = divided.machines.converting, []
    divided.machines.start()
    divided.machines.converting = others
    with divided.machines.login() as http:
        divided.behind.start()
        file_id = uploaded(http, "many.csv", TEXT)
        wait_until(lambda: rows_of(http, file_id), "the first rows", 60, pause=0.01)
        begun = owner_of(divided, file_id)
        for name in cut:
            divided.links[name].cut()
        for worker in others:
            worker.start()
        assert got(http, f"/files/{file_id}")["status"] == "processing"

        if "database" in cut:  # nobody can renew its lease: another worker goes on
            entry = entry_when(http, file_id, "done", seconds=HEIR_SECONDS)
            heir = owner_of(divided, file_id)
            for name in cut:
                divided.links[name].heal()
            for worker in others:
                worker.kill()
            after = entry_when(http, uploaded(http, "few.csv", "n\n1\n2\n"), "done", seconds=HEIR_SECONDS)
        else:
            wait_until(lambda: troubled(http), "a job that is troubled", HEIR_SECONDS)
            for name in cut:
                divided.links[name].heal()
            entry = entry_when(http, file_id, "done", seconds=HEIR_SECONDS)
            heir = ""
            after = entry_when(http, uploaded(http, "few.csv", "n\n1\n2\n"), "done", seconds=HEIR_SECONDS)

        assert heir != begun
        assert (entry["row_count"], after["row_count"]) == (ROWS, 2)
        assert http.get(f"/datasets/{file_id}/export").text == TEXT
        assert [each["version"] for each in got(http, f"/datasets/{file_id}/versions")] == [0]


def uploaded(http: httpx.Client, name: str, text: str) -> str:
    answer = http.post("/files", files={"file": (name, text)})
    answer.raise_for_status()
    file_id: str = answer.json()["id"]
    return file_id


def got(http: httpx.Client, url: str) -> Any:
    answer = http.get(url)
    answer.raise_for_status()
    return answer.json()


def rows_of(http: httpx.Client, file_id: str) -> int:
    rows: int = got(http, f"/files/{file_id}/progress")["parse"]["rows"]
    return rows


def troubled(http: httpx.Client) -> bool:
    """Whether the server tells of a job that failed at its last run."""
    lines = http.get("/metrics").text.splitlines()
    return any(line.startswith("parquay_jobs_troubled") and not line.endswith(" 0.0") for line in lines)


def owner_of(divided: Divided, file_id: str) -> str:
    """Who took the conversion of a file last, and how often it was taken."""
    with psycopg.connect(divided.database.replace("+psycopg", "")) as database:
        (found,) = database.execute("SELECT lease_owner, lease_epoch FROM job WHERE subject = %s", [file_id]).fetchall()
    return f"{found[0]} {found[1]}"
