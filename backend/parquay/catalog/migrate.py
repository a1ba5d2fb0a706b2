"""Bringing a database to the newest schema, at start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from parquay import bundle
from parquay.catalog.events import forget_foreign
from parquay.catalog.postgres import UnusableDatabase, check, wait_for_others
from parquay.catalog.session import Catalog
from parquay.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = bundle.migrations()


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
        if found != newest():
            _migrate(catalog, found)
        if not catalog.is_embedded:
            catalog.write(forget_foreign)
        catalog.probe()
    except (DBAPIError, Unavailable) as error:
        reason = error if isinstance(error, DBAPIError) else error.__cause__ or error
        said = getattr(reason, "orig", None) or reason
        raise UnusableDatabase(f"cannot be used: {' '.join(str(said).split())}") from error


def _migrate(catalog: Catalog, found: str | None) -> None:
    """Run the migrations behind the revision ``found``.

    Raises:
        UnusableDatabase: nobody here knows that revision.
    """
    if found is not None and found not in revisions():
        raise UnusableDatabase(f"was made by another version of Parquay (revision {found}; {newest()} is known here)")
    from alembic import command

    with catalog.engine.begin() as connection:
        if not catalog.is_embedded:
            wait_for_others(connection)
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")


def is_current(catalog: Catalog) -> bool:
    """Whether a database has exactly the schema of this version."""
    return _version(catalog) == newest()


def newest() -> str:
    """Return the newest revision."""
    return max(revisions())


def revisions() -> set[str]:
    """Return every revision: scripts are numbered, and their names start with the number."""
    return {path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*.py")}


def _version(catalog: Catalog) -> str | None:
    with catalog.engine.connect() as connection:
        if not catalog.is_embedded:
            check(connection)
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return found
