"""Uploads over raw ASGI: tus 1.0.0 and the IETF draft, headers and body in, answer out.

The rules are in ``parquay.tus``, the doing in ``parquay.uploads``; here is the order in which they are asked. Who asks
is checked before a byte of the body is read; every refusal comes before a byte is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from parquay.errors import NotFound, ParquayError
from parquay.http1 import ZERO_COPY
from parquay.ids import is_id
from parquay.telemetry import refusals, requests
from parquay.tus import answers
from parquay.tus.draft import PARTIAL_UPLOAD, PROBLEM_TYPES, Draft, limits_field, speaks_draft
from parquay.tus.headers import Fields
from parquay.tus.refusals import Refusal
from parquay.tus.state import OCTET_STREAM
from parquay.tus.wire import Tus1, Wire
from parquay.uploads.policy.rules import Rules
from parquay.web.http.asgi import Answer, AsgiBody, Headers, Receive, Scope, Send, cors, leaving, problem, send_answer
from parquay.web.http.deps import Policy
from parquay.web.uploads.admission import Admission
from parquay.web.uploads.verbs import Call, Verb

COLLECTION_METHODS = ("POST", "OPTIONS", "GET")
UPLOAD_METHODS = ("HEAD", "PATCH", "DELETE", "GET", "OPTIONS")

log = logging.getLogger(__name__)


class TusAdapter:
    """An ASGI application for ``/files`` and ``/files/{id}``, or the same below the address of an upload link.

    Paths have neither prefix nor trailing slash.
    """

    def __init__(
        self,
        verbs: Mapping[str, Verb],
        *,
        admission: Admission,
        rules: Rules,
        policy: Policy,
    ) -> None:
        """``verbs`` carry the methods out; ``admission`` says for whom; ``policy`` which pages may read answers."""
        self._verbs = verbs
        self._admission = admission
        self._rules = rules
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = AsgiBody(receive, scope.get("extensions", {}).get(ZERO_COPY))
        fields = Fields(scope["headers"])
        wire, answer = await self._guarded(scope, fields, body)
        method = scope["method"] if scope["method"] in answers.METHODS else "OTHER"
        requests.labels(method, str(answer.status)).inc()
        failed = wire.failed(answer.headers) if answer.status >= 400 and method in ("POST", "PATCH") else ()
        headers = (*answer.headers, *failed, *self.common(wire, scope), *leaving(scope, body))
        await send_answer(send, Answer(answer.status, headers, b"" if scope["method"] == "HEAD" else answer.body))
        if not body.ended and (body.touched or "Expect" not in fields):
            await body.drain()
        body.close()

    async def _guarded(self, scope: Scope, fields: Fields, body: AsgiBody) -> tuple[Wire, Answer]:
        wire: Wire = Tus1()
        try:
            if speaks_draft(fields):
                wire = Draft()
                wire = Draft.of(fields, self._rules.limits)
            return wire, await self._answer(scope, fields, wire, body)
        except Exception as error:  # noqa: BLE001  told, and logged where it is unknown
            answer = self.failed(error)
            return wire, replace(answer, status=wire.status_of(answer.status))

    def failed(self, error: BaseException) -> Answer:
        """Return the answer to a request that ended with ``error``."""
        if isinstance(error, Refusal):
            return self._refused(error)
        if isinstance(error, ParquayError):
            return _failed(error)
        log.error("upload request failed", exc_info=error)
        return problem(500, "internal_error", "Something went wrong on the server.")

    def common(self, wire: Wire, scope: Scope) -> Headers:
        """Return the fields of every answer to a request."""
        exposed = ("Access-Control-Expose-Headers", answers.EXPOSED_HEADERS)
        return (*wire.common, *cors(scope, self._policy.origins), exposed)

    async def _answer(self, scope: Scope, fields: Fields, wire: Wire, body: AsgiBody) -> Answer:
        method = answers.effective_method(scope["method"], fields)
        if method == "OPTIONS":
            return self._options(scope)
        # HEAD changes nothing, so a client that forgot the version may ask.
        if isinstance(wire, Tus1) and (method != "HEAD" or "Tus-Resumable" in fields):
            answers.check_version(fields)
        owner, root = await self._admission.owner(scope, method, body), self._admission.root(scope["path"])
        file_id = scope["path"].removeprefix(root).strip("/")
        allowed = UPLOAD_METHODS if file_id else COLLECTION_METHODS
        if method not in self._verbs or method not in allowed:
            raise Refusal("method_not_allowed", headers=(("Allow", ", ".join(allowed)),))
        if file_id and not is_id(file_id):
            raise NotFound("There is no such upload.")
        return await self._verbs[method](Call(scope, fields, wire, owner, body, root, file_id))

    def _options(self, scope: Scope) -> Answer:
        is_collection = scope["path"].strip("/") == self._admission.root(scope["path"]).strip("/")
        allowed = COLLECTION_METHODS if is_collection else UPLOAD_METHODS
        preflight = (
            ("Access-Control-Allow-Methods", ", ".join(answers.METHODS)),
            ("Access-Control-Allow-Headers", answers.ALLOWED_HEADERS),
            ("Access-Control-Max-Age", str(answers.PREFLIGHT_SECONDS)),
        )
        limits = self._rules.limits
        accepted = (("Allow", ", ".join(allowed)), ("Accept-Patch", f"{PARTIAL_UPLOAD}, {OCTET_STREAM}"))
        return Answer(204, (*answers.options(limits), limits_field(limits), *accepted, *preflight))

    def _refused(self, refusal: Refusal) -> Answer:
        refusals.labels(refusal.code).inc()
        limit: Headers = (limits_field(self._rules.limits),) if refusal.status == 413 else ()
        kind = PROBLEM_TYPES.get(refusal.code, "about:blank")
        headers = (*refusal.headers, *limit)
        return problem(refusal.status, refusal.code, refusal.detail, headers, kind=kind, extra=refusal.extra)


def _failed(error: ParquayError) -> Answer:
    refusals.labels(error.code).inc()
    retry = (("Retry-After", str(error.retry_after)),) if error.retry_after is not None else ()
    login = (("WWW-Authenticate", "Bearer"),) if error.status == 401 else ()
    return problem(error.status, error.code, error.detail, (*retry, *login))
