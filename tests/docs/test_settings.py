"""docs/settings.md is what the code says. Run this file to write its table anew."""

from __future__ import annotations

import sys
from pathlib import Path

from parquay.settings import PREFIX, Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
HEAD = "| variable | default | meaning |\n|---|---|---|\n"


def table() -> str:
    """Return the table of every setting, in the order of the code."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`" if field.default != "" else "empty"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return HEAD + "\n".join(lines) + "\n"


def rewritten(page: str) -> str:
    """Return `page` with its table replaced."""
    before, _, rest = page.partition(HEAD)
    after = rest.partition("\n\n")[2]
    return f"{before}{table()}\n{after}"


def test_page_of_settings_tells_every_variable_its_default_and_its_meaning():
    page = PAGE.read_text(encoding="utf-8")

    assert table() in page, f"docs/settings.md is out of date; run: python {Path(__file__).relative_to(Path.cwd())}"


def test_every_setting_has_a_meaning():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
