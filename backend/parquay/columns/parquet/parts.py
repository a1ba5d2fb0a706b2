"""Arrow tables to Parquet parts and back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parquay.columns.parquet import asides
from parquay.columns.types import candidates
from parquay.columns.types.base import ColumnType
from parquay.columns.types.exact import SMALL_PRECISION

GROUP_ROWS = 122_880
"""About as many rows stand in a row group."""
PAGE_BYTES = 64 << 10
"""Bytes of a page before it is compressed: in each column, what must be unpacked to read a single row."""
SAMPLE_ROWS = 4096
"""Rows that decide whether a column is worth a dictionary."""
LARGE_PAGE_BYTES = 1 << 20
"""Bytes of a page, before it is compressed, of files that are read from start to end; other programs write such."""
SAMPLED_ROWS, INCOMPRESSIBLE_SHARE = 2048, 0.92
"""If so many rows of a column keep more than this share of their bytes, the column is not compressed."""
MIN_SAMPLED_ROWS = 8 * SAMPLED_ROWS
"""Of fewer rows a sample is not worth its time."""
FIRST_SAMPLE_ROWS, MAX_DIFFERENT_ROWS = 512, 480
"""If of so many rows more than so many are different, no more are looked at."""

Types = Mapping[str, ColumnType]
"""The columns of a table, in order."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How the pages of a part are compressed."""

    name: str = "zstd"
    level: int | None = 1


ZSTD = Codec()


def part_name(no: int) -> str:
    """A new name for the part of segment `no`; never used twice, so that a stale worker cannot touch another's."""
    return f"part-{no:05d}-{secrets.token_hex(4)}.parquet"


def arrow_types(types: Types) -> list[tuple[str, pa.DataType]]:
    """Names and Arrow types."""
    return [(name, kind.arrow()) for name, kind in types.items()]


def value_types(types: Types) -> list[tuple[str, str, pa.DataType, str, bool]]:
    """Names, types and readings: two parts with the same answer have one schema, and the same values by it."""
    return [(name, kind.type_id, kind.arrow(), kind.reading, kind.keeps_offsets) for name, kind in types.items()]


