"""What a style is: another way to write canonical texts, cell by cell and back. Pure; Arrow is loaded by the methods.

A style knows texts alone and no values: a cell fits when `written(plain(cell))` is the cell and `plain(cell)` is a
canonical text. So whatever holds for canonical texts (nothing is lost, any cutting) holds for styled ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    import pyarrow as pa


class SeenNumbers(NamedTuple):
    """What was seen of all numbers of a column; others than numbers have neither.

    Attributes:
        small: they are nearer to zero than 1,000; unsigned: none is below zero, also not `-0`.
    """

    small: bool = False
    unsigned: bool = False


class CellStyle(Protocol):
    """How the cells of a column are written; frozen, equal when they are written alike.

    Attributes:
        name: its public name, such as `dd/MM/yyyy` or `#,##0.0`; never changes.
        reading: what a text means where several meanings can be thought of; two styles of different readings may give
            one text different values, those of one reading never do. Canonical texts have the empty one.
    """

    @property
    def name(self) -> str:
        """See above."""

    @property
    def reading(self) -> str:
        """See above."""

    @property
    def is_open(self) -> bool:
        """Whether what was seen leaves open that the cells are written in another style, in which they fit no more."""

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """The canonical texts; of what is no text of this style, null or anything that `written` does not give back."""

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """Canonical texts in this style; the inverse of `plain`."""

    def join(self, other: Self, *, seen: SeenNumbers, other_seen: SeenNumbers) -> Self | None:
        """The style in which the cells of both are written; None: there is none.

        `seen`, `other_seen`: what was seen of the numbers of either.
        """
