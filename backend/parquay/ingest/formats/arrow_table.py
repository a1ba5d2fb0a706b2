"""A table that another library reads as Arrow record batches, written again in plain types, in the child process.

It is gone through twice where something has to be known of a whole column: whether its bytes are texts, and whether
its dates are in the calendar of our tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.names import renamed, unique_names
from parquay.columns.types.text import TEXT
from parquay.ingest.formats import foreign, rendered
from parquay.ingest.formats.foreign import BATCH_ROWS, PlainColumn
from parquay.ingest.formats.limits import Refused, bounded
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS

Batches = Callable[[], Iterator[pa.RecordBatch]]
"""The record batches of a file, from its beginning at each call."""


@dataclass(slots=True)
class _Survey:
    """What is known of all values of some columns, by their places.

    Attributes:
        outside: dates beyond our calendar.
        bytes: that some bytes are no text. finer: that some durations are no whole microseconds.
    """

    outside: dict[int, int] = field(default_factory=dict)
    bytes: set[int] = field(default_factory=set)
    finer: set[int] = field(default_factory=set)

    def add(self, i: int, array: pa.Array) -> None:
        array = rendered.plain(array)
        if rendered.is_binary(array.type):
            if i not in self.bytes and not foreign.are_texts(array):
                self.bytes.add(i)
        elif pa.types.is_duration(array.type):
            if not rendered.has_whole_micros(array):
                self.finer.add(i)
        else:
            self.outside[i] = self.outside.get(i, 0) + rendered.out_of_range(array)


def write_plain(schema: pa.Schema, batches: Batches, target: Path) -> dict[str, Any]:
    """Write every row as Parquet, in plain types only; the answer of a format's `open`.

    Raises:
        Refused: there are no rows or too many columns, or a value is none of what its type says.
    """
    if len(schema) > MAX_TABLE_COLUMNS:
        raise Refused("too_many_columns", TOO_MANY_COLUMNS)
    if not len(schema):
        raise Refused("no_rows", "The file has no columns.")
    try:
        survey = _surveyed(schema, batches)
        names = unique_names(schema.names)
        columns = [_column(schema.types[i], i, name, survey) for i, name in enumerate(names)]
        rows = _write(batches, columns, target)
    except pa.ArrowMemoryError:
        raise MemoryError from None
    except (pa.ArrowException, OSError) as error:
        raise Refused("broken_file", f"The file cannot be read: {error}"[:500]) from None
    if not rows:
        raise Refused("no_rows", "The file has no rows.")
    return {"columns": [column.to_json() for column in columns], "warnings": _warnings(schema, names, survey)}


def _pieces(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Record batches of a bounded number of rows, each looked through before anybody believes its offsets."""
    for batch in batches():
        batch.validate(full=True)
        for start in range(0, batch.num_rows, BATCH_ROWS):
            yield batch.slice(start, BATCH_ROWS)


def _surveyed(schema: pa.Schema, batches: Batches) -> _Survey:
    survey = _Survey()
    wanted = [i for i, kind in enumerate(schema.types) if _is_undecided(kind)]
    if wanted:
        for batch in bounded(_pieces(batches)):
            for i in wanted:
                survey.add(i, batch.column(i))
    return survey


def _is_undecided(kind: pa.DataType) -> bool:
    value = foreign.value_type(kind)
    is_moment = pa.types.is_temporal(foreign.plain_type(kind).arrow())
    return is_moment or pa.types.is_duration(value) or rendered.is_binary(value)


def _column(kind: pa.DataType, i: int, name: str, survey: _Survey) -> PlainColumn:
    plain = foreign.plain_type(kind)
    if survey.outside.get(i) or i in survey.finer:
        return PlainColumn(name, TEXT, foreign.as_texts)
    if not plain.is_text:
        return PlainColumn(name, plain, foreign.recast_to(plain))
    recast = foreign.hexadecimal if i in survey.bytes else foreign.as_texts
    return PlainColumn(name, foreign.text_type(foreign.value_type(kind)), recast)


def _write(batches: Batches, columns: Sequence[PlainColumn], target: Path) -> int:
    schema = pa.schema([(column.name, column.kind.arrow()) for column in columns])
    rows = 0
    with pq.ParquetWriter(target, schema, compression="lz4", store_schema=False) as writer:
        for batch in bounded(_pieces(batches)):
            arrays = [column.recast(array) for array, column in zip(batch.columns, columns, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))
            rows += batch.num_rows
    return rows


def _warnings(schema: pa.Schema, names: Sequence[str], survey: _Survey) -> list[dict[str, Any]]:
    sentences = renamed(schema.names, names)
    found = [{"code": "renamed_column", "count": len(sentences), "text": "; ".join(sentences)}] if sentences else []
    odd = {names[i]: count for i, count in survey.outside.items() if count}
    if odd:
        found.append({"code": "no_such_date", "count": sum(odd.values()), "text": f"kept as text: {', '.join(odd)}"})
    return found
