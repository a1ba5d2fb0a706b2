"""The sample of a file of which a caller has said how many characters each column has."""

from __future__ import annotations

from collections.abc import Sequence

from parquay.ingest.detect.reading import Reading
from parquay.ingest.read import fixed_lines
from parquay.ingest.read.tolerant_reader import Row
from parquay.ingest.text.dialect import Dialect


def reading_of(text: bytes, base: Dialect, widths: Sequence[int], *, complete: bool) -> Reading:
    """The lines of a sample as rows, without one that may go on behind it; one that is too long is as if blank."""
    rows = []
    for start, end, behind in fixed_lines.line_spans(text):
        if behind == end and not complete:
            break
        cells = fixed_lines.cells_of(text[start:end].decode(base.codec, "replace"), widths) or [None] * len(widths)
        encoded = (None if cell is None else cell.encode(base.codec, "replace") for cell in cells)
        rows.append(Row(start, behind, tuple(encoded)))
    return Reading(base, tuple(rows), len(widths), 1.0, 0.0)
