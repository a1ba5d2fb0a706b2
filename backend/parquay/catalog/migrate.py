"""Bringing a database to the newest schema, at start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from parquay.catalog.postgres import UnusableDatabase, check
from parquay.catalog.session import Catalog

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def config() -> Config:
    """Return Alembic's configuration; the connection comes with each call."""
    from alembic.config import Config  # slow to import, and needed only when there is something to do

    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made


def upgrade(catalog: Catalog) -> None:
    """Run the migrations that are missing, in one transaction; of several processes one does, the others wait.

    Raises:
        UnusableDatabase: nobody answers there, or it cannot hold a catalog.
    """
    try:
        found = _version(catalog)
    except OperationalError as error:
        raise UnusableDatabase(f"cannot be used: {' '.join(str(error.orig).split())}") from error
    if found == newest():
        return
    from alembic import command

    with catalog.engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")


def newest() -> str:
    """Return the newest revision: scripts are numbered, and their names start with the number."""
    return max(path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


def _version(catalog: Catalog) -> str | None:
    with catalog.engine.connect() as connection:
        if not catalog.is_embedded:
            check(connection)
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return found
