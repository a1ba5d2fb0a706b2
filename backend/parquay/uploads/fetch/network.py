"""Connections to addresses that were checked: a name is looked up once, and what it led to is what is connected to.

A second look-up could lead elsewhere (DNS rebinding). The name is still what the server is asked for, by `Host` and by
the name in TLS. Nothing of this machine takes part: no proxy of its environment, no login of its files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore

from parquay.networks import Reachable
from parquay.uploads.fetch.lookup import AddressRefused, Lookup, looked_up, permitted


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to permitted addresses alone."""

    def __init__(self, reachable: Reachable, lookup: Lookup = looked_up) -> None:
        self._reachable = reachable
        self._lookup = lookup
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature of the library
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first permitted address of ``host`` that answers."""
        try:
            addresses = await permitted(self._reachable, host, port, self._lookup)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be found") from error
        failure: Exception = httpcore.ConnectError(host)
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  the signature of the library
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no address of the web leads to one."""
        raise AddressRefused("A socket of this machine is not reached.")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
