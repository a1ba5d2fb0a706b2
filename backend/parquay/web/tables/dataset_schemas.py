"""The bodies of requests and answers about datasets, as OpenAPI shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parquay.web.http.reading_options import ReadingOptions
from parquay.web.http.schemas import ColumnRef, QueryOrigin, Text, Timestamp

MAX_ROWS = 10_000
"""Most rows that one request inserts, updates or deletes, each."""
MAX_MESSAGE = 500
"""Characters of what an author says about a version."""


Message = Annotated[Text, Field(max_length=MAX_MESSAGE)]
"""What an author says about a version."""


class Dataset(BaseModel):
    """A dataset in its newest version."""

    id: str
    name: str
    columns: list[ColumnRef]
    row_count: int
    version: int
    updated_at: Timestamp


class Changes(BaseModel):
    """Rows to insert, cells to set in rows named by `_rid`, and ids of rows to delete, all in one version.

    `on_misfit`: whether a cell that does not fit its column is left out, or the whole is refused.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    insert: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_ROWS)
    update: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_ROWS)
    delete: list[int] = Field(default_factory=list, max_length=MAX_ROWS)
    on_misfit: Literal["refuse", "skip"] = "refuse"
    message: Message | None = None


class DeleteRowsRequest(BaseModel):
    """Ids of rows to delete."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rids: list[int] = Field(alias="_rid", min_length=1, max_length=MAX_ROWS)
    message: Message | None = None


class Inserted(BaseModel):
    """The rows that were inserted, and the version that has them."""

    version: int
    rows: list[dict[str, Any]]


class Changed(BaseModel):
    """What a batch of edits did: the new version, and the rows as they are now.

    `skipped`: with `on_misfit=skip`, the cells whose new values did not fit.
    """

    version: int
    inserted: list[dict[str, Any]]
    updated: list[dict[str, Any]]
    deleted: list[int]
    skipped: int | None = None


class Version(BaseModel):
    """A version in the history. `inserted`, `updated` and `deleted` count rows; `expired`: it is no longer kept."""

    version: int
    kind: Literal["create", "edit", "append", "restore", "columns", "replace", "reread", "mend", "refresh"]
    author: str | None
    message: str | None
    created_at: Timestamp
    rows: int
    inserted: int
    updated: int
    deleted: int
    bytes: int
    pinned: bool
    expired: bool


class RowAlone(BaseModel):
    """A row that one version alone has, its cells as they were written."""

    model_config = ConfigDict(populate_by_name=True)

    rid: int = Field(alias="_rid")
    cells: dict[str, str | None]


class RowChanged(BaseModel):
    """The cells of a row that differ; a column that one version does not have is on one side alone."""

    model_config = ConfigDict(populate_by_name=True)

    rid: int = Field(alias="_rid")
    before: dict[str, str | None]
    after: dict[str, str | None]


class RowsApartShown(BaseModel):
    """The first rows of each kind, in the order of their ids."""

    added: list[RowAlone]
    removed: list[RowAlone]
    changed: list[RowChanged]


class Difference(BaseModel):
    """How many rows version `to` has more, less and otherwise than version `from`, by row id; `rows` if asked for."""

    model_config = ConfigDict(populate_by_name=True)

    from_: int = Field(alias="from")
    to: int
    added: int
    removed: int
    changed: int
    rows: RowsApartShown | None = None


class RestoreOrder(BaseModel):
    """Which version to bring back."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: int
    message: Message | None = None


class AppendOrder(BaseModel):
    """Which file's rows to append; `again`: also when a file of the same bytes is in the table."""

    model_config = ConfigDict(extra="forbid", strict=True)

    file_id: str
    again: bool = False
    message: Message | None = None


class ReplaceOrder(BaseModel):
    """Which file's rows to take in place of those of the table."""

    model_config = ConfigDict(extra="forbid", strict=True)

    file_id: str
    message: Message | None = None


