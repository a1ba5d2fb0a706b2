"""Words that stand where a value is missing, told apart from the values of a column.

A word for missing is a cell of no type. A column whose other cells all fit one has that type; the words are null in it,
and their texts are kept aside, so that the column is text again, exactly, when a later cell fits nothing. In a column
of text they are texts: `NA` is Namibia, too.

An array of asides is as long as its column, and null where nothing is kept. Its texts begin with their kind:
`WORD` for a word that means missing, `MISFIT` for a cell that was to get a type that it does not fit, `OTHERWISE` for a
value that its column would write in another way. Of `OFFSET` there is the offset alone: a moment is written with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.types.missing_words import OFFSET, WORD, WORDS, further

if TYPE_CHECKING:
    from parquay.columns.types.base import ColumnType


@dataclass(frozen=True, slots=True)
class Apart:
    """A column of text taken apart: its cells with null in place of the words for missing, and these aside."""

    cells: pa.StringArray
    asides: pa.StringArray


def apart(column: pa.StringArray, named: tuple[str, ...] = ()) -> Apart | None:
    """Take the words for missing out of a column; None when it has none. ``named``: further words."""
    words, marked = _arrays(named)
    found = pc.index_in(column, value_set=words, skip_nulls=True)
    if found.null_count == len(found):
        return None
    cells = pc.if_else(found.is_null(), column, pa.scalar(None, pa.string()))
    return Apart(cells, marked.take(found))


@lru_cache(maxsize=64)
def _arrays(named: tuple[str, ...]) -> tuple[pa.StringArray, pa.StringArray]:
    words = (*WORDS, *further(named))
    return pa.array(words), pa.array([WORD + word for word in words])


def texts_of(asides: pa.StringArray, texts: pa.StringArray, column_type: ColumnType) -> pa.StringArray:
    """What was written where something is kept aside; null elsewhere. ``texts``: what the column writes there."""
    kept = pc.utf8_slice_codeunits(asides, 1)
    shifted = pc.fill_null(pc.starts_with(asides, OFFSET), fill_value=False)
    if not pc.any(shifted).as_py():
        return kept
    shown = column_type.with_offsets(texts.filter(shifted), kept.filter(shifted))
    return pc.replace_with_mask(kept, shifted, shown)


def over(texts: pa.StringArray, asides: pa.StringArray | None, column_type: ColumnType) -> pa.StringArray:
    """The cells of a column as they were written: of `texts` those of which nothing is kept aside."""
    return texts if asides is None else pc.coalesce(texts_of(asides, texts, column_type), texts)
