"""Slows down guessing: one account from one address waits longer after each wrong password.

The delay belongs to the pair of account and address. So nobody can lock somebody else out: the owner's right
password works from another address at once, and from the same one after the delay, which has an upper bound.

An address that tries many names waits too, whichever name it tries next; only who has logged in from there before does
not, so that a guesser in an office holds up no colleague.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from parquay.catalog.users import Users
from parquay.errors import TooManyRequests

FREE = 5
"""Wrong passwords before the first delay."""

FREE_NAMES = 20
"""Names tried in vain from one address before the first delay of that address."""

MAX_DELAY = 900
"""Longest delay, in seconds."""

FORGET = timedelta(hours=24)
"""Wrong passwords are forgotten after this long without another."""

FORGET_NAMES = timedelta(hours=1)
"""The names that an address has tried are forgotten after this long without another."""


class LoginThrottle:
    """Decides whether a password may be tried now."""

    def __init__(self, attempts: Users, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._attempts = attempts
        self._clock = clock

    def check(self, username: str, peer: str) -> None:
        """Let the attempt pass, or refuse it.

        Raises:
            TooManyRequests: ``too_many_attempts`` (429) with the seconds to wait.
        """
        wait = self._wait(key(username, peer))
        if wait <= 0 and (crowded := self._wait(address_key(peer))) > 0:
            wait = 0 if self._attempts.was_here(username, network(peer)) else crowded
        if wait > 0:
            raise TooManyRequests(
                "Too many wrong passwords. Wait a moment.", "too_many_attempts", retry_after=math.ceil(wait)
            )

    def _wait(self, counted: str) -> float:
        # A clock that was set back leaves moments far ahead: nobody waits longer than the longest delay.
        until = self._attempts.blocked_until(counted, timedelta(seconds=MAX_DELAY))
        return 0.0 if until is None else (until - self._clock()).total_seconds()

    def failed(self, username: str, peer: str) -> None:
        """Count a wrong password, and a name that is new from this address."""
        if self._attempts.failed(key(username, peer), delay_after, FORGET) == 1:
            self._attempts.failed(address_key(peer), delay_after_names, FORGET_NAMES)

    def passed(self, username: str, peer: str) -> None:
        """Forget the wrong passwords after a right one."""
        self._attempts.clear(key(username, peer))


def delay_after(failures: int) -> int:
    """Seconds to wait after so many wrong passwords in a row: none below ``FREE``, then 1, 2, 4 … ``MAX_DELAY``."""
    return _doubled(failures - FREE)


def delay_after_names(names: int) -> int:
    """Seconds that an address waits which has tried so many names in vain."""
    return _doubled(names - FREE_NAMES)


def _doubled(more: int) -> int:
    return 0 if more < 0 else min(MAX_DELAY, 1 << min(more, 10))


def key(username: str, peer: str) -> str:
    """Name the pair of ``username`` and the address ``peer``.

    An IPv6 address counts as its /64 network, since one machine owns all of it. The name is hashed: it may be long,
    and what people type into a user name field is sometimes their password.
    """
    digest = hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{network(peer)}|{digest}"


def address_key(peer: str) -> str:
    """Name the address ``peer``, whatever name is tried from there."""
    return f"{network(peer)}|"


def network(peer: str) -> str:
    """Return what counts as the address of ``peer``: an IPv4 address, or an IPv6 network."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address)
