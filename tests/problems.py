"""Refusals as the contract describes them."""

from __future__ import annotations

import httpx


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """Assert that the answer refuses with this status and code, as problem+json."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert {"type", "title", "detail"} <= set(body)
    return True
