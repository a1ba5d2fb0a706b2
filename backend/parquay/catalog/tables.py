"""The tables of the catalog, as SQLModel classes. Times are UTC; sizes and offsets are bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from parquay.roles import Role


def now() -> datetime:
    """The time, with its zone (UTC)."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Stores UTC without a zone, gives it back with one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Drop the zone after moving to UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Add the zone."""
        return None if value is None else value.replace(tzinfo=UTC)


def _time(*, null: bool = True, index: bool = False) -> Any:
    return Column(UtcDateTime, nullable=null, index=index)


def _serial() -> Any:
    # SQLite counts only a column of type INTEGER up by itself.
    return Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


_EXPIRES = text("expires_at IS NOT NULL")
_SHARED = text("shared = 1"), text("shared")


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
    created_at: datetime = Field(default_factory=now, sa_column=_time(null=False))


class Login(SQLModel, table=True):
    """A session: alive until it expires or is revoked. The id stands in the token as `sid`."""

    __tablename__ = "login"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    expires_at: datetime = Field(sa_column=_time(null=False, index=True))
    revoked_at: datetime | None = Field(default=None, sa_column=_time())
    seen_at: datetime | None = Field(default=None, sa_column=_time())
    network: str = Field(default="", description="Where it was opened from.")
    agent: str = Field(default="", description="The program that opened it, as it called itself.")


class ApiKey(SQLModel, table=True):
    """A named key for scripts; only its SHA-256 is kept."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    name: str
    key_hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    scopes: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    expires_at: datetime | None = Field(default=None, sa_column=_time())


class Throttle(SQLModel, table=True):
    """Wrong passwords of one account or address."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True)
    failures: int = 0
    blocked_until: datetime | None = Field(default=None, sa_column=_time())
    updated_at: datetime = Field(default_factory=now, sa_column=_time(null=False))


