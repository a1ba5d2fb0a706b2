"""The schema: migrations make what the tables say, once, and leave data alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from live_server import free_port
from parquay.catalog.access import Sharing
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.migrate import SCRIPTS, config, newest, upgrade
from parquay.catalog.postgres import UnusableDatabase
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Secret
from parquay.catalog.unsynced import UnsyncedBytes, Waiting
from parquay.catalog.users import Users
from parquay.errors import Conflict
from parquay.ids import new_id
from postgres_server import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'deep' / 'down' / 'metadata.db'}"
    made: str = request.getfixturevalue("postgres").make(f"empty-{new_id()}")
    return made


@pytest.fixture
def catalog(url: str, connect: Callable[[str], Catalog]) -> Catalog:
    return connect(url)


def version(catalog: Catalog) -> str:
    with catalog.engine.connect() as connection:
        found: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return found


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


def moved(catalog: Catalog, step: Callable[..., None], revision: str) -> None:
    with catalog.engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        step(made, revision)


def add_user_as_it_was(catalog: Catalog, name: str) -> str:
    """Insert a user as the schema had it first; return the id."""
    user_id = new_id()
    row = {"id": user_id, "name": name, "no": False, "at": "2026-01-01 00:00:00"}
    statement = text(
        'INSERT INTO "user" (id, username, password_hash, is_admin, disabled, created_at) '
        "VALUES (:id, :name, '-', :no, :no, :at)"
    )
    catalog.write(lambda session: session.execute(statement, row))
    return user_id


def add_as_it_was(catalog: Catalog, owner_id: str, revision_columns: dict[str, object]) -> str:
    """Insert a file as the schema had it before, without the columns that came later; return its id."""
    moment = "2026-01-01 00:00:00"
    file_id = new_id()
    row = {
        "id": file_id, "owner_id": owner_id, "name": "a.csv", "upload_metadata": "", "offset": 0, "epoch": 0,
        "complete": False, "status": "uploading", "shared": False, "uploaded_at": moment, "active_at": moment,
        "parsed_bytes": 0, "parsed_rows": 0, "reject_count": 0, **revision_columns,
    }  # fmt: skip
    columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    statement = text(f"INSERT INTO file ({columns}) VALUES ({values})")
    catalog.write(lambda session: session.execute(statement, row))
    return file_id


def role_in(files: Files, file_id: str, user_id: str) -> str:
    seen = files.seen(file_id, user_id)
    assert seen is not None
    return seen.role


def test_tables_that_were_shared_before_roles_may_be_looked_at(catalog: Catalog):
    moved(catalog, command.upgrade, "0008")
    ann, bob = (add_user_as_it_was(catalog, name) for name in ("ann", "bob"))
    shared, private = (add_as_it_was(catalog, ann, {"shared": shared}) for shared in (True, False))

    upgrade(catalog)

    files = Files(catalog, Events(catalog), Jobs(catalog))
    assert files.seen(private, bob) is None
    assert (role_in(files, shared, bob), role_in(files, shared, ann)) == ("view", "owner")
    Sharing(catalog, Events(catalog)).give(private, bob, "edit")
    assert role_in(files, private, bob) == "edit"
    moved(catalog, command.downgrade, "0008")
    with catalog.read() as session:
        kept = dict(session.execute(text("SELECT id, shared FROM file")).all())
    assert {file_id: bool(is_shared) for file_id, is_shared in kept.items()} == {shared: True, private: False}


def test_nobody_from_before_has_a_quota_of_their_own(catalog: Catalog):
    moved(catalog, command.upgrade, "0016")
    name = text(
        'INSERT INTO "user" (id, username, likeness, password_hash, is_admin, disabled, created_at) '
        "VALUES ('u', 'ann', '', '-', :no, :no, '2026-01-01 00:00:00')"
    )
    catalog.write(lambda session: session.execute(name, {"no": False}))

    upgrade(catalog)

    user = Users(catalog).by_name("ann")
    assert user is not None
    assert user.quota_bytes is None
    moved(catalog, command.downgrade, "0016")
    assert "quota_bytes" not in {each["name"] for each in inspect(catalog.engine).get_columns("user")}


def test_names_from_before_are_told_from_those_that_look_like_them(catalog: Catalog):
    moved(catalog, command.upgrade, "0011")
    add_user_as_it_was(catalog, "anna")

    upgrade(catalog)

    with pytest.raises(Conflict):
        Users(catalog).create("\u0251nna", "-")
    moved(catalog, command.downgrade, "0011")


def test_bytes_that_wait_for_their_files_go_through_a_change_of_their_table(catalog: Catalog):
    old = text("INSERT INTO unsynced (file_id, data) VALUES (:file_id, :data)")
    moved(catalog, command.upgrade, "0007")
    owner = add_user_as_it_was(catalog, "ann")
    kept = {add_as_it_was(catalog, owner, {}): data for data in (b"a,b\n1,2\n", bytes(range(256)))}
    for file_id, data in kept.items():
        row = {"file_id": file_id, "data": data}
        catalog.write(partial(lambda row, session: session.execute(old, row), row))

    upgrade(catalog)

    unsynced = UnsyncedBytes(catalog, Files(catalog, Events(catalog), Jobs(catalog)))
    assert unsynced.batch(10) == {one: {one: Waiting(data, len(data))} for one, data in kept.items()}
    moved(catalog, command.downgrade, "0007")
    with catalog.read() as session:
        assert dict(session.execute(text("SELECT file_id, data FROM unsynced")).all()) == kept


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
        "def upgrade():\n    op.execute('CREATE TABLE half (a INTEGER)')\n    raise KeyError('broken')\n"
    )
    before = version(catalog)
    monkeypatch.setattr("parquay.catalog.migrate.SCRIPTS", scripts)

    with pytest.raises(KeyError):
        upgrade(catalog)

    assert version(catalog) == before
    assert not inspect(catalog.engine).has_table("half")


def test_of_processes_that_start_at_once_one_migrates(postgres: PostgresServer):
    script = (
        "import sys; from parquay.catalog.migrate import upgrade; from parquay.catalog.session import Catalog\n"
        "c = Catalog(sys.argv[1]); upgrade(c); c.probe(); c.close()"
    )
    command, told = [sys.executable, "-c", script, postgres.make("at-once")], {"PYTHONPATH": "backend"}

    processes = [subprocess.Popen(command, env=told, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate(timeout=60)[1].decode() for process in processes]

    assert [process.returncode for process in processes] == [0, 0], errors


def test_texts_compare_byte_by_byte_in_every_database(postgres_url: str, connect: Callable[[str], Catalog]):
    catalog = connect(postgres_url)
    texts = text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type IN ('character varying', 'text')"
    )

    with catalog.read() as session:
        found = session.execute(texts).all()

    assert len(found) > 40
    assert [each for each in found if each[2] != "C"] == []


def test_a_database_that_cannot_hold_every_text_is_refused(postgres: PostgresServer, connect):
    with postgres.connect("postgres") as connection:
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")

    with pytest.raises(UnusableDatabase, match="UTF8"):
        upgrade(connect(postgres.url("latin")))


def test_a_database_where_nobody_answers_is_refused_in_one_line(connect):
    with pytest.raises(UnusableDatabase, match="refused") as refused:
        upgrade(connect(f"postgresql+psycopg://somebody:secret@127.0.0.1:{free_port()}/catalog"))

    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_the_newest_revision_is_the_head_of_one_line():
    script = ScriptDirectory.from_config(config())

    assert script.get_heads() == [newest()]
    assert len(list(script.walk_revisions())) == len(list((SCRIPTS / "versions").glob("[0-9]*.py")))
