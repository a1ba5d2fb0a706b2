"""Tables of how files became tables: segments, rejects, the blocks that readers took; and of the versions since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from parquay.catalog.tables.column_types import now, serial_column, time_column


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
    """Text that could not be read into the table; `reading`: of which reading of the file it is one.

    `row` counts the rows of that reading before it; None in catalogs of before it was counted.
    """

    __tablename__ = "reject"
    __table_args__ = (Index("reject_by_file", "file_id", "id"),)

    id: int | None = Field(default=None, sa_column=serial_column())
    file_id: str = Field(foreign_key="file.id", ondelete="CASCADE")
    segment_no: int
    line: int = Field(sa_column=Column(BigInteger, nullable=False))
    byte: int = Field(sa_column=Column(BigInteger, nullable=False))
    column: str | None = None
    code: str
    text: str
    reading: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    row: int | None = Field(default=None, sa_column=Column(BigInteger))
    rid: int | None = Field(
        default=None, sa_column=Column(BigInteger), description="The row that it became when it was mended last."
    )


class FileReading(SQLModel, table=True):
    """How a file was read into a table: 0 when it was uploaded, a further one each time it was read again.

    There is none as long as a file was read once, and none of its rejects was mended: its row tells the same.
    """

    __tablename__ = "reading"

    dataset_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    no: int = Field(primary_key=True)
    options: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    dialect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    warnings: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    reject_count: int = 0
    first_rid: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    rows: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))


class ReaderBlocks(SQLModel, table=True):
    """Blocks of files that a reader has read, or left to the next one for a reason; see `reader_blocks`."""

    __tablename__ = "reader_blocks"

    reader: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    blocks: int = Field(sa_column=Column(BigInteger, nullable=False))


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
    created_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
    pinned: bool = False
    expired_at: datetime | None = Field(default=None, sa_column=time_column())
    cleared: bool = Field(default=False, description="The parts that it alone had are deleted.")
    reading: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    entry_crc: int | None = Field(default=None, sa_column=Column(BigInteger))
    checkpoint_crc: int | None = Field(default=None, sa_column=Column(BigInteger))


class SavedQuery(SQLModel, table=True):
    """The statement whose result became a table; `params` as JSON, whose numbers have all their digits."""

    __tablename__ = "saved_query"

    dataset_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    query: str
    params: str | None = None


class View(SQLModel, table=True):
    """A way of looking at a table that somebody gave a name: filters, a search, order and columns.

    `page` is what the page shows beside these, as the query of its address.
    """

    __tablename__ = "view"

    dataset_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    user_id: str = Field(primary_key=True, foreign_key="user.id", index=True, ondelete="CASCADE")
    name: str = Field(primary_key=True)
    shared: bool = False
    filters: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sort: list[str] = Field(sa_column=Column(JSON, nullable=False))
    columns: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    q: str = Field(default="", sa_column_kwargs={"server_default": ""})
    page: str = Field(default="", sa_column_kwargs={"server_default": ""})
    changed_at: datetime = Field(default_factory=now, sa_column=time_column(null=False))
