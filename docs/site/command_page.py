"""The commands of `parquay` as Markdown, from the program itself. Run this file to write docs/command-line.md anew."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "command-line.md"
BEGIN, END = "<!-- commands -->\n", "\n<!-- /commands -->"
SERVER = ("--url", "--user", "--password", "--token")
"""Options of every command that asks a server; they stand on the page once."""
WORDS = {str: "text", Path: "path", int: "number", float: "number", bool: ""}


def commands() -> dict[str, Any]:
    """Return each command by its full name, in the order of the help."""
    import typer

    from parquay.cli.commands import application

    return dict(_flat("parquay", typer.main.get_command(application(""))))


def rewritten(page: str) -> str:
    """Return a page with the part between its two marks made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{page_of(commands())}{END}{rest.partition(END)[2]}"


def page_of(found: dict[str, Any]) -> str:
    """Return the part of the page that is made from the program. Pure."""
    common = next(each for each in found.values() if set(SERVER) <= {option.opts[0] for option in each.params})
    asked = [each for each in common.params if each.opts[0] in SERVER]
    intro = "Every command that asks a server takes these; the others work on this machine."
    head = ["## Which server, and as whom", "", intro, "", *table(asked), "", "## The commands", ""]
    return "\n".join([*head, *(line for name, each in found.items() for line in section(name, each))])


def section(name: str, command: Any) -> list[str]:
    """Return what the page says of a command, line by line. Pure."""
    own = [each for each in command.params if not getattr(each, "hidden", False)]
    asks_server = set(SERVER) <= {each.opts[0] for each in own}
    own = [each for each in own if not (asks_server and each.opts[0] in SERVER)]
    arguments = [shown(each) for each in own if is_argument(each)]
    usage = " ".join([name, *arguments, *(["[OPTIONS]"] if len(arguments) < len(own) or asks_server else [])])
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(command.help or ""))
    return [f"### `{name}`", "", text, "", "```text", usage, "```", "", *table(own), *([""] if own else [])]


def table(params: Sequence[Any]) -> list[str]:
    """Return the rows that explain arguments and options; none for none. Pure."""
    rows = [f"| {named(each)} | {meaning(each)} |" for each in params if not is_argument(each) or each.help]
    return ["| option | meaning |", "|---|---|", *rows] if rows else []


def named(param: Any) -> str:
    """Return how a parameter is written. Pure."""
    if is_argument(param):
        return f"`{shown(param)}`"
    value = value_of(param)
    return ", ".join(f"`{each}`" for each in param.opts) + (f" {value}" if value else "")


def meaning(param: Any) -> str:
    """Return what a parameter means, with its limits, its default and the variable that has it too. Pure."""
    info = param.type_descriptor.parameter_info
    bounds = {"at least": info.min, "at most": info.max}
    default = getattr(param.default, "value", param.default)
    has_default = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    notes = [
        *(f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None),
        *([f"default `{default:g}`" if isinstance(default, float) else f"default `{default}`"] if has_default else []),
        *([f"or `{param.envvar}`"] if getattr(param, "envvar", None) else []),
        *(["may be repeated"] if getattr(param, "multiple", False) else []),
    ]
    noted = f" ({', '.join(notes)})" if notes else ""
    text = (param.help or "").removesuffix(".") + noted + "."
    return " ".join(text.split()).replace("|", "\\|")


def shown(param: Any) -> str:
    """Return an argument as the usage line has it. Pure."""
    name = str(param.metavar or param.name.upper())
    name = " or ".join(each.strip() for each in name.split("|"))
    return name if param.required or name.startswith("[") else f"[{name}]"


def value_of(param: Any) -> str:
    """Return what an option takes: a word, or its choices; empty for a switch. Pure."""
    if param.metavar:
        return f"`{param.metavar}`"
    kind = bare(param.type_descriptor.annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{each.value}`" for each in kind)
    return WORDS.get(kind, "text")


def bare(annotation: Any) -> Any:
    """Return the type of one value of a parameter, without None and without the list around it. Pure."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return bare(next(each for each in typing.get_args(annotation) if each is not type(None)))
    return bare(typing.get_args(annotation)[0]) if typing.get_origin(annotation) is list else annotation


def is_argument(param: Any) -> bool:
    """Whether a parameter is known by its position. Pure."""
    return not param.opts[0].startswith("-")


def _flat(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
    else:
        for word, child in children.items():
            yield from _flat(f"{name} {word}", child)


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