class Audit(SQLModel, table=True):
    """What somebody did to an account or to rights, kept by names: it outlives what it tells of."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, sa_column=_serial())
    at: datetime = Field(default_factory=now, sa_column=_time(null=False, index=True))
    actor: str | None = Field(default=None, description="The user's name; null: somebody at this machine.")
    action: str
    subject: str = Field(description="The name of the user or the id of the file, key or job that it was done to.")
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class File(SQLModel, table=True):
    """An upload, from its creation to the table it became. `offset` and `epoch` are its checkpoint.

    `columns`, `row_count`, `table_version` and `table_at` are those of the table's newest version; `table_bytes` are
    those of the parts of all versions.
    """

    __tablename__ = "file"
    __table_args__ = (
        Index("file_by_owner", "owner_id", "uploaded_at", "id"),
        Index("file_by_time", "uploaded_at", "id"),
        Index(
            "file_shared",
            *("uploaded_at", "id", "owner_id", "concat"),
            sqlite_where=_SHARED[0],
            postgresql_where=_SHARED[1],
        ),
        Index("file_expiring", "expires_at", sqlite_where=_EXPIRES, postgresql_where=_EXPIRES),
    )

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="user.id", ondelete="CASCADE")
    name: str
    path: str | None = Field(default=None, description="The folder that it was in inside an uploaded folder.")
    content_type: str | None = None
    upload_metadata: str = ""
    size: int | None = Field(default=None, sa_column=Column(BigInteger))
    offset: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    epoch: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    complete: bool = False
    writer: str | None = Field(default=None, description="The process that takes in bytes for it now.")
    concat: str | None = Field(default=None, description="Upload-Concat as received, `partial` for a part.")
    parts: list[str] | None = Field(default=None, sa_column=Column(JSON))
    status: str = "uploading"
    error_code: str | None = None
    error_message: str | None = None
    shared: bool = False
    everybody_edits: bool = Field(default=False, description="Where it is shared: every user has the role `edit`.")
    uploaded_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    active_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    expires_at: datetime | None = Field(default=None, sa_column=_time())
    finished_at: datetime | None = Field(default=None, sa_column=_time())
    expected_sha256: str | None = None
    sha256: str | None = None
    options: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    dialect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    columns: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    warnings: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    parsed_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    parsed_rows: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    row_count: int | None = Field(default=None, sa_column=Column(BigInteger))
    reject_count: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    parquet_path: str | None = None
    dataset_id: str | None = None
    table_version: int | None = Field(default=None, sa_column=Column(BigInteger))
    table_at: datetime | None = Field(default=None, sa_column=_time())
    table_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))

    @classmethod
    def fresh(cls, new: NewFile) -> File:
        """Return the file that ``new`` becomes. Its values are known to be good: they are not checked again."""
        made: File = inspect(cls).class_manager.new_instance()
        moment = now()
        made.__dict__.update(FILE_DEFAULTS, uploaded_at=moment, active_at=moment, **new.__dict__)
        object.__setattr__(made, "__pydantic_fields_set__", set(new.__dict__))
        return made

    @property
    def is_partial(self) -> bool:
        """Whether it is only a part of a concatenation: never listed, never converted."""
        return self.concat == "partial"


@dataclass(kw_only=True)
class NewFile:
    """An upload that begins. The fields are those of [File][parquay.catalog.tables.File], its others have defaults."""

    id: str
    owner_id: str
    name: str
    path: str | None = None
    content_type: str | None = None
    upload_metadata: str = ""
    size: int | None = None
    offset: int = 0
    concat: str | None = None
    parts: list[str] | None = None
    complete: bool = False
    status: str = "uploading"
    shared: bool = False
    expires_at: datetime | None = None
    options: dict[str, Any] | None = None
    expected_sha256: str | None = None

    @property
    def is_partial(self) -> bool:
        """Whether it is only a part of a concatenation."""
        return self.concat == "partial"


FILE_DEFAULTS = {
    name: value
    for name, value in File(id="", owner_id="", name="").model_dump().items()
    if name not in NewFile.__dataclass_fields__
}
"""What a file is that has just begun, but for what [NewFile][parquay.catalog.tables.NewFile] tells."""


class Access(SQLModel, table=True):
    """The role in a file, `view` or `edit`, that its owner gave somebody by name."""

    __tablename__ = "access"

    file_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    user_id: str = Field(primary_key=True, foreign_key="user.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_type=String)
    given_at: datetime = Field(default_factory=now, sa_column=_time(null=False))


class Unsynced(SQLModel, table=True):
    """The bytes of small uploads that came together and whose files are not synced yet, one after the other."""

    __tablename__ = "unsynced"

    first_id: str = Field(primary_key=True, description="The first of these uploads, which stands for all.")
    sizes: list[tuple[str, int, int]] = Field(
        sa_column=Column(JSON, nullable=False),
        description="Ids, how many bytes each has, and their CRC-32.",
    )
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    volume_id: str | None = Field(default=None, description="Where the files are; None: this catalog's first volume.")


class StoredUsage(SQLModel, table=True):
    """Bytes that a user stores; triggers on `file` keep it, see `usage`."""

    __tablename__ = "usage"

    owner_id: str = Field(primary_key=True, foreign_key="user.id", ondelete="CASCADE")
    uploads: int = Field(sa_column=Column(BigInteger, nullable=False))
    tables: int = Field(sa_column=Column(BigInteger, nullable=False))


class Volume(SQLModel, table=True):
    """The data directory of this catalog: one row, whose id stands in the directory too."""

    __tablename__ = "volume"

    id: str = Field(primary_key=True)


class DatasetVersion(SQLModel, table=True):
    """A commit of a dataset's Delta log, mirrored. Counts are rows, `bytes` those of all parts of the version.

    The CRC-32C are those of its entry in the log, and of the checkpoint behind it if there is one.
    """

    __tablename__ = "dataset_version"

    dataset_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    version: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str
    author: str | None = None
    message: str | None = None
    rows: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    inserted: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    updated: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    deleted: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    pinned: bool = False
    expired_at: datetime | None = Field(default=None, sa_column=_time())
    cleared: bool = Field(default=False, description="The parts that it alone had are deleted.")
    entry_crc: int | None = Field(default=None, sa_column=Column(BigInteger))
    checkpoint_crc: int | None = Field(default=None, sa_column=Column(BigInteger))


class NamedChunk(SQLModel, table=True):
    """An object of the store that is part of an upload's bytes, from `start` on; no other kind of store has any."""

    __tablename__ = "chunk"

    file_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    key: str = Field(index=True)
    crc: int = Field(sa_column=Column(BigInteger, nullable=False), description="CRC-32C of its bytes.")


