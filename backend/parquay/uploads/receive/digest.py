"""Checksums of bodies while they arrive."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import blake3
import google_crc32c

from parquay.tus.headers import Checksum


class RunningDigest:
    """A running checksum of a body."""

    def __init__(self, checksum: Checksum) -> None:
        self._expected = checksum.digest
        self._hash: Any
        if checksum.algorithm == "crc32c":
            self._hash = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
        elif checksum.algorithm == "blake3":
            self._hash = blake3.blake3()
        else:
            self._hash = hashlib.new(checksum.algorithm, usedforsecurity=False)

    def update(self, data: memoryview) -> None:
        """Take in the next bytes."""
        self._hash.update(bytes(data))  # not all algorithms take a view

    def matches(self) -> bool:
        """Tell whether the bytes so far are the expected ones."""
        return hmac.compare_digest(self._hash.digest(), self._expected)
