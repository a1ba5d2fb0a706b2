"""An export that is the upload: the text itself, as long as nobody has changed its table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from parquay.catalog.tables import File, FileReading
from parquay.datasets.export.export import Export
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.plan import columns_of
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import NotFound
from parquay.ingest.text.overrides import Overrides
from parquay.telemetry import lost
from parquay.uploads.maintain.integrity import Soundness, damaged
from parquay.wiring import TableServices, UploadServices

_MEDIA_TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson", "log": "text/plain", "fixed": "text/plain"}
"""Of uploads that can be exported as they are."""
_SAME = {"csv": ("csv", "log", "fixed"), "ndjson": ("ndjson",)}
"""The formats of uploads that an export in a format gives back."""


def is_the_upload(tables: TableServices, file: File, snapshot: Snapshot, request: ExportRequest) -> bool:
    """Tell whether ``request`` wants what was uploaded, all of it, as it was written (blocking)."""
    if request.format not in _SAME or not request.original or request.safe or request.header is not None:
        return False
    dialect = snapshot.dialect or {}
    if dialect.get("made_from") or dialect.get("format") not in _SAME[request.format] or request.query.conditions:
        return False
    return list(request.columns) == columns_of(snapshot.columns) and is_unchanged(tables, file, snapshot)


def is_unchanged(tables: TableServices, file: File, snapshot: Snapshot) -> bool:
    """Tell whether a version is what a reading of the file made (blocking), or that restored."""
    made_in = tables.datasets.readings.made_in(file.id, snapshot.reading)
    if snapshot.version == made_in:
        return True
    try:
        first = tables.tables.snapshot(file, made_in or 0)
    except NotFound:
        return False  # nobody can tell any more
    return snapshot.names == first.names and snapshot.columns == first.columns


def uploaded_text(uploads: UploadServices, file: File, reading: FileReading, made: Export, stop: CancelToken) -> Export:
    """Return the export ``made`` with the bytes of the upload in place of its own, as ``reading`` has them (blocking).

    Raises:
        Damaged: ``bytes_missing``, ``bytes_damaged`` (503).
    """
    from parquay.ingest.text.original import original_text  # brings Arrow, without which uploads are served
    from parquay.ingest.text.sources import archive_of

    hashed = uploads.soundness.check(file)
    dialect = reading.dialect or {}
    encoding, kind = dialect.get("encoding", "utf-8"), dialect.get("format", "csv")
    member = Overrides.from_options(reading.options).member

    def chunks() -> Iterator[bytes]:
        with uploads.store.reader(file.id) as reader:
            packed = any(archive_of(reader, file.offset, complete=True))
            text = original_text(reader, file.offset, member)  # an archive has sums of its own
            for block in text if hashed or packed else _hashed(uploads.soundness, file, text):
                stop.check()
                yield block

    return Export(made.name, f"{_MEDIA_TYPES[kind]}; charset={encoding}", chunks, is_text=True)


def _hashed(soundness: Soundness, file: File, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of a file that was not hashed before; the last one only if all of them are right.

    Raises:
        Damaged: ``bytes_damaged``; the answer ends too early, which every client notices.
    """
    digest, held = hashlib.sha256(), b""
    for block in blocks:
        digest.update(block)
        if held:
            yield held
        held = block
    if not soundness.learn(file, digest.hexdigest()):
        raise lost(damaged())
    yield held
