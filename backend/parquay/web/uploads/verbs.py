"""The verbs of an upload, whatever protocol asks: plan, carry out, answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from starlette.datastructures import QueryParams

from parquay.catalog.files import Files
from parquay.catalog.tables import File, now
from parquay.errors import Conflict, Forbidden, Gone, NotFound
from parquay.http1 import INTERIM
from parquay.ingest.text.overrides import Overrides
from parquay.roles import OWNER, VIEW, Role, require
from parquay.tus.headers import Fields
from parquay.tus.refusals import Refusal
from parquay.tus.state import UploadState
from parquay.tus.wire import Wire
from parquay.uploads.create.concat import Concatenator
from parquay.uploads.create.create import Creator
from parquay.uploads.create.describe import describe
from parquay.uploads.create.repeats import RepeatableRequest, Repeats
from parquay.uploads.maintain.remove import Remover
from parquay.uploads.policy.rules import Owner, Rules, state_of
from parquay.uploads.receive.append import Appender
from parquay.uploads.receive.body import COMPLETE, OVERRUN, Body
from parquay.uploads.receive.receive import Receipt, UploadObserver
from parquay.uploads.receive.remote_writers import RemoteWriters
from parquay.uploads.receive.takeover import WriterRegistry
from parquay.web.http.asgi import Answer, Headers, Origin, Scope, problem
from parquay.web.http.idempotency import FIELD, repeatable

RESUMPTION = 104
"""Status of the interim answers that tell of an upload (Upload Resumption Supported)."""

LOGIN = (("WWW-Authenticate", "Bearer"),)

ENDED_EARLY = {
    "disconnected": (400, "body_cut", "The connection broke; what arrived is kept."),
    "idle_timeout": (408, "idle_timeout", "No byte came for too long; what arrived is kept."),
    "too_slow": (408, "too_slow", "The bytes come too slowly; what arrived is kept."),
    "taken_over": (409, "taken_over", "Another request continues this upload; what arrived is kept."),
    "login_ended": (401, "session_ended", "The login has ended; what arrived is kept."),
    "link_ended": (410, "upload_link_over", "The upload link is over; nothing more is taken."),
    "removed": (410, "gone", "The upload was removed."),
    "shutdown": (503, "shutting_down", "The server is shutting down; what arrived is kept."),
}
"""How the answer to a body that was left before its end reads."""


@dataclass(frozen=True)
class Call:
    """One request as the verbs see it.

    Attributes:
        wire: the protocol it speaks.
        root: the path below which the uploads are, itself the path of creations.
    """

    scope: Scope
    fields: Fields
    wire: Wire
    owner: Owner
    body: Body
    root: str
    file_id: str = ""


CREATING_FIELDS = (
    "Tus-Resumable", "Upload-Length", "Upload-Defer-Length", "Upload-Metadata", "Upload-Concat", "Upload-Checksum",
    "Upload-Complete", "Content-Type", "Content-Length", "Content-Disposition", "Repr-Digest",
)  # fmt: skip
"""Header fields that say what is to be made: a creation is the same when they are."""

Interim = Callable[[int, list[tuple[bytes, bytes]]], Awaitable[None]]
"""Sends an interim answer."""

InterimAnswers = Literal["auto", "on", "off"]

Verb = Callable[[Call], Awaitable[Answer]]
"""Carries out one method."""


class Verbs:
    """What can be done to uploads over the network."""

    def __init__(
        self,
        files: Files,
        *,
        creator: Creator,
        repeats: Repeats,
        appender: Appender,
        remover: Remover,
        concatenator: Concatenator,
        writers: WriterRegistry,
        remote: RemoteWriters | None,
        rules: Rules,
        origin: Origin,
        interim: InterimAnswers = "auto",
    ) -> None:
        """``remote``: the writers of other processes, None where there are no other processes.

        ``interim``: whether interim answers are sent; ``auto``: where no proxy stands between.
        """
        self._files = files
        self._creator = creator
        self._repeats = repeats
        self._appender = appender
        self._remover = remover
        self._concatenator = concatenator
        self._writers = writers
        self._remote = remote
        self._rules = rules
        self._origin = origin
        self._interim = interim

    @property
    def by_method(self) -> dict[str, Verb]:
        """The verbs by their HTTP methods."""
        return {"POST": self.create, "HEAD": self.head, "PATCH": self.append, "DELETE": self.remove}

    async def create(self, call: Call) -> Answer:
        """Make an upload (201), with the bytes that came along."""
        base = self._origin.path(call.scope)
        prefixes = tuple(f"{before}{call.root}/" for before in ("", "/api", base, base + "/api"))
        hosts = self._origin.hosts(call.scope) if "Upload-Concat" in call.fields else frozenset()
        plan = call.wire.plan_creation(call.fields, self._rules.limits, path_prefixes=prefixes, hosts=hosts)
        asked = _repeatable(call)
        if (before := await self._repeats.made(call.owner, asked, brings=plan.body is not None)) is not None:
            return await self._created_before(call, before, with_body=plan.body is not None)
        request = describe(call.owner, plan, dict(QueryParams(call.scope["query_string"])))
        request = replace(request, beside=self._repeats.naming(call.owner, asked))
        Overrides.from_options(request.options)  # refuses nonsense now, not when the file is read
        file, receipt = await self._creator.create(request, call.body, self._observer(call))
        location = self._url(call, file.id)
        if receipt is not None and receipt.ended != COMPLETE:
            return await self._ended_early(call, file.id, receipt, plan.length, ("Location", location))
        state = self._after(file, receipt)
        fields = call.wire.created(state, location, with_body=receipt is not None)
        return Answer(201, (*fields, *completed(call.owner, state, location)))

    async def _created_before(self, call: Call, file: File, *, with_body: bool) -> Answer:
        """Answer a creation that is asked for again: how far its file is by now."""
        if with_body:
            await self._repeats.compare(file, _chunks(call.body, self._appender.idle), whole=False)
        location, state = self._url(call, file.id), state_of(file)
        fields = call.wire.created(state, location, with_body=with_body)
        return Answer(201, (*fields, *completed(call.owner, state, location)))

    async def head(self, call: Call) -> Answer:
        """Tell what is durable (200). Only the owner's question interrupts who writes."""
        call.wire.check_bare("HEAD", call.fields)
        file = await self._seen(call, VIEW)
        if file.owner_id == call.owner.id and not file.complete:
            await self._writers.wait_durable(file.id)
            if self._remote is not None:
                await self._remote.checkpoint(file)
            file = await self._seen(call, VIEW)
        if file.parts and not file.complete:
            file = await self._concatenator.try_finish(file)
        return Answer(200, call.wire.head(state_of(file)))

    async def append(self, call: Call) -> Answer:
        """Store the body at the end (204)."""
        with self._writers.pending(call.file_id):
            file = await self._seen(call, OWNER)
            if file.source_url is not None and not file.complete:
                raise Conflict("The server gets this file by itself.", "import_running")
            plan = call.wire.plan_append(call.fields, state_of(file), self._rules.limits)
            allowance = self._rules.allowance_of(call.owner)
            receipt = await self._appender.append(file, plan, call.body, self._observer(call), allowance=allowance)
        if receipt.ended != COMPLETE:
            return await self._ended_early(call, file.id, receipt, plan.length)
        state = self._after(file, receipt)
        if state.complete and file.is_partial:
            await self._concatenator.finish_waiting(call.owner.id)
        finished = completed(call.owner, state, self._url(call, file.id))
        return Answer(call.wire.appended_status, (*call.wire.appended(state), *finished))

    async def _ended_early(
        self, call: Call, file_id: str, receipt: Receipt, length: int | None, *headers: tuple[str, str]
    ) -> Answer:
        offset = ("Upload-Offset", str(receipt.offset))
        if receipt.ended != OVERRUN:
            by_link = receipt.ended == "login_ended" and call.owner.link is not None
            status, code, detail = ENDED_EARLY["link_ended" if by_link else receipt.ended]
            more = (("Retry-After", "1"),) if status in (409, 503) else LOGIN if status == 401 else ()
            return problem(status, code, detail, (*headers, offset, *more))
        if length is None or call.wire.overrun == "cut":
            detail = "The body has more bytes than the upload has left; those that fit are kept."
            return problem(413, "body_too_long", detail, (*headers, offset))
        if call.wire.overrun == "invalid":
            await self._remover.remove(file_id, call.owner)
        raise Refusal("inconsistent_length", headers=(offset,))

    async def remove(self, call: Call) -> Answer:
        """Remove the upload (204)."""
        call.wire.check_bare("DELETE", call.fields)
        file = await self._seen(call, OWNER)
        if call.owner.link is not None and file.complete and not file.is_partial:
            raise Forbidden("The upload is finished: the file is its owner's now.", "forbidden")
        await self._remover.remove(file.id, call.owner)
        return Answer(204)

    async def _seen(self, call: Call, needed: Role) -> File:
        found = await asyncio.to_thread(self._files.seen, call.file_id, call.owner.id)
        if found is None or (call.owner.link is not None and not call.owner.may_continue(found.file)):
            raise NotFound("There is no such upload.")
        require(found.role, needed)
        file = found.file
        expired = file.expires_at is not None and file.expires_at < now()
        if expired and file.id not in self._writers.running():
            raise Gone("The upload has expired.")
        return file

    def _after(self, file: File, receipt: Receipt | None) -> UploadState:
        """Return the upload as the receipt says it is now, without reading its row again."""
        state = state_of(file)
        if receipt is None:
            return state
        complete = receipt.complete or file.complete
        expires = None if complete and not file.is_partial else self._rules.expiry()
        return replace(state, offset=receipt.offset, complete=complete, expires=expires)

    def _observer(self, call: Call) -> UploadObserver | None:
        """Return who tells the client by interim answers, where protocol and server have them."""
        # Many a proxy passes them on wrongly: its client waits for ever, or loses its connection.
        if self._interim == "off" or (self._interim == "auto" and not self._origin.is_direct(call.scope)):
            return None
        interim: Interim | None = call.scope.get("extensions", {}).get(INTERIM)
        if interim is None or call.wire.on_progress(0) is None or call.fields.content_length() == 0:
            return None
        return InterimResponder(interim, call.wire, partial(self._url, call))

    def _url(self, call: Call, file_id: str) -> str:
        return f"{self._origin.base(call.scope)}{call.scope.get('root_path', '')}{call.root}/{file_id}"


