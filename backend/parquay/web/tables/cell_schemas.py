"""The bodies of requests and answers about cells: checked, found and replaced, taken back, their history."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parquay.web.http.schemas import Text, Timestamp
from parquay.web.tables.dataset_schemas import Message

MAX_PATTERN = 1000
"""Characters of what is looked for."""
MAX_SHOWN = 100
"""Cells that do not fit, of which an answer tells."""


class MisfitShown(BaseModel):
    """A cell that does not fit its column: of the row `_rid`, or of new row number `index` of the request."""

    model_config = ConfigDict(populate_by_name=True)

    rid: int | None = Field(alias="_rid")
    index: int | None
    column: str
    value: Any
    detail: str


class CheckedCells(BaseModel):
    """What an edit would come to in the newest version: its cells, and those that do not fit; the first are shown."""

    version: int
    cells: int
    misfit_count: int
    misfits: list[MisfitShown]


class FindOrder(BaseModel):
    """What to find in cells as they are written, and what to put in its place.

    `columns`: in these alone. `case`: capitals are other letters; `whole`: the whole cell; `regex`: `find` is a regular
    expression of RE2, and `$1` in `replace` what its first group has found, `$0` all of it, `$$` a dollar.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"find": "Koeln", "replace": "Köln", "columns": ["city"], "whole": True}]},
    )

    find: Annotated[Text, Field(min_length=1, max_length=MAX_PATTERN)]
    replace: Annotated[Text, Field(max_length=1 << 16)] = ""
    columns: Annotated[list[Text], Field(min_length=1, max_length=10_000)] | None = None
    case: bool = False
    whole: bool = False
    regex: bool = False


class FindReplaceOrder(FindOrder):
    """What to replace; `on_misfit`: whether cells whose new text does not fit are left, or nothing is replaced."""

    on_misfit: Literal["refuse", "skip"] = "refuse"
    message: Message | None = None


class ExampleCell(BaseModel):
    """A cell that is found, with its text before and after; `fits` false: that is no value of its column's type."""

    model_config = ConfigDict(populate_by_name=True)

    rid: int = Field(alias="_rid")
    column: str
    before: str
    after: str
    fits: bool


class FoundCells(BaseModel):
    """What is found in a version, or was replaced: cells with a match, by column too.

    `changing` of them become others that fit, in `rows` rows; `misfits` have a new text that does not fit.
    """

    version: int
    cells: int
    changing: int
    rows: int
    misfits: int
    by_column: dict[str, int]
    misfits_by_column: dict[str, int]
    examples: list[ExampleCell]


class UndoOrder(BaseModel):
    """Which version to take back."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Annotated[int, Field(ge=1, lt=2**63)]
    message: Message | None = None


class CellChangeShown(BaseModel):
    """A version that changed a cell, by whom, from what to what; null: it had no value.

    `what` is `added` where the row or the column is new in it, `removed` where one of them is gone.
    """

    version: int
    kind: Annotated[str, Field(description="As in the list of versions.")]
    author: str | None
    message: str | None
    created_at: Timestamp
    what: Literal["set", "added", "removed"]
    before: str | None
    after: str | None


class CellHistoryShown(BaseModel):
    """The changes of a cell, newest first; `next`: ask again with `before` of it for older ones, null at the end.

    `is_cut`: versions before these are no longer kept, and may have changed it too.
    """

    model_config = ConfigDict(populate_by_name=True)

    rid: int = Field(alias="_rid")
    column: str
    version: int
    changes: list[CellChangeShown]
    next: int | None
    is_cut: bool
