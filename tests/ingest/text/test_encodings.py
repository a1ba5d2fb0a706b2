"""Which encoding bytes are in, from marks, zero bytes, validity and letters."""

from __future__ import annotations

import pytest

from parquay.ingest.text import encodings
from parquay.ingest.text.encodings import Encoding


def found(sample: bytes, *, complete: bool, declared: str | None = None) -> Encoding:
    encoding = encodings.detect(sample, complete=complete, declared=declared)
    assert encoding is not None
    return encoding


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_told_with_and_without_a_mark(name):
    text = "name,value\nab,1\n" * 4

    plain = found(text.encode(name), complete=True)
    marked = found(("\ufeff" + text).encode(name), complete=True)

    assert (plain.name, plain.mark) == (name, 0)
    assert (marked.name, marked.mark, marked.confidence) == (name, len("\ufeff".encode(name)), 1.0)


@pytest.mark.parametrize(
    ("sample", "complete", "name"),
    [
        (b"a,b\n", True, "utf-8"),
        ("größe,1\n".encode(), True, "utf-8"),
        ("länge größe".encode()[:-2], False, "utf-8"),
        ("größe,ärger,öl\n".encode("cp1252"), True, "cp1252"),
        (b"\xef\xbb\xbfa,b\n", True, "utf-8"),
    ],
)
def test_text_is_told_from_its_letters(sample, complete, name):
    assert found(sample, complete=complete).name == name


def test_control_bytes_are_no_text_unless_they_only_pad_it():
    assert encodings.detect(bytes(range(1, 9)) * 20, complete=True) is None
    assert encodings.detect(b"\0" * 100, complete=True) is None
    assert found(b"a,b\n1,2\n" * 20 + b"\0" * 100, complete=True).name == "utf-8"


def test_a_mark_is_more_precise_than_what_the_caller_says():
    sample = "\ufeffa".encode("utf-16-be")

    assert found(sample, complete=True, declared="utf-16").name == "utf-16-be"
    assert found(b"a\xff", complete=True, declared="latin-1").name == "iso8859-1"


def test_the_warning_about_a_guess_stands_where_the_first_odd_byte_does():
    found = encodings.Encoding("cp1252", 0.8)

    (warned,) = encodings.warnings_of(found, b"a\nb\n\xe4\n", line=1)

    assert (warned.code, warned.line) == ("encoding_guessed", 3)
    assert encodings.warnings_of(encodings.Encoding("utf-8", 1.0), b"a", line=1) == ()


def test_the_first_byte_beyond_ascii_is_found():
    assert [encodings.first_high(text) for text in (b"abc", b"a\x80", b"")] == [3, 1, 0]
    assert encodings.detect_late("ä".encode(), complete=True).name == "utf-8"
