"""The bodies of requests and answers about files, as OpenAPI shows them. Sizes and offsets are bytes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from parquay.roles import GivenRole
from parquay.web.http.schemas import ColumnRef, Entry, Moment, QueryOrigin, Text, Timestamp


class CutCell(BaseModel):
    """A cell of which only the start is shown: the row's place in `rows`, and how many characters the cell has."""

    row: int
    column: str
    length: int


class Content(BaseModel):
    """The first rows. `next` is where more are, null at the end; `truncated` names the cells that are not whole."""

    columns: list[ColumnRef]
    rows: list[dict[str, Any]]
    total: int | None
    next: str | None
    truncated: list[CutCell]


class Damage(BaseModel):
    """Why a table that there is cannot be shown."""

    code: str
    message: str


class Detail(Entry):
    """A file with its first rows; `content` is null until there are any, and where `damage` says why not.

    `origin`: the statement that made the table, shown to its owner.
    """

    content: Content | None
    damage: Damage | None = None
    origin: QueryOrigin | None = None


class RejectRow(BaseModel):
    """Text that could not be read into the table. `line` is the physical line of the file, from 1.

    `n` counts the rejects of the file, from 0. `row`: how many of its rows stand before it; null in tables of before
    that was counted, where lines do not tell. `mended`: it is a row of the newest version.
    """

    n: int
    line: int
    byte: int
    column: str | None
    code: str
    text: str
    row: int | None
    mended: bool


class Rejects(BaseModel):
    """A page of rejects. `next` is the cursor of the next page, null at the end; `total` counts mended ones too."""

    total: int
    items: list[RejectRow]
    next: str | None


class WholeContent(BaseModel):
    """The bytes of a file, by their digest in hex and their number."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sha256: str = Field(pattern="^[0-9a-fA-F]{64}$")
    size: int = Field(ge=0, lt=2**63)


class Found(BaseModel):
    """Files that were found; `total` counts those that are not listed too."""

    files: list[Entry]
    total: int


class ArchiveOrder(BaseModel):
    """The ids of the files that are to come as one ZIP."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[str] = Field(min_length=1, max_length=10_000)


def _whole_tag(text: str) -> str:
    tag = " ".join(text.split())
    if not tag or "," in tag or not tag.isprintable():
        raise ValueError("a tag has letters, and no comma")
    return tag


Tag = Annotated[Text, Field(max_length=64), AfterValidator(_whole_tag)]
"""A tag: words with a space between them."""


class FileChange(BaseModel):
    """What to change about a file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(None, min_length=1, max_length=1024)
    shared: bool | None = None
    tags: list[Tag] | None = Field(None, max_length=50)


class RoleChoice(BaseModel):
    """What somebody may do with a file: look, or also change its rows."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: GivenRole


class Given(BaseModel):
    """Somebody's role in a file; the name `*` stands for every user."""

    username: str
    role: GivenRole


class NewLink(BaseModel):
    """A link to make: until when it is good (null: for good), and the password that it asks for (null: none)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    role: Literal["view"] = "view"
    expires_at: Moment | None = None
    password: str | None = Field(None, min_length=1, max_length=1024)


class LinkRef(BaseModel):
    """A link to a file, without its token."""

    id: str
    role: Literal["view"]
    created_at: Timestamp
    expires_at: Timestamp | None
    has_password: bool


class ShownLink(LinkRef):
    """A link with its token, which is shown this once; `url` is the page that it opens."""

    url: str
    token: str


class LinkedFile(BaseModel):
    """What a link leads to."""

    file_id: str
    has_password: bool
    expires_at: Timestamp | None


class LinkPassword(BaseModel):
    """The password of a link."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    password: str = Field("", max_length=1024)


class OpenedLink(BaseModel):
    """A token that reads the file `file_id`, as bearer token or `?link=`. `expires_in` is seconds."""

    token: str
    file_id: str
    expires_in: int


def _endings(given: object) -> object:
    """Endings with their dot in lower case; a text has them separated by commas, as the setting does."""
    listed = given.split(",") if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        return listed
    return sorted({f".{each.strip().lower().lstrip('.')}" for each in listed})


Ending = Annotated[Text, Field(pattern=r"^\.[^\s./\\*?,]+(\.[^\s./\\*?,]+)*$", max_length=32)]
Limit = Annotated[int, Field(strict=True, ge=1, lt=2**63)]


class NewUploadLink(BaseModel):
    """An upload link to make: what it is for, until when it is good, and what may come by it; null: without a limit.

    `max_bytes`: of all files together. `extensions`: endings of names that are taken, empty: all.
    """

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(min_length=1, max_length=100, pattern=r"\S")
    expires_at: Moment | None = None
    max_bytes: Limit | None = None
    max_files: Limit | None = None
    extensions: Annotated[list[Ending] | None, BeforeValidator(_endings)] = Field(None, max_length=100)


class UploadLinkRef(BaseModel):
    """An upload link, without its address. `files` and `bytes` have come by it, or are on their way."""

    id: str
    name: str
    created_at: Timestamp
    expires_at: Timestamp | None
    max_bytes: int | None
    max_files: int | None
    extensions: list[str]
    files: int
    bytes: int


class ShownUploadLink(UploadLinkRef):
    """An upload link with its addresses, which are shown this once: a page, and an endpoint for programs."""

    url: str
    endpoint: str


class OpenUploadLink(BaseModel):
    """What whoever has an upload link may know of it: what it is for, and what may still come by it.

    `bytes_left` and `files_left` are null without a limit, `max_size` is the largest file in bytes.
    """

    name: str
    expires_at: Timestamp | None
    bytes_left: int | None
    files_left: int | None
    max_size: int | None
    extensions: list[str]


class UploadedByLink(BaseModel):
    """A file that came by an upload link, by the name that it has now."""

    name: str
    size: int
