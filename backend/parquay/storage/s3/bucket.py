"""A bucket of an object store that speaks S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.store import S3Store

from parquay.storage.chunked.bucket import Held
from parquay.storage.s3.errors import mapped

if TYPE_CHECKING:
    from obstore import GetOptions

STREAM_BYTES = 1 << 20
"""Bytes of an object that are in memory at once while it is fetched."""

CONNECT = timedelta(seconds=2)
ANSWER, QUICK_ANSWER = timedelta(seconds=20), timedelta(seconds=4)
"""How long one try may take: of an object of `BULK_BYTES`, and of whatever moves less than `QUICK_BYTES`."""

QUICK_BYTES, BULK_BYTES = 1 << 20, 64 << 20
LARGE_ANSWER = timedelta(seconds=320)
"""How long one try may take of any larger object: a sealed file of a gigabyte at the same pace."""

PART_BYTES, PARTS = 8 << 20, 9_000
"""Bytes of a part of a multipart upload, and how many there may be; of a large object the parts are larger."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")

TRIES = 4
PATIENCE, QUICK_PATIENCE = timedelta(seconds=20), timedelta(seconds=8)
"""After so many tries, or so long, the store counts as away."""


class S3Bucket:
    """The objects below a prefix of one bucket."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint: str = "", region: str = "") -> None:
        """``endpoint``: URL of the object store, empty for AWS; keys come by the usual ``AWS_*`` variables or a role.

        Over TLS, and on this machine, a body is not hashed for its signature: that would cost more than all the rest.
        """
        where = urlsplit(endpoint or "https:")
        secure = where.scheme == "https"
        config: dict[str, object] = {"unsigned_payload": secure or where.hostname in LOOPBACK}
        if endpoint:
            config["endpoint"] = endpoint
        if region:
            config["region"] = region

        def connected(answer: timedelta, patience: timedelta) -> S3Store:
            return S3Store(
                bucket,
                prefix=prefix or None,
                config=config,  # type: ignore[arg-type]
                client_options={"connect_timeout": CONNECT, "timeout": answer, "allow_http": not secure},
                retry_config={
                    "max_retries": TRIES - 1,
                    "retry_timeout": patience,
                    "backoff": {
                        "init_backoff": timedelta(milliseconds=50),
                        "max_backoff": timedelta(seconds=1),
                        "base": 2,
                    },
                },
            )

        self.url = f"s3://{bucket}/{prefix}".rstrip("/")
        self._bulk, self._quick = connected(ANSWER, PATIENCE), connected(QUICK_ANSWER, QUICK_PATIENCE)
        self._large = connected(LARGE_ANSWER, LARGE_ANSWER)

    def _for(self, size: int) -> S3Store:
        if size > BULK_BYTES:
            return self._large
        return self._quick if size < QUICK_BYTES else self._bulk

    def put(self, key: str, data: bytes | memoryview) -> None:
        """Put in one request, repeated until it is answered: the key is new, so the bytes are always the same.

        A condition would turn the second try after a lost answer into an error.
        """
        # The client takes a view of anything but plain bytes for a list of numbers, which Arrow's signed ones are.
        # And a view is let go of before an error leaves here, whose traceback would keep the mapping below it open.
        with memoryview(data).cast("B") as plain, mapped():
            obstore.put(self._for(len(plain)), key, plain, use_multipart=False)

    def put_once(self, key: str, data: bytes) -> bool:
        """Put unless there is an object; tell whether there was none. Only as true as the store is, see `probe`."""
        try:
            with mapped():
                obstore.put(self._quick, key, data, mode="create", use_multipart=False)
        except FileExistsError:
            return False
        return True

    def get(self, key: str, start: int, size: int) -> bytes:
        """Get a range."""
        with mapped():
            return bytes(obstore.get_range(self._for(size), key, start=start, length=size))

    def put_stream(self, key: str, pieces: Iterator[bytes], size: int) -> None:
        """Put by a multipart upload: what it leaves when it is not completed is no object."""
        part = max(PART_BYTES, -(-size // PARTS))
        with mapped():
            writer = obstore.open_writer(self._bulk, key, buffer_size=part, max_concurrency=2)
        for piece in pieces:
            with mapped():
                writer.write(piece)
        with mapped():  # what is not closed is not completed
            writer.close()

    def fetch(self, key: str, take: Callable[[bytes], None], start: int = 0, size: int | None = None) -> None:
        """Get bytes of an object."""
        ranged: GetOptions = {} if size is None else {"range": (start, start + size)}
        with mapped():
            stream = iter(obstore.get(self._bulk, key, options=ranged).stream(min_chunk_size=STREAM_BYTES))
        while True:
            with mapped():
                some = next(stream, None)
            if some is None:
                return
            take(bytes(some))

    def stat(self, key: str) -> Held | None:
        """Look at an object by its head."""
        try:
            with mapped():
                found = obstore.head(self._quick, key)
        except FileNotFoundError:
            return None
        return Held(key, found["size"], found["last_modified"].timestamp())

    def list(self, prefix: str) -> Iterator[Held]:
        """List a folder, a thousand objects a request, in the order of keys."""
        with mapped():
            pages = iter(obstore.list(self._quick, prefix, chunk_size=1000))
        while True:
            with mapped():
                page = next(pages, None)
            if page is None:
                return
            for meta in page:
                yield Held(meta["path"], meta["size"], meta["last_modified"].timestamp())

    def delete(self, keys: Sequence[str]) -> None:
        """Delete by up to a thousand."""
        with mapped():
            if keys:
                obstore.delete(self._bulk, list(keys))

    def free(self) -> int | None:
        """There is always room."""
        return None

    def link(self, key: str, seconds: int) -> str | None:
        """Sign a URL."""
        with mapped():
            return obstore.sign(self._quick, "GET", key, timedelta(seconds=seconds))
