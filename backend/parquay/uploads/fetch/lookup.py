"""Where a name leads, and which of it may be reached: looked up once, so that what is checked is connected to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from parquay.errors import InvalidValue
from parquay.networks import Reachable

LOOKUP_SECONDS = 10.0
"""How long a name may take to be looked up."""

AT_ONCE = 8
"""Names that are looked up at once."""

_threads = ThreadPoolExecutor(AT_ONCE, "lookup")
# Threads of their own: a name server that does not answer shall keep nobody else waiting.

Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host, in the order in which they are to be tried."""


class AddressRefused(InvalidValue):
    """A host leads to addresses that may not be reached (422)."""

    default_code = "fetch_refused"


async def looked_up(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``.

    Raises:
        OSError: it has none, or that could not be found out (`TimeoutError`).
    """
    look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    async with asyncio.timeout(LOOKUP_SECONDS):
        found = await asyncio.get_running_loop().run_in_executor(_threads, look)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


async def permitted(reachable: Reachable, host: str, port: int, lookup: Lookup = looked_up) -> list[str]:
    """Return those addresses of ``host`` that may be reached at ``port``.

    Raises:
        AddressRefused: none of them may.
        OSError: it has none, or that could not be found out.
    """
    addresses = await lookup(host, port)
    allowed = [each for each in addresses if reachable.permits(host, port, each)]
    if not allowed:
        raise AddressRefused(
            f"{host} is no public address; an operator may allow it by PARQUAY_FETCH_ALLOW.", "fetch_refused"
        )
    return allowed
