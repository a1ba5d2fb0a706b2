"""One very large file, converted by several workers: the side of those who help; see `division`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from parquay.catalog.segments import NewSegment
from parquay.errors import BadInput, TooLarge
from parquay.ingest.convert import range_result
from parquay.ingest.convert.pipeline import JobLost, Pipeline, Sink, TextSegments
from parquay.ingest.convert.segment_sinks import Tools, range_sink_of
from parquay.ingest.read.segmenter import Segmenter
from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.sources import TextSource

MAX_REJECTS = 5000
"""Rejects of a range that its job keeps; one with more is left to the converter of the file."""


@dataclass(frozen=True, slots=True)
class FoundRange:
    """Where a range starts and ends: where the converter of the file would start a segment.

    Attributes:
        byte, line, no: where its first segment starts, and that one's number in the file.
        end: byte behind it.
        dialect: how it is read from its start on.
    """

    byte: int
    line: int
    no: int
    end: int
    dialect: Dialect


def text_of(reader: ByteReader, asked: Mapping[str, Any]) -> TextSource:
    """The text of an upload that is read as it is stored, as far as its converter knew it."""
    source = TextSource()
    source.attach(reader, asked["size"], complete=asked["complete"])
    return source


def find_ranges(segmenter: Segmenter, range_bytes: int, alive: Callable[[], bool]) -> Iterator[FoundRange]:
    """Yield the ranges behind the first `range_bytes`, which the converter of the file is reading.

    They are found by cutting the text as the converter does, which takes a tenth of the time of converting it.

    Raises:
        JobLost: `alive` said no.
        TooLarge: a row is too long; what comes before its range was yielded.
    """
    after, starts = segmenter.byte + range_bytes, None
    dialect = segmenter.dialect
    for segment in segmenter.segments():
        if not alive():
            raise JobLost
        first = segment.blocks[0]
        if first.byte >= after:
            if starts is not None:
                yield FoundRange(*starts[:3], first.byte, starts[3])
            starts, after = (first.byte, first.line, segment.no, dialect), first.byte + range_bytes
        dialect = segment.dialect
    if starts is not None:
        yield FoundRange(*starts[:3], segmenter.byte, starts[3])


def divided(reader: ByteReader, asked: Mapping[str, Any], alive: Callable[[], bool]) -> Iterator[FoundRange]:
    """Yield the ranges of a file; `asked`: what its converter says of it, see `Division.invite`.

    Raises:
        JobLost: `alive` said no.
    """
    segmenter = Segmenter(
        text_of(reader, asked),
        Dialect.from_json(asked["dialect"]),
        asked["byte"],
        asked["line"],
        asked["segment_bytes"],
        asked["no"],
    )
    try:
        yield from find_ranges(segmenter, asked["range_bytes"], alive)
    except TooLarge:
        return  # the converter will come to it, and say so


def convert_range(
    tools: Tools, file_id: str, asked: Mapping[str, Any], alive: Callable[[], bool]
) -> list[NewSegment] | None:
    """Convert a range into parts beside the file's; None where only the converter of the file can say what it is.

    `asked`: its `FoundRange`, and what the converter says of the file.

    Raises:
        JobLost: `alive` said no.
        BytesMissing, OSError: the bytes or the place cannot be used.
    """
    dialect, size = Dialect.from_json(asked["dialect"]), asked["segment_bytes"]
    start = range_result.start_of(dialect, asked["byte"], asked["line"], asked["kinds"])
    made: list[NewSegment] = []
    sink = range_sink_of(tools, file_id, made)
    typed: Sink[Any] = sink
    with tools.store.reader(file_id) as reader:
        source = text_of(reader, asked)
        text = TextSegments(source, dialect, size, size, may_start=lambda byte: byte < asked["end"])
        try:
            after = Pipeline(text, typed, tools.pool, tools.threads, alive).run(start, asked["no"])
            sink.flush()
        except (BadInput, TooLarge):
            return None
        finally:
            sink.discard()
    listed = sum(len(each.rejects) for each in made)
    return made if made and after.byte == asked["end"] and listed <= MAX_REJECTS else None
