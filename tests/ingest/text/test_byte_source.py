"""Reading at an offset, and the digest of what was read."""

from __future__ import annotations

import hashlib

import pytest

from parquay.ingest.text.byte_source import Digest, PathReader
from parquay.storage.chunks import BytesMissing


def test_bytes_are_read_at_any_offset_and_fewer_only_at_the_end(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")

    with PathReader(path) as reader:
        found = [reader.read_at(offset, 4) for offset in (0, 7, 20, 2)]

    assert found == [b"0123", b"789", b"", b"2345"]


def test_a_digest_grows_with_the_bytes_and_refuses_too_few(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    digest = Digest()

    with PathReader(path) as reader:
        digest.feed(reader, 4)
        digest.feed(reader, 4)
        digest.feed(reader, 10)
        with pytest.raises(BytesMissing):
            digest.feed(reader, 11)

    assert digest.hexdigest() == hashlib.sha256(b"0123456789").hexdigest()
