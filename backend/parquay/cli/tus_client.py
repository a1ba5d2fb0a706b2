"""A thin tus 1.0.0 client that does not give up: the server's word is the offset, a setback only costs time.

One loop: ask where the upload stands, send the rest in one PATCH, on any setback wait and ask again.
The body is read block by block while it is sent, so that memory stays flat for a file of any size.
"""

from __future__ import annotations

import base64
import email.utils
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

import httpx

BLOCK = 1 << 20
"""Bytes read and sent at a time."""

PATIENCE = 900.0
"""Seconds without a new byte after which an upload is given up."""

FIRST_PAUSE = 0.5
"""Seconds before the first retry; doubles up to `LONGEST_PAUSE`."""

LONGEST_PAUSE = 20.0
"""Seconds between retries at most, unless the server asks for more."""

TUS = {"Tus-Resumable": "1.0.0"}

RETRIED = frozenset({408, 409, 423, 425, 429})
"""Refusals that pass: the state was another one, somebody else is at it, too early, too many. So does 5xx."""

NOT_RETRIED = frozenset({501, 505, 507})
"""Failures of the server that no second try mends."""

TIMEOUT = httpx.Timeout(60.0, connect=10.0, read=180.0)
"""Seconds; an answer may have to wait for a disk that is slow to sync."""


class TransferError(Exception):
    """The upload cannot go on; the message is one line for a person."""


class UploadGone(Exception):
    """The server does not know this upload any more."""


class LoginExpired(Exception):
    """The server wants a login."""


class Setback(Exception):
    """Something failed that may work later. `pause` is what the server asked for, in seconds, or None."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause


@dataclass(frozen=True)
class Source:
    """What to upload and how to describe it. `size` in bytes."""

    path: Path
    size: int
    metadata: Mapping[str, str]


@dataclass
class Watch:
    """What to call while an upload goes on."""

    created: Callable[[str], None]
    offset: Callable[[int], None]
    setback: Callable[[str, float], None]
    renew_login: Callable[[], bool]


def encode_metadata(metadata: Mapping[str, str]) -> str:
    """Return the value of `Upload-Metadata`: keys in ASCII, values as base64 of UTF-8."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


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
    try:
        problem = response.json()
        return f"{problem['detail']} ({problem['code']})"
    except (ValueError, KeyError, TypeError):  # an answer to HEAD has no body; a proxy's is no JSON
        return f"the server answered {response.status_code} {response.reason_phrase}"


def check(response: httpx.Response) -> None:
    """Raise what a refusal means for the upload; return when the answer is a success.

    Raises:
        LoginExpired: 401.
        UploadGone: 404 or 410.
        Setback: the same request may work later.
        TransferError: it will not.
    """
    status = response.status_code
    if response.is_success:
        return
    if status == 401:
        raise LoginExpired(reason_of(response))
    if status in {404, 410}:
        raise UploadGone(reason_of(response))
    if status in RETRIED or (status >= 500 and status not in NOT_RETRIED):
        raise Setback(reason_of(response), retry_after(response.headers.get("retry-after"), time.time()))
    raise TransferError(reason_of(response))


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
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
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
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._patience = patience
        self._sleep = sleep

    def upload(self, source: Source, watch: Watch, url: str | None = None) -> str:
        """Bring every byte of `source` to the server and return the upload's URL.

        With `url` an upload begun earlier goes on; one that the server has forgotten is begun anew.

        Raises:
            TransferError: the server refuses for good, or patience is over.
        """
        backoff = Backoff(self._patience)
        renewed = gone = 0
        with source.path.open("rb") as body:
            while True:
                try:
                    url = url or self._create(source, watch)
                    if self._advance(url, body, source, watch, backoff):
                        return url
                except UploadGone as error:
                    gone += 1
                    if gone > 3:
                        raise TransferError(str(error)) from None
                    url = None
                except LoginExpired as error:
                    renewed += 1
                    if renewed > 3 or not watch.renew_login():
                        raise TransferError(str(error)) from None
                except (Setback, httpx.TransportError) as error:
                    self._wait(error, backoff, watch)

    def _create(self, source: Source, watch: Watch) -> str:
        headers = {**TUS, "Upload-Length": str(source.size), "Upload-Metadata": encode_metadata(source.metadata)}
        response = self._http.post(self._endpoint, headers=headers)
        if response.status_code in {404, 405}:
            raise TransferError(f"no upload service at {self._endpoint}")
        check(response)
        location: str | None = response.headers.get("location")
        if not location:
            raise TransferError(f"the answer of {self._endpoint} names no upload")
        url = urljoin(str(response.url), location)
        watch.created(url)
        return url

    def _advance(self, url: str, body: BinaryIO, source: Source, watch: Watch, backoff: Backoff) -> bool:
        """Ask for the offset and send the rest. Return whether the server has everything."""
        offset = self._offset(url, source.size)
        watch.offset(offset)
        backoff.progressed(offset)
        if offset < source.size:
            offset = self._append(url, body, offset, source.size, watch)
            watch.offset(offset)
            backoff.progressed(offset)
        return offset == source.size

    def _offset(self, url: str, size: int) -> int:
        response = self._http.head(url, headers=TUS)
        check(response)
        if response.headers.get("upload-length") != str(size):
            raise UploadGone("the upload has another size on the server")
        return _offset_of(response, size)

    def _append(self, url: str, body: BinaryIO, offset: int, size: int, watch: Watch) -> int:
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(size - offset),
            "Upload-Offset": str(offset),
        }
        response = self._http.patch(url, headers=headers, content=_blocks(body, offset, size, watch.offset))
        check(response)
        return _offset_of(response, size)

    def _wait(self, error: Setback | httpx.TransportError, backoff: Backoff, watch: Watch) -> None:
        asked = error.pause if isinstance(error, Setback) else None
        reason = error.reason if isinstance(error, Setback) else f"no connection ({type(error).__name__})"
        pause = backoff.next_pause(asked)
        if pause is None:
            raise TransferError(f"given up: {reason}") from None
        watch.setback(reason, pause)
        self._sleep(pause)


def _blocks(body: BinaryIO, offset: int, size: int, sent: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the bytes from `offset` to `size`, telling after each block how far they were handed over."""
    body.seek(offset)
    while offset < size:
        block = body.read(min(BLOCK, size - offset))
        if not block:
            raise TransferError("the file became shorter while it was uploaded")
        yield block
        offset += len(block)
        sent(offset)


def _offset_of(response: httpx.Response, size: int) -> int:
    text = response.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit() and int(text) <= size):
        raise TransferError(f"the server answered with no valid Upload-Offset: {text!r}")
    return int(text)
