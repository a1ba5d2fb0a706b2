"""What the catalog notes of a commit: a mirror of what the log says."""

from __future__ import annotations

from parquay.catalog.datasets import NewVersion
from parquay.columns.types.aside_counts import COUNTS, counts_from_json, with_counts
from parquay.datasets.versions import log
from parquay.datasets.versions.snapshot import Snapshot


def new_version(after: Snapshot, found: log.Commit) -> NewVersion:
    """What the catalog notes of a commit, which may be another program's; `after` is the table as it is. Pure."""
    info = found.info
    counts = {name: int(info.get(name, 0)) for name in ("inserted", "updated", "deleted")}
    return NewVersion(
        version=found.version,
        kind=str(info.get("kind", "create" if found.version == 0 else "edit")),
        created_at=found.made_at,
        rows=int(info.get("rows", after.rows)),
        bytes=int(info.get("bytes", after.size)),
        columns=with_counts(after.columns, counts_from_json(info.get(COUNTS) or {})),
        author=info.get("author"),
        message=info.get("message"),
        entry_crc=found.entry_crc,
        checkpoint_crc=found.checkpoint_crc,
        reading=int(info.get("reading", 0 if info else after.reading)),
        mended=(int(mended[0]), int(mended[1])) if (mended := info.get("mended")) else None,
        **counts,
    )
