"""The bodies of requests and answers that several rooms have, as OpenAPI shows them, and what such are made of.

Sizes and offsets are bytes, times ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from parquay.roles import Role

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


def _written(given: object) -> object:
    # A number would be taken for seconds or milliseconds, whichever fits.
    if isinstance(given, (str, datetime)):
        return given
    raise ValueError("a time is text: ISO 8601 with its zone")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is beyond the years 1 to 9999") from None


def _whole(text: str) -> str:
    """Refuse what a database or a log cannot keep as text."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("a text without NUL and of whole characters")
    return text


Text = Annotated[str, AfterValidator(_whole)]
"""A text that every database can keep."""

Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
"""A time that somebody tells: ISO 8601 with its zone, within what a calendar has in UTC."""

Status = Literal["uploading", "processing", "done", "error"]


class Problem(BaseModel):
    """A refusal (RFC 9457). `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Credentials(BaseModel):
    """A user name and its password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    username: str = Field(max_length=256)
    password: str = Field(max_length=4096)


class FileError(BaseModel):
    """Why a file could not become a table. `code` is stable."""

    code: str
    message: str


class ColumnOffer(BaseModel):
    """A type that a column of text could have: `fits` of its cells, `misses` do not, of which some are `examples`."""

    type: str
    style: str
    fits: int
    misses: int
    examples: list[str]


class ColumnRef(BaseModel):
    """A column of the table.

    `style` is how its cells are written, null in lists where it was not kept yet; `missing` counts the words that are
    no values, such as `NA`, over all rows of the version; `offers` are null where they are not counted: in lists, and
    for a large table at first.
    """

    name: str
    type: str
    style: str | None
    missing: dict[str, int] = {}
    offers: list[ColumnOffer] | None = None


class Received(BaseModel):
    """Bytes that are stored, of so many."""

    offset: int
    size: int | None


class Parsed(BaseModel):
    """Bytes and rows that are in the table."""

    bytes: int
    rows: int


class Progress(BaseModel):
    """How far a file is."""

    file_id: str
    status: Status
    progress: int
    upload: Received
    parse: Parsed
    ahead: int | None


class Warned(BaseModel):
    """What was mended, passed over or guessed: where it was first met, how often, and the first such line."""

    code: str
    line: int
    count: int
    text: str


class CameBy(BaseModel):
    """The upload link by which a file came; it may have been taken back since."""

    id: str
    name: str


class Entry(BaseModel):
    """A file. `progress` is 0 to 100 over upload and parsing together and never goes back; `role`: the caller's.

    `path`: the folder that the file was in inside an uploaded folder. `ahead`: how many jobs go before its own, null
    when it does not wait. `source_url`: where the server got it, without login and query; null: it was uploaded.
    `upload_link`: by which one it came, null when its owner uploaded it, and for everybody else.
    """

    id: str
    name: str
    size: int | None
    offset: int
    content_type: str | None
    status: Status
    progress: int
    error: FileError | None
    uploaded_at: Timestamp
    finished_at: Timestamp | None
    row_count: int | None
    reject_count: int
    warnings: list[Warned]
    parquet_path: str | None
    dataset_id: str | None
    sha256: str | None
    owner: str
    shared: bool
    role: Role
    path: str | None
    ahead: int | None
    source_url: str | None
    upload_link: CameBy | None
    tags: list[str]


class Uploaded(Entry):
    """A file that was just uploaded; `file_id` repeats `id`."""

    file_id: str


class QueryOrigin(BaseModel):
    """The statement that a table was made by, and its parameters."""

    query: str
    params: dict[str, Any] | list[Any] | None
