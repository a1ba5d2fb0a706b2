"""The bodies of requests and answers, as OpenAPI shows them. Sizes and offsets are bytes, times ISO 8601 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from parquay.roles import GivenRole, Role, Scope

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
    """What to call an API key, what it may do (null: everything but the account) and until when (null: for good)."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field("key", min_length=1, max_length=100)
    scopes: list[Scope] | None = Field(None, min_length=1, max_length=3)
    expires_at: Moment | None = None


class KeyRef(BaseModel):
    """An API key, without the key. `scopes` null: it may do everything but the account."""

    id: str
    name: str
    created_at: Timestamp
    scopes: list[Scope] | None
    expires_at: Timestamp | None


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

    `path`: the folder that the file was in inside an uploaded folder. `ahead`: how many jobs go before its own, null
    when it does not wait.
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


class Uploaded(Entry):
    """A file that was just uploaded; `file_id` repeats `id`."""

    file_id: str


class ColumnRef(BaseModel):
    """A column of the table; `style` is how its cells are written, null in lists where it was not kept yet."""

    name: str
    type: str
    style: str | None


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
    """A file with its first rows; `content` is null until there are any, and where `damage` says why not."""

    content: Content | None
    damage: Damage | None = None


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


class RejectRow(BaseModel):
    """Text that could not be read into the table. `line` is the physical line of the file, from 1.

    `row`: how many rows of version 0 stand before it; null where lines do not tell.
    """

    line: int
    byte: int
    column: str | None
    code: str
    text: str
    row: int | None


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


class NewPassword(BaseModel):
    """The password that somebody has, and the one that they want."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    old: str = Field(max_length=4096)
    new: str = Field(max_length=4096)


class SessionRef(BaseModel):
    """A login that goes on. `address` is where it was opened from, an IPv6 one as its network."""

    id: str
    created_at: Timestamp
    last_seen_at: Timestamp
    expires_at: Timestamp
    address: str
    user_agent: str
    current: bool


class AdminUser(UserRef):
    """An account, with the number of its files and the bytes of these as they were uploaded.

    `quota_bytes` is a quota of its own, 0: any number of bytes; null: the server's.
    """

    is_admin: bool
    disabled: bool
    created_at: Timestamp
    files: int
    bytes: int
    quota_bytes: int | None


class NewUser(Credentials):
    """An account to make."""

    is_admin: bool = Field(default=False, strict=True)


class UserChange(BaseModel):
    """What to change about an account."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    disabled: bool | None = None
    is_admin: bool | None = None
    password: str | None = Field(None, max_length=4096)
    quota_bytes: int | None = Field(None, ge=0, lt=2**63)


class JobRef(BaseModel):
    """A job. `name` and `owner` are those of its file, null when it is for none, or the file is gone."""

    id: str
    kind: str
    subject: str
    name: str | None
    owner: str | None
    state: str
    attempt: int
    created_at: Timestamp
    run_after: Timestamp
    finished_at: Timestamp | None
    error: FileError | None


class Storage(BaseModel):
    """Bytes of uploads, of the newest versions of tables, and free ones; the number of files."""

    files: int
    uploads: int
    tables: int
    free: int | None


class AuditRow(BaseModel):
    """Something that was done to an account or to rights. `actor` null: by somebody at the server's machine."""

    id: int
    at: Timestamp
    actor: str | None
    action: str
    subject: str
    detail: dict[str, Any]
