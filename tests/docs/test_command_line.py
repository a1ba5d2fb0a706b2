"""docs/command-line.md has every command with its options, as the program has them."""

from __future__ import annotations

import re

import pytest

from command_page import PAGE, commands, rewritten

COMMANDS = commands()
TEXT = PAGE.read_text(encoding="utf-8")


def section(name: str) -> str:
    found = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_page_has_every_command_and_option_of_the_program():
    assert rewritten(TEXT) == TEXT, f"{PAGE.name} is out of date; run: python docs/site/command_page.py"


def test_every_command_that_prints_json_says_what():
    printing = {name for name, each in COMMANDS.items() if any("--json" in option.opts for option in each.params)}

    assert set(re.findall(r"^\| `(parquay [a-z ]+)` \|", section("JSON for scripts"), re.MULTILINE)) == printing


@pytest.mark.parametrize("word", ["upload", "convert", "table export", "user add"])
def test_every_option_that_is_not_hidden_is_on_the_page(word: str):
    shown = [each for each in COMMANDS[f"parquay {word}"].params if not getattr(each, "hidden", False)]
    options = [each.opts[0] for each in shown if each.opts[0].startswith("-")]

    assert len(shown) > 2
    assert [each for each in options if f"| `{each}`" not in TEXT] == []
