"""Uploads that came whole, with all that follows from them, by one statement of SQLite.

Whenever SQLite works, other threads take the interpreter lock, and the writer waits for it again: several times in a
transaction of several statements. One statement is a transaction by itself. It inserts into a view, whose trigger
inserts the upload, its event, its job and its bytes; the trigger is temporary, so it is that of the running program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any
from zlib import crc32

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Dialect,
    LargeBinary,
    MetaData,
    String,
    Table,
    UpdateBase,
    insert,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel import SQLModel

from parquay.catalog.files import CONVERT, CREATED
from parquay.catalog.prepared import MOST_ROWS, Insert
from parquay.catalog.tables import Event, File, Job, NewFile, Unsynced, UtcDateTime, now
from parquay.ids import new_ids

MOST = MOST_ROWS
"""Most uploads that one statement takes."""

_SAME: dict[str, Any] = {"complete": True, "status": "processing", "concat": None, "parts": None, "expires_at": None}
"""What all of these uploads are."""

_OWN = [name for name in NewFile.__dataclass_fields__ if name not in _SAME]

_view = Table(
    "whole",
    MetaData(),
    *(Column(name, File.metadata.tables["file"].c[name].type) for name in _OWN),
    Column("job_id", String),
    Column("moment", UtcDateTime),
    Column("sizes", JSON),
    Column("data", LargeBinary),
    Column("volume_id", String),
)
_insert = Insert(_view)


def is_whole(file: NewFile) -> bool:
    """Tell whether nothing is left to be done for an upload but its conversion."""
    return all(getattr(file, name) == value for name, value in _SAME.items())


def add(
    connection: PoolProxiedConnection,
    dialect: Dialect,
    uploads: Sequence[tuple[NewFile, bytes]],
    *,
    wait: bool,
    volume_id: str | None = None,
) -> Iterable[str]:
    """Insert up to ``MOST`` whole uploads in a transaction of their own; ``wait``: keep their bytes in the catalog.

    ``volume_id``: where their files are. Returns the bells to ring.
    """
    driver: Any = connection.driver_connection
    if "whole" not in connection.info:
        for definition in _definitions(dialect):
            driver.execute(definition)
        connection.info["whole"] = True
    rows = [
        {**file.__dict__, "job_id": job_id, "sizes": None, "data": None, "volume_id": volume_id}
        for (file, _), job_id in zip(uploads, new_ids(len(uploads)), strict=True)
    ]
    every: dict[str, object] = {"moment": now()}
    if wait:
        rows[0] |= joined(uploads)
    else:
        every |= {"sizes": None, "data": None}
    ((sql, parameters),) = _insert.statements(dialect, rows, every)
    driver.execute(sql, parameters)
    return "events", "jobs"


def joined(uploads: Sequence[tuple[NewFile, bytes]]) -> dict[str, Any]:
    """Return what the catalog keeps of uploads: their ids, sizes and CRC-32, and the bytes in one piece."""
    return {
        "sizes": [(file.id, len(data), crc32(data)) for file, data in uploads],
        "data": b"".join(data for _, data in uploads),
    }


def _definitions(dialect: Dialect) -> Iterator[str]:
    names = ", ".join(f'NULL AS "{column.name}"' for column in _view.columns)
    yield f"CREATE TEMP VIEW IF NOT EXISTS whole AS SELECT {names}"
    compiled = (step.compile(dialect=dialect, compile_kwargs={"literal_binds": True}) for step in _steps(dialect))
    steps = "; ".join(map(str, compiled))
    yield f"CREATE TEMP TRIGGER IF NOT EXISTS whole_upload INSTEAD OF INSERT ON whole BEGIN {steps}; END"


def _steps(dialect: Dialect) -> Iterator[UpdateBase]:
    row = partial(_row, dialect)
    file = File(id="", owner_id="", name="", **_SAME)
    yield row(file, **{name: name for name in _OWN}, uploaded_at="moment", active_at="moment")
    event = Event(kind=CREATED, owner_id="", file_id="")
    yield row(event, owner_id="owner_id", shared="shared", file_id="id", created_at="moment")
    job = Job(id="", kind=CONVERT, subject="")
    yield row(
        job, id="job_id", subject="id", owner_id="owner_id", run_after="moment", turn_at="moment", created_at="moment"
    )
    kept = select(*(_new(name) for name in ("id", "sizes", "data", "volume_id"))).where(_new("data").is_not(None))
    yield insert(Unsynced).from_select(["first_id", "sizes", "data", "volume_id"], kept)


def _row(dialect: Dialect, pattern: SQLModel, **own: str) -> UpdateBase:
    """Return the insertion of a row like ``pattern``; ``own``: columns whose values come from the view's."""
    table = pattern.metadata.tables[str(pattern.__tablename__)]
    values: dict[str, object] = {name: _new(column) for name, column in own.items()}
    for name, value in pattern.model_dump().items():
        if name not in own and name != "id":
            convert = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
            told = value if convert is None else convert(value)
            values[name] = null() if told is None else literal(told)
    return insert(table).values(values).inline()


def _new(column: str) -> ColumnElement[object]:
    return literal_column(f'NEW."{column}"')
