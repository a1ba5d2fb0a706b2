"""What a range of a file came to: for its job, and as segments of the file once all before it is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from parquay.catalog.segments import NewReject, NewSegment
from parquay.columns.types import registry
from parquay.ingest.read.fold import FoldState
from parquay.ingest.read.rows import MAX_KEPT_REJECTS
from parquay.ingest.text.dialect import Dialect

_OF_THE_FILE = ("columns", "warnings", "parsed_bytes")
"""What a segment says of the whole file up to its end, which nobody knows who has a range alone."""


def start_of(dialect: Dialect, byte: int, line: int, kinds: Sequence[tuple[str, Any]]) -> FoldState:
    """What is known before a range: nothing but where it starts and the types that the rows at the top leave open.

    What is known behind it is then what it adds, for `FoldState.followed_by`.
    """
    held = {name: registry.candidates_from_json(each) for name, each in kinds}
    return FoldState(byte, line, kinds=held, forced=dict(dialect.types), named=dialect.missing)


def to_json(segments: Sequence[NewSegment]) -> list[dict[str, Any]]:
    """The segments of a range, whose rows and states begin with the range."""
    made, dialect = [], None
    for each in segments:
        value = {key: found for key, found in asdict(each).items() if key not in _OF_THE_FILE}
        value["rejects"] = [list(asdict(reject).values()) for reject in each.rejects]
        value["readers"] = [[*reader, count] for reader, count in each.readers.items()]
        if each.dialect == dialect:
            del value["dialect"]  # it is long, and changes once in a file at most
        dialect = each.dialect
        made.append(value)
    return made


def from_json(values: Sequence[Mapping[str, Any]]) -> list[NewSegment]:
    """The inverse of `to_json`."""
    made: list[NewSegment] = []
    for value in values:
        rejects = tuple(NewReject(*each) for each in value["rejects"])
        readers = {(reader, reason): count for reader, reason, count in value["readers"]}
        dialect = value.get("dialect", made[-1].dialect if made else None)
        known = {**value, "rejects": rejects, "readers": readers, "dialect": dialect}
        made.append(NewSegment(**known, parsed_bytes=value["byte_end"]))
    return made


def in_file(
    segments: Sequence[NewSegment], before: FoldState, parts: Mapping[str, str], consumed: int
) -> tuple[list[NewSegment], FoldState]:
    """The segments of a range that starts where `before` ends, and what is known behind them: as a single reader's.

    `parts`: the names of their parts, by those that they had; `consumed`: bytes of the file that are done with them.
    """
    made, state = [], before
    for each in segments:
        assert each.byte_start == state.byte, "a range is taken where the file has been read up to its start"
        kept = max(0, MAX_KEPT_REJECTS - state.rejects)
        later = FoldState.from_json(
            each.state, byte=each.byte_end, line=each.line_start + each.lines, rows=each.row_start + each.rows
        )
        state = before.followed_by(later)
        missing = Dialect.from_json(each.dialect or {}).missing
        made.append(
            replace(
                each,
                part=None if each.part is None else parts[each.part],
                row_start=before.rows + each.row_start,
                rejects=tuple(_behind(reject, before.rows) for reject in each.rejects[:kept]),
                parsed_bytes=consumed,
                state=state.to_json() | {"types": each.state["types"]},
                columns=registry.columns_json(state.types(), missing),
                warnings=state.warnings_json(),
            )
        )
    return made, state


def _behind(reject: NewReject, rows: int) -> NewReject:
    return replace(reject, row=None if reject.row is None else reject.row + rows)
