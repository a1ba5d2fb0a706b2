"""The bodies of requests and answers that several rooms have, as OpenAPI shows them, and what such are made of.

Sizes and offsets are bytes, times ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

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
