"""SQLite databases: one table of them as JSON Lines, so that texts stay texts whatever they look like."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from parquay.ingest.formats.limits import Refused
from parquay.ingest.formats.registry import FileFormat
from parquay.ingest.text.archive import listed
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS

BATCH_ROWS = 1000

Writer = Callable[[Any], Any]


def tables_of(source: Path) -> list[str]:
    """The names of the tables in a database, in the order in which they were made.

    Raises:
        Refused: ``broken_file``.
    """
    try:
        with closing(_opened(source)) as database:
            return _tables(database)
    except sqlite3.Error as error:
        raise _broken(error) from None


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    try:
        with closing(_opened(source)) as database:
            name = _chosen(_tables(database), options.get("member"))
            _write(database, _quoted(name), target)
    except sqlite3.Error as error:
        raise _broken(error) from None
    return {}


def _broken(error: sqlite3.Error) -> Refused:
    return Refused("broken_file", f"The database cannot be read: {error}"[:500])


def _opened(source: Path) -> sqlite3.Connection:
    """The database as it is: nothing is written beside it, and nothing in it is believed to be harmless.

    Raises:
        Refused: ``broken_file``, it is shorter than it says.
    """
    with source.open("rb") as file:
        if source.stat().st_size < _size_of(file.read(100)):
            raise Refused("broken_file", "The database is cut short.")
    database = sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode=ro&immutable=1", uri=True)
    # A text may be no UTF-8: what stands for such a byte is no text of JSON, and its row is rejected.
    database.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        database.execute(f"PRAGMA {pragma}")
    return database


def _size_of(head: bytes) -> int:
    """The bytes that a database says it has (SQLite's file format, 1.3); 0: it does not."""
    page = int.from_bytes(head[16:18], "big")
    is_known = len(head) == 100 and head[24:28] == head[92:96]
    return int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page) if is_known else 0


def _tables(database: sqlite3.Connection) -> list[str]:
    plain = {row[1] for row in database.execute("PRAGMA table_list") if row[2] == "table" and row[0] == "main"}
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
    return [name for name in names if name in plain and not name.lower().startswith("sqlite_")]


def _chosen(tables: Sequence[str], wanted: str | None) -> str:
    """The table that is read.

    Raises:
        Refused: ``no_member``, ``several_members``; ``no_table``, there is none.
    """
    if wanted is not None and wanted not in tables:
        raise Refused("no_member", f"There is no table {wanted[:100]!r} in the database, but {listed(tables)}.")
    if not tables:
        raise Refused("no_table", "The database has no tables.")
    if wanted is None and len(tables) > 1:
        reason = f"There are {len(tables)} tables in the database; say with member which one is meant"
        raise Refused("several_members", f"{reason}: {listed(tables)}")
    return wanted or tables[0]


def _write(database: sqlite3.Connection, table: str, target: Path) -> None:
    cursor = database.execute(f"SELECT * FROM {table}")  # noqa: S608 (the name is quoted)
    names = [each[0] for each in cursor.description]
    if len(names) > MAX_TABLE_COLUMNS:
        raise Refused("too_many_columns", TOO_MANY_COLUMNS)
    writers = [_writer(database, table, _quoted(name)) for name in names]
    keys = [json.dumps(name) for name in names]
    with target.open("w", encoding="utf-8") as file:
        while rows := cursor.fetchmany(BATCH_ROWS):
            file.writelines(_line(keys, writers, row) for row in rows)


def _line(keys: Sequence[str], writers: Sequence[Writer], row: Sequence[Any]) -> str:
    cells = (f"{key}: {json.dumps(write(cell))}" for key, write, cell in zip(keys, writers, row, strict=True))
    return "{" + ", ".join(cells) + "}\n"


def _writer(database: sqlite3.Connection, table: str, column: str) -> Writer:
    """How cells of a column are written: their bytes as text if all of them are, else as hexadecimal digits."""
    found = database.execute(f"SELECT {column} FROM {table} WHERE typeof({column}) = 'blob'")  # noqa: S608
    cells = 0
    for (cell,) in found:
        cells += 1
        try:
            cell.decode()
        except UnicodeDecodeError:
            return lambda value: value.hex() if isinstance(value, bytes) else value
    return (lambda value: value.decode() if isinstance(value, bytes) else value) if cells else (lambda value: value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


FORMAT = FileFormat(
    name="sqlite",
    noun="a SQLite database",
    suffixes=(".sqlite", ".sqlite3", ".db3", ".gpkg"),
    magic=lambda head, _suffix: head.startswith(b"SQLite format 3\0"),
    open=_open,
    options=frozenset({"missing", "types", "member"}),
    json_lines=True,
)
