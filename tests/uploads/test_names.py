"""Names that are safe to show and to send, and what is said where they are not what was sent."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.tus.headers import Metadata, parse_metadata
from parquay.uploads.policy.names import (
    NAME_LIMIT,
    SHOWN_CHARS,
    UNNAMED,
    clean_name,
    escaped,
    file_name,
    name_sent,
    name_warnings,
)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("sales.csv", "sales.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\ann\\a.csv", "a.csv"),
        ("..", UNNAMED),
        (".", UNNAMED),
        ("...", UNNAMED),
        ("/", UNNAMED),
        ("", UNNAMED),
        (None, UNNAMED),
        (" a.csv ", "a.csv"),
        ("a\r\nSet-Cookie: x=1.csv", "aSet-Cookie: x=1.csv"),
        ("a\x00b\x1b[31m.csv", "ab[31m.csv"),
        ("a\u202egsc.exe", "agsc.exe"),
        ("a\u2028b\u2029c", "abc"),
        ("e\u0301.csv", "\u00e9.csv"),
        ("\U0001f4c8 \u6587\u4ef6.csv", "\U0001f4c8 \u6587\u4ef6.csv"),
        (".hidden", ".hidden"),
        ("folder/", "folder"),
    ],
)
def test_a_name_has_no_path_and_no_hidden_characters(sent: str | None, kept: str):
    assert clean_name(sent) == kept


def test_a_name_of_ten_kilobytes_is_cut_and_keeps_its_extension():
    kept = clean_name("\u6587" * 3400 + ".csv")

    assert len(kept.encode()) <= NAME_LIMIT
    assert kept.endswith("\u6587.csv")


def test_a_name_that_is_one_long_extension_is_cut():
    assert len(clean_name("a." + "b" * 10_000).encode()) == NAME_LIMIT


@given(st.text(max_size=600))
def test_whatever_is_sent_becomes_a_name_that_stays_as_it_is(sent: str):
    kept = clean_name(sent)

    assert 0 < len(kept.encode()) <= NAME_LIMIT
    assert "/" not in kept
    assert "\\" not in kept
    assert kept.strip(".")
    assert clean_name(kept) == kept


def test_the_name_comes_from_the_metadata():
    assert file_name(parse_metadata("name Yi5jc3Y=,filename YS5jc3Y=")) == "a.csv"
    assert file_name(parse_metadata(None)) == UNNAMED


def metadata_of(**pairs: str | bytes) -> Metadata:
    raw = {key: each.encode() if isinstance(each, str) else each for key, each in pairs.items()}
    return parse_metadata(",".join(f"{key} {base64.b64encode(each).decode()}" for key, each in raw.items()))


def test_the_name_as_sent_is_the_one_that_was_taken():
    assert name_sent(metadata_of(name="b.csv", filename="a\u202e.csv")) == "a\u202e.csv"
    assert name_sent(metadata_of(name="b.csv", filename=b"\xff.csv")) == "b.csv"
    assert name_sent(metadata_of(filename=b"\xff.csv")) == "\\xff.csv"
    assert name_sent(parse_metadata(None)) is None


@pytest.mark.parametrize("sent", ["sales.csv", "e\u0301.csv", "\u6587\u4ef6.csv", ".hidden", "a  b.csv", None, ""])
def test_a_name_that_looks_as_it_was_sent_is_not_worth_a_word(sent: str | None):
    assert name_warnings(sent, clean_name(sent)) is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("gpj\u202efdp.csv", "gpj\\u202efdp.csv"),
        ("a\r\nb\x00.csv", "a\\r\\nb\\x00.csv"),
        ("\U0001f468\u200d\U0001f469.csv", "\U0001f468\\u200d\U0001f469.csv"),
        ("C:\\Users\\ann\\a.csv", "C:\\Users\\ann\\a.csv"),
        ("  a b.csv ", "\\x20\\x20a b.csv\\x20"),
        ("   ", "\\x20\\x20\\x20"),
        ("..", ".."),
        ("\ud800.csv", "\\ud800.csv"),
    ],
)
def test_a_name_that_was_made_safe_is_told_as_it_was_sent(sent: str, shown: str):
    expected = [{"code": "name_changed", "line": 0, "count": 1, "text": shown}]

    assert name_warnings(sent, clean_name(sent)) == expected


def test_a_long_name_is_shown_with_its_start():
    sent = "\u6587" * 3400 + ".csv"

    (warning,) = name_warnings(sent, clean_name(sent)) or []

    assert warning["text"] == "\u6587" * (SHOWN_CHARS - 1) + "\u2026"


@pytest.mark.parametrize(
    "path", ["photos/2024/a.csv", "./photos/a.csv", "/photos/e\u0301/a.csv", "a.csv", "photos//x/a.csv"]
)
def test_a_folder_that_is_kept_is_not_worth_a_word(path: str):
    assert name_warnings("a.csv", "a.csv", metadata_of(filename="a.csv", relativePath=path)) is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("../photos/a.csv", "../photos"),
        ("pho\u202etos/a.csv", "pho\\u202etos"),
        ("a" * 1100 + "/a.csv", "a" * (SHOWN_CHARS - 1) + "\u2026"),
    ],
)
def test_a_folder_that_was_made_safe_is_told(path: str, shown: str):
    found = name_warnings("a.csv", "a.csv", metadata_of(filename="a.csv", relativePath=path))

    assert found == [{"code": "path_changed", "line": 0, "count": 1, "text": shown}]


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_what_is_shown_of_a_name_is_drawn_and_can_be_sent(sent: str):
    shown = escaped(sent)

    assert shown.isprintable()
    assert shown.strip() == shown
    assert shown.encode().decode() == shown
