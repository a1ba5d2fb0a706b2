"""Tables of where the bytes of uploads are, and of what processes ask of each other's writers."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class Volume(SQLModel, table=True):
    """The data directory of this catalog: one row, whose id stands in the directory too."""

    __tablename__ = "volume"

    id: str = Field(primary_key=True)


class NamedChunk(SQLModel, table=True):
    """Bytes of an upload from `start` on, in an object of the store from `at` on; no other kind of store has any."""

    __tablename__ = "chunk"

    file_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    key: str = Field(index=True)
    crc: int = Field(sa_column=Column(BigInteger, nullable=False), description="CRC-32C of its bytes.")
    at: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


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


class CheckpointRequest(SQLModel, table=True):
    """What another process asks the writer of an upload: to make durable what it has."""

    __tablename__ = "checkpoint_request"

    file_id: str = Field(primary_key=True, foreign_key="file.id", ondelete="CASCADE")
    asked: int = Field(sa_column=Column(BigInteger, nullable=False), description="Number of the newest request.")
    answered: int = Field(sa_column=Column(BigInteger, nullable=False), description="Number of the last one answered.")
