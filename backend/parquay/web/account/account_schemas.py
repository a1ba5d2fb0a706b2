"""The bodies of requests and answers about accounts and what administrators see of them, as OpenAPI shows them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parquay.roles import Scope
from parquay.web.http.schemas import Credentials, FileError, Moment, Text, Timestamp


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


class SignInWays(BaseModel):
    """How one may sign in; `provider` is the name of one to sign in by at `/auth/oidc`, null: there is none."""

    password: bool
    registration: bool
    provider: str | None


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

    `quota_bytes` is a quota of its own, 0: any number of bytes; null: the server's. So are its limits: requests in a
    minute, uploads whose bytes come at the same time, bytes of uploads in a second.
    """

    is_admin: bool
    disabled: bool
    created_at: Timestamp
    files: int
    bytes: int
    quota_bytes: int | None
    limit_requests: int | None
    limit_uploads: int | None
    limit_bandwidth: int | None


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
    limit_requests: int | None = Field(None, ge=0, lt=2**63)
    limit_uploads: int | None = Field(None, ge=0, lt=2**63)
    limit_bandwidth: int | None = Field(None, ge=0, lt=2**63)


class JobRef(BaseModel):
    """A job. `name` and `owner` are those of its file, null when it is for none, or the file is gone.

    `worker`: machine and process that run it now, null for one that does not run.
    """

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
    worker: str | None
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
