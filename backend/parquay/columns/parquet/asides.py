"""What is kept aside of a table, beside its columns in memory and in the footers of its parts.

In memory a column of which something is kept aside has a second column behind all others, so that slices, filters and
runs of rows have it with them. In a part it is a text in the footer: sparse, by row, and nothing that a reader of
Parquet or Delta takes for data. It travels with the part, which never changes, and is gone with it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.types.aside_counts import AsideCounts
from parquay.columns.types.missing_words import MISFIT, OFFSET, OTHERWISE, WORD

KEY = "parquay.asides"
"""Key in a part's footer."""
_MARK = "\0"  # no name of a column has it


@dataclass(frozen=True, slots=True)
class ColumnAsides:
    """What is kept aside of one column.

    Attributes:
        rows: numbers of rows, ascending.
        codes: for each of them the index of its text.
        texts: with their kinds, see `missing`.
    """

    rows: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int32]
    texts: tuple[str, ...]


Asides = Mapping[str, ColumnAsides]
"""By the name of the column."""


def name_of(column: str) -> str:
    """What the column beside `column` is called in memory."""
    return _MARK + column


def of(table: pa.Table, column: str) -> pa.ChunkedArray | None:
    """What is kept aside of a column; None: nothing."""
    place = table.schema.get_field_index(name_of(column))
    return table.column(place) if place >= 0 else None


def is_aside(name: str) -> bool:
    """Whether a column of a table in memory is one of those beside others."""
    return name.startswith(_MARK)


def plain(table: pa.Table) -> pa.Table:
    """The table without what is kept aside of it."""
    names = [name for name in table.column_names if not is_aside(name)]
    return table if len(names) == table.num_columns else table.select(names)


