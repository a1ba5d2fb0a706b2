"""Upload-Metadata: pairs in their order, refused where they are not understood."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.tus.headers import METADATA_LIMIT, Metadata, parse_metadata
from parquay.tus.refusals import Refusal

KEY = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1, max_size=20)


@pytest.mark.parametrize("raw", [None, "", "  "], ids=["absent", "empty", "spaces"])
def test_no_metadata_is_no_error(raw):
    assert parse_metadata(raw) == Metadata()


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("filename d29ybGQ=", (("filename", b"world"),)),
        ("k", (("k", b""),)),
        ("k ", (("k", b""),)),
        ("a dg==,b", (("a", b"v"), ("b", b""))),
        ("a dg==, b dg==", (("a", b"v"), ("b", b"v"))),
        ("a dg== ,b dg==", (("a", b"v"), ("b", b"v"))),
        ("b dg==,a dg==", (("b", b"v"), ("a", b"v"))),
        ("K dg==,k dg==", (("K", b"v"), ("k", b"v"))),
        ("bin AP8NCgA=", (("bin", b"\x00\xff\r\n\x00"),)),
    ],
)
def test_pairs_are_read_in_their_order(raw, pairs):
    # The rule: "The value MAY be empty. In these cases, the space, which would normally separate the key and the
    # value, MAY be left out."
    metadata = parse_metadata(raw)

    assert metadata.pairs == pairs
    assert metadata.raw == raw


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("a dg==,", id="comma at the end"),
        pytest.param(",a dg==", id="comma at the start"),
        pytest.param("a dg==,,b dg==", id="two commas"),
        pytest.param("a dg==, ,b", id="no key"),
        pytest.param("a  dg==", id="two spaces"),
        pytest.param("a dg==,a dw==", id="key twice"),
        pytest.param("a d", id="short base64"),
        pytest.param("a %%%", id="no base64"),
        pytest.param("n\u00e4me dg==", id="key beyond ascii"),
        pytest.param("a d\u00e4=", id="value beyond ascii"),
    ],
)
def test_what_is_no_pair_is_refused(raw):
    # The rule: "The key MUST NOT contain spaces and commas and MUST NOT be empty." "All keys MUST be unique." "the
    # value MUST be Base64 encoded"
    with pytest.raises(Refusal) as refused:
        parse_metadata(raw)

    assert (refused.value.code, refused.value.status) == ("bad_metadata", 400)


def test_metadata_beyond_the_limit_is_refused_before_it_is_read():
    with pytest.raises(Refusal) as refused:
        parse_metadata("k " + "A" * METADATA_LIMIT)

    assert (refused.value.code, refused.value.status) == ("metadata_too_large", 431)


def test_fifty_pairs_fit():
    raw = ",".join(f"key{number} dg==" for number in range(50))

    assert len(parse_metadata(raw).pairs) == 50


@given(st.dictionaries(KEY, st.binary(max_size=40), max_size=8))
def test_what_a_client_encodes_is_what_is_read(values):
    raw = ",".join(f"{key} {base64.b64encode(value).decode()}" for key, value in values.items())

    assert dict(parse_metadata(raw).pairs) == values


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ({"filename": b"a.csv", "name": b"b.csv"}, "a.csv"),
        ({"name": b"b.csv"}, "b.csv"),
        ({"filename": b"", "name": b"b.csv"}, "b.csv"),
        ({"filename": b"\xff\xfe", "name": b"b.csv"}, "b.csv"),
        ({"filename": b"\xff"}, None),
        ({}, None),
    ],
    ids=["first key wins", "second key", "empty is skipped", "no text is skipped", "only no text", "none"],
)
def test_text_comes_from_the_first_key_that_has_some(pairs, expected):
    assert Metadata("", tuple(pairs.items())).text("filename", "name") == expected
