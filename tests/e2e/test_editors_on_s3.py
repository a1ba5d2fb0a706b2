"""Four editors race on one table in an object store, through two machines, also while answers of the store are lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from deltalake import DeltaTable

from faulty_proxy import FAULTS, FaultyProxy
from live_server import entry_when
from machines import Machines
from s3_server import ACCESS, S3Server

EDITORS = 4
EDITS = int(os.environ.get("EDITS", "500"))
"""Of all editors together."""

TRIES = 40
TEXT = "editor,number\n" + "".join(f"{editor},0\n" for editor in range(EDITORS))

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def store(lasting_s3: S3Server) -> Iterator[FaultyProxy]:
    with FaultyProxy(lasting_s3.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def machines(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, store: FaultyProxy, new_database: Callable[[], str]
) -> Iterator[Machines]:
    settings: dict[str, Any] = {"storage_url": f"s3://{lasting_s3.new_bucket()}/parquay", "s3_endpoint": store.url}
    made = Machines(tmp_path_factory.mktemp("machines"), **settings, database_url=new_database()).start()
    yield made
    made.stop()


@pytest.mark.parametrize(("share", "faults"), [(0.0, FAULTS), (0.1, ["lost"])], ids=["all is well", "answers are lost"])
def test_versions_are_one_line_and_no_edit_is_lost(
    machines: Machines, lasting_s3: S3Server, store: FaultyProxy, share: float, faults: Sequence[str]
):
    with machines.login() as http:
        file_id = http.post("/files", files={"file": ("editors.csv", TEXT)}).json()["id"]
        entry = entry_when(http, file_id, "done")
        store.faults, store.share = faults, share
        try:
            with ThreadPoolExecutor(EDITORS) as threads:
                made = list(threads.map(lambda editor: edits_of(machines, http, file_id, editor), range(EDITORS)))
        finally:
            store.share = 0.0
        last = http.patch(f"/datasets/{file_id}/rows/0", json={"number": -1})  # notes what nobody was told of
        history = newest_first(http, file_id)
        rows = http.get(f"/datasets/{file_id}/rows").json()["rows"]

    acknowledged = [version for versions in made for version in versions.values()]
    assert last.status_code == 200
    assert len(set(acknowledged)) == len(acknowledged) == EDITORS * (EDITS // EDITORS)
    assert history == list(range(history[0], -1, -1))
    assert history[0] == int(last.headers["ETag"].strip('"'))
    assert set(acknowledged) <= set(history)
    assert share or history[0] == len(acknowledged) + 1
    assert [(row["editor"], row["number"]) for row in rows[1:]] == [(n, EDITS // EDITORS) for n in range(1, EDITORS)]
    assert all(store.met[fault] for fault in faults) or not share
    outside = outside_of(entry["parquet_path"], lasting_s3, acknowledged[-1])
    assert outside.version() == acknowledged[-1]
    for editor, versions in enumerate(made):
        for number, version in list(versions.items())[::20]:
            table = outside_of(entry["parquet_path"], lasting_s3, version).to_pyarrow_table().to_pylist()
            assert {row["editor"]: row["number"] for row in table}[editor] == number, version


def edits_of(machines: Machines, told: httpx.Client, file_id: str, editor: int) -> dict[int, int]:
    """Count up in a row of one's own, each number until it is acknowledged; return the version of each."""
    made = {}
    with machines.client(headers={"Authorization": told.headers["Authorization"]}) as http:
        for number in range(1, EDITS // EDITORS + 1):
            for _ in range(TRIES):
                answer = http.patch(f"/datasets/{file_id}/rows/{editor}", json={"number": number})
                if answer.status_code == 200:
                    break
                assert answer.status_code == 503, answer.text
                assert answer.headers["Retry-After"]
            else:
                pytest.fail(f"{TRIES} tries were not enough")
            made[number] = int(answer.headers["ETag"].strip('"'))
    return made


def newest_first(http: httpx.Client, file_id: str) -> list[int]:
    """The versions that the catalog knows."""
    return [each["version"] for each in http.get(f"/datasets/{file_id}/versions").json()]


def outside_of(url: str, server: S3Server, version: int) -> DeltaTable:
    """A version as another program reads it."""
    keys = {key.lower(): value for key, value in ACCESS.items()}
    return DeltaTable(url, version=version, storage_options={"endpoint": server.url, "allow_http": "true", **keys})
