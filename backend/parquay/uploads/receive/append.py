"""Carrying out a PATCH: own the upload, put the bytes, checkpoint, answer with what is durable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from parquay.catalog.files import Claim, Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.catalog.usage import over
from parquay.chunk import Chunk
from parquay.errors import Busy, Conflict, Gone, ParquayError
from parquay.ids import new_id
from parquay.storage.chunks import BytesMissing, Store, StoreFault, Writer
from parquay.telemetry import bytes_received, interrupted, uploads_finished
from parquay.tus.append import AppendPlan, check_offset, ends_upload
from parquay.tus.create import BodyPlan
from parquay.uploads.policy.rules import Rules, state_of
from parquay.uploads.receive.blocks import Blocks
from parquay.uploads.receive.bodies import take_none
from parquay.uploads.receive.body import COMPLETE, OVERRUN, Body
from parquay.uploads.receive.receive import Patience, Receipt, Receiver, Superseded, Witness
from parquay.uploads.receive.takeover import PATIENCE_SECONDS, REMOVED, SHUTDOWN, Handover, Holder

T = TypeVar("T")

LOCK_SECONDS = 2.0
"""How long the store waits for a stale writer of another process to let go."""

TAKE_OVER_POLL = 0.1
"""Seconds between two tries to take an upload over from another process."""

TABLE_BYTES = 64 * 1024
"""From this many durable bytes on, a checkpoint wakes the converter."""


class Appender:
    """Puts bodies at the end of uploads."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        store: Store,
        handover: Handover,
        disk: Executor,
        *,
        rules: Rules,
        patience: Patience,
        follow: bool = True,
    ) -> None:
        """``follow``: wake the converter while bytes still arrive, not only at the end."""
        self._catalog = catalog
        self._files = files
        self._store = store
        self._handover = handover
        self._disk = disk
        self._rules = rules
        self._patience = patience
        self._follow = follow
        self._process = new_id()
        self._blocks = Blocks()

    @property
    def idle(self) -> float:
        """Seconds without a byte after which a body is cut."""
        return self._patience.idle

    async def append(
        self, file: File, plan: AppendPlan, body: Body, witness: Witness | None = None, *, quota: int | None = None
    ) -> Receipt:
        """Store what ``plan`` allows of ``body`` and return what became of it; ``witness`` hears of checkpoints.

        ``quota``: bytes that the owner may store, 0: any number; None: as many as the rules say.

        The work goes on to its last checkpoint even when the request that asked for it is cancelled.

        Raises:
            Refusal: wrong offset (409) or checksum (460).
            Busy: somebody else is writing (423).
            Gone: the upload was removed meanwhile (410).
            StorageFull: what fitted is kept (507).
            ParquayError: the store or the catalog failed (503); the row tells what is durable.
        """
        if file.complete:
            async with self._handover.hold(file.id) as holder:
                return Receipt(file.offset, await take_none(plan.body, body, holder, self._patience.idle))
        held: list[Holder] = []
        quota = self._rules.quota if quota is None else quota
        work = asyncio.ensure_future(self._append(file, plan, body, held, witness, quota=quota))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if held:
                held[0].stop(SHUTDOWN)
            else:
                work.cancel()
            await asyncio.wait({work}, timeout=LOCK_SECONDS)
            raise

    async def _append(
        self, file: File, plan: AppendPlan, body: Body, held: list[Holder], witness: Witness | None, *, quota: int
    ) -> Receipt:
        async with self._handover.hold(file.id) as holder:
            held.append(holder)
            if quota and file.size is None:
                plan = await self._within_quota(file, plan, quota)
            claim = await self._claim(file, plan, quota)
            holder.epoch = claim.epoch
            holder.on_wake(body.wake)
            try:
                receipt = await self._receive(claim, plan, body, holder, witness, quota=quota)
            except (Conflict, BytesMissing) as error:
                if await self._is_removed(file.id):
                    raise Gone("The upload was removed.") from error
                raise
            if holder.stopped == REMOVED:
                await self._is_removed(file.id)
            return receipt

    async def _within_quota(self, file: File, plan: AppendPlan, quota: int) -> AppendPlan:
        """Return the plan with no more bytes than the owner has left: a deferred length reserved none.

        Raises:
            TooLarge: ``quota_exceeded`` (413), already by what the request announces.
        """
        used = await asyncio.to_thread(self._files.stored_bytes, file.owner_id)
        left = max(quota - used, 0)
        announced = plan.body.expected if plan.length is None else plan.length - file.offset
        if announced is not None and announced > left:
            raise over(quota)
        limit = left if plan.body.limit is None else min(plan.body.limit, left)
        return replace(plan, body=replace(plan.body, limit=limit))

    def _is_owned(self, claim: Claim) -> bool:
        return self._files.epochs([claim.file_id]).get(claim.file_id) == claim.epoch

    async def _is_removed(self, file_id: str) -> bool:
        """Tell whether another process removed an upload; its file may have been made after that, and goes too."""
        if await asyncio.to_thread(self._files.get, file_id) is not None:
            return False
        await self._on_disk(partial(self._store.remove, file_id))
        return True

    async def _claim(self, file: File, plan: AppendPlan, quota: int) -> Claim:
        claim = await self._take_over(file, plan)
        if plan.length is not None and claim.size is None:
            declare = partial(self._files.declare, claim=claim, size=plan.length, quota=quota)
            declared = await self._catalog.awrite(declare)
            if declared is None:
                raise Superseded("Another request continues this upload.")
            claim = declared
        return claim

    async def _take_over(self, file: File, plan: AppendPlan) -> Claim:
        """Become the upload's writer, after waiting a moment for one of another process."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            take_over = partial(
                self._files.take_over,
                file_id=file.id,
                offset=plan.offset,
                writer=self._process,
                expires_at=self._rules.expiry(),
            )
            claim = await self._catalog.awrite(take_over)
            if claim is not None:
                return claim
            current = await asyncio.to_thread(self._files.get, file.id)
            if current is None:
                raise Gone("The upload was removed.")
            check_offset(plan.offset, state_of(current))
            if current.complete:
                raise Conflict("The upload is complete.", "already_complete")
            if time.monotonic() >= deadline and self._files.is_written(current, self._process):
                raise Busy("Another request is writing to this upload.", retry_after=1)
            await asyncio.sleep(TAKE_OVER_POLL)

    async def _receive(
        self, claim: Claim, plan: AppendPlan, body: Body, holder: Holder, witness: Witness | None, *, quota: int
    ) -> Receipt:
        opening = partial(
            self._store.writer,
            claim.file_id,
            claim.offset,
            wait=LOCK_SECONDS,
            owned=partial(self._is_owned, claim),
            epoch=claim.epoch,
        )
        writer: Writer = await self._on_disk(opening)
        keeper = _Keeper(
            self._catalog,
            self._files,
            claim,
            rules=replace(self._rules, quota=quota),
            body=plan.body,
            witness=witness,
            wakes=self._follow,
        )
        receiver = Receiver(
            writer,
            self._disk,
            self._blocks,
            offset=claim.offset,
            plan=plan.body,
            commit=keeper.commit,
            rhythm=self._store.rhythm,
            patience=self._patience,
        )
        try:
            receipt = await self._settle(keeper, receiver, plan, body, holder)
        finally:
            await receiver.abandon()
            await self._on_disk(writer.close)
            if not keeper.finished:
                await self._catalog.awrite(partial(self._files.release, claim=claim))
        return receipt

    async def _settle(
        self, keeper: _Keeper, receiver: Receiver, plan: AppendPlan, body: Body, holder: Holder
    ) -> Receipt:
        try:
            ended = await receiver.run(body, holder)
            await receiver.verify(ended)
        except StoreFault:
            raise
        except ParquayError:
            await receiver.settle()
            raise
        if ended not in (COMPLETE, OVERRUN):
            interrupted.labels(ended).inc()
        if ends_upload(plan.body, received=receiver.received, length=keeper.claim.size, whole=ended == COMPLETE):
            chunks = await receiver.sync()
            if not keeper.finished:  # a checkpoint that was under way may have been the one at the end
                await keeper.finish(receiver.written, chunks)
                bytes_received.inc(receiver.written - receiver.durable)
            return Receipt(receiver.written, ended, complete=True)
        await receiver.settle()
        return Receipt(receiver.durable, ended)

    async def _on_disk(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, call)


class _Keeper:
    """Commits the checkpoints of one body under its claim."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        claim: Claim,
        *,
        rules: Rules,
        body: BodyPlan,
        witness: Witness | None,
        wakes: bool,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._rules = rules
        self._body = body
        self._witness = witness
        self._wakes = wakes
        self.claim = claim
        self.finished = False

    async def commit(self, offset: int, chunks: Sequence[Chunk]) -> bool:
        """Move the durable offset to ``offset`` bytes, and name their ``chunks``; False: somebody else owns the upload.

        A checkpoint at the end is the end: a client that sees all of its bytes acknowledged sends none that would be.
        """
        if ends_upload(self._body, received=offset, length=self.claim.size, whole=False):
            await self.finish(offset, chunks)
            return True
        wake = self._wakes and offset >= TABLE_BYTES
        write = partial(
            self._files.checkpoint,
            claim=self.claim,
            offset=offset,
            chunks=chunks,
            expires_at=self._rules.expiry(),
            wake=wake,
            quota=self._rules.quota,
        )
        moved = await self._catalog.awrite(write)
        if moved is None:
            return False
        self.claim = moved
        if self._witness is not None:
            await self._witness.progressed(offset)
        return True

    async def finish(self, offset: int, chunks: Sequence[Chunk]) -> None:
        """Note that the last of ``offset`` bytes landed, in ``chunks`` where they were not named before.

        Raises:
            Superseded: somebody else owns the upload (409).
        """
        finish = partial(self._files.finish, claim=self.claim, offset=offset, chunks=chunks, quota=self._rules.quota)
        if not await self._catalog.awrite(finish):
            raise Superseded("Another request continues this upload.")
        self.finished = True
        uploads_finished.inc()
