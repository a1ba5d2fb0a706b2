"""docs/errors.md has every code with which something is refused, with its status, and no other."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import parquay
from parquay import errors
from parquay.tus.refusals import REFUSALS
from parquay.web.http.errors import CODES

ROOT = Path(__file__).parents[2]
PACKAGE = Path(parquay.__file__).parent
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
OTHERS = {"RefusedStatement": 1, "BadWish": 0, "_refused": 2, "problem": 1, "Fault": 1, "ApiError": 1, "WaitTimeout": 1}
"""What else makes a refusal, and which of its arguments is the code."""
OF_A_CONVERSION = {
    "encrypted_archive",
    "format_failed",
    "no_member",
    "no_path",
    "no_rows",
    "row_too_long",
    "several_members",
    "too_expanded",
    "unsupported_format",
}
"""Codes that a child process tells of a file; a preview answers them with 422."""
IS_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


ROWS = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| ([\dx]+|none) \|", PAGE, re.MULTILINE)
CODES_OF_PAGE = [code for codes, _status in ROWS for code in re.findall(r"\w+", codes)]
DOCUMENTED = {code: status for codes, status in ROWS for code in re.findall(r"\w+", codes)}


@functools.cache
def nodes() -> list[ast.AST]:
    """Every node of the package; read for the first test that asks, and not by each process that collects them."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    return [node for tree in trees for node in ast.walk(tree)]


@functools.cache
def classes() -> dict[str, int]:
    """Names of the classes of errors that have a code, with the status of each."""
    found = {
        name: each.status
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, errors.ParquayError)
    }
    defined = [node for node in nodes() if isinstance(node, ast.ClassDef)]
    for _depth in range(3):
        for node in defined:
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in found:
                    found.setdefault(node.name, found[base.id])
    return found


def texts(node: ast.expr) -> Iterator[str]:
    """The codes that an argument may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and IS_CODE.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


@functools.cache
def given() -> dict[str, set[int]]:
    """Every code in the package, with the statuses that its errors lead to."""
    found: dict[str, set[int]] = defaultdict(set)
    statuses = classes()
    for node in nodes():
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            at = 1 if name in statuses else OTHERS.get(name)
            places = [] if at is None else node.args[at : at + 1]
            arguments = [*places, *(k.value for k in node.keywords if k.arg == "code" and at is not None)]
            for code in (code for argument in arguments for code in texts(argument)):
                found[code] |= {statuses[name]} if name in statuses else set()
        if isinstance(node, ast.ClassDef) and node.name in statuses:
            for line in node.body:
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "default_code":
                    found[ast.literal_eval(line.value)].add(statuses[node.name])
    for code, (status, _sentence) in REFUSALS.items():
        found[code].add(status)
    for status, code in CODES.items():
        found[code].add(status)
    return found


def test_every_code_that_is_given_is_documented():
    assert {"not_found", "wrong_offset", "storage_full", "sql_not_allowed", "unknown_type", "bad_id"} <= given().keys()
    assert sorted(given().keys() - DOCUMENTED.keys() - {"no_table"}) == []


def test_every_documented_code_is_in_the_program():
    literals = {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    made = {f"{kind}_running" for kind in ("reread", "refresh")}

    assert sorted(DOCUMENTED.keys() - literals - made) == []


def test_a_code_stands_on_the_page_once():
    assert sorted({code for code in CODES_OF_PAGE if CODES_OF_PAGE.count(code) > 1}) == []


def test_the_status_is_the_one_that_is_answered():
    certain = {code: str(*statuses) for code, statuses in given().items() if len(statuses) == 1}
    shown = {code: DOCUMENTED[code] for code in certain if code in DOCUMENTED}

    wrong = {code: (status, certain[code]) for code, status in shown.items() if status not in ("none", certain[code])}

    assert len(certain) > 100
    assert wrong.keys() <= OF_A_CONVERSION | {"refused_by_hook"}, wrong


def test_what_the_web_client_translates_is_documented():
    german = (ROOT / "client" / "src" / "i18n" / "de" / "problems.ts").read_text(encoding="utf-8")
    translated = set(re.findall(r"^  ([a-z_]+):", german, re.MULTILINE))

    assert len(translated) > 100
    assert sorted(translated - DOCUMENTED.keys()) == []
