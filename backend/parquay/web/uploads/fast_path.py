"""The fast path of small uploads: planned where they are received, answered without a task of their own.

For a creation that brings its few bytes along, the way through the layers costs more than everything that is done.
Here the same functions plan and carry it out, one after the other, and its answer is written at once. Whatever is not
quite plain - another header field, a login that has to be read, a rule that refuses - is left to the verbs, which say
the same of it. Nothing depends on this module but the line that gives it to the server: without it every upload goes
through the verbs (`tests/web/test_fast_path.py` compares the two).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from parquay.auth.csrf import credentials
from parquay.auth.scopes import require_scope, sufficient_for_upload
from parquay.auth.sessions import Sessions
from parquay.http1.connection import Reply
from parquay.http1.exchange import Fields as HttpFields
from parquay.ingest.text.overrides import Overrides
from parquay.telemetry import requests
from parquay.tus import answers
from parquay.tus.headers import Fields
from parquay.tus.state import UploadState
from parquay.tus.wire import Tus1
from parquay.uploads.create.create import Creator
from parquay.uploads.create.describe import describe
from parquay.uploads.policy.rules import Owner, Rules
from parquay.web.http.asgi import Answer, Headers, Origin, Scope
from parquay.web.http.deps import Policy
from parquay.web.http.dispatcher import ALWAYS, PREFIX, PRIVATE, address
from parquay.web.http.rate_limits import RateLimits
from parquay.web.http.upload_paths import ROOT
from parquay.web.uploads.tus import TusAdapter
from parquay.web.uploads.verbs import completed

PLAIN_FIELDS = frozenset(
    b"accept accept-encoding accept-language authorization connection content-length content-type host tus-resumable "
    b"upload-length upload-metadata user-agent".split()
)
"""Header fields that a request may have here, each once."""


class FastPath:
    """Answers creations that came in one packet with all of their bytes."""

    def __init__(
        self,
        creator: Creator,
        uploads: TusAdapter,
        *,
        sessions: Sessions,
        rules: Rules,
        origin: Origin,
        policy: Policy,
        limits: RateLimits,
    ) -> None:
        """``uploads``: the adapter that answers all others, whose answers these are."""
        self._policy = policy
        self._limits = limits
        self._creator = creator
        self._uploads = uploads
        self._sessions = sessions
        self._rules = rules
        self._origin = origin
        self._wire = Tus1()
        self._created = requests.labels("POST", "201")
        self._common = _encoded((*uploads.common(self._wire, {"headers": ()}), *ALWAYS.items()))

    def try_handle(self, scope: Scope, body: bytes, reply: Reply) -> bool:
        """Begin to make the upload that a request asks for; False, and nothing has begun, if it is none for here."""
        if scope["method"] != "POST" or scope["query_string"] or (where := address(scope["path"])).path != ROOT:
            return False
        if not self._policy.answers(scope):
            return False
        headers = dict(scope["headers"])
        if not headers.keys() <= PLAIN_FIELDS or len(headers) != len(scope["headers"]):
            return False
        base = self._origin.base(scope) + (PREFIX if where.prefixed else "") + ROOT
        try:
            return self._begin(scope, body, base, reply)
        except Exception:  # noqa: BLE001  whatever is wrong, the verbs tell why; here it would end the connection
            return False

    def _begin(self, scope: Scope, body: bytes, base: str, reply: Reply) -> bool:
        headers = scope["headers"]
        identity = self._sessions.cached(credentials(headers).token)
        if identity is None:
            return False
        require_scope(identity.scopes, sufficient_for_upload("POST"))
        fields = Fields(headers)
        answers.check_version(fields)
        plan = self._wire.plan_creation(fields, self._rules.limits, path_prefixes=(), hosts=frozenset())
        request = describe(Owner.of(identity), plan)
        if request.options:
            Overrides.from_options(request.options)
        if (rates := self._limits.try_admit(identity.id, identity.limits)) is None:
            return False
        begun = self._creator.try_begin(request, body)
        if begun is None:
            return False
        state = UploadState(len(body), len(body), complete=True)
        answer = partial(_with_fields, reply, rates) if rates else reply
        begun.stored.add_done_callback(partial(self._reply, answer, request.owner, state, f"{base}/{begun.file_id}"))
        return True

    def _reply(self, reply: Reply, owner: Owner, state: UploadState, url: str, stored: asyncio.Future[None]) -> None:
        error = stored.exception()
        if error is None:
            fields = self._wire.created(state, url, with_body=True)
            answer = Answer(201, (*fields, *completed(owner, state, url), ("Cache-Control", PRIVATE)))
            self._created.inc()
        else:
            answer = self._uploads.failed(error)
            requests.labels("POST", str(answer.status)).inc()
        reply(answer.status, (*_encoded(answer.headers), *self._common), answer.body)


def _with_fields(
    reply: Reply, more: Sequence[tuple[bytes, bytes]], status: int, fields: HttpFields, body: bytes
) -> None:
    reply(status, (*fields, *more), body)


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
