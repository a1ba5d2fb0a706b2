"""The tables of this process: a version of a dataset as a snapshot, from the Delta log and a small memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from parquay.catalog.datasets import Datasets
from parquay.catalog.tables import File
from parquay.columns.types.aside_counts import COUNTS, counts_from_json
from parquay.datasets.versions import log
from parquay.datasets.versions.checked_log import CheckedLogs, checkpoint_in
from parquay.datasets.versions.converted_rows import converted, first_rids, found_parts
from parquay.datasets.versions.create_table import publish
from parquay.datasets.versions.locks import TableLocks
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.datasets.versions.snapshot import Listed, Part, Snapshot
from parquay.errors import Conflict, Damaged, Gone, NotFound, ParquayError
from parquay.storage.place import Place, Places
from parquay.telemetry import lost

MAX_SNAPSHOTS = 256
"""Versions that are remembered, of all datasets together."""
MAX_DATASETS = 64
"""Datasets whose parts' row ids are remembered."""


class Tables:
    """Reads snapshots; may be used by many threads."""

    def __init__(self, places: Places, datasets: Datasets) -> None:
        """``places``: where the parts of each file are."""
        self._places = places
        self._datasets = datasets
        self.locks = TableLocks(datasets.leases)
        self._logs = CheckedLogs()
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[str, int], Snapshot] = OrderedDict()
        self._rids: OrderedDict[str, dict[str, RowIdRanges]] = OrderedDict()

    def snapshot(self, file: File, version: int | None = None) -> Snapshot:
        """Return a version of the table that ``file`` became (blocking); None is the newest.

        Raises:
            NotFound: ``no_table``, the file became none; ``unknown_version``, ``version_expired`` (404).
            Conflict: ``not_ready``, it is still being made; ``foreign_rows``, another program wrote to it (409).
            Damaged: ``log_damaged``; ``part_missing``, ``part_damaged``: a part is gone or has another size (503).
        """
        found = self.listed(file, version)
        if version is None and fault_of(found) is not None:
            found = self.listed(file)  # a newer version may have come since, and the parts of this one may be given up
        refuse_damaged(found)
        return found

    def listed(self, file: File, version: int | None = None) -> Snapshot:
        """Return a version as its log says, whose parts may be damaged or gone; see `snapshot`."""
        place = self.place(file)
        with readable(place):
            return self._listed(file, place, self._newest(file, place), version)

    def logged(self, file: File) -> Snapshot:
        """Return the newest version that the log has, noted in the catalog or not; for whoever makes the next one."""
        place = self.place(file)
        with readable(place):
            return self._listed(file, place, self._newest_in_log(file, place), None)

    def latest(self, file: File) -> Snapshot:
        """Return the newest version for the only writer, who makes the next one.

        Where the log is far away it is what the catalog has noted: of whoever puts the next entry on something older
        the entry is refused.
        """
        place = self.place(file)
        noted = self._datasets.noted(file.id) if place.is_remote else -1
        if noted < 0:
            return self.logged(file)
        with readable(place):
            return self._listed(file, place, noted, None)

    def names(self, file: File, version: int) -> frozenset[str] | None:
        """The names of the parts of a version, which may be gone; None when nothing tells of it any more."""
        found = self._recall(file.id, version)
        return log.part_names(self.place(file), version) if found is None else frozenset(found.names)

    def _listed(self, file: File, place: Place, newest: int, version: int | None) -> Snapshot:
        self._forget_outdated(file)
        if newest < (file.table_version or 0):
            raise lost(_log_damaged())
        wanted = newest if version is None else version
        if not 0 <= wanted <= newest:
            raise NotFound(f"The table has no version {version}.", "unknown_version")
        if wanted < newest and self._datasets.is_expired(file.id, wanted):
            raise NotFound(f"Version {wanted} is no longer kept.", "version_expired")
        found = self._recall(file.id, wanted)
        if found is None:
            found = self._read(file, place, wanted)
            self.remember(found)
        return found if found.name == file.name else replace(found, name=file.name)

    def seen(self, file: File, version: int) -> Snapshot:
        """A version that somebody looked at (blocking), also if it was given up since, as long as it is all there.

        Raises:
            NotFound, Conflict: as `snapshot`, and when the log does not reach back so far or a part is gone.
        """
        newest = self.snapshot(file)
        if version > newest.version:
            raise NotFound(f"The table has no version {version}.", "unknown_version")
        found = self._recall(file.id, version)
        if found is not None:
            return found
        names = self.names(file, version)
        if names is None or any(newest.place.parts.stat(name) is None for name in names):
            raise NotFound(f"Version {version} is no longer kept.", "version_expired")
        return self._read(file, newest.place, version)

    def parts(self, file: File, version: int) -> tuple[Part, ...]:
        """The parts of a version (blocking), also of one that was given up, as long as the log has it."""
        found, place = self._recall(file.id, version), self.place(file)
        with readable(place):
            return (found or self._read(file, place, version)).parts

    def is_ahead(self, file: File, noted: int | None, *, every: bool = False) -> bool:
        """Whether the log has a version that the catalog has not noted; ``every``: ask also where that travels."""
        place = self._places.at(file.id)
        return noted is None or ((every or not place.is_remote) and place.newest(noted) > noted)

    def is_shown(self, file: File, version: int | None) -> bool:
        """Whether plain readers find ``version`` (None: the first) in the folder of the newest one."""
        return self._places.at(file.id).shows(version or 0)

    def faults(self, file: File, *, rehash: bool = True) -> list[tuple[str, Damaged]]:
        """What is wrong with each part of the versions that are kept, newest first, by the part's name (blocking).

        ``rehash``: read them whole, else only their sizes.

        Raises:
            Damaged: ``log_damaged``, the log cannot say which parts there should be.
        """
        newest = self.listed(file)
        checksums = self._datasets.checksums(file.id, newest.version)
        if not self._logs.is_as_noted(newest.place, newest.version, checksums, reread=True):
            raise lost(_log_damaged())
        kept = [each.version for each in self._datasets.uncleared(file.id) if each.expired_at is None]
        known = {part.name: part for version in sorted(kept) for part in self.parts(file, version)}
        known |= {part.name: part for part in newest.parts}
        fault = newest.place.parts.fault
        found = [(part.name, fault(part.name, part.size, reread=rehash)) for part in known.values()]
        return [(name, wrong) for name, wrong in found if wrong is not None]

    def source(self, file: File) -> Snapshot:
        """Return the rows of ``file`` to append them elsewhere; also when they were appended to a table before.

        Raises:
            NotFound, Conflict: as `snapshot`.
        """
        if file.status == "done" and file.parquet_path is not None and file.dataset_id != file.id:
            return converted(file, self._places.at(file.id), file.columns or [], self._datasets.part_names(file.id))
        return self.snapshot(file)

    @contextmanager
    def hold(self, snapshot: Snapshot, *, fetched: bool = True) -> Iterator[None]:
        """Keep the parts of a version from being deleted while the context is open; for whoever reads for long.

        ``fetched``: whether copies of all of them are there from the start.

        Raises:
            Busy: ``table_busy``, parts of it are being deleted (423).
            Gone: ``version_gone``, they were deleted since the version was opened (410).
            Damaged: ``part_missing``, ``part_damaged`` (503).
            NotFound: the whole table was (404).
        """
        with self.locks.reading(snapshot.dataset_id, snapshot.version):
            if not snapshot.names and not snapshot.place.exists():
                raise NotFound("There is no such dataset.")
            if snapshot.place.parts.absent(snapshot.names):
                raise self._gone(snapshot)
            with snapshot.place.parts.fetch(snapshot.names if fetched else []):
                yield

    def _gone(self, snapshot: Snapshot) -> ParquayError:
        """Why parts of a version are not there: it was given up, they are lost, or the whole table was removed."""
        if not snapshot.place.exists():
            return NotFound("There is no such dataset.")
        noted = self._datasets.one(snapshot.dataset_id, snapshot.version)
        if noted is None or noted.expired_at is not None:
            return Gone("Parts of this version were removed.", "version_gone")
        return lost(Damaged("A part of this table is gone.", "part_missing"))

    def remember(self, snapshot: Snapshot) -> None:
        """Keep a version in memory, the least recently used one goes."""
        with self._lock:
            if snapshot.dataset_id in self._rids:
                self._rids[snapshot.dataset_id].update((part.name, part.rids) for part in snapshot.parts)
            self._remembered[snapshot.dataset_id, snapshot.version] = snapshot
            while len(self._remembered) > MAX_SNAPSHOTS:
                self._remembered.popitem(last=False)

    def place(self, file: File) -> Place:
        """Where the table is that ``file`` became.

        Raises:
            NotFound, Conflict: as `snapshot`.
        """
        if file.status in ("uploading", "processing"):
            raise Conflict("The table is still being made.", "not_ready")
        if file.parquet_path is None or file.dataset_id != file.id:
            raise NotFound("The file became no table of its own.", "no_table")
        return self._places.at(file.id)

    def _newest(self, file: File, place: Place) -> int:
        """The newest version for readers: what the catalog noted where the log is far away, else what the log has."""
        if place.is_remote and file.table_version is not None:
            return file.table_version
        return self._newest_in_log(file, place)

    def _newest_in_log(self, file: File, place: Place) -> int:
        with self._lock:
            known = max((version for each, version in self._remembered if each == file.id), default=-1)
        if place.is_remote and file.table_version is not None:
            known = max(known, file.table_version)
        newest = place.newest(known)
        return self._publish(file, place) if newest < 0 else newest

    def _forget_outdated(self, file: File) -> None:
        """Forget a table whose file was converted again."""
        first = self._recall(file.id, 0) if file.table_version == 0 else None
        if first is not None and first.updated_at != file.table_at:
            with self._lock:
                self._places.at(file.id).forget_log()
                self._rids.pop(file.id, None)
                for key in [key for key in self._remembered if key[0] == file.id]:
                    del self._remembered[key]

    def _publish(self, file: File, place: Place) -> int:
        """Make the log of a table that was converted before there were logs."""
        if file.table_version is not None:
            raise lost(Damaged("The log of this table is gone; its parts are still there.", "log_missing"))
        with self.locks.writing(file.id):
            newest = place.newest()
            if newest < 0:
                publish(place, file.columns or [], [each.key for each in found_parts(place)], None)
                newest = 0
            return newest

    def _recall(self, dataset_id: str, version: int) -> Snapshot | None:
        with self._lock:
            found = self._remembered.get((dataset_id, version))
            if found is not None:
                self._remembered.move_to_end((dataset_id, version))
            return found

    def _read(self, file: File, place: Place, version: int) -> Snapshot:
        noted = self._datasets.checksums(file.id, version)
        if not self._logs.is_as_noted(place, version, noted):
            raise lost(_log_damaged())
        table = log.open_at(place, version, checkpoint_in(version, noted))
        rids = self._rids_of(file.id, place)
        made = log.said(place, version)
        parts = [_part(place, each, rids) for each in log.listed(table)]
        parts.sort(key=lambda part: part.low)
        columns = log.columns(table)
        reading = int(made.info.get("reading", 0 if made.info else file.reading))
        return Snapshot(
            dataset_id=file.id,
            name=file.name,
            version=version,
            place=place,
            columns=columns,
            parts=tuple(parts),
            dialect=self._datasets.readings.of(file, reading).dialect,
            updated_at=made.made_at,
            reading=reading,
            next_rid=int(made.info.get("next_rid") or max((part.high for part in parts), default=0)),
            asides=counts_from_json(made.info.get(COUNTS) or {}),
        )

    def _rids_of(self, dataset_id: str, place: Place) -> dict[str, RowIdRanges]:
        """The ids in each part that was met so far, at first those of the conversion; parts that are met join them."""
        with self._lock:
            if dataset_id in self._rids:
                self._rids.move_to_end(dataset_id)
                return self._rids[dataset_id]
        found = dict(first_rids(log.listed(log.open_at(place, 0))))
        with self._lock:
            while len(self._rids) >= MAX_DATASETS:
                self._rids.popitem(last=False)
            return self._rids.setdefault(dataset_id, found)


