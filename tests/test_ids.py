"""Identifiers that nobody guesses."""

from __future__ import annotations

import base64

import pytest

from parquay.ids import ID_BYTES, is_id, new_id


def test_ids_are_random_and_never_the_same():
    ids = [new_id() for _ in range(5000)]

    assert len(set(ids)) == 5000
    assert all(is_id(one) for one in ids)
    assert all(len(base64.urlsafe_b64decode(one)) == ID_BYTES for one in ids)
    assert ID_BYTES * 8 >= 122
    assert not any(one.startswith("-") for one in ids)


@pytest.mark.parametrize(
    "text", ["", "a" * 23, "a" * 25, "a" * 23 + "/", "a" * 23 + ".", "a" * 23 + "\n", "a" * 24 + "\n", "\u00e4" * 24]
)
def test_what_has_another_shape_is_no_id(text: str):
    assert not is_id(text)
