"""A Parquet file that others wrote, written again with the types that our tables have, in the child process.

What has to be known of a whole column is looked up first: whether its bytes are texts, whether its dates are in the
calendar of our tables, and how exact its old timestamps (INT96) are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.names import renamed, unique_names
from parquay.columns.styles.durations import DurationStyle
from parquay.columns.types.base import ColumnType
from parquay.columns.types.bool import BoolType
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.duration import DurationType
from parquay.columns.types.exact import MAX_PRECISION
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.registry import type_to_json
from parquay.columns.types.styled import StyledType
from parquay.columns.types.text import NESTED, TEXT
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import TimestampType
from parquay.columns.types.uuid import UuidType
from parquay.ingest.formats import rendered
from parquay.ingest.formats.limits import Refused, bounded
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS

BATCH_ROWS = 65_536
"""Most rows that are read at once."""

Recast = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column's new name and type, and how its values get there."""

    name: str
    kind: ColumnType
    recast: Recast

    def to_json(self) -> dict[str, Any]:
        """Name, kind and form."""
        return {"name": self.name, **type_to_json(self.kind)}


_OF_EXTENSIONS = {"arrow.bool8": BoolType(), "arrow.uuid": UuidType()}
DURATIONS = StyledType(DurationType(), DurationStyle("[h]:mm:ss[.SSSSSS]"))


