"""Upload-Checksum: an algorithm, a space, a digest of its size."""

from __future__ import annotations

import base64

import pytest

from parquay.tus.headers import DIGEST_SIZES, Checksum, parse_checksum
from parquay.tus.refusals import Refusal


def encoded(size: int) -> str:
    return base64.b64encode(bytes(range(size))).decode()


def test_no_checksum_is_none():
    assert parse_checksum(None) is None


@pytest.mark.parametrize(("name", "size"), DIGEST_SIZES.items())
def test_every_announced_algorithm_is_read(name, size):
    assert parse_checksum(f"{name} {encoded(size)}") == Checksum(name, bytes(range(size)))


def test_an_algorithm_in_capitals_is_the_same():
    assert parse_checksum(f"SHA1 {encoded(20)}") == Checksum("sha1", bytes(range(20)))


def test_sha1_is_announced_and_names_are_lower_case_ascii():
    # The rule: "The Server MUST support at least the SHA1 checksum algorithm identified by sha1. The names of the
    # checksum algorithms MUST only consist of ASCII characters with the modification that uppercase characters are
    # excluded."
    assert "sha1" in DIGEST_SIZES
    assert all(name.isascii() and name == name.lower() for name in DIGEST_SIZES)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "bad_checksum"),
        ("sha1", "bad_checksum"),
        (f"sha1{encoded(20)}", "bad_checksum"),
        (f"sha1  {encoded(20)}", "bad_checksum"),
        ("sha1 %%%", "bad_checksum"),
        ("sha1 d\u00e4", "bad_checksum"),
        (f"sha1 {encoded(19)}", "bad_checksum"),
        (f"sha256 {encoded(20)}", "bad_checksum"),
        ("sha1 ", "bad_checksum"),
        (f"sha512 {encoded(64)}", "unknown_checksum"),
        (f"crc32 {encoded(4)}", "unknown_checksum"),
    ],
    ids=["empty", "no digest", "no space", "two spaces", "no base64", "beyond ascii", "a byte short", "other size",
         "empty digest", "unknown", "crc32 is not crc32c"],
)  # fmt: skip
def test_a_checksum_that_cannot_be_checked_is_refused(raw, code):
    # The rule: "400 Bad Request if the checksum algorithm is not supported by the server"
    with pytest.raises(Refusal) as refused:
        parse_checksum(raw)

    assert (refused.value.code, refused.value.status) == (code, 400)