def renamed(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The table with other names for its columns, in their order."""
    new = dict(zip(plain(table).column_names, names, strict=True))
    new |= {name_of(old): name_of(name) for old, name in new.items()}
    return table.rename_columns([new[name] for name in table.column_names])


def concat(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables with the same columns behind each other; of some there may be more kept aside than of others."""
    if len({tuple(each.column_names) for each in tables}) == 1:
        return pa.concat_tables(tables)
    whole = pa.concat_tables(tables, promote_options="default")
    return whole.select(sorted(whole.column_names, key=is_aside))


def taken(table: pa.Table) -> Asides:
    """What is kept aside of a table, by row."""
    names = [name for name in table.column_names if is_aside(name)]
    found = {name[1:]: _sparse(table[name]) for name in names}
    return {name: each for name, each in found.items() if len(each.rows)}


def _sparse(column: pa.ChunkedArray) -> ColumnAsides:
    rows = np.flatnonzero(column.is_valid().to_numpy())
    words = column.drop_null().combine_chunks()
    words = words if isinstance(words, pa.Array) else words.chunk(0)
    encoded = words.dictionary_encode()
    return ColumnAsides(rows, encoded.indices.to_numpy(), tuple(encoded.dictionary.to_pylist()))


def beside(table: pa.Table, kept: Asides, rows: npt.NDArray[np.int64] | int = 0) -> pa.Table:
    """The table with what is `kept` aside of its columns; `rows`: the numbers of its rows, or that of its first."""
    names = set(table.column_names) if kept else set()
    found = {name_of(name): each for name, each in kept.items() if name in names}
    if not found:
        return table
    wanted = np.arange(rows, rows + table.num_rows) if isinstance(rows, int) else rows
    columns = [*table.columns, *(at(each, wanted) for each in found.values())]
    return pa.Table.from_arrays(columns, [*table.column_names, *found])


def at(kept: ColumnAsides, rows: npt.NDArray[np.int64]) -> pa.StringArray:
    """What is kept aside of some rows; null where there is nothing."""
    if not len(kept.rows):
        return pa.nulls(len(rows), pa.string())
    places = np.minimum(np.searchsorted(kept.rows, rows), len(kept.rows) - 1)
    codes = pa.array(kept.codes[places], mask=kept.rows[places] != rows)
    return pa.array(kept.texts, pa.string()).take(codes)


def cut(kept: Asides, start: int, stop: int) -> Asides:
    """Of the rows from `start` to before `stop` alone, counted from `start`."""
    found = {}
    for name, each in kept.items():
        low, high = np.searchsorted(each.rows, (start, stop))
        if low < high:
            found[name] = ColumnAsides(each.rows[low:high] - start, *_only(each.codes[low:high], each.texts))
    return found


def _only(codes: npt.NDArray[np.int32], texts: Sequence[str]) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Codes, and of the texts those that they are of: a part can have as many as it has rows."""
    if len(texts) <= len(codes):
        return codes, tuple(texts)
    used, new = np.unique(codes, return_inverse=True)
    return new.astype(np.int32), tuple(texts[i] for i in used.tolist())


def joined(pieces: Iterable[tuple[int, Asides]]) -> Asides:
    """What is kept aside of several runs of rows, each with the number of its first row, in ascending order."""
    by_column: dict[str, list[tuple[int, ColumnAsides]]] = {}
    for start, kept in pieces:
        for name, each in kept.items():
            by_column.setdefault(name, []).append((start, each))
    return {name: _joined(found) for name, found in by_column.items()}


def _joined(pieces: Sequence[tuple[int, ColumnAsides]]) -> ColumnAsides:
    texts: dict[str, int] = {}
    codes = []
    for _, each in pieces:
        moved = np.array([texts.setdefault(text, len(texts)) for text in each.texts], np.int32)
        codes.append(moved[each.codes])
    rows = np.concatenate([each.rows + start for start, each in pieces])
    return ColumnAsides(rows, np.concatenate(codes), tuple(texts))


def counts(kept: Asides) -> dict[str, AsideCounts]:
    """How much of what is kept aside, by column."""
    return {name: _counts(each) for name, each in kept.items()}


def _counts(kept: ColumnAsides) -> AsideCounts:
    numbers = np.bincount(kept.codes, minlength=len(kept.texts)).tolist()
    pairs = [(text, count) for text, count in zip(kept.texts, numbers, strict=True) if count]
    words = {text[1:]: count for text, count in pairs if text.startswith(WORD)}
    misfits = sum(count for text, count in pairs if text.startswith(MISFIT))
    return AsideCounts(words, misfits, sum(count for text, count in pairs if text.startswith((OTHERWISE, OFFSET))))


def to_text(kept: Asides) -> str:
    """What is kept aside as a part's footer has it, in ASCII."""
    return json.dumps({name: _packed(each) for name, each in kept.items()}, separators=(",", ":"))


def _packed(kept: ColumnAsides) -> dict[str, Any]:
    steps = np.diff(kept.rows, prepend=0)
    return {"texts": kept.texts, "codes": _pack(kept.codes), "steps": _pack(steps)}


def _pack(numbers: npt.NDArray[Any]) -> str:
    """Numbers that are not negative, in as few bytes each as the largest needs, packed."""
    kind = np.min_scalar_type(int(numbers.max(initial=0))).newbyteorder("<")
    return f"{kind.itemsize}{base64.b64encode(zlib.compress(numbers.astype(kind).tobytes(), 1)).decode()}"


def _unpack(text: str) -> npt.NDArray[np.int64]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text[1:])), f"<u{text[0]}").astype(np.int64)


def from_text(text: str | bytes) -> Asides:
    """The inverse of `to_text`."""
    return {name: _unpacked(each) for name, each in json.loads(text).items()}


def _unpacked(value: Mapping[str, Any]) -> ColumnAsides:
    codes = _unpack(value["codes"]).astype(np.int32)
    return ColumnAsides(np.cumsum(_unpack(value["steps"])), codes, tuple(value["texts"]))


def of_metadata(metadata: pq.FileMetaData) -> Asides:
    """What a part's footer has."""
    text = (metadata.metadata or {}).get(KEY.encode())
    return {} if text is None else from_text(text)


def of_group(part: pq.ParquetFile, group: int, kept: Asides | None = None) -> Asides:
    """What is kept aside of the rows of a row group, counted from its first; `kept`: of the part, where it is known."""
    kept = of_metadata(part.metadata) if kept is None else kept
    if not kept:
        return kept
    start = sum(part.metadata.row_group(i).num_rows for i in range(group))
    return cut(kept, start, start + part.metadata.row_group(group).num_rows)


def read_group(part: pq.ParquetFile, group: int, kept: Asides | None = None) -> pa.Table:
    """A row group of a part, with what is kept aside of it; `kept`: of the part, where it is known."""
    return beside(part.read_row_group(group), of_group(part, group, kept))


def read_groups(part: pq.ParquetFile) -> Iterator[pa.Table]:
    """The row groups of a part, with what is kept aside of them."""
    kept = of_metadata(part.metadata)
    return (read_group(part, group, kept) for group in range(part.num_row_groups))
