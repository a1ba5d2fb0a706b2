"""Carrying out a PATCH: own the upload, put the bytes, checkpoint, answer with what is durable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from parquay.catalog.allowances import Allowance
from parquay.catalog.claims import Claim
from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.errors import Conflict, Gone, ParquayError
from parquay.storage.chunks import BytesMissing, Store, StoreFault, Writer
from parquay.telemetry import bytes_received, interrupted
from parquay.tus.append import AppendPlan, ends_upload
from parquay.uploads.policy.rules import Rules
from parquay.uploads.receive.blocks import Blocks
from parquay.uploads.receive.bodies import take_none
from parquay.uploads.receive.body import COMPLETE, OVERRUN, Body
from parquay.uploads.receive.claims import UploadClaims
from parquay.uploads.receive.committer import CheckpointCommitter
from parquay.uploads.receive.crowd import Crowd
from parquay.uploads.receive.pace import Paces
from parquay.uploads.receive.receive import Receipt, Receiver, UploadObserver
from parquay.uploads.receive.remote_writers import RemoteWriters
from parquay.uploads.receive.stall import StallTimeout
from parquay.uploads.receive.takeover import REMOVED, SHUTDOWN, ActiveWriter, WriterRegistry

T = TypeVar("T")

log = logging.getLogger(__name__)

ORPHAN_SECONDS = 3600.0
"""A chunk without a row that is younger may be named by a transaction that still runs."""

LOCK_SECONDS = 0.6
"""How long the store waits for a stale writer of another process to let go, before it does without."""

CANCEL_SECONDS = 2.0
"""How long a cancelled request waits for its last checkpoint."""


@dataclass(frozen=True)
class _Append:
    """One body that is to be put at the end of one upload."""

    file: File
    plan: AppendPlan
    body: Body
    observer: UploadObserver | None
    allowance: Allowance


class Appender:
    """Puts bodies at the end of uploads."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        store: Store,
        writers: WriterRegistry,
        disk: Executor,
        *,
        rules: Rules,
        stall_timeout: StallTimeout,
        follow: bool = True,
        remote: RemoteWriters | None = None,
    ) -> None:
        """``follow``: wake the converter while bytes still arrive, not only at the end.

        ``remote``: the writers of other processes, None where there are no other processes.
        """
        self._catalog = catalog
        self._files = files
        self._store = store
        self._writers = writers
        self._disk = disk
        self._rules = rules
        self._claims = UploadClaims(catalog, files, rules, writers.process, remote)
        self._stall_timeout = stall_timeout
        self._follow = follow
        self._blocks = Blocks()
        self._crowd = Crowd()
        self.paces = Paces()

    @property
    def idle(self) -> float:
        """Seconds without a byte after which a body is cut."""
        return self._stall_timeout.idle

    async def append(
        self,
        file: File,
        plan: AppendPlan,
        body: Body,
        observer: UploadObserver | None = None,
        *,
        allowance: Allowance | None = None,
    ) -> Receipt:
        """Store what ``plan`` allows of ``body`` and return what became of it; ``observer`` hears of checkpoints.

        ``allowance``: what it may add; None: what the rules say of everybody.

        The work goes on to its last checkpoint even when the request that asked for it is cancelled.

        Raises:
            Refusal: wrong offset (409) or checksum (460).
            Busy: somebody else is writing (423).
            Gone: the upload was removed meanwhile (410).
            TooManyRequests: ``rate_limited``, its owner sends as many others as they may (429).
            StorageFull: what fitted is kept (507).
            ParquayError: the store or the catalog failed (503); the row tells what is durable.
        """
        granted = allowance or Allowance(self._rules.quota)
        with self._crowd.entered(granted.link_id or file.owner_id, file.id, granted.uploads):
            return await self._admitted(_Append(file, plan, body, observer, granted))

    async def _admitted(self, request: _Append) -> Receipt:
        file, plan, body = request.file, request.plan, request.body
        if file.complete:
            async with self._writers.hold(file.id) as active:
                return Receipt(file.offset, await take_none(plan.body, body, active, self.idle))
        started: asyncio.Future[ActiveWriter] = asyncio.get_running_loop().create_future()
        work = asyncio.ensure_future(self._append(request, started))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if started.done():
                started.result().stop(SHUTDOWN)
            else:
                work.cancel()
            await asyncio.wait({work}, timeout=CANCEL_SECONDS)
            raise

    async def _append(self, request: _Append, started: asyncio.Future[ActiveWriter]) -> Receipt:
        """Become the writer, which ``started`` tells, and take in the body."""
        file, plan, allowance = request.file, request.plan, request.allowance
        async with self._writers.hold(file.id) as active:
            started.set_result(active)
            if allowance.is_bounded and file.size is None:
                request = replace(request, plan=await self._claims.within(file, plan, allowance))
            claim = await self._claims.claim(file, request.plan, allowance)
            active.epoch = claim.epoch
            active.on_wake(request.body.wake)
            try:
                receipt = await self._receive(request, claim, active)
            except (Conflict, BytesMissing) as error:
                if await self._is_removed(file.id):
                    raise Gone("The upload was removed.") from error
                raise
            if active.stopped == REMOVED:
                await self._is_removed(file.id)
            return receipt

    async def _is_removed(self, file_id: str) -> bool:
        """Tell whether another process removed an upload; its file may have been made after that, and goes too."""
        if await asyncio.to_thread(self._files.get, file_id) is not None:
            return False
        await self._on_disk(partial(self._store.remove, file_id))
        return True

    async def _receive(self, request: _Append, claim: Claim, active: ActiveWriter) -> Receipt:
        """Take in the body; whatever comes of it, the store and the row are free for the next writer then."""
        writer = await self._opened(claim)
        committer = self._committer(request, claim)
        sender = request.allowance.link_id or request.file.owner_id
        receiver = Receiver(
            writer,
            self._disk,
            self._blocks,
            offset=claim.offset,
            plan=request.plan.body,
            commit=committer.commit,
            rhythm=self._store.rhythm,
            stall_timeout=self._stall_timeout,
            pace=self.paces.of(sender, request.allowance.bandwidth),
        )
        try:
            ended = await _taken_in(receiver, request.body, active)
            receipt = await _ended(receiver, committer, request.plan, ended)
            if receipt.complete and claim.epoch > 1:  # who had it before may have left chunks
                asyncio.get_running_loop().run_in_executor(self._disk, self._sweep, claim.file_id)
            return receipt
        finally:
            await receiver.abandon()
            await self._on_disk(writer.close)
            if not committer.finished:
                await self._catalog.awrite(partial(self._files.release, claim=claim))

    async def _opened(self, claim: Claim) -> Writer:
        owned = partial(self._claims.is_owned, claim)
        writer = partial(self._store.writer, claim.file_id, claim.offset)
        return await self._on_disk(partial(writer, wait=LOCK_SECONDS, owned=owned, epoch=claim.epoch))

    def _committer(self, request: _Append, claim: Claim) -> CheckpointCommitter:
        return CheckpointCommitter(
            self._catalog,
            self._files,
            claim,
            rules=self._rules,
            allowance=request.allowance,
            body=request.plan.body,
            observer=request.observer,
            wakes=self._follow,
        )

    def _sweep(self, file_id: str) -> None:
        """Delete chunks of a finished upload that no row names; what cannot be now is found by ``gc``."""
        try:
            self._store.discard(self._store.orphans(file_id, ORPHAN_SECONDS))
        except ParquayError as error:
            log.warning("orphans of an upload stay", extra={"fields": {"file": file_id, "code": error.code}})

    async def _on_disk(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, call)


async def _taken_in(receiver: Receiver, body: Body, active: ActiveWriter) -> str:
    """Take in a body and return why it ended; what came before a failure is made durable."""
    try:
        ended = await receiver.run(body, active)
        await receiver.verify(ended)
    except StoreFault:
        raise
    except ParquayError:
        await receiver.flush()
        raise
    if ended not in (COMPLETE, OVERRUN):
        interrupted.labels(ended).inc()
    return ended


async def _ended(receiver: Receiver, committer: CheckpointCommitter, plan: AppendPlan, ended: str) -> Receipt:
    """Finish the upload if its last byte is there, else make durable what came."""
    length, body_ended = committer.claim.size, ended == COMPLETE
    if not ends_upload(plan.body, received=receiver.received, length=length, body_ended=body_ended):
        await receiver.flush()
        return Receipt(receiver.durable, ended)
    chunks = await receiver.sync()
    if not committer.finished:  # a checkpoint that was under way may have been the one at the end
        await committer.finish(receiver.written, chunks)
        bytes_received.inc(receiver.written - receiver.durable)
    return Receipt(receiver.written, ended, complete=True)
