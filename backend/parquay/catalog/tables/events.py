"""Tables of what happened: events of files, and samples of live signals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from parquay.catalog.tables.column_types import UtcDateTime, now, serial_column, time_column


class Event(SQLModel, table=True):
    """Something that happened to a file, in order of `id`. Seen by its owner, by all when `shared`, and by name."""

    __tablename__ = "event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, sa_column=serial_column())
    kind: str
    owner_id: str = Field(index=True)
    shared: bool = False
    file_id: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False, index=True))


class RemovedEvents(SQLModel, table=True):
    """The greatest id of the events that were removed: whoever has read no further has missed some."""

    __tablename__ = "removed_events"

    upto: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class Sample(SQLModel, table=True):
    """The value of a live signal in one second, over all processes."""

    __tablename__ = "sample"

    signal: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True, index=True))
    value: float
