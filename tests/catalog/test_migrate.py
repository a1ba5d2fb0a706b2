"""The schema: migrations make what the tables say, once, and leave data alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from parquay.catalog.migrate import SCRIPTS, config, newest, upgrade
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Secret


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    made = Catalog(f"sqlite:///{tmp_path / 'deep' / 'down' / 'metadata.db'}")
    yield made
    made.close()


def version(catalog: Catalog) -> str:
    with catalog.engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def test_an_empty_database_gets_every_table(catalog: Catalog):
    upgrade(catalog)

    tables = set(inspect(catalog.engine).get_table_names())
    assert tables == {table.name for table in SQLModel.metadata.sorted_tables} | {"alembic_version"}
    assert version(catalog) == newest()


def test_the_migrations_make_exactly_what_the_tables_say(catalog: Catalog):
    upgrade(catalog)

    with catalog.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert differences == []


def test_upgrading_again_changes_nothing(catalog: Catalog):
    upgrade(catalog)
    catalog.write(lambda session: session.add(Secret(name="kept", value=b"-")))

    upgrade(catalog)

    with catalog.read() as session:
        assert session.get(Secret, "kept") is not None


def test_a_migration_that_fails_leaves_the_old_schema(catalog: Catalog, monkeypatch, tmp_path: Path):
    upgrade(catalog)
    scripts = tmp_path / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako", *(f"versions/{one.name}" for one in (SCRIPTS / "versions").glob("*.py"))):
        (scripts / name).write_text((SCRIPTS / name).read_text())
    (scripts / "versions" / "9999_broken.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', '{newest()}', None, None\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (a)')\n    raise KeyError('broken')\n"
    )
    before = version(catalog)
    monkeypatch.setattr("parquay.catalog.migrate.SCRIPTS", scripts)

    with pytest.raises(KeyError):
        upgrade(catalog)

    assert version(catalog) == before
    assert not inspect(catalog.engine).has_table("half")


def test_the_newest_revision_is_the_head_of_one_line():
    script = ScriptDirectory.from_config(config())

    assert script.get_heads() == [newest()]
    assert len(list(script.walk_revisions())) == len(list((SCRIPTS / "versions").glob("[0-9]*.py")))
