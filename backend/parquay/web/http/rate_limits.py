"""Limits of requests: who makes too many is refused, and everybody hears what is left.

The fields are those of the IETF's draft (RateLimit and RateLimit-Policy, draft-ietf-httpapi-ratelimit-headers-10). What
is counted is a request whose caller is known: an event stream or a WebSocket is one, however long it goes on.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from parquay.auth.request_rates import RateState, RequestRates
from parquay.errors import TooManyRequests
from parquay.user_limits import UserLimits

KEY = "parquay.rate_limits"
"""Where a request's scope has a list of fields for its answer."""

Fields = list[tuple[bytes, bytes]]


class RateLimits:
    """The limits of requests of one process."""

    def __init__(self, rates: RequestRates, everybodys: UserLimits) -> None:
        """``everybodys``: the limits of who has none of their own."""
        self._rates = rates
        self._everybodys = everybodys

    async def admit(self, scope: MutableMapping[str, Any], caller: str, own: UserLimits) -> None:
        """Let a request of ``caller`` pass, whose own limits are ``own``.

        Raises:
            TooManyRequests: ``rate_limited`` (429).
        """
        limits = own.within(self._everybodys)
        state = None
        try:
            if limits.requests:
                state = await self._rates.take(caller, limits.requests)
        except TooManyRequests as error:
            state = RateState(limits.requests or 0, 0, error.retry_after or 1)
            raise
        finally:
            if (fields := scope.get(KEY)) is not None:
                fields[:] = fields_of(limits, state)

    def try_admit(self, caller: str, own: UserLimits) -> Fields | None:
        """Let a request pass and return the fields of its answer; None, and nothing is counted: ask :meth:`admit`."""
        limits = own.within(self._everybodys)
        if not limits.requests:
            return fields_of(limits, None)
        state = self._rates.try_take(caller, limits.requests)
        return None if state is None else fields_of(limits, state)


def fields_of(limits: UserLimits, state: RateState | None) -> Fields:
    """Return the fields that tell of limits and of what is left, none where there is no limit. Pure."""
    policies = []
    if limits.requests:
        policies.append(f'"requests";q={limits.requests};w=60')
    if limits.uploads:
        policies.append(f'"uploads";q={limits.uploads};qu="concurrent-requests"')
    if limits.bandwidth:
        policies.append(f'"bandwidth";q={limits.bandwidth};qu="content-bytes";w=1')
    fields = [(b"ratelimit-policy", ", ".join(policies).encode())] if policies else []
    if state is not None:
        fields.append((b"ratelimit", f'"requests";r={state.left};t={state.reset}'.encode()))
    return fields
