"""Reads compose files as Compose does: names filled in, later files merged into earlier ones.

Of the rules only those that our files need: mappings are merged, lists appended, commands replaced, volumes have one
source for a place; `!reset` takes a key away, `!override` puts another one in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
BASE, SCALED, TLS = "docker-compose.yml", "docker-compose.scaled.yml", "docker-compose.tls.yml"

NAME = re.compile(r"\$\{(?P<name>\w+)(?:(?P<how>:?[-?])(?P<rest>[^}]*))?\}")
"""A name that is filled in, with what it is else (`-`) or why it must be set (`?`); `:` takes an empty one for unset."""

REPLACED = {"command", "entrypoint", "test"}
"""Lists that are one thing: a later file's takes the place of an earlier one's."""


class Reset:
    """Stands for a key that goes."""


class Override:
    """Stands for a value that takes the place of another one."""

    def __init__(self, value: Any) -> None:
        self.value = value


Loader = type("Loader", (yaml.SafeLoader,), {"__doc__": "YAML with the two tags of Compose."})


def _override(loader: yaml.SafeLoader, node: yaml.Node) -> Override:
    made = {yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
    return Override(made[type(node)](node, deep=True))


yaml.add_constructor("!reset", lambda _loader, _node: Reset(), Loader)
yaml.add_constructor("!override", _override, Loader)


def read(*files: str, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what the files mean together.

    Raises:
        LookupError: a name must be set and is not in ``environment``.
    """
    merged: dict[str, Any] = {}
    for file in files:
        merged = merge(merged, yaml.load(filled((ROOT / file).read_text(encoding="utf-8"), environment or {}), Loader))
    return {name: value for name, value in merged.items() if not name.startswith("x-")}


def names(*files: str) -> set[str]:
    """Return the names that are filled in."""
    return {found["name"] for file in files for found in NAME.finditer(_without_comments(file))}


def _without_comments(file: str) -> str:
    return re.sub(r"^\s*#.*$", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE)


def filled(text: str, environment: Mapping[str, str]) -> str:
    """Return ``text`` with its names filled in; comments keep theirs.

    Raises:
        LookupError: a name must be set and is not.
    """

    def value(found: re.Match[str]) -> str:
        name, how, rest = found["name"], found["how"] or "-", found["rest"] or ""
        given = environment.get(name)
        if given is not None and (given or ":" not in how):
            return given
        if "?" in how:
            raise LookupError(f"{name}: {rest}")
        return rest

    return "\n".join(line if line.lstrip().startswith("#") else NAME.sub(value, line) for line in text.split("\n"))


def merge(before: Any, after: Any, key: str = "") -> Any:
    """Return what two values of one ``key`` mean together."""
    if isinstance(after, Override):
        return after.value
    if isinstance(before, dict) and isinstance(after, dict):
        both = {name: merge(before[name], after[name], name) for name in before.keys() & after.keys()}
        return {name: value for name, value in {**before, **after, **both}.items() if not isinstance(value, Reset)}
    if key == "volumes":
        return list({_place(each): each for each in (*before, *after)}.values())
    if isinstance(before, list) and isinstance(after, list) and key not in REPLACED:
        return [*before, *after]
    return after


def _place(volume: str) -> str:
    """Where a volume is in the container."""
    return volume.removesuffix(":ro").rpartition(":")[2]
