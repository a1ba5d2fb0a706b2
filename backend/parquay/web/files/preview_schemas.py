"""What a preview answers, as OpenAPI shows it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from parquay.web.http.schemas import ColumnRef, Warned


class DialectShown(BaseModel):
    """How a file is written. An empty quote or escape: there is none."""

    format: str
    encoding: str
    encoding_confidence: float
    delimiter: str
    quote: str
    escape: str
    newline: str
    header_rows: int
    skip_rows: int


class FirstReject(BaseModel):
    """Text that cannot be read into the table; `n` counts from 0, `line` from 1."""

    n: int
    line: int
    byte: int
    column: str | None
    code: str
    text: str


class LookedAt(BaseModel):
    """What a preview tells of: bytes of text, the rows in them, and whether that is the whole file."""

    bytes: int
    rows: int
    complete: bool


class PreviewShown(BaseModel):
    """The beginning of a file as it would be read; the types are those of the rows that were looked at."""

    dialect: DialectShown
    columns: list[ColumnRef]
    rows: list[dict[str, Any]] = Field(max_length=100)
    rejects: list[FirstReject] = Field(max_length=20)
    warnings: list[Warned]
    looked_at: LookedAt
