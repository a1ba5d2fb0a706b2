"""Uploads of which nobody knows the length before their end: a pipe, a program's output.

What a stream has given once it does not give again. So a piece is kept until the server has counted it, and only then
the next is read: memory is bounded by one piece, and a setback costs one piece.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import IO, TypeVar
from urllib.parse import urljoin

import httpx

from parquay.client.errors import TransferError
from parquay.client.tus_answers import LoginExpired, Setback, TooMuch, UploadGone, check
from parquay.client.tus_client import (
    MIN_CHUNK_BYTES,
    PATIENCE,
    TUS,
    Backoff,
    Watch,
    encode_metadata,
    for_good,
    offset_of,
    smaller_than,
)

T = TypeVar("T")

PIECE_BYTES = 8 << 20
"""Bytes of a request, which are kept until the server has counted them."""


class StreamUpload:
    """Sends one stream to a creation URL."""

    def __init__(
        self,
        http: httpx.Client,
        endpoint: str,
        *,
        patience: float = PATIENCE,
        piece: int = PIECE_BYTES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``piece``: bytes of a request; ``patience``: seconds without a new byte until it is given up."""
        self._http = http
        self._endpoint = endpoint
        self._backoff = Backoff(patience)
        self._piece = piece
        self._sleep = sleep
        self._renewed = 0

    def send(self, stream: IO[bytes], metadata: Mapping[str, str], watch: Watch) -> str:
        """Bring every byte of ``stream`` to the server and return the upload's URL.

        Raises:
            ApiError: the server refuses for good, or patience is over.
        """
        fields = {"Upload-Defer-Length": "1", "Upload-Metadata": encode_metadata(metadata)}
        answer = self._until_done(lambda: self._created(fields), watch)
        url = urljoin(str(answer.url), answer.headers["location"])
        watch.created(url)
        offset = 0
        while piece := _read(stream, self._piece):
            offset = self._bring(url, piece, offset, watch)
        self._until_done(lambda: self._end(url, offset), watch)
        return url

    def _bring(self, url: str, piece: bytes, start: int, watch: Watch) -> int:
        """Send ``piece``, which begins at ``start`` of the upload, until the server has counted all of it."""
        end = start + len(piece)
        offset = start
        while offset < end:
            offset = self._until_done(lambda: self._step(url, piece, start), watch)
            watch.offset(offset)
            self._backoff.progressed(offset)
        return end

    def _step(self, url: str, piece: bytes, start: int) -> int:
        """Ask where the upload stands and send what of ``piece`` is missing; return where it stands then."""
        answer = self._http.head(url, headers=TUS)
        check(answer)
        offset = offset_of(answer, start + len(piece))
        if offset < start:
            raise TransferError("the server has less than it had counted")
        rest = piece[offset - start :][: self._piece]
        return offset_of(self._patch(url, rest, offset, {}), start + len(piece)) if rest else offset

    def _end(self, url: str, size: int) -> None:
        """Tell the length, unless the server has heard it."""
        answer = self._http.head(url, headers=TUS)
        check(answer)
        if answer.headers.get("upload-length") != str(size):
            self._patch(url, b"", size, {"Upload-Length": str(size)})

    def _created(self, fields: Mapping[str, str]) -> httpx.Response:
        answer = self._http.post(self._endpoint, headers={**TUS, **fields})
        check(answer)
        if not answer.headers.get("location"):
            raise TransferError(f"the answer of {self._endpoint} names no upload")
        return answer

    def _patch(self, url: str, data: bytes, offset: int, fields: Mapping[str, str]) -> httpx.Response:
        head = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset), **fields}
        answer = self._http.patch(url, headers=head, content=data)
        check(answer)
        return answer

    def _until_done(self, step: Callable[[], T], watch: Watch) -> T:
        """Repeat ``step`` through setbacks.

        Raises:
            ApiError: no repetition helps.
        """
        while True:
            try:
                return step()
            except UploadGone as error:
                raise for_good(error) from None
            except LoginExpired as error:
                self._renewed += 1
                if self._renewed > 3 or not watch.renew_login():
                    raise for_good(error) from None
            except TooMuch as error:
                self._piece = smaller_than(self._piece) or 0
                if self._piece < MIN_CHUNK_BYTES:
                    raise for_good(error) from None
            except (Setback, httpx.TransportError) as error:
                self._wait(error, watch)

    def _wait(self, error: Setback | httpx.TransportError, watch: Watch) -> None:
        reason = error.reason if isinstance(error, Setback) else f"no connection ({type(error).__name__})"
        pause = self._backoff.next_pause(error.pause if isinstance(error, Setback) else None)
        if pause is None:
            raise TransferError(f"given up: {reason}") from None
        watch.setback(reason, pause)
        self._sleep(pause)


def _read(stream: IO[bytes], count: int) -> bytes:
    """Read ``count`` bytes, fewer only at the end."""
    parts: list[bytes] = []
    while count and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
