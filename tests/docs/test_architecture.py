"""What docs/architecture.md, the glossary and CONTRIBUTING say of the code is so."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

import parquay

ROOT = Path(__file__).parents[2]
PACKAGE = Path(parquay.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WALKS = ("The bytes of an upload", "A cell of a CSV file", "A filter becoming rows of a page")
"""Routes that a newcomer walks."""
MAX_WALK_FILES, MAX_ROUTE_FILES = 7, 9
CLASS = re.compile(r"`([A-Z][a-z]+[A-Za-z]*)`")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def routes() -> dict[str, list[str]]:
    """The modules of each route, in the order in which they stand there."""
    parts = re.split(r"^\*\*(.+)\*\*$", section("Routes"), flags=re.MULTILINE)[1:]
    named = zip(parts[::2], parts[1::2], strict=True)
    return {title: list(dict.fromkeys(re.findall(r"`([a-z0-9_/]+\.py)`", text))) for title, text in named}


@functools.cache
def neighbours() -> dict[str, set[str]]:
    """Which modules import a module or are imported by it."""
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("parquay"):
                within = node.module.removeprefix("parquay").strip(".").replace(".", "/")
                for name in (f"{within}.py", *(f"{within}/{each.name}.py".lstrip("/") for each in node.names)):
                    if name in modules:
                        found[module].add(name)
                        found[name].add(module)
    return found


def are_near(one: str, other: str) -> bool:
    known = neighbours()
    return other in known[one] or not known[one].isdisjoint(known[other])


def test_the_layers_are_those_that_are_held():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    held = [re.findall(r"\w+", layer) for layer in contracts[0]["layers"]]
    shown = [re.findall(r"`(\w+)`", row) for row in re.findall(r"^\| (`.+?) \|", section("Layers"), re.MULTILINE)]

    where = {module: number for number, modules in enumerate(shown) for module in modules}
    modules = [module for layer in held for module in layer]

    assert sorted(set(modules) - where.keys()) == []
    assert sorted(where.keys() - set(modules)) == []
    assert [where[module] for module in modules] == sorted(where[module] for module in modules)


@pytest.mark.parametrize("route", routes())
def test_a_route_is_walked_from_file_to_file(route: str):
    files = routes()[route]

    assert [file for file in files if not (PACKAGE / file).is_file()] == []
    assert [file for i, file in enumerate(files[1:], 1) if not any(are_near(file, each) for each in files[:i])] == []
    assert len(files) <= (MAX_WALK_FILES if route in WALKS else MAX_ROUTE_FILES)


def test_the_walks_of_a_newcomer_are_there():
    assert [route for route in WALKS if len(routes().get(route, ())) < 5] == []


def test_the_data_directory_has_what_is_said():
    names = [
        path.strip("/").split("/")[-1].split("<")[0]
        for path in re.findall(r"^\| `(.+?)` \|", section("Data directory"), re.MULTILINE)
    ]
    literals = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))

    assert len(names) > 8
    assert [name for name in names if name.strip("*-.") and name.strip("*-") not in literals] == []


def test_the_glossary_is_in_order_and_its_classes_are_there():
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", GLOSSARY, re.MULTILINE)
    classes = {
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }

    assert len(words) == len(set(words)) > 80
    assert words == sorted(words, key=str.lower)
    assert sorted(set(CLASS.findall(GLOSSARY)) - classes) == []


def test_contributors_are_sent_to_what_there_is():
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    paths = re.findall(r"`((?:backend|client|docs|tests)/[\w./-]+)`", CONTRIBUTING)

    assert set(re.findall(r"`make ([a-z]+)", CONTRIBUTING)) <= targets
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
