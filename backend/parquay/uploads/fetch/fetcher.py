"""Getting a file from its source into the store: the same checkpoints as an upload, whose receiver takes in its bytes.

A try that ends too early is followed by another one, which goes on behind the last checkpoint; so does a process that
takes over from one that was killed.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from parquay.catalog.allowances import Allowance
from parquay.catalog.files import Files
from parquay.catalog.imports import Imports
from parquay.catalog.tables import File
from parquay.errors import Busy, Conflict, Gone
from parquay.storage.chunks import Store, read_promised
from parquay.tus.append import AppendPlan, room
from parquay.tus.create import BodyPlan, check_size
from parquay.tus.refusals import Refusal
from parquay.uploads.create.describe import clean_type
from parquay.uploads.fetch.answers import (
    FetchFailed,
    PartialFile,
    RangeUnfit,
    SourceAway,
    SourceBody,
    asked_fields,
    body_of,
    changed,
    name_in,
)
from parquay.uploads.fetch.open_source import OpenSource, SourceClient, SourceCut
from parquay.uploads.fetch.source_url import SourceUrl, parse_source
from parquay.uploads.policy.names import clean_name, name_warnings
from parquay.uploads.policy.rules import Rules
from parquay.uploads.receive.append import Appender
from parquay.uploads.receive.bodies import IteratorBody
from parquay.uploads.receive.body import IDLE, OVERRUN, TOO_SLOW
from parquay.uploads.receive.receive import Receipt
from parquay.uploads.receive.takeover import SHUTDOWN

MAX_FAILURES = 8
"""Tries one after the other that bring nothing worth the name, after which a file is given up."""
WORTH_BYTES = 64 * 1024
"""Bytes that a try must bring, so that the failures before it are forgotten."""
FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.5, 15.0
SKIP_RATE = 64 * 1024
"""Bytes a second at which a source must send what is there already."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FetchState:
    """What is known of a source, in the payload of the job.

    Attributes:
        url: in full; the login in it is nobody else's business.
        named: whether the file has its name already: the user's, or what the first answer told.
        validator: what tells the version that the stored bytes are of.
    """

    url: str
    named: bool
    validator: str | None = None


Keep = Callable[[FetchState], Awaitable[bool]]
"""Makes a state durable; False when somebody else has the job."""


class FetchStopped(Exception):
    """The run is over before the file is: the process ends, or somebody else has the job."""


