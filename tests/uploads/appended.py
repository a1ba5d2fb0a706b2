"""Bytes that are appended, and their digests."""

from __future__ import annotations

import base64
import hashlib
import random

import blake3
import google_crc32c

DATA = random.Random(7).randbytes(300_000)


def digest_field(algorithm: str, data: bytes) -> str:
    if algorithm == "crc32c":
        made = google_crc32c.Checksum(data).digest()
    elif algorithm == "blake3":
        made = blake3.blake3(data).digest()
    else:
        made = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(made).decode()}"
