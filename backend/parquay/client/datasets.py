"""A table on a server, as the client sees it: read as Arrow, pandas or Polars, changed row by row, brought back."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from parquay.client.connection import ServerConnection
from parquay.client.downloads import save, stream_to
from parquay.client.paths import segment
from parquay.client.values import plain
from parquay.client.waiting import wait_until_converted
from parquay.columns.text import json_text

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

PAGE_ROWS = 1000
"""Rows fetched at once."""

SHOWN_ROWS = 10
"""Rows that a notebook shows."""

FORMATS = ("csv", "parquet", "ndjson", "arrow", "xlsx")

Filters = str | Sequence[str] | None
"""Conditions `column:op:value`, all of which must hold."""


class Dataset:
    """A table on a server. Reads answer the newest version unless they are asked for another.

    Attributes:
        id: the id of the table, which is its first file's.
    """

    def __init__(self, connection: ServerConnection, dataset_id: str, *, converted: bool = False) -> None:
        """``converted``: False where the first call has to wait until there is a table."""
        self._connection = connection
        self._is_converted = converted
        self.id = dataset_id

    def __repr__(self) -> str:
        return f"<Dataset {self.id}>"

    def _repr_html_(self) -> str:
        found = self._read("", size=SHOWN_ROWS, aggregates="false", text="true")
        names = [each["name"] for each in found["columns"]]
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        rows = (_cells(row[name] for name in names) for row in found["rows"])
        body = "".join(f"<tr>{cells}</tr>" for cells in rows)
        caption = f"{html.escape(found['name'])}: {found['row_count']:,} rows, version {found['version']}"
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def info(self, version: int | None = None) -> dict[str, Any]:
        """Return ``{id, name, version, columns, row_count}``, without rows.

        Raises:
            ApiError: there is no such table or version.
        """
        found = self._read("", size=1, aggregates="false", version=version)
        return {name: found[name] for name in ("id", "name", "version", "columns", "row_count")}

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The columns: ``{name, type, style, missing, offers}``."""
        return list(self.info()["columns"])

    @property
    def schema(self) -> pa.Schema:
        """Names and Arrow types of the columns, those of `to_arrow`."""
        import pyarrow as pa

        with self._connection.http.stream("GET", self._address("/export", {"format": "arrow"})) as answer:
            if not answer.is_success:
                answer.read()
                self._connection.refuse(answer)
            with pa.ipc.open_stream(pa.PythonFile(_Body(answer.iter_bytes()), mode="r")) as reader:
                return reader.schema

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return int(self.info()["row_count"])

    @property
    def version(self) -> int:
        """The number of the newest version."""
        return int(self.info()["version"])

    def to_arrow(
        self, *, filter: Filters = None, columns: Sequence[str] | None = None, version: int | None = None
    ) -> pa.Table:
        """Return the table, or those rows and columns of it, with exact types.

        Raises:
            ApiError: the server refuses, or the connection broke.
        """
        import pyarrow as pa

        with tempfile.TemporaryFile() as file:
            stream_to(self._connection, self._asked("arrow", filter, columns, version), file)
            file.seek(0)
            with pa.ipc.open_stream(file) as reader:
                return reader.read_all()

    scan = to_arrow

    def to_pandas(self, **asked: Any) -> pd.DataFrame:
        """Return the table as pandas has it, with types of Arrow, so that no value changes; see `to_arrow`."""
        import pandas as pd

        return self.to_arrow(**asked).to_pandas(types_mapper=pd.ArrowDtype)

    def to_polars(self, **asked: Any) -> pl.DataFrame:
        """Return the table as Polars has it; see `to_arrow`."""
        import polars as pl

        found = pl.from_arrow(self.to_arrow(**asked))
        assert isinstance(found, pl.DataFrame)
        return found

    def rows(
        self, *, filter: Filters = None, sort: str | None = None, version: int | None = None, text: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield rows with their ids (``_rid``), page by page, all of one version.

        ``sort``: `column` or `-column`, several with commas. ``text``: what was written instead of typed values.
        Cells are as JSON has them, numbers exact: those of decimal columns are `Decimal`, of `double` columns `float`.

        Raises:
            ApiError: the server refuses, or does not answer.
        """
        shown = self.info(version)
        asked = {"filter": filter, "sort": sort, "version": shown["version"], "text": "true" if text else None}
        numbers = {} if text else _numbers(shown["columns"])
        cursor: str | None = None
        while True:
            page = self._read("/rows", **asked, cursor=cursor, limit=PAGE_ROWS)
            for row in page["rows"]:
                yield row | {name: read(row[name]) for name, read in numbers.items() if _is_number(row[name])}
            cursor = page["next"]
            if cursor is None:
                return

    def edit(
        self,
        rid: int | None = None,
        cells: Mapping[str, Any] | None = None,
        *,
        update: Mapping[int, Mapping[str, Any]] | None = None,
        insert: Iterable[Mapping[str, Any]] = (),
        delete: Iterable[int] = (),
        version: int | None = None,
        message: str | None = None,
    ) -> dict[str, Any]:
        """Change, insert and delete rows as one version: all of it, or nothing.

        ``rid``, ``cells``: new cells of one row. ``update``: of several, by row id (``_rid``). ``version``: the rows have to be as they were in it. Returns
        ``{version, inserted, updated, deleted}``.

        Raises:
            ApiError: somebody changed one of the rows since ``version`` (412), or a value does not fit (422).
        """
        changed = {**(update or {}), **({} if rid is None else {rid: cells or {}})}
        changes = {
            "insert": [_row(row) for row in insert],
            "update": [{"_rid": rid, **_row(cells)} for rid, cells in changed.items()],
            "delete": list(delete),
            "message": message,
        }
        return self._change("PATCH", "/rows", {name: each for name, each in changes.items() if each}, version)

    def append(self, file_id: str, *, message: str | None = None) -> int:
        """Append the rows of another finished file; return the new version.

        Raises:
            ApiError: its columns are others, or it is no table.
        """
        return int(self._change("POST", "/append", _said(file_id=file_id, message=message))["version"])

    def replace(self, file_id: str) -> int:
        """Take the rows of another finished file in place of these; return the new version."""
        return int(self._change("POST", "/replace", {"file_id": file_id})["version"])

    def export(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        filter: Filters = None,
        columns: Sequence[str] | None = None,
        version: int | None = None,
        dialect: str | None = None,
    ) -> Path:
        """Write the table to the file ``path``, which appears when it is whole; return where.

        ``format``: csv, parquet, ndjson, arrow or xlsx; told by the name of the file when left out. ``dialect``:
        ``original`` is the upload itself, byte for byte, while nothing was edited.

        Raises:
            ValueError: no format is given, and the name tells none.
            ApiError: the server refuses, or the connection broke.
        """
        target = Path(path)
        chosen = format or target.suffix.removeprefix(".").lower()
        if chosen not in FORMATS:
            raise ValueError(f"{target}: give format, one of {', '.join(FORMATS)}")
        save(self._connection, self._asked(chosen, filter, columns, version, dialect), target)
        return target

    def versions(self) -> list[dict[str, Any]]:
        """Return the history, newest first: ``{version, kind, author, created_at, rows, message, …}``."""
        found: list[dict[str, Any]] = []
        before: int | None = None
        while page := self._read("/versions", before=before, limit=PAGE_ROWS):
            found += page
            before = page[-1]["version"]
        return found

    def restore(self, version: int, *, message: str | None = None) -> int:
        """Bring a version back, as a new one; return its number.

        Raises:
            ApiError: there is none, or it is not yours to bring back.
        """
        return int(self._change("POST", "/restore", _said(version=version, message=message))["version"])

    def _change(self, method: str, path: str, body: Mapping[str, Any], version: int | None = None) -> dict[str, Any]:
        head = {"Content-Type": "application/json"} | ({} if version is None else {"If-Match": f'"{version}"'})
        content = json_text.dumps(dict(body)).encode()
        answer = self._connection.call(method, self._ready() + path, content=content, headers=head)
        found: dict[str, Any] = json_text.loads(answer.content)
        return found

    def _asked(
        self,
        kind: str,
        filters: Filters,
        columns: Sequence[str] | None,
        version: int | None,
        dialect: str | None = None,
    ) -> str:
        said = _said(format=kind, filter=filters, columns=columns, version=version, dialect=dialect)
        return self._address("/export", said)

    def _read(self, path: str, **asked: Any) -> Any:
        return json_text.loads(self._connection.call("GET", self._ready() + path, params=_said(**asked)).content)

    def _address(self, path: str, asked: Mapping[str, Any]) -> str:
        return str(httpx.URL(self._connection.server + self._ready() + path, params=dict(asked)))

    def _ready(self) -> str:
        """Return the path of the table, once there is one."""
        if not self._is_converted:
            wait_until_converted(self._connection, self.id)
            self._is_converted = True
        return f"/datasets/{segment(self.id)}"


class _Body:
    """What is left of an answer, as a file that is read from its beginning to its end."""

    closed = False

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def read(self, count: int = -1) -> bytes:
        while count < 0 or len(self._rest) < count:
            part = next(self._parts, None)
            if part is None:
                break
            self._rest += part
        cut = len(self._rest) if count < 0 else count
        found, self._rest = self._rest[:cut], self._rest[cut:]
        return found

    def close(self) -> None:
        self.closed = True


def _said(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _numbers(columns: Iterable[Mapping[str, Any]]) -> dict[str, Callable[[Any], Any]]:
    """Return what makes a number of a column one of its type, by the column's name."""
    kinds = {each["name"]: each["type"].partition("(")[0] for each in columns}
    read: dict[str, Callable[[Any], Any]] = {"decimal": _decimal, "double": float}
    return {name: read[kind] for name, kind in kinds.items() if kind in read}


def _decimal(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _row(cells: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in cells.items()}


def _cells(values: Iterable[Any]) -> str:
    return "".join(f"<td>{'' if value is None else html.escape(str(value))}</td>" for value in values)
