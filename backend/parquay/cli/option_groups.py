"""Options that several commands take alike: a frozen dataclass whose fields are options, as one parameter of each.

Typer reads the signature of a command. `spread` shows it one in which the fields stand in place of the parameter, and
makes the object when the command is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command in whose signature each option of its groups is a parameter."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if is_dataclass(kind) and isinstance(kind, type)}
    parameters = [
        each.replace(kind=Parameter.KEYWORD_ONLY)
        for name, parameter in signature(command, eval_str=True).parameters.items()
        for each in (_options(groups[name]) if name in groups else [parameter])
    ]

    @wraps(command)
    def called(**given: Any) -> None:
        made = {
            name: kind(**{each.name: given.pop(each.name) for each in fields(kind)}) for name, kind in groups.items()
        }
        command(**given, **made)

    called.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in parameters}
    return called


def _options(group: type[Any]) -> list[Parameter]:
    """The fields of a group as parameters."""
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name])
        for each in fields(group)
    ]