def refuse_damaged(snapshot: Snapshot) -> None:
    """Refuse a version with parts that are gone, or longer or shorter than its log says.

    Raises:
        Damaged: ``part_missing``, ``part_damaged`` (503).
    """
    fault = fault_of(snapshot)
    if fault is not None:
        raise lost(fault)


def fault_of(snapshot: Snapshot) -> Damaged | None:
    """What is wrong with the first part of a version that is gone, or longer or shorter than its log says."""
    snapshot.place.parts.look(snapshot.names)
    faults = (snapshot.place.parts.fault(part.name, part.size, reread=False) for part in snapshot.parts)
    return next((fault for fault in faults if fault is not None), None)


@contextmanager
def readable(place: Place) -> Iterator[None]:
    """Give whatever a broken log leads to its name; what is wrong in it can be anything.

    Raises:
        Damaged: ``log_damaged`` (503).
        NotFound: the whole table was removed meanwhile (404).
    """
    try:
        yield
    except ParquayError:
        raise
    except FileNotFoundError as error:
        if not place.exists():
            raise NotFound("There is no such dataset.") from error
        raise lost(_log_damaged()) from error
    except OSError:
        raise
    except BaseException as error:
        # Delta's readers panic at some logs, which is no `Exception`.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise lost(_log_damaged()) from error


def _log_damaged() -> Damaged:
    return Damaged("The log of this table is damaged; its parts are still there.", "log_damaged")


def _part(place: Place, found: Listed, rids: dict[str, RowIdRanges]) -> Part:
    if found.name not in rids:
        from parquay.datasets.versions.footers import rids_of

        try:
            rids[found.name] = rids_of(place.parts, found.name)
        except KeyError:
            detail = "Another program has written rows to this table; restore a version from before."
            raise Conflict(detail, "foreign_rows") from None
    return Part(found.name, found.rows, rids[found.name], found.size)
