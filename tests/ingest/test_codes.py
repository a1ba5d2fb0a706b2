"""Every code that a file, a row or a warning can get stands in `docs/ingest.md`, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import parquay.catalog.concatenations
import parquay.ingest
import parquay.uploads.policy.names

SOURCE = "\n".join(
    path.read_text()
    for path in (
        *sorted(Path(parquay.ingest.__file__).parent.rglob("*.py")),
        Path(parquay.uploads.policy.names.__file__),
        Path(parquay.catalog.concatenations.__file__),
    )
)
DOCS = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text()
GIVEN = re.compile(
    r"(?:RejectedRow\(|rejects\.add\(|warnings=\(|, \"runaway_quote\" if row\.runaway else |warn\((?:\w[\w.]*, )?|FileWarning\(|_error\(end, |code=|Refused\(\s*|RepairedRow\(.*, |Guess\(None, |column, |, None, )"
    r'"([a-z_]+)"'
    r'|raise (?:BadInput|TooLarge|NoTable)\([^"]*f?"[^"]*"(?:[^"]*"[^"]*")?, "([a-z_]+)"'
    r'|return _only\(.*"([a-z_]+)"\)'
)
SILENT = {"no_table"}
"""A file without a table ends as done, so its code is never seen outside."""


def documented() -> set[str]:
    rows = re.findall(r"^\| `(\w+)`(?:, `(\w+)`)? \| ", DOCS.partition("## Rejects")[2], re.MULTILINE)
    return {code for row in rows for code in row if code}


def test_every_documented_code_is_given_somewhere():
    assert documented()
    assert [code for code in sorted(documented()) if f'"{code}"' not in SOURCE] == []


def test_every_code_that_is_given_is_documented():
    given = {code for match in GIVEN.finditer(SOURCE) for code in match.groups() if code and "_" in code}

    assert {"too_few_fields", "stray_quote", "no_rows", "too_expanded", "broken_archive"} <= given
    assert sorted(given - documented() - SILENT) == []
