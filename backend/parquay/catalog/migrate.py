"""Bringing a database to the newest schema, at start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from parquay.catalog.session import Catalog

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def config() -> Config:
    """Return Alembic's configuration; the connection comes with each call."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made


def upgrade(catalog: Catalog) -> None:
    """Run the migrations that are missing, in one transaction."""
    with catalog.engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
