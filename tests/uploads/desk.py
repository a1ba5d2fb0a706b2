"""A body that is received into a store, step by step."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from parquay.chunk import Chunk
from parquay.ids import new_id
from parquay.storage.chunks import Buffers, Rhythm, StoreFault
from parquay.tus.create import BodyPlan
from parquay.uploads.receive.blocks import Blocks
from parquay.uploads.receive.receive import Receiver
from parquay.uploads.receive.stall import StallTimeout
from parquay.uploads.receive.takeover import ActiveWriter
from storage.memory.uploads import MemoryStore
from uploads.engine import ScriptedBody

MIB = 1 << 20
SECONDLY = Rhythm(64 * MIB, 1.0)


class Desk:
    """A receiver with a writer in memory; notes writes, syncs and commits in their order."""

    def __init__(
        self,
        plan: BodyPlan | None = None,
        stall_timeout: StallTimeout | None = None,
        capacity: int | None = None,
        rhythm: Rhythm = SECONDLY,
    ) -> None:
        self.id = new_id()
        self.store = MemoryStore(capacity)
        self.log: list[tuple[str, int]] = []
        self.active = ActiveWriter(self.id)
        self.gate = threading.Event()
        self.gate.set()
        self.sync_gate = threading.Event()
        self.sync_gate.set()
        self.syncs = [0]
        self.named: list[Chunk] = []
        self.commits = True
        self.sync_fault = False
        self.disk = ThreadPoolExecutor(4)
        self.blocks = Blocks()
        self._writer = self.store.writer(self.id, 0)
        self.receiver = Receiver(
            self,
            self.disk,
            self.blocks,
            offset=0,
            plan=plan or BodyPlan(None),
            commit=self.commit,
            rhythm=lambda _offset: rhythm,
            stall_timeout=stall_timeout or StallTimeout(),
        )

    @property
    def lends(self) -> bool:
        return self._writer.lends

    def lend(self, position: int) -> memoryview | None:
        return self._writer.lend(position)

    def fill(self, lent: memoryview, position: int) -> int:
        return self._writer.fill(lent, position)

    def write(self, buffers: Buffers, position: int) -> int:
        assert self.gate.wait(20)
        written = self._writer.write(buffers, position)
        self.log.append(("write", position + written))
        return written

    def sync(self, end: int) -> Sequence[Chunk]:
        assert self.sync_gate.wait(20)
        if self.sync_fault:
            raise StoreFault("gone")
        self.log.append(("sync", self.store.size(self.id)))
        self.syncs.append(end)
        return [Chunk(self.syncs[-2], end - self.syncs[-2], f"key-{end}", 0)]

    def truncate(self, size: int) -> None:
        self._writer.truncate(size)

    def close(self) -> None:
        self._writer.close()

    async def commit(self, offset: int, chunks: Sequence[Chunk]) -> bool:
        self.named += chunks
        self.log.append(("commit", offset))
        return self.commits

    def committed(self) -> list[int]:
        return [value for name, value in self.log if name == "commit"]

    async def run(self, body: ScriptedBody) -> str:
        self.active.on_wake(body.wake)
        try:
            ended = await self.receiver.run(body, self.active)
            await self.receiver.flush()
            return ended
        finally:
            await self.receiver.abandon()
            self.disk.shutdown()
