"""The tree of errors: each has a stable code and a status, as the drawing says."""

from __future__ import annotations

import errno
import re

import pytest

from parquay import errors
from parquay.errors import ParquayError

DRAWN = re.findall(r"`?-- (\w+) +(\d{3}|--)", errors.__doc__ or "")


def all_errors() -> set[type[ParquayError]]:
    found, open_ends = set(), [ParquayError]
    while open_ends:
        for each in open_ends.pop().__subclasses__():
            if each.__module__ == "parquay.errors":
                found.add(each)
                open_ends.append(each)
    return found


def test_the_drawing_shows_every_error():
    assert {name for name, _ in DRAWN} == {each.__name__ for each in all_errors()}


@pytest.mark.parametrize(("name", "status"), [pair for pair in DRAWN if pair[1] != "--"])
def test_the_drawing_tells_the_status(name: str, status: str):
    assert getattr(errors, name)("x").status == int(status)


def test_every_error_has_a_code_of_its_own():
    codes = [each.default_code for each in all_errors()]

    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.StorageFull("x"), True),
        (OSError(errno.ENOSPC, "x"), True),
        (OSError(errno.EDQUOT, "x"), True),
        (OSError(errno.EIO, "x"), False),
        (errors.Unavailable("x"), False),
    ],
)
def test_want_of_room_is_known_whoever_tells_of_it(error: Exception, expected: bool):
    assert errors.is_full(error) is expected


def test_an_error_tells_what_it_was_given():
    error = errors.Busy("Somebody writes.", "other_code", retry_after=3)

    assert (error.detail, error.code, error.status, error.retry_after) == ("Somebody writes.", "other_code", 423, 3)
    assert str(error) == "Somebody writes."
    assert errors.Busy("x").code == "upload_busy"
    assert errors.Busy("x").retry_after is None
