"""The cells of a column as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class Cells:
    """The cells of a text column without nulls, one at least: their bytes, and where each starts and ends."""

    array: pa.StringArray
    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    @classmethod
    def of(cls, array: pa.StringArray) -> Cells:
        """Look at the cells of a column without nulls."""
        _, offsets, content = array.buffers()
        ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
        data = np.frombuffer(content, np.uint8) if content is not None else np.empty(0, np.uint8)
        return cls(array, data, ends[:-1], ends[1:])

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Bytes of each cell."""
        return self.ends - self.starts

    @cached_property
    def raw(self) -> bytes:
        """All bytes of all cells, end to end."""
        return self.data[self.starts[0] : self.ends[-1]].tobytes()

    @property
    def first(self) -> bytes:
        """The first cell."""
        return self.data[self.starts[0] : self.ends[0]].tobytes()
