"""Identifiers that nobody guesses."""

from __future__ import annotations

import base64
import time

import pytest

from parquay.ids import RANDOM_BYTES, is_id, new_id


def test_ids_are_never_the_same_and_have_more_random_bits_than_anybody_can_guess():
    ids = [new_id() for _ in range(5000)]
    secrets = [base64.urlsafe_b64decode(one[8:] + "==") for one in ids]

    assert all(is_id(one) for one in ids)
    assert len(set(secrets)) == 5000
    assert {len(secret) for secret in secrets} == {RANDOM_BYTES}
    assert RANDOM_BYTES * 8 >= 122


def test_ids_of_one_time_stand_together_and_none_looks_like_an_option_of_a_command():
    started = time.time_ns() // 1_000_000
    times = [int(new_id()[:8], 16) for _ in range(1000)]
    took = time.time_ns() // 1_000_000 - started

    assert all((each - started) % 2**32 <= took for each in times)


def test_ids_of_before_are_still_ids():
    assert is_id("a" * 24)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 23,
        "a" * 25,
        "a" * 29,
        "a" * 31,
        "a" * 23 + "/",
        "a" * 23 + ".",
        "a" * 29 + "\n",
        "a" * 24 + "\n",
        "\u00e4" * 30,
    ],
)
def test_what_has_another_shape_is_no_id(text: str):
    assert not is_id(text)
