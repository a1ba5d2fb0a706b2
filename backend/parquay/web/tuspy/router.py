"""Uploads through the router of the package tuspyserver, over the same store, catalog and accounts.

The package reads the header fields and makes the answers; what it asks of its storage and its hooks is carried out by
the native verbs, so that ownership, rules, checkpoints, takeover and the finishing transaction are the same:

    package          carried out as
    pre_create       the native creation, body included
    storage.lock     the native append, begun: the offset is right, the upload is owned, nothing is stored yet
    storage.append   one chunk handed to it (the bytes are written at the row's offset, never to a file of the package)
    storage.flush    its end: checkpoint or finish
    storage.delete   the native removal
    write_info       nothing: the row is the truth, and only the verbs write it

The login is checked by :class:`parquay.web.uploads.tus.TusAdapter` before any of this. ``docs/tuspyserver.md`` tells
what is weaker on this way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import Message
from tuspyserver import create_tus_router
from tuspyserver.storage import TusStorage

from parquay.catalog.files import Files
from parquay.catalog.tables import File
from parquay.errors import NotFound
from parquay.ids import is_id
from parquay.storage.chunks import Store, read_promised
from parquay.tus.answers import effective_method
from parquay.tus.headers import INTEGER_LIMIT, http_date, parse_metadata
from parquay.tus.wire import Tus1
from parquay.uploads.receive.body import Body, BodyCut
from parquay.uploads.receive.receive import TICK_SECONDS
from parquay.web.http import errors
from parquay.web.http.asgi import Answer
from parquay.web.tuspy.push import Push
from parquay.web.uploads.verbs import Call, Verb

UNTYPED = "application/octet-stream"
"""What the package is told of a file whose type is not known: it needs one to answer a HEAD."""


@dataclass
class _Exchange:
    """One request on its way through the package, and what carrying it out came to."""

    native: Mapping[str, Verb]
    call: Call
    answer: Answer | None = None
    failure: Exception | None = None
    push: Push[Answer] | None = None
    cut: bool = False

    async def receive(self) -> Message:
        """Give the package the bytes of a PATCH. A creation took its bytes itself, so there are none left."""
        if self.push is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        while not self.push.done:
            try:
                chunk = await self.call.body.read(TICK_SECONDS)
            except BodyCut:
                break
            if chunk is not None:
                return {"type": "http.request", "body": chunk, "more_body": chunk != b""}
        self.cut = True
        return {"type": "http.disconnect"}


_exchange: ContextVar[_Exchange] = ContextVar("exchange")


class TuspyRouter:
    """The package's router as verbs of a :class:`parquay.web.uploads.tus.TusAdapter`."""

    def __init__(self, native: Mapping[str, Verb], files: Files, store: Store) -> None:
        """Carry out by ``native`` what the package asks for."""
        logging.getLogger("tuspyserver").setLevel(logging.WARNING)  # below that it tells the names of files
        self._native = native
        self._app = FastAPI(openapi_url=None, redirect_slashes=False)
        errors.install(self._app)
        # The package awaits what its hooks return and looks into it, which its annotations do not say.
        hooks: dict[str, Any] = {"pre_create_dep": _creation, "file_dep": _place}
        storage = _Storage(files, store)
        self._app.include_router(create_tus_router("files", max_size=INTEGER_LIMIT, storage=storage, **hooks))

    @property
    def by_method(self) -> dict[str, Verb]:
        """The verbs by their HTTP methods."""
        return dict.fromkeys(self._native, self.answer)

    async def answer(self, call: Call) -> Answer:
        """Answer one request of a user who is logged in."""
        method = effective_method(call.scope["method"], call.fields)
        if not isinstance(call.wire, Tus1):
            return await self._native[method](call)
        if method == "HEAD":
            await self._native[method](call)  # refuses what is gone, and makes durable what has arrived
        exchange = _Exchange(self._native, call)
        token = _exchange.set(exchange)
        try:
            answer = await self._ask(exchange)
        finally:
            _exchange.reset(token)
        if exchange.failure is not None:
            raise exchange.failure
        return _merged(answer, exchange.answer)

    async def _ask(self, exchange: _Exchange) -> Answer:
        # Concatenation is carried out by the native creation; the package would refuse it for any store but its own.
        headers = [pair for pair in exchange.call.scope["headers"] if pair[0].lower() != b"upload-concat"]
        # The package knows one place of uploads; the fields of an answer that name one are those of the verbs.
        path = f"/files/{exchange.call.file_id}".rstrip("/")
        scope = {**exchange.call.scope, "headers": headers, "path": path, "raw_path": path.encode()}
        collected = _Collected()
        await self._app(scope, exchange.receive, collected.send)
        return collected.answer


# The package copies its options, hooks included, for every request: only plain functions stand that.
async def _creation() -> Callable[[dict[str, str], dict[str, Any]], Awaitable[None]]:
    """Make the upload before the package asks its storage for one."""

    async def create(_metadata: dict[str, str], _upload: dict[str, Any]) -> None:
        exchange = _exchange.get()
        exchange.answer = await exchange.native["POST"](exchange.call)
        if exchange.answer.status >= 400:
            raise HTTPException(exchange.answer.status)

    return create


async def _place() -> Callable[[dict[str, str]], dict[str, str]]:
    """Tell the package the id of the upload that was made."""

    def place(_metadata: dict[str, str]) -> dict[str, str]:
        answer = _exchange.get().answer
        location = dict(answer.headers).get("Location") if answer else None
        return {"uid": location.rpartition("/")[2]} if location else {}

    return place


