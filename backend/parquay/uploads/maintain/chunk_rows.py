"""Rows of chunks that are gone, or older than the bucket, made again from what is there.

The bucket tells which chunks an upload may consist of, the catalog how many bytes were promised. An offset never gets
lower here. It gets higher where the catalog is a copy from an earlier time: what is there behind it without a gap was
sent by the upload's own client.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from parquay.catalog.checkpoints import Checkpoint
from parquay.catalog.chunks import name_again, replace_all
from parquay.catalog.claims import Claim
from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, now
from parquay.chunk import Chunk
from parquay.storage.chunked.recovery import FoundChunk, Recovery, joined, recover
from parquay.storage.chunked.store import ChunkStore
from parquay.uploads.maintain.finding import Finding

IDLE = timedelta(hours=1)
"""An unfinished upload that moved more recently may be on its way: what nobody names yet may be named in a moment."""


class ChunkRows:
    """Compares rows of chunks with the bucket."""

    def __init__(self, catalog: Catalog, files: Files, store: ChunkStore) -> None:
        self._catalog = catalog
        self._files = files
        self._store = store

    def findings(self) -> Iterator[Finding]:
        """Yield each upload that could have more rows."""
        for file_id in sorted(self._files.ids()):
            file = self._files.get(file_id)
            finding = None if file is None else self._check(file)
            if finding is not None:
                yield finding

    def is_whole(self, file: File) -> bool:
        """Tell whether all promised bytes are in chunks that the catalog names."""
        return recover(self._store.named(file.id), (), file.offset).end >= file.offset

    def needed_parts(self) -> set[str]:
        """Return the parts, removed ones too, of uploads that were joined and have lost rows since."""
        return {part_id for file in self._files.joined() if not self.is_whole(file) for part_id in file.parts or ()}

    def moved(self, file: File) -> Finding | None:
        """Return that the chunks of a finished upload are gone, and an object is there that has them all.

        So it is when the catalog is a copy from before the upload was sealed.
        """
        whole = [each for each in self._store.found(file.id) if (each.start, each.size) == (0, file.offset)]
        named = self._store.named(file.id)
        if not file.complete or not whole or whole[0].key in {chunk.key for chunk in named}:
            return None
        detail = "Its chunks are gone; one object has them all, and no row names it."
        return Finding("unnamed_chunks", file.id, detail, partial(self._move, file, whole[0].key, named))

    def _move(self, file: File, key: str, named: Sequence[Chunk]) -> bool:
        after = self._store.found_in(key, named)
        return self._catalog.write(partial(replace_all, file_id=file.id, before=named, after=after))

    def _check(self, file: File) -> Finding | None:
        named = self._store.named(file.id)
        if not self.is_whole(file):
            return self._unnamed(file, recover(named, self._found(file), file.offset))
        if file.complete or file.parts or file.status == "error" or file.active_at > now() - IDLE:
            return None
        later = recover(named, self._store.found(file.id), file.size)
        if not later.chunks:
            return None
        detail = f"{later.end - file.offset} bytes more than the catalog knows of are there, without a gap."
        return Finding("later_chunks", file.id, detail, partial(self._advance, file, later))

    def _found(self, file: File) -> list[FoundChunk]:
        """Return the chunks that an upload may consist of: its own, and where it was joined those of its parts."""
        return [*self._store.found(file.id), *joined(self._part(part_id) for part_id in file.parts or ())]

    def _part(self, part_id: str) -> tuple[FoundChunk, ...]:
        part = self._files.get(part_id)  # a part that was removed has its chunks for as long as the whole has them
        return recover((), self._store.found(part_id), None if part is None else part.offset).chunks

    def _unnamed(self, file: File, recovery: Recovery) -> Finding | None:
        if not recovery.chunks:
            return None
        detail = f"{len(recovery.chunks)} of its chunks are there, and no row names them."
        if recovery.end < file.offset:
            until = "its end" if recovery.gap_end is None else f"byte {recovery.gap_end}"
            detail += f" From byte {recovery.end} to {until} there is none."
        return Finding("unnamed_chunks", file.id, detail, partial(self._name, file, recovery))

    def _name(self, file: File, recovery: Recovery) -> bool:
        """Name chunks; tell whether all promised bytes are in chunks then."""
        chunks = self._store.read(recovery.chunks)
        again = partial(name_again, file_id=file.id, epoch=file.epoch, offset=file.offset, chunks=chunks)
        return self._catalog.write(again) and recovery.end >= file.offset

    def _advance(self, file: File, later: Recovery) -> bool:
        """Move the offset behind what is there, as a checkpoint does, or the end of the upload."""
        chunks: tuple[Chunk, ...] = self._store.read(later.chunks)
        claim = Claim(file.id, file.epoch, file.offset, file.size)
        if later.end == file.size:
            return self._catalog.write(partial(self._files.finish, claim=claim, offset=later.end, chunks=chunks))
        asked = Checkpoint(claim, later.end, file.expires_at, chunks)
        return self._catalog.write(lambda session: self._files.checkpoints(session, [asked])) != [None]
