"""What the answers of a server, or of what stands before it, mean for an upload."""

from __future__ import annotations

import email.utils
import time

import httpx

from parquay.client.errors import ApiError, TransferError

RETRIED = frozenset({408, 409, 423, 425, 429})
"""Refusals that pass: the state was another one, somebody else is at it, too early, too many. So does 5xx."""

NOT_RETRIED = frozenset({501, 505, 507})
"""Failures of the server that no second try mends."""


class UploadGone(ApiError):
    """The server does not know this upload any more."""


class LoginExpired(ApiError):
    """The server wants a login."""


class TooMuch(ApiError):
    """Whatever stands before the server takes no request as long as this one."""


class Setback(Exception):
    """Something failed that may work later. `pause` is what the server asked for, in seconds, or None."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` field asks for (a number or a date), None when it has none."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None


def reason_of(response: httpx.Response) -> str:
    """Return one line that says why the server refused."""
    return str(refusal(response))


def refusal(response: httpx.Response, kind: type[ApiError] = ApiError) -> ApiError:
    """Return a refusal as an error of this kind."""
    detail, code = f"the server answered {response.status_code} {response.reason_phrase}", ""
    try:
        problem = response.json()
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError):  # an answer to HEAD has no body; a proxy's is no JSON
        pass
    return kind(detail, status=response.status_code, code=code)


def is_of_server(response: httpx.Response) -> bool:
    """Tell whether a refusal comes from the server and not from a proxy in front of it."""
    if "tus-resumable" in response.headers:
        return True
    try:
        payload = response.json()
    except ValueError:
        return False
    return isinstance(payload, dict) and "code" in payload


def is_refused_with(response: httpx.Response, code: str) -> bool:
    """Tell whether the server itself refused a request with this code. Pure."""
    return not response.is_success and refusal(response, ApiError).code == code


def check(response: httpx.Response) -> None:
    """Raise what a refusal means for the upload; return when the answer is a success.

    Raises:
        LoginExpired: 401.
        UploadGone: 404 or 410.
        TooMuch: 413, and not by the server itself.
        Setback: the same request may work later.
        TransferError: it will not.
    """
    status = response.status_code
    if response.is_success:
        return
    if status == 401:
        raise refusal(response, LoginExpired)
    if status in {404, 410}:
        raise refusal(response, UploadGone)
    if status == 413 and not is_of_server(response):
        raise refusal(response, TooMuch)
    if status in RETRIED or (status >= 500 and status not in NOT_RETRIED):
        raise Setback(reason_of(response), retry_after(response.headers.get("retry-after"), time.time()))
    raise refusal(response, TransferError)