class Fetcher:
    """Gets files from their sources."""

    def __init__(
        self,
        files: Files,
        imports: Imports,
        appender: Appender,
        store: Store,
        disk: Executor,
        *,
        client: Callable[[], SourceClient],
        rules: Rules,
        check_room: Callable[[int], Awaitable[None]],
        pause: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        """``client``: makes what asks sources, when it is needed first.

        ``check_room``: refuses a file of so many bytes that does not fit; ``pause``: waits for seconds.
        """
        self._files = files
        self._imports = imports
        self._appender = appender
        self._store = store
        self._disk = disk
        self._client = cache(client)
        self._rules = rules
        self._check_room = check_room
        self._pause = pause

    async def run(self, file_id: str, state: FetchState, keep: Keep, quota: int) -> None:
        """Get a file until all of it is there, or it was removed. ``quota``: bytes that its owner may store, 0: any.

        Raises:
            ParquayError, Refusal: it cannot be got; another run would end the same.
            Unavailable: the catalog or the store is away (503); another run goes on.
            FetchStopped: somebody else is to go on.
        """
        run = _Run(state, keep, quota)
        while (file := await asyncio.to_thread(self._files.get, file_id)) is not None:
            if file.complete or file.status == "error":
                return
            try:
                await self._try(file, run)
            except Gone:
                continue
            except (SourceAway, Busy, Conflict) as error:
                now = await asyncio.to_thread(self._files.get, file_id)
                run.failed(str(error), 0 if now is None else now.offset - file.offset, error)
                await self._pause(run.wait(error))

    async def _try(self, file: File, run: _Run) -> None:
        """Ask the source for what is missing, and put what comes behind what is there.

        Raises:
            SourceAway, Busy, Conflict: another try may do.
        """
        stored = PartialFile(file.offset, file.size, run.state.validator)
        url = parse_source(run.state.url)
        async with self._client().ask(url, asked_fields(stored, whole=run.whole)) as source:
            body = body_of(source.answer, stored, whole=run.whole)
            check_size(body.size, self._rules.limits)
            async with aclosing(source.chunks) as chunks:
                first = b"" if body.start == file.offset else await self._skipped(chunks, file)
                file = await self._adopted(file, url, source, body, run)
                receipt = await self._put(file, body, _joined(first, chunks), run.quota)
        _judge(receipt, file, body)

    async def _put(self, file: File, body: SourceBody, chunks: AsyncIterator[bytes], quota: int) -> Receipt:
        size = file.size if body.size is None else body.size
        plan = AppendPlan(file.offset, size, BodyPlan(room(file.offset, size, self._rules.limits), last=True))
        if size is not None and file.size is None:
            await self._check_room(size - file.offset)
        stream = IteratorBody(chunks)
        try:
            return await self._appender.append(file, plan, stream, allowance=Allowance(quota))
        except Refusal as refusal:
            if refusal.code == "wrong_offset":
                raise SourceAway("another process went on") from refusal
            raise changed() if refusal.code == "inconsistent_length" else refusal from None
        finally:
            await stream.close()

    async def _skipped(self, chunks: AsyncIterator[bytes], file: File) -> bytes:
        """Read what is there already, and return what came of the rest with its last byte.

        Raises:
            FetchFailed: ``source_changed``, it is not the same.
            SourceAway: the source is gone before its end.
        """
        at = 0
        try:
            async with asyncio.timeout(self._appender.idle + file.offset / SKIP_RATE):
                async for chunk in chunks:
                    known = chunk[: file.offset - at]
                    if known != await self._on_disk(partial(self._read, file.id, at, len(known))):
                        raise changed()
                    at += len(known)
                    if at == file.offset:
                        return chunk[len(known) :]
        except (SourceCut, TimeoutError) as error:
            raise SourceAway(str(error) or "the source takes too long") from error
        raise changed()

    def _read(self, file_id: str, at: int, count: int) -> bytes:
        with self._store.reader(file_id) as reader:
            return read_promised(reader, at, count)

    async def _adopted(self, file: File, url: SourceUrl, source: OpenSource, body: SourceBody, run: _Run) -> File:
        """Note what an answer tells before a byte of it is stored: the version, and at first name and media type."""
        kept = replace(run.state, named=True, validator=body.validator)
        if not run.state.named:
            sent = _name_of(url, source)
            name = clean_name(sent)
            self._rules.check_name(name)
            kind = clean_type(source.answer.fields.get("content-type"))
            warnings = name_warnings(sent, name)
            adopted = await asyncio.to_thread(self._imports.adopt, file.id, name, kind, warnings)
            if adopted is None:
                raise Gone("The file was removed.")
            file = adopted
        if kept != run.state and not await run.keep(kept):
            raise FetchStopped
        run.state = kept
        return file

    async def _on_disk(self, call: Callable[[], bytes]) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._disk, call)


class _Run:
    """How a run stands: what is known of the source, and how many tries failed one after the other."""

    def __init__(self, state: FetchState, keep: Keep, quota: int) -> None:
        self.state = state
        self.keep = keep
        self.quota = quota
        self.whole = False
        self._failures = 0

    def failed(self, reason: str, brought: int, error: Exception) -> None:
        """Note a try that failed and ``brought`` so many bytes.

        Raises:
            FetchFailed: it was the last one.
        """
        self.whole = self.whole or isinstance(error, RangeUnfit)
        self._failures = 1 if brought >= WORTH_BYTES and not isinstance(error, _Slow) else self._failures + 1
        if self._failures >= MAX_FAILURES:
            raise FetchFailed(f"Given up after {self._failures} tries: {reason}.") from error

    def wait(self, error: Exception) -> float:
        """Return the seconds until the next try."""
        pause: float = min(FIRST_PAUSE_SECONDS * 2 ** (self._failures - 1), MAX_PAUSE_SECONDS) * random.uniform(
            0.75, 1.25
        )
        return pause if not isinstance(error, SourceAway) or error.seconds is None else max(pause, error.seconds)


class _Slow(SourceAway):
    """A source that sends next to nothing: what it brings is not worth another try by itself."""


def _judge(receipt: Receipt, file: File, body: SourceBody) -> None:
    """Pass a receipt on that says that all is there, or that the upload was removed."""
    if receipt.complete:
        return
    if receipt.ended == SHUTDOWN:
        raise FetchStopped
    if receipt.ended == OVERRUN:
        if body.size is None and file.size is None:
            raise Refusal(
                "too_large", "The file is larger than this server accepts, or than the quota leaves room for."
            )
        raise changed()
    if receipt.ended in (IDLE, TOO_SLOW):
        raise _Slow("the source sends nothing, or next to nothing")
    raise SourceAway("the source broke off")


def _name_of(url: SourceUrl, source: OpenSource) -> str:
    """Return what a file is called: as its answer says, else as an address does that has an ending, else any."""
    named = name_in(source.answer.fields)
    names = [each for each in (url.name, source.url.name) if each]
    return named or next((each for each in names if "." in each), "") or next(iter(names), source.url.host)


async def _joined(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for chunk in chunks:
        yield chunk
