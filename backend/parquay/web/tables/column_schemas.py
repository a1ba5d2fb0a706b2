"""The bodies of requests and answers about columns, as OpenAPI shows them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parquay.web.http.schemas import ColumnRef, Text
from parquay.web.tables.dataset_schemas import Message

MissingWords = Annotated[list[Annotated[Text, Field(max_length=255)]], Field(max_length=100)]
"""Cells that mean that there is no value."""


class ColumnChanges(BaseModel):
    """What a column becomes; what is left out stays.

    `name` is what it is called from now on; `type` and `style` are those of columns, a type alone gets the style in
    which most cells fit; `missing` are the cells that mean that there is no value, without it those that usually do.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"name": "unit price"},
                {"type": "date", "style": "dd/MM/yyyy"},
                {"type": "decimal(18,2)", "missing": ["n/a", "-"]},
                {"type": "text"},
            ]
        },
    )

    name: Text | None = None
    type: Annotated[Text, Field(max_length=40)] | None = None
    style: Annotated[Text, Field(max_length=100)] | None = None
    missing: MissingWords | None = None
    message: Message | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.name is None and self.type is None and self.style is None and self.missing is None:
            raise ValueError("one of name, type, style and missing is needed")
        return self


class ColumnOrder(BaseModel):
    """A column to add behind the others: `value` for every row, or a SQL `expression` over the cells of each."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"name": "year", "type": "int64", "value": 2025},
                {"name": "gross", "type": "decimal(18,2)", "expression": "round(price * 1.19, 2)"},
            ]
        },
    )

    name: Text
    type: Annotated[Text, Field(max_length=40)]
    style: Annotated[Text, Field(max_length=100)] | None = None
    value: Any = None
    expression: Text | None = None
    message: Message | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if ("value" in self.model_fields_set) == (self.expression is not None):
            raise ValueError("either value or expression is needed")
        return self


class ColumnAnswer(BaseModel):
    """What became of a column: its cells with a value, those without one, and those that do not fit its type.

    `column` is null when it was dropped.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 4,
                    "column": {"name": "price", "type": "decimal(18,2)", "style": "0.0"},
                    "converted": 998,
                    "missing": 1,
                    "misses": 1,
                }
            ]
        }
    )

    version: int
    column: ColumnRef | None
    converted: int
    missing: int
    misses: int
