"""docs/settings.md and .env.example are what the code says. Run this file to write both anew."""

from __future__ import annotations

import sys
from pathlib import Path

from parquay.settings import PREFIX, Settings, load

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
EXAMPLE = Path(__file__).parents[2] / ".env.example"
OF_COMPOSE = "\n# " + "-" * 94 + " docker compose\n"
"""Where the part of .env.example begins that is written by hand; `test_compose.py` looks at it."""
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


def example() -> str:
    """Return a file `.env` with every setting at its default, each as a comment."""
    head = "# Copy to .env and take the # away from what shall differ. The defaults are shown; docs/settings.md says more.\n"
    lines = [
        f"\n# {field.description}\n#{PREFIX}{name.upper()}={'' if field.default is None else field.default}\n"
        for name, field in Settings.model_fields.items()
    ]
    return head + "".join(lines)


def test_example_of_settings_has_every_variable_and_starts_a_server_when_copied(tmp_path: Path):
    text = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(text, encoding="utf-8")

    assert text.partition(OF_COMPOSE)[0] == example(), (
        f".env.example is out of date; run: python {Path(__file__).relative_to(Path.cwd())}"
    )
    assert load(str(tmp_path / ".env")) == load(None)


def test_page_of_settings_tells_every_variable_its_default_and_its_meaning():
    page = PAGE.read_text(encoding="utf-8")

    assert table() in page, f"docs/settings.md is out of date; run: python {Path(__file__).relative_to(Path.cwd())}"


def test_every_setting_has_a_meaning():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    rest = "".join(EXAMPLE.read_text(encoding="utf-8").partition(OF_COMPOSE)[1:])
    EXAMPLE.write_text(example() + rest, encoding="utf-8")
    sys.exit(0)