class MendOrder(BaseModel):
    """The corrected text of a reject: one row, written as the file writes its rows."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"text": "17,4.50,Main St"}]}
    )

    text: Annotated[Text, Field(min_length=1, max_length=1 << 20)]
    message: Message | None = None


class MendedReject(BaseModel):
    """The row that reject number `n` became; `index`: where it stands in the table, from 0."""

    version: int
    n: int
    index: int
    row: dict[str, Any]


class RereadOrder(ReadingOptions):
    """How to read the file of a table again; what is left out is found out anew."""

    message: Message | None = None


class RefreshOrder(BaseModel):
    """What the author says about the version that is to be made."""

    model_config = ConfigDict(extra="forbid", strict=True)

    message: Message | None = None


class VersionJobShown(BaseModel):
    """How far the making of a version is; `progress` is 0 to 100, `version` the one it made, `error` why none."""

    state: Literal["waiting", "running", "done", "failed"]
    progress: int
    rows: int
    version: int | None
    error: VersionJobError | None


class VersionJobError(BaseModel):
    """Why a version could not be made. `code` is stable."""

    status: int
    code: str
    detail: str


class ReplacedVersion(Version):
    """The version with the file's rows; `added` and `dropped` name the columns that came and went.

    `reject_count`: texts of the file that could not be read; its own list of rejects has them, not the table's.
    """

    added: list[str]
    dropped: list[str]
    reject_count: int


class AggregatesError(BaseModel):
    """Why there are no aggregates. `code` is stable."""

    code: str
    detail: str


class ColumnAggregates(BaseModel):
    """Aggregates of one column. `count` leaves nulls out; `distinct_exact` false: `distinct` is an estimate.

    `cut`: long texts among them end with an ellipsis after 1,000 characters.
    """

    count: int
    nulls: int
    min: Any
    max: Any
    mean: Any
    sum: Any
    distinct: int
    distinct_exact: bool
    cut: bool = False


class Table(BaseModel):
    """A page of rows. `matched` counts the rows that hold all filters; the aggregates are those of these rows.

    `next` is the cursor of the rows behind the last one of the page, for `rows`; null at the end. `origin`: the
    statement that made the table, shown to its owner.
    """

    id: str
    name: str
    version: int
    columns: list[ColumnRef]
    row_count: int
    matched: int
    page: int
    size: int
    rows: list[dict[str, Any]]
    next: str | None
    truncated: bool = False
    aggregates: dict[str, ColumnAggregates] | None
    aggregates_error: AggregatesError | None = None
    origin: QueryOrigin | None = None


class Rows(BaseModel):
    """Rows, each with its `_rid`. `next` is the cursor of the rows behind, null at the end."""

    rows: list[dict[str, Any]]
    next: str | None
    version: int


class Group(BaseModel):
    """A group: the value of the column that rows are grouped by, and the measure. `cut`: of a long text the start."""

    key: Any
    value: Any
    cut: bool = False


class Groups(BaseModel):
    """Groups of rows; `more`: there are others. `unit`: of time, null where the values themselves are the keys."""

    version: int
    by: str
    measure: str
    unit: str | None
    groups: list[Group]
    more: bool


class Bin(BaseModel):
    """Rows with values from one border to the next."""

    from_: float = Field(alias="from")
    to: float
    count: int


class Point(BaseModel):
    """Rows of one unit of time, that begins at `from`."""

    from_: str = Field(alias="from")
    count: int


class Frequent(BaseModel):
    """A value and its rows. `cut`: of a long text the start."""

    value: Any
    count: int
    cut: bool = False


class Profile(BaseModel):
    """What a chart of a column shows. `shape` tells which fields there are."""

    version: int
    column: str
    type: str
    shape: Literal["histogram", "series", "values"]
    bins: list[Bin] | None = None
    unit: str | None = None
    points: list[Point] | None = None
    values: list[Frequent] | None = None
    other: int | None = None
