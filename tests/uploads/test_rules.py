"""Which files are accepted, how long they live, and what a row means to the protocol core."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parquay.catalog.tables import File, now
from parquay.errors import UnsupportedType
from parquay.uploads.policy.rules import Rules, state_of


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
