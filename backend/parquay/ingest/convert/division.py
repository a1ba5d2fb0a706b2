"""One very large file, converted by several workers: its converter's side.

The converter goes on from the front as ever. It asks once that the file be divided; whoever is free finds where rows
start every `RANGE_BYTES` and converts such ranges, the last ones first. Where the converter comes to the start of a
range that is converted, it takes what that came to as its own segments; where one is being converted it waits; one that
nobody has begun it takes back. So a worker that is alone does what it always did, and there are never two truths:
the table is made of the segments that the converter records, in order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from parquay.catalog.ranges import Ranges
from parquay.catalog.segments import Fence, NewSegment
from parquay.catalog.tables import File
from parquay.columns.parquet import parts
from parquay.errors import Damaged
from parquay.ingest.convert import range_result
from parquay.ingest.convert.pipeline import JobLost
from parquay.ingest.read.fold import FoldState
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.sources import TextSource
from parquay.storage.place import Place

DIVIDED_BYTES = 4 << 30
"""A file of which so many bytes have arrived and are not converted is divided."""
RANGE_BYTES = 256 << 20
"""Bytes of a range, about: a few seconds of work."""
LOOK_SECONDS = 1.0
"""How often it is looked at how much others have converted."""
WAIT_SECONDS = 0.1
"""Pause between two looks at a range that another worker is converting."""


@dataclass(slots=True)
class Division:
    """How one conversion of a file is divided, as the converter of the file sees it.

    Attributes:
        conversion: id of its job.
        place: where the workers of ranges put parts.
        dead: tells whether an owner of a lease is known to be gone.
        brings: whether they are brought to another place, because the table is made there.
        divided_bytes, range_bytes: see `DIVIDED_BYTES` and `RANGE_BYTES`.
    """

    ranges: Ranges
    file_id: str
    conversion: str
    place: Place
    dead: Callable[[str], bool]
    brings: bool = False
    divided_bytes: int = field(default_factory=lambda: DIVIDED_BYTES)
    range_bytes: int = field(default_factory=lambda: RANGE_BYTES)
    _is_divided: bool = False
    _elsewhere: int = 0
    _looked: float = 0.0

    def is_for(self, file: File) -> bool:
        """Whether so much of a file has arrived that it may be divided."""
        return file.offset >= self.divided_bytes

    def is_open(self) -> bool:
        """Whether the file is divided already, or about to be: then parts may be there that no segment names yet."""
        self._is_divided = self._is_divided or self.ranges.exist(self.file_id, self.conversion)
        return self._is_divided

    def invite(self, state: FoldState, no: int, dialect: Dialect, file: File, segment_bytes: int) -> None:
        """Have others convert some of what is behind `state`, from segment `no` on, if that is much; once.

        `file`: as far as it has arrived; `segment_bytes`: bytes of a segment.
        """
        if self._is_divided or file.offset - state.byte < self.divided_bytes:
            return
        self._is_divided = True
        asked = {
            "byte": state.byte,
            "line": state.line,
            "no": no,
            "size": file.offset,
            "complete": file.complete,
            "dialect": dialect.to_json(),
            "kinds": state.to_json()["kinds"],
            "range_bytes": self.range_bytes,
            "segment_bytes": segment_bytes,
        }
        self.ranges.invite(self.file_id, self.conversion, asked)

    def is_elsewhere(self, byte: int) -> bool:
        """Whether another worker has the range that starts at `byte`, or has converted it."""
        return self._is_divided and self.ranges.other(self.file_id, self.conversion, byte, self.dead) is not None

    def bytes_elsewhere(self, byte: int) -> int:
        """Bytes that are converted behind the range at `byte`, about and at most `LOOK_SECONDS` old; for progress."""
        if self._is_divided and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            self._elsewhere = self.ranges.converted_behind(self.file_id, byte) * self.range_bytes
        return self._elsewhere

    def result(self, byte: int, alive: Callable[[], bool]) -> list[NewSegment] | None:
        """Wait for the range that starts at `byte`; None when nobody else converts it any more.

        Raises:
            JobLost: `alive` said no.
        """
        while (found := self.ranges.other(self.file_id, self.conversion, byte, self.dead)) is not None:
            if found.converted:
                return range_result.from_json(found.payload["segments"])
            if not alive():
                raise JobLost
            time.sleep(WAIT_SECONDS)
        return None

    def brought(self, segments: Sequence[NewSegment], place: Place) -> dict[str, str] | None:
        """Bring the parts of a range to `place`; return their names there by those they had. None: one is lost."""
        names = {each.part: each.no for each in reversed(segments) if each.part is not None}
        if not self.brings:
            return None if place.parts.absent(names) else {name: name for name in names}
        try:
            with self.place.parts.fetch(names) as paths:
                found = list(zip(names.items(), paths, strict=True))
                kept = {name: place.keep(parts.part_name(no), _content(path)).key for (name, no), path in found}
        except (Damaged, FileNotFoundError):
            return None
        self.place.parts.delete(names)
        return kept

    def taken(self, start: int) -> None:
        """Forget the range that starts at byte `start`: it was recorded, or cannot be."""
        self.ranges.drop(self.file_id, start)

    def end(self, fence: Fence) -> None:
        """Forget all of it, if there is any: what has arrived is converted.

        Raises:
            JobLost: `fence` said no.
        """
        if not self._is_divided:
            return
        self._is_divided = False
        left = self.ranges.converted(self.file_id) if self.brings else []
        if not self.ranges.forget(self.file_id, fence):
            raise JobLost
        # Beside a table that is read meanwhile: what the converter was quicker with. Else they are unknown parts.
        segments = (each for payload in left for each in range_result.from_json(payload["segments"]))
        self.place.parts.delete({each.part for each in segments if each.part is not None})


def _content(path: Path) -> memoryview:
    return memoryview(pa.memory_map(str(path)).read_buffer())


def may_be_divided(source: TextSource, dialect: Dialect) -> bool:
    """Whether a text can be read from the middle: delimited, and stored as it is read."""
    return dialect.format == "csv" and source.direct and source.member is None
