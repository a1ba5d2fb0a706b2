"""Options that several commands share are options of each."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Annotated

from parquay.cli.option_groups import spread


@dataclass(frozen=True)
class Size:
    width: Annotated[int, "how wide"] = 3
    height: int = 4


def test_fields_of_a_group_stand_in_its_place_with_their_defaults_and_notes():
    given: list[object] = []

    def draw(name: str, size: Size = Size(), colour: str = "red") -> None:
        """Draw it."""
        given.append((name, size, colour))

    command = spread(draw)
    shown = signature(command).parameters

    assert [(each.name, each.default) for each in shown.values()][1:] == [
        ("width", 3),
        ("height", 4),
        ("colour", "red"),
    ]
    assert shown["width"].annotation == Annotated[int, "how wide"]
    assert command.__doc__ == "Draw it."

    command(name="box", width=5, height=4, colour="blue")

    assert given == [("box", Size(5), "blue")]


def test_a_command_without_groups_stays_what_it_is():
    def plain(name: str = "x") -> None: ...

    assert signature(spread(plain)).parameters.keys() == {"name"}
