"""The dialect of a table, from the reading of its sample: where it starts, its names, and the shapes of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parquay.ingest.detect.header import Layout, column_names, header_names, is_blank, lay_out, renamed
from parquay.ingest.detect.reading import Reading
from parquay.ingest.read import row_repair
from parquay.ingest.read.tolerant_reader import Row
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.split import count_lines
from parquay.ingest.text.warnings import FileWarning, bounded


def dialect_of(text: bytes, skipped: int, reading: Reading, overrides: Overrides) -> Dialect:
    """Return the dialect of the table in a reading of `text` behind its first `skipped` bytes."""
    rows = [row for row in reading.rows if not is_blank(row)]
    layout = lay_out(rows, reading.width, declared=overrides.header, at_top=overrides.skip is not None)
    base = reading.dialect
    if base.widths:  # which say how many columns there are, whether or not the last ones have names and cells
        layout = replace(layout, width=reading.width, trailing=False)
    table = rows[layout.first :]
    cells = tuple(_texts(row, base) for row in layout.names(rows, base.quote.encode()))
    start = table[0].start if table else 0
    body = table[min(layout.header, len(table)) - 1].end if layout.header and table else start
    names = column_names(cells, layout.width, overrides.names)
    line = 1 + count_lines(text[: skipped + start])
    return replace(
        base,
        header_rows=min(layout.header, len(table)),
        skip_rows=line - 1,
        columns=names,
        header=cells,
        head=base.bom + skipped + start,
        body=base.bom + skipped + body,
        body_line=1 + count_lines(text[: skipped + body]),
        trailing=layout.trailing,
        row_bytes=(rows[-1].end - start) // max(1, len(table)) if table else 0,
        spaced=_is_spaced(reading.rows),
        shapes=_shapes(reading.rows, table[layout.header :], layout),
        warnings=(
            *base.warnings,
            *_long_header(text[skipped:], table[: layout.header], layout.width, line),
            *(
                renamed(header_names(cells, layout.width, overrides.names), names, line)
                if cells or overrides.names
                else ()
            ),
        ),
    )


def _long_header(text: bytes, header: Sequence[Row], width: int, line: int) -> tuple[FileWarning, ...]:
    """The warning about names that have no column, because the rows below have fewer fields."""
    long = [row for row in header if sum(1 for cell in row.cells if cell and cell.strip(b"#%/ ")) > width]
    return (FileWarning("long_header", line, len(long), bounded(text[long[0].start : long[0].end])),) if long else ()


def _texts(cells: Sequence[bytes | None], dialect: Dialect) -> tuple[str, ...]:
    return tuple((cell or b"").decode(dialect.codec, "replace") for cell in cells)


def _is_spaced(rows: Sequence[Row]) -> bool:
    return sum(map(is_blank, rows)) * 10 > len(rows) > 10


def _shapes(rows: Sequence[Row], table: Sequence[Row], layout: Layout) -> tuple[str, ...]:
    """The shapes of the columns; behind a gap another table may stand, so what is above it tells if it is enough."""
    start = table[0].start if table else 0
    gap = next((row.start for row in rows if row.start > start and is_blank(row)), None)
    above = [row for row in table if gap is None or row.start < gap]
    full = [
        row.cells for row in (above if len(above) >= 3 else table) if len(row.cells) == layout.width + layout.trailing
    ]
    return tuple(row_repair.shape_of([cells[i] for cells in full]) for i in range(layout.width)) if full else ()