class _Storage(TusStorage):
    """The package's storage over rows and verbs. A method sees what the caller sees; the verbs refuse the rest."""

    def __init__(self, files: Files, store: Store) -> None:
        self._files = files
        self._store = store

    async def _row(self, uid: str) -> File | None:
        if not is_id(uid):
            return None
        found = await asyncio.to_thread(self._files.seen, uid, _exchange.get().call.owner.id)
        return None if found is None else found.file

    async def create(self, uid: str) -> None:
        """Nothing: the row is made by the creation, before the package asks."""

    async def exists(self, uid: str) -> bool:
        """Tell whether the caller sees an upload ``uid``."""
        return await self._row(uid) is not None

    async def size(self, uid: str) -> int:
        """Return the durable bytes."""
        row = await self._row(uid)
        return row.offset if row else 0

    @asynccontextmanager
    async def lock(self, uid: str) -> AsyncIterator[None]:  # type: ignore[override]  # as the package uses it
        """Begin the append: check it against the rules and become the upload's writer.

        Raises:
            Refusal: wrong offset, media type, length or checksum (400, 403, 409, 413, 415).
            ParquayError: as :meth:`parquay.uploads.receive.append.Appender.append`.
        """
        exchange = _exchange.get()

        async def append(body: Body) -> Answer:
            return await exchange.native["PATCH"](replace(exchange.call, body=body, file_id=uid))

        push = exchange.push = Push(append)
        await push.started()
        try:
            yield
        finally:
            await push.abandon()

    async def append(self, uid: str, chunk: bytes) -> None:
        """Hand a chunk over."""
        exchange = _exchange.get()
        if exchange.push is None or not await exchange.push.put(chunk):
            await self.flush(uid)
            raise HTTPException(500)

    async def flush(self, uid: str) -> None:
        """End the append and keep what it came to; what is not a success ends the package's request."""
        exchange = _exchange.get()
        if exchange.push is None or exchange.answer is not None:
            return
        try:
            exchange.answer = await exchange.push.finish(cut=exchange.cut)
        except Exception as failure:
            exchange.failure = failure
            raise HTTPException(500) from failure
        if exchange.answer.status >= 400:
            raise HTTPException(exchange.answer.status)

    async def finalize(self, uid: str) -> None:
        """Nothing: the append has finished the upload in one transaction with its job and its event."""

    async def read(self, uid: str) -> bytes | None:
        """Return the durable bytes, whole."""
        row = await self._row(uid)
        if row is None:
            return None
        return await asyncio.to_thread(self._read, uid, row.offset)

    def _read(self, uid: str, size: int) -> bytes:
        with self._store.reader(uid) as reader:
            return read_promised(reader, 0, size)

    async def delete(self, uid: str) -> None:
        """Remove the upload."""
        exchange = _exchange.get()
        await exchange.native["DELETE"](replace(exchange.call, file_id=uid))

    async def read_info(self, uid: str) -> dict[str, Any] | None:
        """Return the row as the package's parameters."""
        row = await self._row(uid)
        return None if row is None else _parameters(row)

    async def write_info(self, uid: str, data: dict[str, Any]) -> None:
        """Nothing: the row says it better."""

    async def list_uids(self) -> list[str]:
        """Return every upload's id."""
        return sorted(await asyncio.to_thread(self._files.ids))

    def location(self, uid: str) -> str:
        """Return a name that cannot be opened: no bytes ever go past the store."""
        if not is_id(uid):
            raise NotFound("There is no such upload.")
        return f"upload:///{uid}"


def _parameters(row: File) -> dict[str, Any]:
    metadata = parse_metadata(row.upload_metadata)
    texts = {key: metadata.text(key) or "" for key, _ in metadata.pairs}
    expires = None if row.complete or row.expires_at is None else http_date(row.expires_at)
    return {
        "metadata": {**texts, "filename": row.name, "filetype": row.content_type or UNTYPED},
        "size": row.size,
        "offset": row.offset,
        "created_at": row.uploaded_at.isoformat(),
        "defer_length": row.size is None,
        "expires": expires,
        "is_partial": row.is_partial,
        "is_final": bool(row.parts),
        "partial_uploads": row.parts,
    }


def _merged(theirs: Answer, ours: Answer | None) -> Answer:
    """Return the package's answer with the fields that only the carrying out knows, or its refusal."""
    if ours is None or theirs.status >= 400 > ours.status:
        return theirs
    if ours.status >= 400:
        return ours
    known = {name.lower() for name, _ in ours.headers}
    kept = tuple((name, value) for name, value in theirs.headers if name.lower() not in known)
    return Answer(theirs.status, (*kept, *ours.headers), theirs.body)


@dataclass
class _Collected:
    """An answer of the package, taken in whole: all of them are small."""

    answer: Answer = field(default_factory=lambda: Answer(500))

    async def send(self, message: Message) -> None:
        """Take in one message."""
        if message["type"] == "http.response.start":
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            # The adapter sets both on every answer.
            kept = tuple(pair for pair in pairs if pair[0].lower() not in ("content-length", "tus-resumable"))
            self.answer = Answer(message["status"], kept)
        elif message["type"] == "http.response.body":
            self.answer = replace(self.answer, body=self.answer.body + message.get("body", b""))
