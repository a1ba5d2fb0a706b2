"""Names that are safe to show and to send, and what a row means to the protocol core."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.catalog.tables import File, now
from parquay.errors import UnsupportedType
from parquay.tus.headers import parse_metadata
from parquay.uploads.policy.rules import NAME_LIMIT, UNNAMED, Rules, clean_name, file_name, state_of


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


def test_without_a_list_every_extension_is_allowed():
    Rules().check_name("whatever")
    with pytest.raises(UnsupportedType):
        Rules(extensions=frozenset({".csv"})).check_name("whatever")


def test_an_upload_lives_for_its_time_after_the_last_byte():
    left = Rules(ttl=60).expiry() - now()

    assert timedelta(seconds=59) < left <= timedelta(seconds=60)


@pytest.mark.parametrize(
    ("concat", "role"),
    [(None, None), ("partial", "partial"), ("final;/files/a /files/b", "final")],
)
def test_a_row_tells_its_role_and_the_field_as_it_was_sent(concat: str | None, role: str | None):
    state = state_of(File(id="a", owner_id="b", name="c", concat=concat, offset=3, size=5))

    assert (state.concat, state.concat_raw) == (role, concat or "")
    assert (state.offset, state.length, state.complete) == (3, 5, False)


def test_only_what_will_be_thrown_away_tells_when():
    moment = now()
    unfinished = File(id="a", owner_id="b", name="c", expires_at=moment)
    finished = File(id="a", owner_id="b", name="c", expires_at=moment, complete=True)
    part = File(id="a", owner_id="b", name="c", expires_at=moment, complete=True, concat="partial")

    assert state_of(unfinished).expires == moment
    assert state_of(finished).expires is None
    assert state_of(part).expires == moment
