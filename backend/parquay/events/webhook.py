"""Signed webhooks: one POST of JSON for each event.

``Parquay-Signature: t=<unix seconds>,v1=<hex>`` is the HMAC-SHA256 of ``<t>.<body>`` under the shared secret;
``Idempotency-Key`` stays the same when an event is sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import httpx

from parquay.errors import Unavailable

TIMEOUT_SECONDS = 10.0
ANSWER_LIMIT = 64 * 1024
"""Most bytes read of an answer."""


class Webhook:
    """An address to which events are posted."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret.encode()
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def call(self, event: str, key: str, upload: dict[str, Any]) -> dict[str, Any]:
        """Send an event; return the JSON object of the answer, empty when it is none.

        Raises:
            Unavailable: ``hook_unavailable``, no answer or none with 2xx.
        """
        body = json.dumps({"event": event, "upload": upload}).encode()
        headers = {"Content-Type": "application/json", "Parquay-Signature": signature(self._secret, body, time.time())}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable("The webhook does not answer.", "hook_unavailable", retry_after=5) from error
        if not answer.is_success:
            raise Unavailable(f"The webhook answered {answer.status_code}.", "hook_unavailable", retry_after=5)
        return _object(answer.content[:ANSWER_LIMIT])


def signature(secret: bytes, body: bytes, moment: float) -> str:
    """Return the signature of ``body`` sent at ``moment`` (unix seconds)."""
    stamp = str(int(moment))
    digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
