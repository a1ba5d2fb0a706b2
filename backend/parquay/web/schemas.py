"""The bodies of requests and answers, as OpenAPI shows them. Sizes and offsets are bytes, times ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parquay.roles import GivenRole, Role

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
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

    model_config = ConfigDict(hide_input_in_errors=True)

    username: str = Field(max_length=256)
    password: str = Field(max_length=4096)


class Token(BaseModel):
    """An access token, to be sent as `Authorization: Bearer`. `expires_in` is seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  the name of a scheme
    expires_in: int


class UserRef(BaseModel):
    """A user."""

    id: str
    username: str


class LoginAnswer(Token):
    """A login; the same token also comes as a cookie."""

    token: str
    user: UserRef


class Me(UserRef):
    """The user that a login belongs to."""

    is_admin: bool


class NewKey(BaseModel):
    """What to call an API key."""

    name: str = Field("key", min_length=1, max_length=100)


class KeyRef(BaseModel):
    """An API key, without the key."""

    id: str
    name: str
    created_at: Timestamp


class ShownKey(KeyRef):
    """An API key, with the key: it is shown this once."""

    key: str


class FileError(BaseModel):
    """Why a file could not become a table. `code` is stable."""

    code: str
    message: str


class Warned(BaseModel):
    """What was mended, passed over or guessed: where it was first met, how often, and the first such line."""

    code: str
    line: int
    count: int
    text: str


class Entry(BaseModel):
    """A file. `progress` is 0 to 100 over upload and parsing together and never goes back; `role`: the caller's.

    `path`: the folder that the file was in inside an uploaded folder.
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


class Uploaded(Entry):
    """A file that was just uploaded; `file_id` repeats `id`."""

    file_id: str


class ColumnRef(BaseModel):
    """A column of the table."""

    name: str
    type: str


class Content(BaseModel):
    """The first rows. `next` is where more are, null at the end."""

    columns: list[ColumnRef]
    rows: list[dict[str, Any]]
    total: int | None
    next: str | None


class Detail(Entry):
    """A file with its first rows; `content` is null until there are any."""

    content: Content | None


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


class RejectRow(BaseModel):
    """Text that could not be read into the table. `line` is the physical line of the file, from 1."""

    line: int
    byte: int
    column: str | None
    code: str
    text: str


class Rejects(BaseModel):
    """A page of rejects. `next` is the cursor of the next page, null at the end."""

    total: int
    items: list[RejectRow]
    next: str | None


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
