"""Tables through the web, on machines that share an object store and PostgreSQL: the same tests, the same answers.

Two API machines are asked in turn, a worker converts on a third; their data directories are empty at the start. A few
of these tests are run always, by `e2e/test_tables_on_s3.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, cast

import pytest

from live_server import LiveServer
from machines import Machines
from s3_server import S3Server
from web import (
    test_dataset_columns,
    test_dataset_edits,
    test_datasets,
    test_downloads,
    test_exact_values,
    test_mending,
    test_not_finite,
    test_previews,
    test_rejects,
    test_rereads,
    test_uploaded_text,
)
from web.conftest import TableReader
from web.sales_table import table
from web.test_dataset_edits import shared_table
from web.test_mending import broken

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

SUITES = (
    test_datasets,  # before tables are shared with everybody
    test_dataset_columns,
    test_dataset_edits,
    test_downloads,
    test_exact_values,
    test_mending,
    test_not_finite,
    test_previews,
    test_rejects,
    test_rereads,
    test_uploaded_text,
)
ELSEWHERE = {
    "test_download_that_could_not_be_finished_is_not_begun",
    "test_a_table_with_infinite_numbers_is_read_edited_restored_and_appended",
    "test_eight_editors_lose_nothing",
}
"""Tests that look into the data directory of the server; and one whose like is `datasets/test_tables_far_away.py`."""

__all__ = ["broken", "shared_table"]


def _tests_of(module: ModuleType) -> dict[str, Callable[..., object]]:
    """The tests of a module by names of their own, for they meet those of others here."""
    suite = module.__name__.rpartition(".test_")[2]
    found = {name: each for name, each in vars(module).items() if name.startswith("test_") and callable(each)}
    return {f"test_{suite}_{name.removeprefix('test_')}": found[name] for name in found if name not in ELSEWHERE}


for _suite in SUITES:
    globals().update(_tests_of(_suite))


@pytest.fixture(scope="session")
def shared_server(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, new_database: Callable[[], str]
) -> Iterator[LiveServer]:
    """The machines, as one server."""
    where: dict[str, Any] = {"storage_url": f"s3://{lasting_s3.new_bucket()}/parquay", "s3_endpoint": lasting_s3.url}
    machines = Machines(tmp_path_factory.mktemp("machines"), database_url=new_database(), **where).start()
    yield machines
    machines.stop()


@pytest.fixture(scope="session")
def reader(shared_server: LiveServer) -> Iterator[TableReader]:
    """Somebody who only reads one table, and its path."""
    with shared_server.register("tablereader", "the secret of the reader") as http:
        reader = cast(TableReader, http)
        reader.sales = table(http)
        yield reader
