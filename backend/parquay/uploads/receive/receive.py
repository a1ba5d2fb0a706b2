"""Moving a body into the store with checkpoints: the heartbeat of an upload.

Three counts never meet out of order: received (here in memory) >= written (in the store) >= durable (synced and
in the row). Bytes gather in a block, one block is written on a disk thread while the next fills, a checkpoint
runs beside both. Everything that an answer tells comes from ``durable``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

from parquay.catalog.tables import File
from parquay.chunk import Chunk
from parquay.errors import Conflict, StorageFull
from parquay.storage.chunks import Rhythm, Writer
from parquay.telemetry import bytes_received
from parquay.tus.create import BodyPlan
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.blocks import BLOCK_SIZE, AlignedBlock, Blocks
from parquay.uploads.receive.body import COMPLETE, OVERRUN, Body, BodyCut, into_memory
from parquay.uploads.receive.digest import RunningDigest
from parquay.uploads.receive.pace import STEP_SECONDS, UNPACED, Pace
from parquay.uploads.receive.stall import RateMonitor, StallTimeout
from parquay.uploads.receive.takeover import ActiveWriter

TICK_SECONDS = 0.25
"""How often a silent body is looked after, while it has bytes that are not durable."""

SILENT_TICK_SECONDS = 1.0
"""How often one is that has none: there may be thousands."""

FIRST_BYTES = 4096
"""Bytes that are received into no block: the first ones after a silence."""


@dataclass(frozen=True)
class Receipt:
    """What became of a body.

    Attributes:
        offset: durable bytes of the upload.
        ended: ``complete``, or why the body was left before its end.
        complete: whether that was the upload's last byte.
    """

    offset: int
    ended: str
    complete: bool = False


Commit = Callable[[int, Sequence[Chunk]], Awaitable[bool]]
"""Moves the row's offset to a number of synced bytes and names their chunks; False when somebody else owns the upload.
"""


BEYOND = memoryview(bytearray(1))
"""Where a byte goes that is one too many."""


class UploadObserver(Protocol):
    """Whoever wants to hear of an upload while its request still runs."""

    async def on_created(self, file: File) -> bool:
        """Hear that an upload can be resumed from now on; tell whether its client knows."""
        ...

    async def on_progress(self, offset: int) -> None:
        """Hear that ``offset`` bytes are durable."""
        ...


class Superseded(Conflict):
    """Another request owns the upload now (409)."""

    default_code = "taken_over"


class Receiver:
    """One body on its way into one upload."""

    def __init__(
        self,
        writer: Writer,
        disk: Executor,
        blocks: Blocks,
        *,
        offset: int,
        plan: BodyPlan,
        commit: Commit,
        rhythm: Callable[[int], Rhythm],
        stall_timeout: StallTimeout,
        pace: Pace = UNPACED,
    ) -> None:
        """``rhythm``: how often an upload with so many bytes is checkpointed. ``pace``: that of its owner."""
        self._pace = pace
        self._writer = writer
        self._disk = disk
        self._blocks = blocks
        self._plan = plan
        self._commit = commit
        self._rhythm_at = rhythm
        self._rhythm = rhythm(offset)
        self._stall_timeout = stall_timeout
        self._start = self.received = self.written = self.durable = offset
        self._block: AlignedBlock | None = None
        self._first: memoryview | None = memoryview(bytearray(FIRST_BYTES))
        self._lent: memoryview | None = None
        self._writing: tuple[AlignedBlock, asyncio.Future[int]] | None = None
        self._checkpointing: asyncio.Task[None] | None = None
        self._last_checkpoint = time.monotonic()
        self._digest = RunningDigest(plan.checksum) if plan.checksum else None
        self._full = False

    async def run(self, body: Body, active: ActiveWriter) -> str:
        """Take in ``body`` until it ends, is cut, or ``active`` is told to stop; return why it ended.

        Raises:
            StorageFull: the store is full (507); what fitted is kept.
            ParquayError: the store or the catalog failed.
        """
        rate, source = RateMonitor(self._stall_timeout), into_memory(body)
        while not active.stopped:
            if (wait := self._pace.wait()) > 0:
                await self._hold_back(wait, active, rate)
                continue
            room = self._room()
            try:
                count = await source.read_into((room or BEYOND)[: self._pace.step], self._tick())
            except BodyCut as cut:
                return cut.ended
            if count == 0:
                return COMPLETE
            if count is None:
                self._rest()
            else:
                active.touch()
                if not room:
                    return OVERRUN
                self._take(count)
                self._pace.spend(count)
            if active.checkpoint_wanted is not None:
                await self.flush()
                active.checkpointed()
            if verdict := rate.verdict(active.silence, self.received):
                return verdict
            await self._advance()
        return active.stopped or COMPLETE

    async def _hold_back(self, seconds: float, active: ActiveWriter, rate: RateMonitor) -> None:
        """Read nothing for a moment, because the sender is faster than its owner may be: it is not silent, nor slow."""
        await asyncio.sleep(min(seconds, STEP_SECONDS))
        active.touch()
        rate.excuse()
        if active.checkpoint_wanted is not None:
            await self.flush()
            active.checkpointed()
        await self._advance()

    async def flush(self) -> None:
        """Make durable everything that was received (nothing while a checksum is outstanding)."""
        await self._write_rest()
        if self._digest is None:
            await self._join_checkpoint()
            await self._checkpoint()

    async def verify(self, ended: str) -> None:
        """Write the rest of a body that has ended, and check its checksum.

        Raises:
            Refusal: ``checksum_mismatch`` (460); nothing of the body is kept.
            StorageFull: the rest does not fit (507).
        """
        await self._write_rest()
        if self._digest is None:
            return
        matches, self._digest = ended == COMPLETE and self._digest.matches(), None
        if not matches:
            self.received = self.written = self._start
            await self._on_disk(self._writer.truncate, self._start)
            if ended == COMPLETE:
                raise Refusal("checksum_mismatch")

    async def sync(self) -> Sequence[Chunk]:
        """Sync what was written without telling the row: the caller commits it with the upload's end.

        Returns the chunks that are to be named then.
        """
        await self._write_rest()
        await self._join_checkpoint()
        chunks: Sequence[Chunk] = await self._on_disk(self._writer.sync, self.written)
        return chunks

    async def abandon(self) -> None:
        """Wait for what runs on the disk's threads, whatever comes of it."""
        writing = self._writing[1] if self._writing else None
        running = [future for future in (writing, self._checkpointing) if future is not None]
        if running:
            await asyncio.wait(running)
            await asyncio.gather(*running, return_exceptions=True)
        if self._writing is not None:
            self._blocks.give(self._writing[0])
            self._writing = None
        self._drop_block()

    def _room(self) -> memoryview:
        """Return where the next bytes belong: nowhere once the plan's last byte is there."""
        self._lent = self._lend() if self._block is None and self._first is None else None
        if self._block is None and self._first is None and self._lent is None:
            self._block = self._blocks.take(self.received)
        room = self._lent or (self._first if self._block is None else self._block.room)
        if room is None or self._plan.limit is None:
            return room or memoryview(b"")
        return room[: self._start + self._plan.limit - self.received]

    def _lend(self) -> memoryview | None:
        """Return memory of the store's that the next bytes can stay in; a body with a checksum is read once more."""
        if self._digest is not None or self._writing is not None:
            return None
        lent = self._writer.lend(self.received)
        return lent and lent[:BLOCK_SIZE]  # no more than is written at once: what comes is looked after in between

    def _take(self, count: int) -> None:
        if self._lent is not None:
            self.written += self._writer.fill(self._lent[:count], self.received)
            self._full = self.written < self.received + count
            self._refuse_full()
        elif self._first is not None:
            first, self._first = self._first, None
            if self._block is None:
                self._block = self._blocks.take(self.received)
                self._block.room[:count] = first[:count]
        if self._block is not None:
            self._block.grow(count)
        self.received += count

    def _rest(self) -> None:
        """Hold no memory for a sender that is silent: it may be one of thousands."""
        if self._first is None:
            self._first = memoryview(bytearray(FIRST_BYTES))
        if self._block is not None and not len(self._block):
            self._drop_block()

    def _drop_block(self) -> None:
        if self._block is not None:
            self._blocks.give(self._block)
            self._block = None

    def _tick(self) -> float:
        """Return the seconds after which to look up from waiting for bytes."""
        if self._first is None or self.received > self.durable:
            return TICK_SECONDS
        return min(SILENT_TICK_SECONDS, max(TICK_SECONDS, self._stall_timeout.idle / 4))

    async def _advance(self) -> None:
        open_ended = self._digest is None  # nothing may be acknowledged while a checksum is outstanding
        waited = time.monotonic() - self._last_checkpoint >= self._rhythm.seconds
        due = open_ended and waited
        if due or (waited and self._first is not None):
            await self._write_rest()  # so that the checkpoint of a sender who fell silent has all of its bytes
        elif self._block is not None and not self._block.room:
            await self._join_write()
            self._start_write(self._block)
            if self._writer.lends and self._digest is None:
                await self._join_write()
        behind = self.written - self.durable
        if due or (open_ended and behind >= self._rhythm.bytes):
            if self._rhythm.waiting is not None and behind >= self._rhythm.waiting:
                await self._join_checkpoint()  # the sender waits for the store
            self._start_checkpoint()

    def _start_write(self, block: AlignedBlock) -> None:
        self._block = None
        writing = asyncio.get_running_loop().run_in_executor(self._disk, self._put, block)
        self._writing = block, writing

    def _put(self, block: AlignedBlock) -> int:
        written = self._writer.write([block.filled], block.position)
        if self._digest is not None:
            self._digest.update(block.filled)
        self._full = written < len(block)
        return written

    async def _join_write(self) -> None:
        if self._writing is None:
            return
        (block, writing), self._writing = self._writing, None
        try:
            self.written += await writing
        finally:
            self._blocks.give(block)
        self._refuse_full()

    def _refuse_full(self) -> None:
        if self._full:
            self.received = self.written
            self._drop_block()
            raise StorageFull("The disk is full.", retry_after=60)

    async def _write_rest(self) -> None:
        await self._join_write()
        if self._block is not None and len(self._block):
            self._start_write(self._block)
            await self._join_write()

    def _start_checkpoint(self) -> None:
        self._last_checkpoint = time.monotonic()
        if self._checkpointing is not None:
            if not self._checkpointing.done():
                return
            self._checkpointing.result()
        self._checkpointing = asyncio.ensure_future(self._checkpoint())

    async def _join_checkpoint(self) -> None:
        if self._checkpointing is not None:
            checkpointing, self._checkpointing = self._checkpointing, None
            await checkpointing

    async def _checkpoint(self) -> None:
        target = self.written
        if target == self.durable:
            return
        chunks = await self._on_disk(self._writer.sync, target)
        if not await self._commit(target, chunks):
            raise Superseded("Another request continues this upload.")
        bytes_received.inc(target - self.durable)
        self.durable = target
        self._rhythm = self._rhythm_at(target)

    async def _on_disk(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._disk, call, *arguments)
