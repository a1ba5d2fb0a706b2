"""A thin tus 1.0.0 client that does not give up: the server's word is the offset, a setback only costs time.

One loop: ask where the upload stands, send the rest in one PATCH, on any setback wait and ask again. What stands
between may take less in one request than the server does: then the rest goes in smaller pieces.
The body is read block by block while it is sent, so that memory stays flat for a file of any size.
"""

from __future__ import annotations

import base64
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urljoin

import httpx

from parquay.client.errors import ApiError, TransferError
from parquay.client.tus_answers import (
    LoginExpired,
    Setback,
    TooMuch,
    UploadGone,
    check,
    is_of_server,
    is_refused_with,
    refusal,
)

BLOCK = 1 << 20
"""Bytes read and sent at a time."""

MAX_CHUNK_BYTES, MIN_CHUNK_BYTES = 64 << 20, 64 << 10
"""Bytes of a request once the rest was too much for one: the first size that is tried, and the last."""

PATIENCE = 900.0
"""Seconds without a new byte after which an upload is given up."""

FIRST_PAUSE = 0.5
"""Seconds before the first retry; doubles up to `MAX_PAUSE_SECONDS`."""

MAX_PAUSE_SECONDS = 20.0
"""Seconds between retries at most, unless the server asks for more."""

TUS = {"Tus-Resumable": "1.0.0"}

TIMEOUT = httpx.Timeout(60.0, connect=10.0, read=180.0)
"""Seconds; an answer may have to wait for a disk that is slow to sync."""


@dataclass(frozen=True)
class UploadSource:
    """What to upload and how to describe it.

    Attributes:
        path: a file's path, or an open binary file that can be sought.
        size: bytes.
        start: where in the file the upload begins, in bytes.
    """

    path: Path | IO[bytes]
    size: int
    metadata: Mapping[str, str]
    start: int = 0

    def opened(self) -> AbstractContextManager[IO[bytes]]:
        """Return the open file; one that came open stays so."""
        return self.path.open("rb") if isinstance(self.path, Path) else nullcontext(self.path)


@dataclass
class Watch:
    """What to call while an upload goes on."""

    created: Callable[[str], None]
    offset: Callable[[int], None]
    setback: Callable[[str, float], None]
    renew_login: Callable[[], bool]
    smaller: Callable[[int], None] = lambda _: None
    """Hears how many bytes a request may have, once one was refused for its length."""


def new_key() -> str:
    """Return a key for a creation that no other has."""
    return secrets.token_urlsafe(16)


def encode_metadata(metadata: Mapping[str, str]) -> str:
    """Return the value of `Upload-Metadata`: keys in ASCII, values as base64 of UTF-8."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


def smaller_than(count: int) -> int | None:
    """Return how many bytes to send at once after so many were too many, None when there is no less. Pure."""
    piece = min(1 << (count - 1).bit_length() - 1, MAX_CHUNK_BYTES) if count > 1 else 0
    return piece if piece >= MIN_CHUNK_BYTES else None


class Backoff:
    """Pauses that grow while nothing works and start anew with every byte that arrived."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._best = -1
        self.progressed(0)

    def progressed(self, offset: int) -> None:
        """Note that the server has `offset` bytes."""
        if offset > self._best:
            self._best = offset
            self._pause = FIRST_PAUSE
            self._since = self._clock()

    def next_pause(self, asked: float | None) -> float | None:
        """Return the seconds to wait before the next try, None when patience is over."""
        left = self._patience - (self._clock() - self._since)
        pause = max(self._pause * random.uniform(0.75, 1.25), asked or 0.0)
        self._pause = min(self._pause * 2, MAX_PAUSE_SECONDS)
        return pause if pause <= left else None


