"""Tables of files: the uploads, who else may have them, and what their owners store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, String, false, inspect, text
from sqlmodel import Field, SQLModel

from parquay.catalog.tables.column_types import now, time_column
from parquay.roles import Role

_EXPIRES = text("expires_at IS NOT NULL")
_SHARED = text("shared = 1"), text("shared")


class File(SQLModel, table=True):
    """An upload, from its creation to the table it became. `offset` and `epoch` are its checkpoint.

    `warnings` are those of its conversion, `upload_warnings` of its name and folder, which are there before.
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
    source_url: str | None = Field(default=None, description="Where the server got it, without what may be secret.")
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
    uploaded_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    active_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    expires_at: datetime | None = Field(default=None, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column())
    expected_sha256: str | None = None
    sha256: str | None = None
    options: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    dialect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    columns: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    warnings: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    upload_warnings: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    parsed_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    parsed_rows: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    row_count: int | None = Field(default=None, sa_column=Column(BigInteger))
    reject_count: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reading: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}, description="How the newest version was read."
    )
    parquet_path: str | None = None
    dataset_id: str | None = None
    table_version: int | None = Field(default=None, sa_column=Column(BigInteger))
    table_at: datetime | None = Field(default=None, sa_column=time_column())
    table_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    upload_link_id: str | None = Field(default=None, description="The upload link by which it came, which may be gone.")
    upload_link_name: str | None = None
    tags: str | None = Field(default=None, description="The owner's tags, with commas before, between and behind them.")
    in_final: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="Of a part that came by an upload link: a final upload counts there in its place.",
    )

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
    source_url: str | None = None
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
    upload_warnings: list[dict[str, Any]] | None = None
    upload_link_id: str | None = None
    upload_link_name: str | None = None

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
    given_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))


class Link(SQLModel, table=True):
    """A link to a file, for people without an account; only the hashes of its token and its password are kept."""

    __tablename__ = "link"

    id: str = Field(primary_key=True)
    file_id: str = Field(foreign_key="file.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    password_hash: str | None = None
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    expires_at: datetime | None = Field(default=None, sa_column=time_column())


class UploadLink(SQLModel, table=True):
    """A link by which people without an account upload to a user; only the hash of its token is kept.

    `files` and `bytes` are what has come by it, stored or reserved; triggers on `file` keep them, see `upload_links`.
    """

    __tablename__ = "upload_link"

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    name: str
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    expires_at: datetime | None = Field(default=None, sa_column=time_column())
    max_bytes: int | None = Field(default=None, sa_column=Column(BigInteger))
    max_files: int | None = Field(default=None, sa_column=Column(BigInteger))
    extensions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    files: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class StoredUsage(SQLModel, table=True):
    """Bytes that a user stores; triggers on `file` keep it, see `usage`."""

    __tablename__ = "usage"

    owner_id: str = Field(primary_key=True, foreign_key="user.id", ondelete="CASCADE")
    uploads: int = Field(sa_column=Column(BigInteger, nullable=False))
    tables: int = Field(sa_column=Column(BigInteger, nullable=False))


class IdempotencyKey(SQLModel, table=True):
    """A key by which a client may ask for a creation again, and the file that the first of these requests made."""

    __tablename__ = "idempotency_key"

    user_id: str = Field(primary_key=True, foreign_key="user.id", ondelete="CASCADE")
    key: str = Field(primary_key=True)
    fingerprint: str
    file_id: str = Field(foreign_key="file.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False, index=True))
