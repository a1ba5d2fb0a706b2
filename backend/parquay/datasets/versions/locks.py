"""Leases of a table: one writer, and readers of versions that must stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from parquay.catalog.lease_rows import WRITER
from parquay.catalog.leases import HeldLease, LeaseLost, Leases, LeaseTaken
from parquay.errors import Busy

LOCK_SECONDS = 60.0
"""How long a commit waits for another one of the same dataset, and a reader for the deletion of its version."""
READER = "reader"
"""Kind of the leases of versions, by dataset and version; those of writers are by dataset."""
DELETION, OF_PARTS = "deletion", "parts"
"""The lease that whoever deletes parts of old versions has a share in, and a backup has alone."""


class TableLocks:
    """The leases of tables that this process has."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases

    @contextmanager
    def writing(self, dataset_id: str) -> Iterator[HeldLease]:
        """Be the only writer of a dataset (blocking).

        What the writer before left half done stays so until somebody has looked, and says that it is not any more.

        Raises:
            Busy: ``table_busy``, another one did not come to an end (423).
        """
        with ExitStack() as stack:
            try:
                held = stack.enter_context(self._leases.exclusive(WRITER, dataset_id, LOCK_SECONDS))
            except LeaseTaken:
                raise _busy() from None
            held.unfinished = held.is_left
            yield held

    def unfinished(self) -> list[str]:
        """Datasets whose last writer did not come to an end: their log may have what the catalog has not."""
        return self._leases.left(WRITER)

    def ensure(self, held: HeldLease) -> None:
        """Make sure that nobody took this process, which may have been paused, for gone and writes the table now.

        Raises:
            Busy: ``table_busy`` (423).
        """
        try:
            self._leases.ensure(held)
        except LeaseLost:
            raise _busy() from None

    @contextmanager
    def reading(self, dataset_id: str, version: int) -> Iterator[None]:
        """Keep the parts of a version from being deleted for as long as it is read (blocking).

        Whoever deletes them already is waited for: look whether they are there before relying on it.

        Raises:
            Busy: ``table_busy``, the deletion did not come to an end (423).
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(self._leases.shared(READER, _key(dataset_id, version), LOCK_SECONDS))
            except LeaseTaken:
                raise _busy() from None
            yield

    @contextmanager
    def unread(self, dataset_id: str, versions: Iterable[int]) -> Iterator[list[int]]:
        """Yield those of ``versions`` that nobody reads; whoever wants to read one waits for the end."""
        keys = {_key(dataset_id, version): version for version in versions}
        held = self._leases.take_free(READER, list(keys)) if keys else []
        try:
            yield [keys[each.key] for each in held]
        finally:
            self._leases.release(*held)

    @contextmanager
    def keeping(self) -> Iterator[Callable[[], None]]:
        """Keep the parts of all tables and versions from being deleted (blocking).

        Yields what makes sure at the end that they were: it raises LeaseLost where this process stood still too long.

        Raises:
            LeaseTaken: another process keeps them.
        """
        with self._leases.exclusive(DELETION, OF_PARTS, LOCK_SECONDS) as held:
            yield partial(self._leases.ensure, held)

    @contextmanager
    def deleting(self) -> Iterator[bool]:
        """Have a share in the right to delete parts; False while somebody keeps all of them."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._leases.shared(DELETION, OF_PARTS, 0))
            except LeaseTaken:
                yield False
            else:
                yield True


def _key(dataset_id: str, version: int) -> str:
    return f"{dataset_id}/{version}"


def _busy() -> Busy:
    return Busy("Others are changing this table; try again.", "table_busy", retry_after=5)
