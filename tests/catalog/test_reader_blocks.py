"""The totals of the ladder of readers."""

from __future__ import annotations

import pytest

from parquay.catalog import reader_blocks


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog(request, tmp_path):
    from parquay.catalog.migrate import upgrade
    from parquay.catalog.session import Catalog

    url = (
        f"sqlite:///{tmp_path / 'metadata.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = Catalog(url)
    upgrade(made)
    yield made
    made.close()


def test_blocks_of_several_segments_are_added_up(catalog):
    for counts in ({("typed", "width"): 1, ("arrow", "read"): 1}, {}, {("typed", "read"): 3, ("typed", "width"): 2}):
        catalog.write(lambda session, counts=counts: reader_blocks.add(session, counts))

    assert reader_blocks.total(catalog) == {("typed", "width"): 3, ("arrow", "read"): 1, ("typed", "read"): 3}