class CheckpointRequest(SQLModel, table=True):
    """What another process asks the writer of an upload: to make durable what it has."""

    __tablename__ = "checkpoint_request"

    file_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    asked: int = Field(sa_column=Column(BigInteger, nullable=False), description="Number of the newest request.")
    answered: int = Field(sa_column=Column(BigInteger, nullable=False), description="Number of the last one answered.")


class Segment(SQLModel, table=True):
    """A byte range of a file that became one Parquet part. Rows of a file are dense in `no`, from 0."""

    __tablename__ = "segment"

    file_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    no: int = Field(primary_key=True)
    byte_start: int = Field(sa_column=Column(BigInteger, nullable=False))
    byte_end: int = Field(sa_column=Column(BigInteger, nullable=False))
    line_start: int = Field(sa_column=Column(BigInteger, nullable=False))
    lines: int = Field(sa_column=Column(BigInteger, nullable=False))
    row_start: int = Field(sa_column=Column(BigInteger, nullable=False))
    rows: int = Field(sa_column=Column(BigInteger, nullable=False))
    part: str | None = None
    part_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reject_count: int = 0
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Reject(SQLModel, table=True):
    """Text that could not be read into the table."""

    __tablename__ = "reject"
    __table_args__ = (Index("reject_by_file", "file_id", "id"),)

    id: int | None = Field(default=None, sa_column=_serial())
    file_id: str = Field(foreign_key="file.id", ondelete="CASCADE")
    segment_no: int
    line: int = Field(sa_column=Column(BigInteger, nullable=False))
    byte: int = Field(sa_column=Column(BigInteger, nullable=False))
    column: str | None = None
    code: str
    text: str


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
    run_after: datetime = Field(default_factory=now, sa_column=_time(null=False))
    turn_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_column=_time())
    lease_epoch: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    moved_at: datetime | None = Field(default=None, sa_column=_time())
    wake: int = 0
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime = Field(default_factory=now, sa_column=_time(null=False))
    finished_at: datetime | None = Field(default=None, sa_column=_time())


class Served(SQLModel, table=True):
    """When an owner's job was taken last; of all who wait, whoever was served longest ago is next."""

    __tablename__ = "served"

    owner_id: str = Field(primary_key=True)
    at: datetime = Field(sa_column=_time(null=False))


class Lease(SQLModel, table=True):
    """Who may do something alone, or has a share in keeping something as it is, and until when."""

    __tablename__ = "lease"
    __table_args__ = (UniqueConstraint("kind", "key", "share", name="lease_once"), {"sqlite_autoincrement": True})

    epoch: int | None = Field(default=None, sa_column=_serial(), description="Never given again; a newer one is more.")
    kind: str
    key: str
    share: str = Field(description="Empty: the lease is its owner's alone.")
    owner: str = Field(description="A process, see `owners`.")
    until: float = Field(description="Seconds since 1970 by the clock of the database.")


class Event(SQLModel, table=True):
    """Something that happened to a file, in order of `id`. Seen by its owner, by all when `shared`, and by name."""

    __tablename__ = "event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, sa_column=_serial())
    kind: str
    owner_id: str = Field(index=True)
    shared: bool = False
    file_id: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_column=_time(null=False, index=True))


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


class ReaderBlocks(SQLModel, table=True):
    """Blocks of files that a reader has read, or left to the next one for a reason; see `reader_blocks`."""

    __tablename__ = "reader_blocks"

    reader: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    blocks: int = Field(sa_column=Column(BigInteger, nullable=False))


class Secret(SQLModel, table=True):
    """A secret that all API processes on one catalog share."""

    __tablename__ = "secret"

    name: str = Field(primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
