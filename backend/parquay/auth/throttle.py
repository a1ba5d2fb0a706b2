"""Slows down guessing: one account from one address waits longer after each wrong password.

The delay belongs to the pair of account and address. So nobody can lock somebody else out: the owner's right
password works from another address at once, and from the same one after the delay, which has an upper bound.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from parquay.errors import TooManyRequests

FREE = 5
"""Wrong passwords before the first delay."""

MAX_DELAY = 900
"""Longest delay, in seconds."""

FORGET = timedelta(hours=24)
"""Wrong passwords are forgotten after this long without another."""


class Attempts(Protocol):
    """Where wrong passwords are counted, for all processes."""

    def blocked_until(self, key: str) -> datetime | None:
        """When ``key`` may try again, None when at once."""

    def failed(self, key: str, delay: Callable[[int], int], forget: timedelta) -> None:
        """Count one more failure of ``key``; ``delay`` gives the seconds to wait after so many failures."""

    def clear(self, key: str) -> None:
        """Forget the failures of ``key``."""


class Throttle:
    """Decides whether a password may be tried now."""

    def __init__(self, attempts: Attempts, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._attempts = attempts
        self._clock = clock

    def check(self, username: str, peer: str) -> None:
        """Let the attempt pass, or refuse it.

        Raises:
            TooManyRequests: ``too_many_attempts`` (429) with the seconds to wait.
        """
        until = self._attempts.blocked_until(key(username, peer))
        wait = 0.0 if until is None else (until - self._clock()).total_seconds()
        if wait > 0:
            raise TooManyRequests(
                "Too many wrong passwords. Wait a moment.", "too_many_attempts", retry_after=math.ceil(wait)
            )

    def failed(self, username: str, peer: str) -> None:
        """Count a wrong password."""
        self._attempts.failed(key(username, peer), delay_after, FORGET)

    def passed(self, username: str, peer: str) -> None:
        """Forget the wrong passwords after a right one."""
        self._attempts.clear(key(username, peer))


def delay_after(failures: int) -> int:
    """Seconds to wait after so many wrong passwords in a row: none below ``FREE``, then 1, 2, 4 … ``MAX_DELAY``."""
    if failures < FREE:
        return 0
    return min(MAX_DELAY, 1 << min(failures - FREE, 10))


def key(username: str, peer: str) -> str:
    """Name the pair of ``username`` and the address ``peer``.

    An IPv6 address counts as its /64 network, since one machine owns all of it. The name is hashed: it may be long,
    and what people type into a user name field is sometimes their password.
    """
    digest = hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{_network(peer)}|{digest}"


def _network(peer: str) -> str:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address)
