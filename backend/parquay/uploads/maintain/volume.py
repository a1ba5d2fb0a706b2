"""Starting on the right data directory only: catalog and directory carry one id, and know each other's files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from parquay.catalog.volumes import Volumes
from parquay.ids import new_id
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.local import marker
from parquay.storage.local.marker import Marker

log = logging.getLogger(__name__)

Holds = Callable[[str], bool]
"""Tells whether something of a file is in the directory."""


class ForeignVolume(Exception):
    """The data directory is not the catalog's; the message is one line."""


class VolumeVerdict(Enum):
    """What is to be done at a start."""

    KEEP = "keep"
    MARK = "mark"
    ADOPT = "adopt"


@dataclass(frozen=True)
class VolumeFindings:
    """What a start finds.

    Attributes:
        catalog: the catalog's volume id, None when it has none yet.
        directory: the directory's, None when it has none, ``""`` when its file is damaged.
        is_known: the catalog knows files that must be in the directory.
        is_there: one of them is.
        is_empty: nothing is in the directory.
        is_home: the catalog itself is in the directory.
    """

    catalog: str | None
    directory: str | None
    is_known: bool
    is_there: bool
    is_empty: bool
    is_home: bool


def bind(volumes: Volumes, root: Path, *, uploads: bool, parts: bool, is_home: bool) -> str:
    """Return the volume id once ``root`` is known to be the catalog's, having made it so where nothing is lost by that.

    ``uploads``, ``parts``: what is kept there. ``is_home``: the catalog itself is, too.

    Raises:
        ForeignVolume: it is another catalog's, or an empty one under a catalog that is not.
        OSError: the directory cannot be read or written.
    """
    found, known = Marker(root), volumes.id()
    if known is not None and found.read() == known:
        return known
    with found.alone():
        known = volumes.id()
        seen = _look(volumes, found, known, uploads=uploads, parts=parts, is_home=is_home)
        verdict = decide(seen)
        if verdict is None:
            raise ForeignVolume(f"{root}: {reason(seen)}")
        if verdict is VolumeVerdict.KEEP and known is not None:
            return known
        if known is None:
            known = _first(volumes, found, seen)
        elif found.read() != known:
            found.write(known)
        if verdict is VolumeVerdict.ADOPT:
            log.warning("the volume id of %s was not there; it is the catalog's by its files", root)
        return known


def bind_bucket(volumes: Volumes, bucket: Bucket) -> str:
    """Return the volume id once a bucket is known to be the catalog's, having made it so where nothing is lost by that.

    Several machines may do this at once on an empty catalog and an empty bucket: the first mark stays, and is all of
    theirs.

    Raises:
        ForeignVolume: it is another catalog's, or an empty one under a catalog that is not.
        StoreFault: the object store does not answer.
    """
    known, found = volumes.id(), _mark(bucket)
    if found is None:
        if known is not None and volumes.uploads():
            raise ForeignVolume("it is empty, but the catalog knows uploads that must be there (is it the right one?)")
        bucket.put_once(marker.NAME, (known or new_id()).encode())
        found = _mark(bucket)
    elif known is None and any(next(iter(bucket.list(each)), None) for each in ("bytes/", "tables/")):
        raise ForeignVolume("it holds the bytes of another catalog (was the database lost, or its URL changed?)")
    known = volumes.take(found or "")
    if known != found:
        raise ForeignVolume(f"its {marker.NAME} is {found}, but the catalog's bytes are on the volume {known}")
    return known


def _mark(bucket: Bucket) -> str | None:
    try:
        return bucket.get(marker.NAME, 0, 64).decode(errors="replace").strip()
    except FileNotFoundError:
        return None


def _first(volumes: Volumes, found: Marker, seen: VolumeFindings) -> str:
    """Give a catalog its volume id, the directory's where it has one: the directory first, so that a crash is harmless.

    Raises:
        ForeignVolume: another process has just given it another directory.
    """
    wanted = seen.directory or new_id()
    if found.read() != wanted:
        found.write(wanted)
    known = volumes.take(wanted)
    if known != wanted:
        if seen.directory is None:
            found.remove()
        raise ForeignVolume(f"{found.root}: another process has just begun to use this catalog with another directory")
    return known


def _look(
    volumes: Volumes, found: Marker, known: str | None, *, uploads: bool, parts: bool, is_home: bool
) -> VolumeFindings:
    evidence: list[tuple[Sequence[str], Callable[[Path, str], bool]]] = []
    if uploads:
        evidence.append((volumes.uploads(), marker.has_upload))
    if parts:
        evidence.append((volumes.tables(), marker.has_parts))
    return VolumeFindings(
        catalog=known,
        directory=found.read(),
        is_known=any(ids for ids, _ in evidence),
        is_there=any(holds(found.root, each) for ids, holds in evidence for each in ids),
        is_empty=marker.is_empty(found.root),
        is_home=is_home,
    )


def decide(seen: VolumeFindings) -> VolumeVerdict | None:
    """Decide whether a process may start on a directory; None: it must not. Pure."""
    if seen.directory and seen.catalog and seen.directory != seen.catalog:
        return None
    if seen.directory and seen.directory == seen.catalog:
        return VolumeVerdict.KEEP
    if seen.is_known:
        return VolumeVerdict.ADOPT if seen.is_there else None
    if seen.catalog is not None and not seen.is_home:
        return None
    return VolumeVerdict.MARK if seen.is_empty else None


def reason(seen: VolumeFindings) -> str:
    """Say why a process must not start. Pure."""
    if seen.directory and seen.catalog:
        return f"its {marker.NAME} is {seen.directory}, but the catalog's bytes are on the volume {seen.catalog}"
    if not seen.is_empty:
        return "it holds the bytes of another catalog (was metadata.db lost, or PARQUAY_DATABASE_URL changed?)"
    if seen.is_known:
        return "it is empty, but the catalog knows uploads that must be there (is the right folder mounted?)"
    return f"it is not the volume {seen.catalog} of this catalog; write that into its {marker.NAME} if it should be"
