"""Moving the durable offset of an upload's row, checkpoint by checkpoint, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from parquay.catalog.allowances import Allowance
from parquay.catalog.checkpoints import Checkpoint
from parquay.catalog.claims import Claim
from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.chunk import Chunk
from parquay.telemetry import uploads_finished
from parquay.tus.append import ends_upload
from parquay.tus.create import BodyPlan
from parquay.uploads.policy.rules import Rules
from parquay.uploads.receive.receive import Superseded, UploadObserver

TABLE_BYTES = 64 * 1024
"""From this many durable bytes on, a checkpoint wakes the converter."""


class CheckpointCommitter:
    """Commits the checkpoints of one body under its claim."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        claim: Claim,
        *,
        rules: Rules,
        allowance: Allowance,
        body: BodyPlan,
        observer: UploadObserver | None,
        wakes: bool,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._rules = rules
        self._allowance = allowance
        self._body = body
        self._observer = observer
        self._wakes = wakes
        self.claim = claim
        self.finished = False

    async def commit(self, offset: int, chunks: Sequence[Chunk]) -> bool:
        """Move the durable offset to ``offset`` bytes, and name their ``chunks``; False: somebody else owns the upload.

        A checkpoint at the end is the end: a client that sees all of its bytes acknowledged sends none that would be.
        """
        if ends_upload(self._body, received=offset, length=self.claim.size, body_ended=False):
            await self.finish(offset, chunks)
            return True
        asked = Checkpoint(
            self.claim,
            offset,
            expires_at=self._rules.expiry(),
            chunks=chunks,
            wake=self._wakes and offset >= TABLE_BYTES,
            allowance=self._allowance,
        )
        moved = await self._catalog.awrite_together(self._files.checkpoints, asked)
        if moved is None:
            return False
        self.claim = moved
        if self._observer is not None:
            await self._observer.on_progress(offset)
        return True

    async def finish(self, offset: int, chunks: Sequence[Chunk]) -> None:
        """Note that the last of ``offset`` bytes landed, in ``chunks`` where they were not named before.

        Raises:
            Superseded: somebody else owns the upload (409).
        """
        finish = partial(self._files.finish, claim=self.claim, offset=offset, chunks=chunks, allowance=self._allowance)
        if not await self._catalog.awrite(finish):
            raise Superseded("Another request continues this upload.")
        self.finished = True
        uploads_finished.inc()
