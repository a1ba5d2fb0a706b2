"""Words of the code: one class a name, and no word of which only this project knows the meaning."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from pathlib import Path

import pytest

import parquay

PACKAGE = Path(parquay.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
STANDARD = {
    "bell": "notification, channel",
    "born": "created",
    "deepest": "MAX_…_DEPTH",
    "doomed": "deleted",
    "glance": "sample",
    "lane": "fast path",
    "litter": "orphans",
    "settle": "flush, try_finish",
    "told": "declared, reported",
    "witness": "observer",
}
"""Words that no name may have, and those that the field has for it."""
TWINS = {"File", "Dataset"}
"""What users of the Python client know under the names that the catalog and the API have too."""
LIMIT = re.compile(r"^_?(?:MOST|LEAST|LONGEST|LARGEST|DEEPEST|HIGHEST)_")


def words_of(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def names_of(source: str) -> set[str]:
    return {
        token.string for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.NAME
    }


def test_a_class_has_its_name_alone() -> None:
    where = defaultdict(list)
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                where[node.name].append(module.relative_to(PACKAGE).as_posix())

    assert len(where) > 300
    assert {name: modules for name, modules in where.items() if len(modules) > 1 and name not in TWINS} == {}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_names_are_words_of_the_field(module: Path) -> None:
    names = {*names_of(module.read_text(encoding="utf-8")), module.stem}

    assert {name: STANDARD[word] for name in names for word in words_of(name) & STANDARD.keys()} == {}
    assert sorted(name for name in names if LIMIT.match(name)) == []


@pytest.mark.parametrize("name", ["told", "_told_now", "BELL_SECONDS", "GlanceRows", "is_settle"])
def test_a_banned_word_is_seen_in_every_spelling(name: str) -> None:
    assert words_of(name) & STANDARD.keys()
