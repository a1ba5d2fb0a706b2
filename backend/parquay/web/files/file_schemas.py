"""The bodies of requests and answers about files, as OpenAPI shows them. Sizes and offsets are bytes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parquay.roles import GivenRole
from parquay.web.http.schemas import ColumnRef, Entry, Moment, QueryOrigin, Timestamp


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


class FileChange(BaseModel):
    """What to change about a file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(None, min_length=1, max_length=1024)
    shared: bool | None = None


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
