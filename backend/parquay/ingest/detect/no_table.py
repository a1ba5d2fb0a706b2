"""Why a sample that can be read is no table: its rows have no common width, it is prose, or a text of another kind."""

from __future__ import annotations

from pathlib import PurePath

from parquay.ingest.detect.header import is_blank
from parquay.ingest.detect.reading import MAX_SAMPLE_BYTES, Reading, value_share
from parquay.ingest.text.overrides import Overrides

TABLE_NAMES = frozenset({".csv", ".tsv", ".tab", ".psv", ".ssv"})
"""Endings of names that promise a table, so that one column is enough."""
OTHER_TEXTS = frozenset({
    ".c", ".cfg", ".conf", ".cpp", ".css", ".h", ".htm", ".html", ".ini", ".ipynb", ".java", ".js", ".json", ".md",
    ".php", ".py", ".rb", ".rs", ".rst", ".sh", ".sql", ".svg", ".tex", ".toml", ".ts", ".xhtml", ".xml", ".yaml",
    ".yml",
})  # fmt: skip
"""Endings of names of texts that are no tables, however regular their lines are."""

_UNIFORM_NAMED, _UNIFORM_UNNAMED = 0.3, 0.8
"""Least share of rows of one width: in a file whose name promises a table, and in any other."""


def refusal(reading: Reading, name: str, overrides: Overrides, *, complete: bool) -> tuple[str, str]:
    """Why the sample is no table: a code and a reason, both empty when it is one."""
    suffix = PurePath(name).suffix.lower()
    promised = suffix in TABLE_NAMES or overrides.delimiter is not None or overrides.header is not None
    if reading.width == 0 and complete:
        return "no_rows", "The file has no rows."
    if reading.width == 0 and promised:
        return "row_too_long", f"The first row is longer than {MAX_SAMPLE_BYTES >> 20} MiB."
    reason = "" if overrides.delimiter is not None else _why_no_table(reading, suffix, promised=promised)
    return ("no_table", reason) if reason else ("", "")


def _why_no_table(reading: Reading, suffix: str, *, promised: bool) -> str:
    if reading.width > 1 and reading.uniform < (_UNIFORM_NAMED if promised else _UNIFORM_UNNAMED):
        return "The rows have no common width."
    if promised:
        return ""
    if reading.width < 2:
        return "There is one column only."
    if suffix in OTHER_TEXTS:
        return "A text of this kind is no table."
    return "The text is prose." if _is_prose(reading) else ""


def _is_prose(reading: Reading) -> bool:
    """Sentences can have one comma each by chance; but behind it stands a space, and few cells are values."""
    full = [row for row in reading.rows if not is_blank(row)]
    if len(full) < 2:
        return True
    if reading.dialect.delimiter in (" ", ":") and reading.uniform < 1:
        return True
    return reading.dialect.trim and reading.width <= 3 and value_share(full, reading.width) < 0.2
