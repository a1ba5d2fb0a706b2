"""Moving a body into the store with checkpoints: the heartbeat of an upload.

Three counts never meet out of order: received (here in memory) >= written (in the store) >= durable (synced and
in the row). Bytes gather to ``WRITE_SIZE``, one write runs on a disk thread while the next gathers, a checkpoint
runs beside both. Everything that an answer tells comes from ``durable``.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

import blake3
import google_crc32c

from parquay.errors import Conflict, StorageFull
from parquay.storage.base import Chunks, Writer
from parquay.telemetry import bytes_received
from parquay.tus.create import BodyPlan
from parquay.tus.headers import Checksum
from parquay.tus.refusals import Refusal
from parquay.uploads.handover import Holder

WRITE_SIZE = 1024 * 1024
"""Bytes that gather before they are written. With one write running, at most about twice this is in memory."""

WRITE_GRAIN = 4096
"""While more is to come, a write ends at a multiple of so many bytes: whole blocks are what disks like best."""

CHECKPOINT_SECONDS = 1.0
CHECKPOINT_BYTES = 64 * 1024 * 1024

TICK_SECONDS = 0.25
"""How often a silent body is looked after."""

WHOLE = "whole"
OVERRUN = "overrun"
DISCONNECTED = "disconnected"
IDLE = "idle_timeout"
TOO_SLOW = "too_slow"


class Body(Protocol):
    """The bytes of a request as they arrive."""

    async def read(self, seconds: float) -> bytes | None:
        """Return the next bytes, empty at the end, None when nothing came within ``seconds`` or `wake` was called.

        Raises:
            BodyCut: the sender is gone.
        """
        ...

    def wake(self) -> None:
        """Make a waiting :meth:`read` return."""
        ...


class BodyCut(Exception):
    """The sender is gone before the end of its body."""


@dataclass(frozen=True)
class Patience:
    """When a sender is given up: after ``idle`` seconds without a byte, or below ``min_rate`` bytes a second."""

    idle: float = 60.0
    min_rate: int = 0


@dataclass(frozen=True)
class Receipt:
    """What became of a body.

    Attributes:
        offset: durable bytes of the upload.
        ended: ``whole``, or why the body was left before its end.
        complete: whether that was the upload's last byte.
    """

    offset: int
    ended: str
    complete: bool = False


Commit = Callable[[int], Awaitable[bool]]
"""Moves the row's offset to a number of synced bytes; False when somebody else owns the upload."""


class Superseded(Conflict):
    """Another request owns the upload now (409)."""

    default_code = "taken_over"


