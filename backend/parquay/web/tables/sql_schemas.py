"""The bodies of requests and answers about statements, as OpenAPI shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parquay.datasets.statements.run import MAX_ROWS
from parquay.roles import Role
from parquay.web.http.schemas import Entry, QueryOrigin

MAX_PARAMS = 1000
"""Parameters of a statement."""


class StatementRequest(BaseModel):
    """A statement that reads: `SELECT`, `WITH`, `VALUES`, `FROM`, `DESCRIBE`, `SUMMARIZE` or `EXPLAIN`.

    Tables are named by their file's name in double quotes, or `dataset('id', version => 3)`. `params` are the values of
    `$name`, or in a list those of `?` and `$1`. `limit`: most rows; in JSON 1,000 where it is left out, and at most
    100,000.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    query: Annotated[str, StringConstraints(min_length=1)]
    params: dict[str, Any] | list[Any] | None = Field(None, max_length=MAX_PARAMS)
    limit: int | None = Field(None, ge=0, le=2**53)
    format: Literal["json", "csv", "arrow", "parquet"] = "json"


class SaveOrder(BaseModel):
    """A statement whose whole result is to become a table; `name`: that of its file, such as `result.parquet`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: Annotated[str, StringConstraints(min_length=1)]
    params: dict[str, Any] | list[Any] | None = Field(None, max_length=MAX_PARAMS)
    name: str = Field(min_length=1, max_length=1024)


class SavedResult(Entry):
    """The file that was just made; `file_id` repeats `id`."""

    file_id: str
    origin: QueryOrigin


class ResultColumnRef(BaseModel):
    """A column of a result; lists and structures have the type `json`."""

    name: str
    type: str


class StatementResult(BaseModel):
    """Rows as objects by the names of the columns; `truncated`: there are more than the limit."""

    columns: list[ResultColumnRef]
    rows: list[dict[str, Any]] = Field(max_length=MAX_ROWS)
    truncated: bool


class SchemaTable(BaseModel):
    """A table that a statement may name; `reference` is how.

    That is its name in quotes, or where this means another table, or several, its id.
    """

    id: str
    name: str
    reference: str
    columns: list[ResultColumnRef]
    row_count: int
    version: int
    owner: str
    role: Role


class Schema(BaseModel):
    """Tables, the newest first; `next` is the cursor of those behind, null at the end."""

    tables: list[SchemaTable]
    next: str | None
