"""Carrying out a creation: rules, quota, space, then the row; with the first bytes where they came along."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from parquay.auth.scopes import UPLOAD, WRITE, require_scope
from parquay.catalog.allowances import UNBOUNDED, Allowance
from parquay.catalog.files import Files
from parquay.catalog.saved_queries import Beside, adding
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, NewFile
from parquay.chunk import Chunk
from parquay.errors import InvalidValue, StorageFull, TooLarge
from parquay.ids import new_id
from parquay.roles import EDIT, require
from parquay.storage.chunks import Store
from parquay.telemetry import bytes_received, uploads_created, uploads_finished
from parquay.tus.append import AppendPlan
from parquay.tus.create import BodyPlan, CreationPlan, check_size
from parquay.tus.headers import Concat, Metadata
from parquay.tus.refusals import Refusal
from parquay.uploads.create.concat import Concatenator
from parquay.uploads.create.describe import Request, clean_type
from parquay.uploads.create.put_uploads import PutUploads
from parquay.uploads.create.small_uploads import SmallUploads, is_small, put_now
from parquay.uploads.policy.hooks import HookedUpload, Hooks
from parquay.uploads.policy.names import clean_name, name_warnings
from parquay.uploads.policy.rules import Owner, Rules
from parquay.uploads.receive.append import Appender
from parquay.uploads.receive.bodies import IteratorBody, gather
from parquay.uploads.receive.body import COMPLETE, Body
from parquay.uploads.receive.pace import Pace
from parquay.uploads.receive.receive import Receipt, UploadObserver
from parquay.uploads.receive.takeover import WriterRegistry

T = TypeVar("T")

ROOM_SECONDS = 1.0
ROOM_ASK = 1024 * 1024
"""A creation up to this size believes a look at the free space that is ``ROOM_SECONDS`` old."""


@dataclass(frozen=True)
class Begun:
    """A small upload on its way: ``stored`` ends when it is durable, or with the reason why it is not."""

    file_id: str
    stored: asyncio.Future[None]


class Creator:
    """Makes uploads."""

    def __init__(
        self,
        catalog: Catalog,
        files: Files,
        store: Store,
        writers: WriterRegistry,
        *,
        appender: Appender,
        concatenator: Concatenator,
        small: SmallUploads | PutUploads,
        disk: Executor,
        rules: Rules,
        hooks: Hooks,
    ) -> None:
        self._catalog = catalog
        self._hooks = hooks
        self._files = files
        self._store = store
        self._writers = writers
        self._appender = appender
        self._concatenator = concatenator
        self._small = small
        self._disk = disk
        self._rules = rules
        self._room: tuple[float, int | None] = (-ROOM_SECONDS, None)

    async def create(
        self, request: Request, body: Body | None = None, observer: UploadObserver | None = None
    ) -> tuple[File, Receipt | None]:
        """Make an upload, and store the bytes that came with it; ``observer`` hears how that goes.

        Raises:
            Refusal: a part of a concatenation is missing or unfinished (400, 404).
            UnsupportedType: the file's extension is not allowed (415).
            TooLarge: over the quota, or what the link may bring (413).
            Forbidden: ``scope_missing``, more is asked for than a link lets (403).
            StorageFull: it would not fit (507).
            ParquayError: as :meth:`Appender.append`.
        """
        self._writers.check_open()
        request.check_link()
        concat = request.plan.concat
        if concat is None or concat.role == "final":
            request = await self._admitted(request)
        if concat is not None and concat.role == "final":
            return await self._concatenate(request, concat), None
        await self._check_room(request.owner, request.plan.length)
        if body is not None and request.plan.body is not None:
            is_bounded = self._rules.allowance_of(request.owner).is_bounded
            if is_small(request.plan) and request.beside is None and not is_bounded:
                return await self._create_small(request, body)
            plan = AppendPlan(0, request.plan.length, request.plan.body)
            return await self._create_with(request, plan, body, observer)
        allowance = self._rules.allowance_of(request.owner)
        return await self._insert(self._new_file(request), allowance, beside=request.beside), None

    async def _create_with(
        self, request: Request, plan: AppendPlan, body: Body, observer: UploadObserver | None
    ) -> tuple[File, Receipt]:
        allowance = self._rules.allowance_of(request.owner)
        file = await self._insert(self._new_file(request), allowance, beside=request.beside)
        is_known = observer is not None and await observer.on_created(file)
        try:
            return file, await self._appender.append(file, plan, body, observer, allowance=allowance)
        except Exception:
            if not is_known:
                await self._discard(file)  # nobody was told where it is
            raise

    def try_begin(self, request: Request, data: bytes) -> Begun | None:
        """Begin to make a small upload whose bytes are all there, if nothing has to be waited for before.

        None, and nothing has begun, where :meth:`create` is to be asked.

        Raises:
            ParquayError: as :meth:`create`.
        """
        self._writers.check_open()
        self._rules.check_name(request.name)
        if self._hooks or self._rules.allowance_of(request.owner).is_bounded or "dataset" in (request.options or {}):
            return None
        if not is_small(request.plan) or not data or len(data) != request.plan.length or not self._has_room(len(data)):
            return None
        if not self._pace(request.owner).try_spend(len(data)):
            return None
        new = self._new_file(request, offset=len(data), complete=True)
        return Begun(new.id, self._store_small(new, data))

    def _pace(self, owner: Owner) -> Pace:
        allowance = self._rules.allowance_of(owner)
        return self._appender.paces.of(allowance.link_id or owner.id, allowance.bandwidth)

    def _store_small(self, new: NewFile, data: bytes) -> asyncio.Future[None]:
        stored = self._small.add(new, data)
        stored.add_done_callback(partial(_count_stored, new))
        return stored

    async def store_whole(
        self,
        owner: Owner,
        name: str,
        content_type: str | None,
        body: AsyncIterator[bytes],
        declared: int | None = None,
        *,
        options: dict[str, Any] | None = None,
        beside: Beside | None = None,
    ) -> str:
        """Store a file that comes in one request, and return its id. ``declared`` is its size in bytes if known.

        A file whose request breaks off is removed again: nobody knows its id. ``beside`` writes what belongs to it.

        Raises:
            ParquayError: as :meth:`create`; ``body_cut`` when the request broke off.
        """
        check_size(declared, self._rules.limits)
        limit = self._rules.max_size or None
        plan = CreationPlan(None, Metadata(), body=BodyPlan(limit, last=True))
        await self._check_room(owner, declared)
        kind = clean_type(content_type)
        request = Request(owner, clean_name(name), kind, plan, options, sent_name=name, beside=beside)
        stream = IteratorBody(body)
        try:
            file, receipt = await self.create(request, stream)
        finally:
            await stream.close()
        if receipt is None or not receipt.complete:
            await self._discard(file)
            if receipt is not None and receipt.ended == "overrun":
                raise await self._too_long(owner, limit)
            raise InvalidValue("The request ended before the file was complete.", "body_cut")
        return file.id

    async def _too_long(self, owner: Owner, limit: int | None) -> TooLarge:
        """The error of a file that had more than ``limit`` bytes (None: any number), or than its owner has room for."""
        left = await asyncio.to_thread(self._files.room_left, owner.id, self._rules.allowance_of(owner))
        if left is not None and (limit is None or left.bytes < limit):
            return left.beyond
        return TooLarge(f"This server accepts up to {limit} bytes.")

    async def _admitted(self, request: Request) -> Request:
        """Return the request with the name that hooks give it, once the rules and the hooks want the file."""
        if request.is_named:
            self._rules.check_name(request.name, request.owner.link)
        await self._check_dataset(request)
        if not self._hooks:
            return request
        size, kind, metadata = request.plan.length, request.content_type, request.plan.metadata.texts()
        asked = HookedUpload("", request.name, size, kind, request.owner.username, metadata)
        name = clean_name(await asyncio.to_thread(self._hooks.pre_create, asked))
        return replace(request, name=name)

    async def _check_dataset(self, request: Request) -> None:
        """Refuse rows for a table that the user may not change.

        Raises:
            InvalidValue: ``unknown_dataset``, they do not see it (422).
            Forbidden: ``forbidden``, they may only look at it; ``scope_missing``, their key is for uploads (403).
        """
        dataset = (request.options or {}).get("dataset")
        if dataset is None:
            return
        found = await asyncio.to_thread(self._files.seen, str(dataset), request.owner.id)
        if found is None or not _is_table(found.file):
            raise InvalidValue("There is no such dataset to append to.", "unknown_dataset")
        require(found.role, EDIT)
        require_scope(None if request.owner.changes_tables else frozenset({UPLOAD}), frozenset({WRITE}))

    async def _discard(self, file: File) -> None:
        await self._catalog.awrite(partial(self._files.remove, file_id=file.id))
        await self._on_disk(partial(self._store.remove, file.id))

    async def _check_room(self, owner: Owner, length: int | None) -> None:
        await self.check_free(length or 0)
        allowance = self._rules.allowance_of(owner)
        if allowance.is_bounded:
            left = await asyncio.to_thread(self._files.room_left, owner.id, allowance)
            if left is not None and (length or 0) > left.bytes:
                raise left.beyond

    async def check_free(self, length: int) -> None:
        """Refuse ``length`` bytes that do not fit; raises StorageFull (507)."""
        if length and (free := await self._free(length)) is not None and length > free:
            raise StorageFull(f"There is no room for {length} bytes.", retry_after=60)

    async def _free(self, length: int) -> int | None:
        """Return the bytes that can be stored, as of a second ago; small uploads need not ask again."""
        moment, free = self._room
        if time.monotonic() - moment > ROOM_SECONDS or length > ROOM_ASK:
            free = await self._on_disk(self._store.free)
            self._room = (time.monotonic(), free)
        return free

    def _has_room(self, length: int) -> bool:
        """Tell whether ``length`` bytes fit, as far as that is known without asking the disk."""
        moment, free = self._room
        return time.monotonic() - moment <= ROOM_SECONDS and (free is None or length <= free)

    async def _insert(
        self, new: NewFile, allowance: Allowance, chunks: Sequence[Chunk] = (), beside: Beside | None = None
    ) -> File:
        add = partial(self._files.add, chunks={new.id: chunks}, allowance=allowance)
        await self._catalog.awrite(adding(add, new, beside), owner_id=new.owner_id)
        _count(new)
        return File.fresh(new)

    def _new_file(
        self, request: Request, *, offset: int = 0, complete: bool | None = None, parts: list[str] | None = None
    ) -> NewFile:
        plan = request.plan
        complete = plan.length == 0 and plan.body is None if complete is None else complete
        partial_upload = plan.concat is not None and plan.concat.role == "partial"
        finished = complete and not partial_upload
        link = request.owner.link
        return NewFile(
            id=new_id(),
            owner_id=request.owner.id,
            name=request.name,
            path=request.path,
            source_url=request.source_url,
            content_type=request.content_type,
            upload_metadata=plan.metadata.raw,
            size=plan.length,
            offset=offset,
            concat=plan.concat.raw if plan.concat else None,
            parts=parts,
            complete=complete,
            status="processing" if finished else "uploading",
            shared=self._rules.share and not partial_upload,
            expires_at=None if finished else self._rules.expiry(),
            options=request.options,
            expected_sha256=request.sha256,
            upload_warnings=name_warnings(request.sent_name, request.name, plan.metadata),
            upload_link_id=None if link is None else link.id,
            upload_link_name=None if link is None else link.name,
        )

    async def _create_small(self, request: Request, body: Body) -> tuple[File, Receipt]:
        """Store a small upload that comes along: its bytes first, then one commit of its row, complete already."""
        expected, pace = request.plan.length or 0, self._pace(request.owner)
        await pace.turn()
        data, ended = await gather(body, expected, self._appender.idle)
        pace.spend(len(data))
        complete = ended == COMPLETE and len(data) == expected
        new = self._new_file(request, offset=len(data), complete=complete)
        if complete and data:
            await self._store_small(new, data)
        else:
            chunks = await self._on_disk(partial(put_now, self._store, new.id, data))
            await self._insert(new, UNBOUNDED, chunks)
            bytes_received.inc(len(data))
        return File.fresh(new), Receipt(len(data), ended, complete=complete)

    async def _concatenate(self, request: Request, concat: Concat) -> File:
        parts = await asyncio.to_thread(self._concatenator.parts_of, request.owner, concat.parts)
        if any(part.size is None for part in parts):
            raise Refusal("concat_unfinished")
        length = sum(part.size or 0 for part in parts)
        check_size(length, self._rules.limits)
        await self.check_free(length)  # what it may take up beside its parts, or in place of them, its row tells
        request = replace(request, plan=replace(request.plan, length=length))
        new = self._new_file(request, complete=False, parts=list(concat.parts))
        file = await self._insert(new, self._rules.allowance_of(request.owner), beside=request.beside)
        try:
            return await self._concatenator.try_finish(file)
        except Exception:
            await self._discard(file)  # nobody was told where it is
            raise

    async def _on_disk(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, call)


def _is_table(file: File) -> bool:
    """Whether a file is a table of its own, or may become one."""
    return file.status != "error" and (file.status != "done" or file.dataset_id == file.id)


def _count(file: NewFile) -> None:
    uploads_created.inc()
    if file.complete and not file.is_partial:
        uploads_finished.inc()


def _count_stored(file: NewFile, stored: asyncio.Future[None]) -> None:
    if not stored.cancelled() and stored.exception() is None:
        _count(file)
        bytes_received.inc(file.offset)