class Receiver:
    """One body on its way into one upload."""

    def __init__(
        self, writer: Writer, disk: Executor, *, offset: int, plan: BodyPlan, commit: Commit, patience: Patience
    ) -> None:
        self._writer = writer
        self._disk = disk
        self._plan = plan
        self._commit = commit
        self._patience = patience
        self._start = self.received = self.written = self.durable = offset
        self._buffer: list[bytes | memoryview] = []
        self._buffered = 0
        self._writing: asyncio.Future[int] | None = None
        self._checkpointing: asyncio.Task[None] | None = None
        self._last_checkpoint = time.monotonic()
        self._digest = _Digest(plan.checksum) if plan.checksum else None
        self._full = False

    async def run(self, body: Body, holder: Holder) -> str:
        """Take in ``body`` until it ends, is cut, or ``holder`` is told to stop; return why it ended.

        Raises:
            StorageFull: the store is full (507); what fitted is kept.
            ParquayError: the store or the catalog failed.
        """
        pace = _Pace(self._patience)
        while not holder.stopped:
            try:
                chunk = await body.read(TICK_SECONDS)
            except BodyCut:
                return DISCONNECTED
            if chunk == b"":
                return WHOLE
            if chunk is not None:
                holder.touch()
                if not self._take(chunk):
                    return OVERRUN
            if holder.checkpoint_wanted is not None:
                await self.settle()
                holder.checkpointed()
            if verdict := pace.verdict(holder.silence, self.received):
                return verdict
            await self._advance()
        return holder.stopped or WHOLE

    async def settle(self) -> None:
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
        matches, self._digest = ended == WHOLE and self._digest.matches(), None
        if not matches:
            self.received = self.written = self._start
            await self._on_disk(self._writer.truncate, self._start)
            if ended == WHOLE:
                raise Refusal("checksum_mismatch")

    async def sync(self) -> None:
        """Sync what was written without telling the row: the caller commits it with the upload's end."""
        await self._write_rest()
        await self._join_checkpoint()
        await self._on_disk(self._writer.sync)

    async def abandon(self) -> None:
        """Wait for what runs on the disk's threads, whatever comes of it."""
        running = [future for future in (self._writing, self._checkpointing) if future is not None]
        if running:
            await asyncio.wait(running)
            await asyncio.gather(*running, return_exceptions=True)

    def _take(self, chunk: bytes) -> bool:
        room = None if self._plan.limit is None else self._start + self._plan.limit - self.received
        fits = room is None or len(chunk) <= room
        self._buffer.append(chunk if fits else chunk[:room])
        self._buffered += len(self._buffer[-1])
        self.received += len(self._buffer[-1])
        return fits

    async def _advance(self) -> None:
        open_ended = self._digest is None  # nothing may be acknowledged while a checksum is outstanding
        due = open_ended and time.monotonic() - self._last_checkpoint >= CHECKPOINT_SECONDS
        if due:
            await self._write_rest()  # so that the checkpoint of a sender who fell silent has all of its bytes
        elif self._buffered >= WRITE_SIZE:
            await self._join_write()
            self._start_write(behind=(self.written + self._buffered) % WRITE_GRAIN)
        if due or (open_ended and self.written - self.durable >= CHECKPOINT_BYTES):
            self._start_checkpoint()

    def _start_write(self, behind: int = 0) -> None:
        """Write what has gathered but for the last ``behind`` bytes, which stay until more is there."""
        chunks, self._buffer, self._buffered = self._buffer, [], 0
        last = memoryview(chunks[-1])
        if 0 < behind < len(last):
            chunks[-1], self._buffer, self._buffered = last[:-behind], [bytes(last[-behind:])], behind
        self._writing = asyncio.get_running_loop().run_in_executor(self._disk, self._put, chunks, self.written)

    def _put(self, chunks: Chunks, position: int) -> int:
        written = self._writer.write(chunks, position)
        if self._digest is not None:
            self._digest.update(chunks)
        self._full = written < sum(map(len, chunks))
        return written

    async def _join_write(self) -> None:
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        self.written += await writing
        if self._full:
            self.received = self.written
            self._buffer, self._buffered = [], 0
            raise StorageFull("The disk is full.", retry_after=60)

    async def _write_rest(self) -> None:
        await self._join_write()
        if self._buffered:
            self._start_write()
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
        await self._on_disk(self._writer.sync)
        if not await self._commit(target):
            raise Superseded("Another request continues this upload.")
        bytes_received.inc(target - self.durable)
        self.durable = target

    async def _on_disk(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._disk, call, *arguments)


class _Pace:
    """Tells when a sender is too slow: silent for too long, or dripping."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._since = time.monotonic()
        self._count: int | None = None

    def verdict(self, silence: float, received: int) -> str | None:
        """Return why to give up, None to go on. ``silence`` in seconds, ``received`` in bytes."""
        if silence >= self._patience.idle:
            return IDLE
        if self._count is None:
            self._count = received
        elapsed = time.monotonic() - self._since
        if elapsed < self._patience.idle:
            return None
        slow = received - self._count < self._patience.min_rate * elapsed
        self._since, self._count = time.monotonic(), received
        return TOO_SLOW if slow else None


class _Digest:
    """A running checksum of a body."""

    def __init__(self, checksum: Checksum) -> None:
        self._expected = checksum.digest
        self._hash: Any
        if checksum.algorithm == "crc32c":
            self._hash = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
        elif checksum.algorithm == "blake3":
            self._hash = blake3.blake3()
        else:
            self._hash = hashlib.new(checksum.algorithm, usedforsecurity=False)

    def update(self, chunks: Chunks) -> None:
        """Take in the next bytes."""
        for chunk in chunks:
            self._hash.update(bytes(chunk))  # not all algorithms take a view

    def matches(self) -> bool:
        """Tell whether the bytes so far are the expected ones."""
        return hmac.compare_digest(self._hash.digest(), self._expected)
