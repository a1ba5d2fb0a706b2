"""Whether an object store keeps conditions, found out before anything is entrusted to it.

Chunks need none: their keys are new. But who tells two servers which of them gave a bucket its name needs one, and a
store that answers 200 to a condition that it ignores loses whatever else relies on it, silently.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

from parquay.storage.s3.bucket import S3Bucket

RACERS = 8


class Unconditional(Exception):
    """The object store ignores `If-None-Match`."""


def probe(bucket: S3Bucket) -> None:
    """Put one key twice, then another by eight at once; only the first may win.

    Raises:
        Unconditional: another did.
        StoreFault: the store does not answer, or refuses the credentials.
    """
    twice, raced = (f"probe/{secrets.token_hex(8)}" for _ in range(2))
    try:
        bucket.put_once(twice, b"parquay")
        again = bucket.put_once(twice, b"parquay")
        with ThreadPoolExecutor(RACERS) as racers:
            winners = sum(racers.map(lambda _: bucket.put_once(raced, b"parquay"), range(RACERS)))
    finally:
        bucket.delete([twice, raced])
    if again or winners > 1:  # none at all won where an answer was lost on its way
        raise Unconditional(f"a second put was {'taken' if again else 'refused'}, of {RACERS} at once {winners} were")
