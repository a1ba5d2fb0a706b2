"""The field `Idempotency-Key`: which request a client means when it asks again. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any

from fastapi import Header

from parquay.errors import BadInput
from parquay.uploads.create.repeats import RepeatableRequest

FIELD = "Idempotency-Key"
DESCRIPTION = "A key of your own choice: the same request with it again, within a day, leads to the same file."
KeyField = Annotated[str | None, Header(alias=FIELD, description=DESCRIPTION)]
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def repeatable(value: str | None, *asked: Any) -> RepeatableRequest | None:
    """Return what a request with the field ``value`` may be asked for again as; None without one.

    ``asked``: all that it asks for, as JSON has it.

    Raises:
        BadInput: ``bad_idempotency_key`` (400).
    """
    if value is None:
        return None
    key = value.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':  # as the draft writes it
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise BadInput(f"{FIELD} must have 1 to 255 visible characters of ASCII.", "bad_idempotency_key")
    fingerprint = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
    return RepeatableRequest(key, fingerprint)
