"""Fields of a request, read strictly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from header_fields import fields
from parquay.tus.headers import INTEGER_LIMIT, http_date, parse_integer
from parquay.tus.refusals import Refusal

NO_INTEGERS = {
    "negative": "-1",
    "fraction": "1.5",
    "word": "abc",
    "empty": "",
    "space before": " 5",
    "space after": "5 ",
    "plus": "+5",
    "underscore": "1_000",
    "hexadecimal": "0x5",
    "exponent": "1e3",
    "arabic digit": "\u0663",
    "superscript digit": "\u00b2",
    "two values in one": "5,5",
    "line end": "5\n",
    "two to the 63rd": str(2**63),
    "twenty digits": "0" * 19 + "5",
}


@pytest.mark.parametrize("value", NO_INTEGERS.values(), ids=NO_INTEGERS.keys())
def test_anything_but_plain_decimal_digits_is_no_integer(value):
    # The rule: "The value MUST be a non-negative integer."
    with pytest.raises(Refusal) as refused:
        parse_integer("Upload-Offset", value)

    assert (refused.value.code, refused.value.status) == ("bad_header", 400)
    assert "Upload-Offset" in refused.value.detail


@pytest.mark.parametrize("value", [0, 1, 2**32 + 1, INTEGER_LIMIT])
def test_integers_up_to_the_largest_offset_are_read(value):
    assert parse_integer("Upload-Length", str(value)) == value


def test_leading_zeros_change_nothing():
    assert parse_integer("Upload-Length", "007") == 7


@given(st.text(max_size=25))
def test_a_text_is_an_integer_only_when_it_is_written_as_one(text):
    plain = text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= INTEGER_LIMIT

    if plain:
        assert parse_integer("Upload-Length", text) == int(text)
    else:
        with pytest.raises(Refusal):
            parse_integer("Upload-Length", text)


def test_names_are_matched_without_regard_to_case():
    sent = fields(("uPLOAD-oFFSET", "5"))

    assert sent.get("Upload-Offset") == "5"
    assert sent.integer("upload-offset") == 5
    assert "UPLOAD-OFFSET" in sent


def test_an_absent_field_is_none():
    sent = fields()

    assert sent.get("Upload-Offset") is None
    assert sent.integer("Upload-Offset") is None
    assert "Upload-Offset" not in sent


@pytest.mark.parametrize("second", ["5", "6"], ids=["same value", "other value"])
def test_a_repeated_field_is_refused(second):
    sent = fields(("Upload-Offset", "5"), ("upload-offset", second))

    with pytest.raises(Refusal) as refused:
        sent.integer("Upload-Offset")

    assert refused.value.code == "bad_header"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("application/offset+octet-stream", "application/offset+octet-stream"),
        ("Application/Offset+Octet-Stream; charset=x", "application/offset+octet-stream"),
        ("", ""),
    ],
)
def test_media_type_is_told_without_parameters_in_lower_case(value, expected):
    assert fields(content_type=value).content_type() == expected


def test_media_type_of_a_request_without_one_is_empty():
    assert fields().content_type() == ""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (fields(), False),
        (fields(content_length="0"), False),
        (fields(content_length="1"), True),
        (fields(transfer_encoding="chunked"), True),
    ],
    ids=["nothing", "no bytes", "a byte", "chunks"],
)
def test_a_body_follows_a_length_or_a_transfer_coding(sent, expected):
    assert sent.has_body() is expected


def test_dates_are_written_as_http_has_them():
    # The rule: "The value of the Upload-Expires header MUST be in RFC 9110 datetime format."
    assert http_date(datetime(2014, 6, 25, 16, 0, 0, 999, UTC)) == "Wed, 25 Jun 2014 16:00:00 GMT"
