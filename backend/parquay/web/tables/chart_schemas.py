"""The answers about charts, as OpenAPI shows them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class CrossGroup(BaseModel):
    """A key of the first dimension, as value and as written, and its measure. `cut`: of a long text the start."""

    key: Any
    text: str | None
    value: Any
    cut: bool = False


class RestGroups(BaseModel):
    """Keys without a group of their own: how many, and the measure over all of their rows."""

    groups: int
    value: Any


class Split(BaseModel):
    """A key of the second dimension: its values for each of the groups, and for the rest where there is one."""

    key: Any
    text: str | None
    values: list[Any]
    cut: bool = False


class OtherSplits(BaseModel):
    """Keys of the second dimension without a line of their own."""

    groups: int
    values: list[Any]


class CrossTable(BaseModel):
    """A measure for each key of one dimension, and of two; without a second one `splits` is empty."""

    version: int
    by: str
    unit: str | None
    split: str | None
    split_unit: str | None
    measure: str
    groups: list[CrossGroup]
    rest: RestGroups | None
    splits: list[Split]
    others: OtherSplits | None


class Box(BaseModel):
    """A group of numbers: how many, and five of them; each is the value of a row."""

    key: Any
    text: str | None
    count: int
    min: Any
    q1: Any
    median: Any
    q3: Any
    max: Any
    cut: bool = False


class Boxes(BaseModel):
    """Boxes of a column; `more`: there are groups without one."""

    version: int
    column: str
    by: str | None
    unit: str | None
    boxes: list[Box]
    more: bool


class ScatterPoint(BaseModel):
    """A row with its values in two columns."""

    rid: int = Field(alias="_rid")
    x: Any
    y: Any


class Points(BaseModel):
    """Points of two columns; `total` counts all rows that have both values, of which `points` may be a sample."""

    version: int
    x: str
    y: str
    points: list[ScatterPoint]
    total: int