def encode(table: pa.Table, codec: Codec = ZSTD, *, page_bytes: int = PAGE_BYTES, one_group: bool = False) -> pa.Buffer:
    """Encode a table as a Parquet file in memory, in row groups of about `GROUP_ROWS`; foreign metadata is dropped.

    What is kept aside of it goes into the footer.

    `page_bytes`: bytes of a page before it is compressed. Long texts are compressed faster in large ones. `one_group`:
    in one row group, however many rows there are.
    """
    kept, table = asides.taken(table), asides.plain(table).replace_schema_metadata(None)
    repeating = _worth_a_dictionary(table)
    backed = _int64_backed(table)
    incompressible = _incompressible(backed.select([name for name in _numbers(table) if name not in repeating]), codec)
    groups = 1 if one_group else max(1, round(table.num_rows / GROUP_ROWS))
    group_rows = max(1, -(-table.num_rows // groups))
    columns = {"repeating": repeating, "incompressible": incompressible}
    return _encoded(backed, codec, group_rows=group_rows, page_bytes=page_bytes, kept=kept, **columns)


def _encoded(
    table: pa.Table,
    codec: Codec,
    *,
    group_rows: int,
    page_bytes: int,
    repeating: Collection[str] = (),
    incompressible: Collection[str] = (),
    kept: asides.Asides = MappingProxyType({}),
) -> pa.Buffer:
    """A Parquet file; `repeating` columns get dictionaries, `incompressible` ones are not compressed.

    `kept`: what is kept aside.
    """
    sink = pa.BufferOutputStream()
    compressed = [name for name in table.column_names if name not in incompressible]
    encodings = {each.name: _encoding(each.type) for each in table.schema if each.name not in repeating}
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression=dict.fromkeys(incompressible, "none") | dict.fromkeys(compressed, codec.name),
        compression_level=None if codec.level is None else dict.fromkeys(compressed, codec.level),
        data_page_size=page_bytes,
        use_dictionary=list(repeating),
        column_encoding={name: encoding for name, encoding in encodings.items() if encoding},
        write_statistics=[name for name, column in _named(table) if not _has_nan(column)],
        store_schema=False,
        store_decimal_as_integer=True,
        write_page_checksum=True,
    ) as writer:
        writer.write_table(table, row_group_size=group_rows)
        if kept:
            writer.add_key_value_metadata({asides.KEY: asides.to_text(kept)})
    return sink.getvalue()


def _has_nan(column: pa.ChunkedArray) -> bool:
    """Whether some of its numbers are none. Bounds leave these out, and readers skip what is out of bounds."""
    return pa.types.is_floating(column.type) and bool(pc.any(pc.is_nan(column)).as_py())


def _incompressible(table: pa.Table, codec: Codec) -> frozenset[str]:
    """Columns of numbers that compression would hardly make smaller, seen from a sample of the rows.

    The digits of measured or random numbers are noise, and packed differences have little else in them.
    """
    if codec.name == "none" or table.num_rows < MIN_SAMPLED_ROWS or not table.num_columns:
        return frozenset()
    sample = table.slice(table.num_rows // 2, SAMPLED_ROWS)
    chunks = pq.read_metadata(
        pa.BufferReader(_encoded(sample, codec, group_rows=SAMPLED_ROWS, page_bytes=PAGE_BYTES))
    ).row_group(0)
    return frozenset(
        name
        for i, name in enumerate(table.column_names)
        if chunks.column(i).total_compressed_size > INCOMPRESSIBLE_SHARE * chunks.column(i).total_uncompressed_size
    )


def _numbers(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if _counts(field.type) or pa.types.is_floating(field.type)]


def _int64_backed(table: pa.Table) -> pa.Table:
    """The table with small decimals in 64 bits, which is what Parquet stores: the same file, sooner."""
    columns = [_int64_backed_column(column) for column in table.columns]
    return pa.Table.from_arrays(columns, table.column_names)


def _int64_backed_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_decimal128(column.type) or column.type.precision > SMALL_PRECISION:
        return column
    kind = pa.decimal64(column.type.precision, column.type.scale)
    return pa.chunked_array([_in_64_bits(chunk, kind) for chunk in column.chunks], kind)


def _in_64_bits(decimals: pa.Decimal128Array, kind: pa.Decimal64Type) -> pa.Array:
    if decimals.offset % 8:
        return decimals.cast(kind)
    halves = np.frombuffer(decimals.buffers()[1], np.int64)[2 * decimals.offset :: 2][: len(decimals)].copy()
    validity = decimals.buffers()[0]
    if validity is not None:
        validity = validity.slice(decimals.offset // 8)
    return pa.Array.from_buffers(kind, len(decimals), [validity, pa.py_buffer(halves)], decimals.null_count)


def _encoding(kind: pa.DataType) -> str | None:
    """The encoding of values without a dictionary; None: as they are.

    The lengths of texts stand packed before them and not between them, so that zstd sees plain text.
    """
    if pa.types.is_string(kind):
        return "DELTA_LENGTH_BYTE_ARRAY"
    return "DELTA_BINARY_PACKED" if _counts(kind) else None


def _counts(kind: pa.DataType) -> bool:
    """Whether values are stored as 32 or 64 bit integers, which pack best as differences."""
    if pa.types.is_decimal(kind):
        return bool(kind.precision <= SMALL_PRECISION)
    return bool(pa.types.is_integer(kind) or pa.types.is_temporal(kind))


def _worth_a_dictionary(table: pa.Table) -> frozenset[str]:
    """Columns in which values repeat, seen from a sample of the rows."""
    return frozenset(name for name, column in _named(table) if _repeats(column))


def _named(table: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    return zip(table.column_names, table.columns, strict=True)


def _repeats(column: pa.ChunkedArray) -> bool:
    if pa.types.is_dictionary(column.type) or pa.types.is_boolean(column.type):
        return bool(pa.types.is_dictionary(column.type))
    if len(column.slice(0, FIRST_SAMPLE_ROWS).unique()) > MAX_DIFFERENT_ROWS:
        return False
    sample = column.slice(0, SAMPLE_ROWS)
    different = len(sample.unique())
    # By the statistics alone DuckDB takes one text and missing cells for missing ones only; with a dictionary it looks.
    is_one_text = different == 2 and sample.null_count > 0 and pa.types.is_string(column.type)
    return is_one_text or different <= _few(sample)


def _few(column: pa.ChunkedArray) -> int:
    """Different values up to which a dictionary pays; fewer for those that are packed as differences otherwise."""
    return int(max(1, len(column) // (8 if _counts(column.type) else 2)))


def storable(table: pa.Table, types: Types) -> pa.Table:
    """The table as the parts of a dataset hold it, see `ColumnType.stored`; `widened` to the same types undoes it."""
    for i, (name, kind) in enumerate(types.items()):
        if kind.stored() != kind.arrow():
            texts = [kind.to_stored(chunk) for chunk in table[name].chunks]
            table = table.set_column(i, name, pa.chunked_array(texts, pa.string()))
    return table


def widened(table: pa.Table, source: Types, target: Types) -> pa.Table:
    """Recast a table of types `source`, also a stored one, to `target`, exactly; columns it does not have are empty.

    What is kept aside of it stays so, or is a text again in a column of text.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    kept: dict[str, pa.ChunkedArray] = {}
    for name, kind in target.items():
        if name not in source:
            columns[name] = pa.chunked_array([pa.nulls(table.num_rows, kind.arrow())])
            continue
        columns[name], aside = _widened_column(table[name], asides.of(table, name), source[name], kind)
        if aside is not None:
            kept[asides.name_of(name)] = aside
    return pa.table(columns | kept)


def _widened_column(
    column: pa.ChunkedArray, aside: pa.ChunkedArray | None, source: ColumnType, target: ColumnType
) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
    if column.type != source.arrow():
        column = pa.chunked_array([source.of_stored(chunk) for chunk in column.chunks], source.arrow())
    if candidates.has_same_values(source, target) and not (target.is_text and aside is not None):
        return column, aside
    if aside is not None:  # both in one piece, so that the pieces of one are those of the other
        column, aside = (pa.chunked_array([each.combine_chunks()], each.type) for each in (column, aside))
    pairs = zip(column.chunks, aside.chunks if aside is not None else [None] * column.num_chunks, strict=True)
    return joined_cells([candidates.recast(*pair, source, target) for pair in pairs], target)


def joined_cells(
    pieces: Sequence[tuple[pa.Array, pa.StringArray | None]], column_type: ColumnType
) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
    """A column of pieces, each with what is kept aside of it; None: nothing is kept of any."""
    column = pa.chunked_array([values for values, _ in pieces], column_type.arrow())
    if all(aside is None for _, aside in pieces):
        return column, None
    texts = [pa.nulls(len(values), pa.string()) if aside is None else aside for values, aside in pieces]
    return column, pa.chunked_array(texts, pa.string())
