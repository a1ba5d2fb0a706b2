"""Creations that a client asks for again with the same `Idempotency-Key`: they lead to the file that is there already.

As draft-ietf-httpapi-idempotency-key-header has it, the same key with another request is refused, and so is one whose
first request is still being carried out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from parquay.catalog.files import WRITER_ACTIVE, Files
from parquay.catalog.idempotency import IdempotencyKeys, in_use
from parquay.catalog.saved_queries import Beside
from parquay.catalog.tables import File, now
from parquay.errors import InvalidValue
from parquay.storage.chunks import Store, read_promised
from parquay.uploads.policy.rules import Owner
from parquay.uploads.receive.body import BodyCut
from parquay.uploads.receive.takeover import WriterRegistry


@dataclass(frozen=True)
class RepeatableRequest:
    """A request with a key. ``fingerprint``: a digest of what it asks for, but for the bytes of the file."""

    key: str
    fingerprint: str


class Repeats:
    """Knows what was made by requests with keys."""

    def __init__(self, keys: IdempotencyKeys, files: Files, store: Store, writers: WriterRegistry) -> None:
        self._keys = keys
        self._files = files
        self._store = store
        self._writers = writers

    def naming(self, owner: Owner, asked: RepeatableRequest | None) -> Beside | None:
        """What gives the key of a request to the file that it makes."""
        return None if asked is None else self._keys.naming(owner.id, _own(owner, asked), asked.fingerprint)

    async def made(self, owner: Owner, asked: RepeatableRequest | None, *, brings: bool) -> File | None:
        """Return the file that an earlier request with this key has made; None: there was none.

        ``brings``: bytes of the file come with the request, which is not done before they are there; where some are
        missing, whoever took them in is gone.

        Raises:
            InvalidValue: ``idempotency_key_reused``, that was another request (422).
            Conflict: ``idempotency_key_in_use``, it is still being carried out (409).
        """
        if asked is None:
            return None
        found = await asyncio.to_thread(self._keys.find, owner.id, _own(owner, asked))
        if found is None:
            return None
        if found.fingerprint != asked.fingerprint:
            raise reused()
        file = await asyncio.to_thread(self._files.get, found.file_id)
        if brings and file is not None and not file.complete and self._is_written(file):
            raise in_use()
        return file

    def _is_written(self, file: File) -> bool:
        # A file that was made a moment ago may not have its writer yet.
        return file.id in self._writers.running() or (
            file.writer is not None and file.active_at >= now() - WRITER_ACTIVE
        )

    async def compare(self, file: File, chunks: AsyncIterator[bytes], *, whole: bool) -> None:
        """Read the bytes that come with a request again; ``whole``: they must be all of the file.

        Raises:
            InvalidValue: ``idempotency_key_reused``, they are others; ``body_cut``, the request broke off (422).
        """
        try:
            await self._compare(file, chunks, whole=whole)
        except BodyCut:
            raise InvalidValue("The request ended before the file was complete.", "body_cut") from None

    async def _compare(self, file: File, chunks: AsyncIterator[bytes], *, whole: bool) -> None:
        at = 0
        async for chunk in chunks:
            known = chunk[: file.offset - at]
            if (whole and len(known) < len(chunk)) or known != await asyncio.to_thread(
                partial(self._read, file.id, at, len(known))
            ):
                raise reused()
            at += len(known)
            if at == file.offset and not whole:
                return
        if whole and at != file.size:
            raise reused()

    def _read(self, file_id: str, at: int, count: int) -> bytes:
        with self._store.reader(file_id) as reader:
            return read_promised(reader, at, count) if count else b""


def reused() -> InvalidValue:
    """The error of a key that came with another request before."""
    return InvalidValue("This Idempotency-Key came with another request before.", "idempotency_key_reused")


def _own(owner: Owner, asked: RepeatableRequest) -> str:
    """The key among those of an account; those of whoever uploads by a link are theirs."""
    return asked.key if owner.link is None else f"{owner.link.id} {asked.key}"
