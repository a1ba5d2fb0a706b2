"""Asking a source for a file: redirects are followed one by one, each as carefully as the first address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from ssl import SSLContext

import httpcore
import httpx

from parquay import __version__
from parquay.networks import Reachable
from parquay.uploads.fetch.answers import REDIRECTS, FetchFailed, SourceAnswer, SourceAway, is_later, wait_of
from parquay.uploads.fetch.lookup import Lookup, looked_up
from parquay.uploads.fetch.network import CheckedNetwork
from parquay.uploads.fetch.open_source import OpenSource, SourceCut
from parquay.uploads.fetch.source_url import SourceUrl

MAX_REDIRECTS = 5
CONNECT_SECONDS = 15.0
"""How long a connection may take, its TLS too."""
HEAD_SECONDS = 60.0
"""How long a source may take until the head of its answer is there, whatever it sends before."""

_GONE = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
"""How connections end that should not have; headers without end, and bodies that are none, are among them."""


class Sources:
    """Asks servers of the web for files."""

    def __init__(self, reachable: Reachable, *, idle: float, lookup: Lookup = looked_up) -> None:
        """``idle``: seconds without a byte after which a source is given up for now."""
        self._reachable = reachable
        self._idle = idle
        self._lookup = lookup

    @asynccontextmanager
    async def ask(self, url: SourceUrl, fields: Mapping[str, str]) -> AsyncIterator[OpenSource]:
        """See `SourceClient.ask`."""
        for _ in range(MAX_REDIRECTS + 1):
            async with self._sent(url, fields) as response:
                answer = SourceAnswer(response.status, _texts(response.headers))
                if answer.status in REDIRECTS and "location" in answer.fields:
                    url = url.joined(answer.fields["location"])
                    continue
                if is_later(answer.status):
                    wait = wait_of(answer.fields, datetime.now(UTC))
                    raise SourceAway(f"the source answered {answer.status}", wait)
                yield OpenSource(url, answer, _chunks(response))
                return
        raise FetchFailed(f"The source leads on to other addresses more than {MAX_REDIRECTS} times.")

    @asynccontextmanager
    async def _sent(self, url: SourceUrl, fields: Mapping[str, str]) -> AsyncIterator[httpcore.Response]:
        """Send one request on a connection of its own, and yield the answer once its head is there."""
        sent = {"Host": url.netloc, "User-Agent": f"parquay/{__version__}", **fields}
        if url.authorization is not None:
            sent["Authorization"] = url.authorization
        place = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        network = CheckedNetwork(self._reachable, self._lookup)
        times = {"connect": CONNECT_SECONDS, "read": self._idle, "write": self._idle, "pool": CONNECT_SECONDS}
        async with httpcore.AsyncConnectionPool(_trust(), max_connections=1, network_backend=network) as pool:
            request = httpcore.Request("GET", place, headers=list(sent.items()), extensions={"timeout": times})
            with _mapped():
                async with asyncio.timeout(HEAD_SECONDS):
                    response = await pool.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()


async def _chunks(response: httpcore.Response) -> AsyncGenerator[bytes]:
    try:
        async for chunk in response.aiter_stream():
            yield chunk
    except _GONE as error:
        raise SourceCut(_reason(error)) from error


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except (*_GONE, TimeoutError) as error:
        raise SourceAway(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return "the source takes too long"
    if isinstance(error, httpcore.ProtocolError):
        return "the source does not speak HTTP as it should"
    return f"the connection failed ({str(error) or type(error).__name__})"[:300]


def _texts(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the fields of an answer; of one that comes twice the first counts."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


@cache
def _trust() -> SSLContext:
    return httpx.create_ssl_context()
