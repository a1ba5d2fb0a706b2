"""Tables of users and of what lets them in: sessions, keys, wrong passwords, secrets; and what was noted of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from parquay.catalog.tables.column_types import now, serial_column, time_column
from parquay.user_limits import UserLimits


class User(SQLModel, table=True):
    """An account."""

    __tablename__ = "user"

    id: str = Field(primary_key=True)
    username: str = Field(unique=True)
    likeness: str = Field(default="", index=True, description="What the name looks like: no two names alike.")
    password_hash: str
    is_admin: bool = False
    disabled: bool = False
    quota_bytes: int | None = Field(
        default=None, sa_column=Column(BigInteger), description="In place of the server's, 0: any number of bytes."
    )
    limit_requests: int | None = Field(default=None, sa_column=Column(BigInteger))
    limit_uploads: int | None = Field(default=None, sa_column=Column(BigInteger))
    limit_bandwidth: int | None = Field(
        default=None, sa_column=Column(BigInteger), description="As the others in place of the server's, 0: none."
    )
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))

    @property
    def limits(self) -> UserLimits:
        """Limits of their own."""
        return UserLimits(self.limit_requests, self.limit_uploads, self.limit_bandwidth)


class ExternalAccount(SQLModel, table=True):
    """Whose an account is at a provider of logins: never found by a name or an address, which others may get."""

    __tablename__ = "external_account"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))


class Login(SQLModel, table=True):
    """A session: alive until it expires or is revoked. The id stands in the token as `sid`."""

    __tablename__ = "login"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    expires_at: datetime = Field(sa_column=time_column(null=False, index=True))
    revoked_at: datetime | None = Field(default=None, sa_column=time_column())
    seen_at: datetime | None = Field(default=None, sa_column=time_column())
    network: str = Field(default="", description="Where it was opened from.")
    agent: str = Field(default="", description="The program that opened it, as it called itself.")


class ApiKey(SQLModel, table=True):
    """A named key for scripts; only its SHA-256 is kept."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    name: str
    key_hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    scopes: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    expires_at: datetime | None = Field(default=None, sa_column=time_column())


class Throttle(SQLModel, table=True):
    """Wrong passwords of one account or address."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True)
    failures: int = 0
    blocked_until: datetime | None = Field(default=None, sa_column=time_column())
    updated_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))


class Secret(SQLModel, table=True):
    """A secret that all API processes on one catalog share."""

    __tablename__ = "secret"

    name: str = Field(primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Audit(SQLModel, table=True):
    """What somebody did to an account or to rights, kept by names: it outlives what it tells of."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, sa_column=serial_column())
    at: datetime = Field(default_factory=now, sa_column=time_column(null=False, index=True))
    actor: str | None = Field(default=None, description="The user's name; null: somebody at this machine.")
    action: str
    subject: str = Field(description="The name of the user or the id of the file, key or job that it was done to.")
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