def plain_type(kind: pa.DataType) -> ColumnType:
    """The type of ours that keeps every value of an Arrow type; text where there is none."""
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return plain_type(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _OF_EXTENSIONS.get(kind.extension_name) or plain_type(kind.storage_type)
    if pa.types.is_boolean(kind):
        return BoolType()
    return _plain_number(kind)


def _plain_number(kind: pa.DataType) -> ColumnType:
    if pa.types.is_integer(kind):
        return DecimalType(20, 0) if kind == pa.uint64() else Int64Type()
    if pa.types.is_floating(kind):
        return DoubleType("whole")
    if pa.types.is_decimal(kind) and kind.scale >= 0 and kind.precision <= MAX_PRECISION:
        return DecimalType(kind.precision - kind.scale, kind.scale)
    return _plain_time(kind)


def _plain_time(kind: pa.DataType) -> ColumnType:
    if pa.types.is_date(kind):
        return DateType()
    digits = 9 if getattr(kind, "unit", "") == "ns" else 6
    if pa.types.is_time(kind):
        return TimeType(digits)
    if pa.types.is_timestamp(kind):
        return TimestampType("T", digits, "Z" if kind.tz else "")
    if pa.types.is_duration(kind):
        return DURATIONS
    return TEXT


def read_parquet(source: Path, target: Path) -> dict[str, Any]:
    """Check every page of a Parquet file and write it again, in plain types only.

    Raises:
        Refused: it is damaged, has no rows or too many columns, or holds what no type of ours can.
    """
    try:
        file = _opened(source)
        _check_shape(file)
        odd: dict[int, int] = {}
        columns = _columns(file, odd)
        _write(file, columns, target)
    except pa.ArrowMemoryError:
        raise MemoryError from None  # the limits of this process, not the file, are to blame
    except (pa.ArrowException, OSError) as error:
        raise Refused("broken_file", f"The Parquet file cannot be read: {error}"[:500]) from None
    names = [column.name for column in columns]
    sentences = renamed(file.schema_arrow.names, names)
    warnings = [{"code": "renamed_column", "count": len(sentences), "text": "; ".join(sentences)}] if sentences else []
    if odd:
        listed = ", ".join(names[i] for i in odd)
        warnings.append({"code": "no_such_date", "count": sum(odd.values()), "text": f"kept as text: {listed}"})
    return {"columns": [column.to_json() for column in columns], "warnings": warnings}


def _opened(source: Path) -> pq.ParquetFile:
    """The file, its INT96 timestamps in microseconds, or in nanoseconds where they need and allow them."""
    file = pq.ParquetFile(source, page_checksum_verification=True)
    old = [i for i in range(len(file.schema)) if file.schema.column(i).physical_type == "INT96"]
    if not old:
        return file
    coarse, fine = (
        pq.ParquetFile(source, page_checksum_verification=True, coerce_int96_timestamp_unit=unit)
        for unit in ("us", "ns")
    )
    paths = [file.schema.column(i).path for i in old]
    exact, far = _precision(coarse, fine, paths)
    if exact and far:
        reason = "A column of old timestamps (INT96) has nanoseconds, and years beyond 1677 to 2262."
        raise Refused("unsupported_type", reason)
    return fine if exact else coarse


def _precision(coarse: pq.ParquetFile, fine: pq.ParquetFile, paths: Sequence[str]) -> tuple[bool, bool]:
    """Whether some timestamps have nanoseconds, and whether some are too far away for them."""
    exact = far = False
    for one, other in zip(
        bounded(coarse.iter_batches(BATCH_ROWS, columns=paths)),
        bounded(fine.iter_batches(BATCH_ROWS, columns=paths)),
        strict=True,
    ):
        for micro, nano in zip(_leaves(one), _leaves(other), strict=True):
            if not pa.types.is_timestamp(micro.type):
                continue
            micros = micro.cast(pa.int64()).to_numpy(zero_copy_only=False)
            nanos = nano.cast(pa.int64()).to_numpy(zero_copy_only=False)
            near = abs(micros) < (1 << 63) // 1000
            far = far or not bool(near.all())
            exact = exact or bool((micros[near] * 1000 != nanos[near]).any())
    return exact, far


def _leaves(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    return (leaf.drop_null() for column in batch.columns for leaf in rendered.leaves(column))


def _check_shape(file: pq.ParquetFile) -> None:
    width = len(file.schema_arrow)
    if width > MAX_TABLE_COLUMNS:
        raise Refused("too_many_columns", TOO_MANY_COLUMNS)
    if not width or not file.metadata.num_rows:
        raise Refused("no_rows", "The file has no rows." if width else "The file has no columns.")


def _columns(file: pq.ParquetFile, odd: dict[int, int]) -> list[PlainColumn]:
    """The columns as they will be; `odd` gets how many dates of a column are in no calendar of ours."""
    schema = file.schema_arrow
    intervals = {
        file.schema.column(i).path
        for i in range(len(file.schema))
        if file.schema.column(i).converted_type == "INTERVAL"
    }
    names = unique_names(schema.names)
    return [_column(file, i, name, odd, interval=schema.names[i] in intervals) for i, name in enumerate(names)]


def _column(file: pq.ParquetFile, i: int, name: str, odd: dict[int, int], *, interval: bool) -> PlainColumn:
    kind = plain_type(file.schema_arrow.types[i])
    if interval:
        return PlainColumn(name, TEXT, _intervals)
    if pa.types.is_temporal(kind.arrow()):
        outside = sum(map(rendered.out_of_range, _values(file, i)))
        if outside:
            odd[i] = outside
            return PlainColumn(name, TEXT, as_texts)
    if kind == DURATIONS and not all(map(rendered.has_whole_micros, _values(file, i))):
        return PlainColumn(name, TEXT, as_texts)
    if not kind.is_text:
        return PlainColumn(name, kind, recast_to(kind))
    stored = value_type(file.schema_arrow.types[i])
    is_text = not rendered.is_binary(stored) or all(map(are_texts, _values(file, i)))
    return PlainColumn(name, text_type(stored), as_texts if is_text else hexadecimal)


def text_type(kind: pa.DataType) -> ColumnType:
    """The type of what becomes text."""
    return NESTED if pa.types.is_nested(kind) else TEXT


def value_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values, without a dictionary."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _values(file: pq.ParquetFile, i: int) -> Iterator[pa.Array]:
    """One top-level column, batch by batch; by its place, because two can have one name."""
    before = sum(_leaf_count(kind) for kind in file.schema_arrow.types[:i])
    for batch in bounded(file.iter_batches(BATCH_ROWS, columns=[file.schema.column(before).path])):
        twins = [at for at, name in enumerate(file.schema_arrow.names) if name == file.schema_arrow.names[i]]
        yield rendered.plain(batch.column(twins.index(i) if batch.num_columns > 1 else 0))


def _leaf_count(kind: pa.DataType) -> int:
    if isinstance(kind, pa.BaseExtensionType):
        return _leaf_count(kind.storage_type)
    if pa.types.is_map(kind):
        return _leaf_count(kind.key_type) + _leaf_count(kind.item_type)
    if pa.types.is_struct(kind):
        return sum(_leaf_count(field.type) for field in kind)
    return _leaf_count(kind.value_type) if pa.types.is_nested(kind) else 1


def are_texts(array: pa.Array) -> bool:
    """Whether bytes are all UTF-8."""
    try:
        rendered.validated(array)
    except pa.ArrowInvalid:
        return False
    return True


def as_texts(array: pa.Array) -> pa.Array:
    """Values as texts, see `rendered.texts`."""
    array = rendered.plain(array)
    if rendered.is_string(array.type):
        return rendered.validated(array)
    return pa.array(rendered.texts(array), pa.string())


def hexadecimal(array: pa.Array) -> pa.Array:
    """Bytes as hexadecimal digits."""
    values = rendered.plain(array).to_pylist()
    return pa.array([None if each is None else each.hex() for each in values], pa.string())


def _intervals(array: pa.Array) -> pa.Array:
    return pa.array([None if each is None else rendered.interval(each) for each in array.to_pylist()], pa.string())


def as_numbers(array: pa.Array, kind: ColumnType) -> pa.Array:
    """Values in the type of a kind that is no text."""
    array = rendered.plain(array)
    return (array.cast(pa.float32()) if pa.types.is_float16(array.type) else array).cast(kind.arrow())


_RECAST: Mapping[ColumnType, Recast] = {DURATIONS: rendered.micros, UuidType(): as_texts}


def recast_to(kind: ColumnType) -> Recast:
    """How values get into a type that is no text."""
    return _RECAST.get(kind) or (lambda array: as_numbers(array, kind))


def _write(file: pq.ParquetFile, columns: Sequence[PlainColumn], target: Path) -> None:
    schema = pa.schema([(column.name, column.kind.arrow()) for column in columns])
    with pq.ParquetWriter(target, schema, compression="lz4", store_schema=False) as writer:
        for batch in bounded(file.iter_batches(BATCH_ROWS)):
            arrays = [column.recast(array) for array, column in zip(batch.columns, columns, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))
