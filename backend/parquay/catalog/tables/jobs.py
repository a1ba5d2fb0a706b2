"""Tables of work to be done, and of what one process may do alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from parquay.catalog.tables.column_types import now, serial_column, time_column


class Job(SQLModel, table=True):
    """Work to do: queued, idle (waits for its file to grow), running under a lease, done or failed."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "subject", name="job_once"),
        Index("job_turn", "state", "owner_id", "turn_at"),
    )

    id: str = Field(primary_key=True)
    kind: str
    subject: str
    owner_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "queued"
    attempt: int = 0
    run_after: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    turn_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_column=time_column())
    lease_epoch: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    moved_at: datetime | None = Field(default=None, sa_column=time_column())
    wake: int = 0
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    finished_at: datetime | None = Field(default=None, sa_column=time_column())


class Served(SQLModel, table=True):
    """When an owner's job was taken last; of all who wait, whoever was served longest ago is next."""

    __tablename__ = "served"

    owner_id: str = Field(primary_key=True)
    at: datetime = Field(sa_column=time_column(null=False))


class Lease(SQLModel, table=True):
    """Who may do something alone, or has a share in keeping something as it is, and until when."""

    __tablename__ = "lease"
    __table_args__ = (UniqueConstraint("kind", "key", "share", name="lease_once"), {"sqlite_autoincrement": True})

    epoch: int | None = Field(
        default=None, sa_column=serial_column(), description="Never given again; a newer one is more."
    )
    kind: str
    key: str
    share: str = Field(description="Empty: the lease is its owner's alone.")
    owner: str = Field(description="A process, see `owners`.")
    until: float = Field(description="Seconds since 1970 by the clock of the database.")
