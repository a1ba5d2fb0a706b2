"""Bytes to upload, and fields that come with them."""

from __future__ import annotations

import json

from wire import Answer

RESUMABLE = ("Tus-Resumable", "1.0.0")


def code_of(answer: Answer) -> str:
    """The stable code of a refusal."""
    assert answer.get("content-type") == "application/problem+json"
    code: str = json.loads(answer.body)["code"]
    return code