class InterimResponder:
    """Tells a client what its upload has come to. See :class:`parquay.uploads.receive.receive.UploadObserver`."""

    def __init__(self, interim: Interim, wire: Wire, url: Callable[[str], str]) -> None:
        self._interim = interim
        self._wire = wire
        self._url = url

    async def on_created(self, file: File) -> bool:
        """Tell where the upload is."""
        return await self._send(self._wire.on_created(state_of(file), self._url(file.id)))

    async def on_progress(self, offset: int) -> None:
        """Tell how much is durable."""
        await self._send(self._wire.on_progress(offset))

    async def _send(self, headers: Headers | None) -> bool:
        if headers is None:
            return False
        await self._interim(RESUMPTION, [(name.lower().encode(), value.encode("latin-1")) for name, value in headers])
        return True


async def _chunks(body: Body, idle: float) -> AsyncIterator[bytes]:
    while chunk := await body.read(idle):
        yield chunk


def _repeatable(call: Call) -> RepeatableRequest | None:
    asked = {name: call.fields.get(name) for name in CREATING_FIELDS}
    return repeatable(call.fields.get(FIELD), call.root, call.scope["query_string"].decode("latin-1"), asked)


def completed(owner: Owner, state: UploadState, url: str) -> Headers:
    """Tell where the file is that an upload has become, unless it came by a link: then it is not for the sender."""
    is_file = state.complete and state.concat != "partial" and owner.link is None
    return (("Parquay-File", url),) if is_file else ()
