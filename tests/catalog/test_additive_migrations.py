"""A server of the version before goes on while a new one has migrated: migrations only add, from the ninth on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from parquay.catalog.migrate import config, revisions
from parquay.catalog.session import Catalog

FIRST = "0009"
"""Earlier ones are of before the first release."""

ALLOWED: dict[str, str] = {}
"""Revisions after which a server of the version before cannot go on, each with the reason."""

Schema = dict[str, dict[str, tuple[bool, bool]]]
"""By table and column: whether it must have a value, and whether it has a default."""


def schema(catalog: Catalog) -> Schema:
    found = inspect(catalog.engine)
    return {
        table: {
            each["name"]: (not each["nullable"], each["default"] is not None or each.get("autoincrement") is True)
            for each in found.get_columns(table)
        }
        for table in found.get_table_names()
    }


def breaks(before: Schema, after: Schema) -> list[str]:
    """What a server that knows `before` would stumble over."""
    lost = [table for table in before if table not in after]
    for table in before.keys() & after.keys():
        lost += [f"{table}.{name}" for name in before[table] if name not in after[table]]
        for name in after[table].keys() - before[table].keys():
            is_needed, has_default = after[table][name]
            lost += [f"{table}.{name} needs a value"] * (is_needed and not has_default)
    return lost


def moved(catalog: Catalog, revision: str) -> None:
    with catalog.engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)


def test_migrations_only_add(tmp_path: Path, connect: Callable[[str], Catalog]):
    catalog = connect(f"sqlite:///{tmp_path / 'metadata.db'}")
    moved(catalog, FIRST)
    before, broken = schema(catalog), {}

    for revision in sorted(each for each in revisions() if each > FIRST):
        moved(catalog, revision)
        after = schema(catalog)
        if found := breaks(before, after):
            broken[revision] = found
        before = after

    assert broken.keys() == ALLOWED.keys(), broken


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({"file": {"id": (True, False)}, "new": {"id": (True, False)}}, []),
        ({"file": {"id": (True, False), "more": (False, False)}}, []),
        ({"file": {"id": (True, False), "more": (True, True)}}, []),
        ({"file": {"id": (True, False), "more": (True, False)}}, ["file.more needs a value"]),
        ({"file": {"ident": (True, True)}}, ["file.id"]),
        ({}, ["file"]),
    ],
)
def test_what_an_older_server_stumbles_over_is_seen(after: Schema, found: list[str]):
    assert breaks({"file": {"id": (True, False)}}, after) == found