class TusClient:
    """Uploads files to one creation URL."""

    def __init__(
        self,
        http: httpx.Client,
        endpoint: str,
        *,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        piece: int | None = None,
    ) -> None:
        """``piece``: most bytes of one request, None for any number."""
        self._http = http
        self._endpoint = endpoint
        self._patience = patience
        self._sleep = sleep
        self._piece = piece
        self._sending: tuple[int, int] | None = None
        self._broken_at: int | None = None

    def upload(self, source: UploadSource, watch: Watch, url: str | None = None, *, key: str = "") -> str:
        """Bring every byte of `source` to the server and return the upload's URL.

        With `url` an upload begun earlier goes on; one that the server has forgotten is begun anew. ``key``: of the
        creation, so that one whose answer nobody heard is found again; empty: one for this call.

        Raises:
            TransferError: the server refuses for good, or patience is over.
        """
        backoff = Backoff(self._patience)
        renewed = gone = 0
        key = key or new_key()
        with source.opened() as body:
            while True:
                try:
                    url = url or self._create(source, watch, key)
                    if self._advance(url, body, source, watch, backoff):
                        return url
                except UploadGone as error:
                    gone += 1
                    if gone > 3:
                        raise for_good(error) from None
                    url, key = None, new_key()
                except LoginExpired as error:
                    renewed += 1
                    if renewed > 3 or not watch.renew_login():
                        raise for_good(error) from None
                except TooMuch as error:
                    watch.smaller(self._shrink(error))
                except (Setback, httpx.TransportError) as error:
                    if isinstance(error, httpx.TransportError):
                        self._note_break()
                    self._wait(error, backoff, watch)

    def _shrink(self, error: TooMuch) -> int:
        """Send less at once from now on; return how much.

        Raises:
            TransferError: it is as little as can be.
        """
        start, end = self._sending or (0, 0)
        piece = smaller_than(end - start)
        if piece is None:
            raise for_good(error)
        self._piece = piece
        return piece

    def _note_break(self) -> None:
        """Send less at once when connections break again and again where nothing came to the server.

        Some proxies keep a request until it is whole, and break the connection of one that is too long.
        """
        if self._sending is None:
            return
        start, end = self._sending
        if start == self._broken_at:
            self._piece = smaller_than(end - start) or self._piece
        self._broken_at = start

    def _create(self, source: UploadSource, watch: Watch, key: str) -> str:
        headers = {**TUS, "Upload-Length": str(source.size), "Upload-Metadata": encode_metadata(source.metadata)}
        response = self._http.post(self._endpoint, headers={**headers, "Idempotency-Key": key})
        if is_refused_with(response, "idempotency_key_reused"):  # begun for the same file, to be read otherwise
            response = self._http.post(self._endpoint, headers={**headers, "Idempotency-Key": new_key()})
        if response.status_code in {404, 405, 410} and is_of_server(response):
            raise refusal(response, TransferError)
        if response.status_code in {404, 405}:
            raise TransferError(f"no upload service at {self._endpoint}")
        check(response)
        location: str | None = response.headers.get("location")
        if not location:
            raise TransferError(f"the answer of {self._endpoint} names no upload")
        url = urljoin(str(response.url), location)
        watch.created(url)
        return url

    def _advance(self, url: str, body: IO[bytes], source: UploadSource, watch: Watch, backoff: Backoff) -> bool:
        """Ask for the offset and send the rest. Return whether the server has everything."""
        offset = self._offset(url, source.size)
        watch.offset(offset)
        backoff.progressed(offset)
        while offset < source.size:
            end = source.size if self._piece is None else min(offset + self._piece, source.size)
            before, offset = offset, self._append(url, body, (offset, end), source, watch)
            watch.offset(offset)
            backoff.progressed(offset)
            if offset <= before:
                raise Setback("the server took nothing")
        return offset == source.size

    def _offset(self, url: str, size: int) -> int:
        self._sending = None
        response = self._http.head(url, headers=TUS)
        check(response)
        if response.headers.get("upload-length") != str(size):
            raise UploadGone("the upload has another size on the server")
        return offset_of(response, size)

    def _append(self, url: str, body: IO[bytes], span: tuple[int, int], source: UploadSource, watch: Watch) -> int:
        offset, end = self._sending = span
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(end - offset),
            "Upload-Offset": str(offset),
        }
        response = self._http.patch(url, headers=headers, content=_blocks(body, source.start, (offset, end), watch.offset))
        check(response)
        return offset_of(response, source.size)

    def _wait(self, error: Setback | httpx.TransportError, backoff: Backoff, watch: Watch) -> None:
        asked = error.pause if isinstance(error, Setback) else None
        reason = error.reason if isinstance(error, Setback) else f"no connection ({type(error).__name__})"
        pause = backoff.next_pause(asked)
        if pause is None:
            raise TransferError(f"given up: {reason}") from None
        watch.setback(reason, pause)
        self._sleep(pause)


def for_good(error: ApiError) -> TransferError:
    """Return a refusal as the end of its upload. Pure."""
    return TransferError(error.detail, status=error.status, code=error.code)


def _blocks(body: IO[bytes], start: int, span: tuple[int, int], sent: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the bytes of a span of the upload, telling after each block how far they were handed over."""
    offset, end = span
    body.seek(start + offset)
    while offset < end:
        block = body.read(min(BLOCK, end - offset))
        if not block:
            raise TransferError("the file became shorter while it was uploaded")
        yield block
        offset += len(block)
        sent(offset)


def offset_of(response: httpx.Response, size: int) -> int:
    """Return where an answer says that the upload stands.

    Raises:
        TransferError: it does not, or beyond ``size``.
    """
    text = response.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit() and int(text) <= size):
        raise TransferError(f"the server answered with no valid Upload-Offset: {text!r}")
    return int(text)
