"""How the rows of a result are written: JSON, CSV, Arrow or Parquet, some rows at a time.

What JSON and CSV show of dates, moments and all that has no type of ours is a text that the engine makes, so that no
value is outside of what it can show. Numbers are written as pages of tables write them, exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from parquay.columns.names import unique_names
from parquay.columns.styles import durations
from parquay.columns.text import json_text
from parquay.columns.text.emptied_file import EmptiedFile
from parquay.columns.types.base import ColumnType
from parquay.columns.types.bool import BoolType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.exact import json_value
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.text import TEXT

if TYPE_CHECKING:
    import pyarrow as pa

ResultFormat = Literal["json", "csv", "arrow", "parquet"]
GROUP_ROWS, GROUP_BYTES = 122_880, 64 << 20
"""Rows and bytes after which a row group ends."""

_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_NESTED = re.compile(r".*\]|(?:STRUCT|MAP|TUPLE)\(.*", re.DOTALL)
_FOREIGN = re.compile(r"HUGEINT|TIME WITH TIME ZONE|INTERVAL|BIT|BIGNUM|UNION|VARIANT|GEOMETRY|ENUM|\"NULL\"|BLOB|UUID")
_KINDS: dict[str, ColumnType] = {
    "BOOLEAN": BoolType(),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), Int64Type()),
    **dict.fromkeys(("HUGEINT", "UBIGINT"), DecimalType(38, 0)),
    **dict.fromkeys(("FLOAT", "DOUBLE"), DoubleType()),
}
"""The types whose values are written as numbers and truth values."""
_WIDENED = {"FLOAT": "DOUBLE", "UBIGINT": "DECIMAL(38,0)"}
_NAMES = {
    "DATE": "date",
    "TIME": "time",
    "TIME_NS": "time",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "UUID": "uuid",
    "INTERVAL": "duration",
}
_MOMENT = r"regexp_replace({0}::VARCHAR, '^([0-9-]+) ([0-9])', '\1T\2')"
_SHOWN = {
    "TIMESTAMP": _MOMENT,
    "TIMESTAMP WITH TIME ZONE": f"regexp_replace({_MOMENT}, '\\+00( |$)', 'Z\\1')",
}
"""Texts that the engine makes of values, by their types. What is before the year 1 stays as the engine has it."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result.

    Attributes:
        name: unique among those of the result.
        engine_type: the engine's name for its type.
    """

    name: str
    engine_type: str

    @property
    def kind(self) -> ColumnType:
        """How its values are written in JSON and CSV."""
        decimal = _DECIMAL.fullmatch(self.engine_type)
        if decimal:
            return DecimalType(int(decimal[1]) - int(decimal[2]), int(decimal[2]))
        return _KINDS.get(self.engine_type, TEXT)

    @property
    def is_nested(self) -> bool:
        """Whether its values are lists or have fields."""
        return _NESTED.fullmatch(self.engine_type) is not None

    @property
    def type_name(self) -> str:
        """The public name of its type; `json` for lists and structures."""
        if self.is_nested:
            return "json"
        if self.engine_type.startswith("TIMESTAMP"):
            return _NAMES.get(self.engine_type, "timestamp")
        if self.engine_type.startswith("DECIMAL"):
            return self.engine_type.lower()
        return _NAMES.get(self.engine_type, self.kind.name)

    def shown(self, cell: str, written_as: ResultFormat) -> str:
        """The SQL for what is written of the column that the engine calls ``cell``."""
        if written_as in ("arrow", "parquet"):
            return self._native(cell)
        if self.is_nested:
            return f"to_json({cell})::VARCHAR"
        if self.engine_type == "INTERVAL":
            return cell
        if self.kind is not TEXT:
            return f"{cell}::{_WIDENED[self.engine_type]}" if self.engine_type in _WIDENED else cell
        family = "TIMESTAMP" if self.engine_type.startswith("TIMESTAMP_") else self.engine_type
        return _SHOWN.get(family, "{0}::VARCHAR").format(cell)

    def _native(self, cell: str) -> str:
        if self.engine_type == "HUGEINT":
            return f"{cell}::DECIMAL(38,0)"
        if self.is_nested and _FOREIGN.search(self.engine_type):
            return f"to_json({cell})::VARCHAR"
        return f"{cell}::VARCHAR" if _FOREIGN.search(self.engine_type) else cell


def result_columns(described: Iterable[Sequence[Any]]) -> list[ResultColumn]:
    """The columns of a result, of what DESCRIBE tells: name and type."""
    pairs = [(str(name), str(kind)) for name, kind, *_ in described]
    names = unique_names([name for name, _ in pairs])
    return [ResultColumn(name, kind) for name, (_, kind) in zip(names, pairs, strict=True)]


def selected(columns: Sequence[ResultColumn], written_as: ResultFormat) -> str:
    """The SELECT list for a result whose columns the engine calls c0, c1 and so on."""
    return ", ".join(f"{each.shown(f'c{i}', written_as)} AS c{i}" for i, each in enumerate(columns))


def columns_json(columns: Iterable[ResultColumn]) -> list[dict[str, str]]:
    """The columns as callers see them."""
    return [{"name": each.name, "type": each.type_name} for each in columns]


class JsonResult:
    """An answer in JSON. `pieces` are its bytes; `rows` counts them, `truncated` says whether there were more."""

    def __init__(self, columns: Sequence[ResultColumn], limit: int) -> None:
        self._columns = columns
        self._limit = limit
        self.rows = 0
        self.truncated = False

    def pieces(self, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
        """The answer."""
        yield b'{"columns":' + json_text.dumps(columns_json(self._columns)).encode() + b',"rows":['
        for batch in batches:
            table = _table(batch)
            if self.rows + table.num_rows > self._limit:
                self.truncated = True
                table = table.slice(0, self._limit - self.rows)
            lines = map(json_text.dumps, self._objects(table))
            if table.num_rows:
                yield (b"," if self.rows else b"") + ",".join(lines).encode()
            self.rows += table.num_rows
            if self.truncated:
                break
        yield b'],"truncated":' + (b"true}" if self.truncated else b"false}")

    def _objects(self, table: pa.Table) -> Iterator[dict[str, Any]]:
        cells = [
            _parsed(table.column(i).to_pylist()) if each.is_nested else each.kind.json_values(table.column(i))
            for i, each in enumerate(self._columns)
        ]
        names = [each.name for each in self._columns]
        for row in zip(*cells, strict=True):
            yield dict(zip(names, row, strict=True))


def _table(batch: pa.RecordBatch) -> pa.Table:
    """The rows of a batch, intervals as texts."""
    import pyarrow as pa

    table = pa.Table.from_batches([batch])
    for i, each in enumerate(table.schema):
        if pa.types.is_interval(each.type):
            table = table.set_column(i, each.name, pa.array(map(_interval, table.column(i).to_pylist()), pa.string()))
    return table


def _nested_as_json(table: pa.Table, columns: Sequence[ResultColumn]) -> pa.Table:
    """The rows of a batch, lists and structures as texts of JSON, which has a text for what is no number."""
    import pyarrow as pa

    for i, each in enumerate(columns):
        if each.is_nested:
            texts = table.column(i).to_pylist()
            parsed = (
                text if isinstance(found, str) else found for text, found in zip(texts, _parsed(texts), strict=True)
            )
            shown = [cell if cell is None or isinstance(cell, str) else json_text.dumps(cell) for cell in parsed]
            table = table.set_column(i, f"c{i}", pa.array(shown, pa.string()))
    return table


def _interval(value: Any) -> str | None:
    """An interval as columns of durations are told; months and days stand before it as they are."""
    if value is None:
        return None
    micros = durations.written(value.nanoseconds // 1000, durations.CANONICAL)
    if not value.months and not value.days:
        return micros
    months, days = (f"{number}{unit}" if number else "" for number, unit in ((value.months, "M"), (value.days, "D")))
    hours = micros.replace("PT", "T").replace("-T", "T-") if value.nanoseconds else ""
    return f"P{months}{days}{hours}"


def _parsed(texts: Iterable[str | None]) -> list[Any]:
    """Lists and structures, whose numbers are exact; what is no JSON (a structure with a name twice) stays a text."""
    found: list[Any] = []
    for text in texts:
        try:
            found.append(None if text is None else _exact(json_text.loads(text)))
        except ValueError:
            found.append(text)
    return found


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_exact(each) for each in value]
    return json_value(value)


def _csv(columns: Sequence[ResultColumn], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    from parquay.columns.text import rendering

    sink = EmptiedFile()
    rendering.write_csv_header(sink, [each.name for each in columns])
    types = {f"c{i}": TEXT if each.is_nested else each.kind for i, each in enumerate(columns)}
    for batch in batches:
        rendering.write_csv_rows(sink, _nested_as_json(_table(batch), columns), types)
        yield sink.taken()
    yield sink.taken()


def _arrow(columns: Sequence[ResultColumn], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    import pyarrow as pa

    sink = EmptiedFile()
    writer = None
    for batch in batches:
        named = batch.rename_columns([each.name for each in columns])
        writer = writer or pa.ipc.new_stream(sink, named.schema)
        writer.write_batch(named)
        yield sink.taken()
    if writer is not None:
        writer.close()
    yield sink.taken()


def _parquet(columns: Sequence[ResultColumn], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = EmptiedFile()
    writer = None
    held: list[pa.RecordBatch] = []
    for batch in batches:
        named = batch.rename_columns([each.name for each in columns])
        writer = writer or pq.ParquetWriter(sink, named.schema, compression="zstd", compression_level=1)
        held.append(named)
        if sum(each.num_rows for each in held) >= GROUP_ROWS or sum(each.nbytes for each in held) >= GROUP_BYTES:
            writer.write_table(pa.Table.from_batches(held))
            held = []
            yield sink.taken()
    if writer is not None:
        if held:
            writer.write_table(pa.Table.from_batches(held))
        writer.close()
    yield sink.taken()


STREAMED: dict[str, Callable[[Sequence[ResultColumn], Iterable[pa.RecordBatch]], Iterator[bytes]]] = {
    "csv": _csv,
    "arrow": _arrow,
    "parquet": _parquet,
}
"""The formats of any length; each gets one batch at least, which may be empty."""
