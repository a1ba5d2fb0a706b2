"""An attempt belongs to the browser that has its cookie, for ten minutes, and leads back to a page of ours."""

from __future__ import annotations

import time

import pytest

from parquay.auth import sign_in_attempts
from parquay.auth.sign_in_attempts import SignInAttempts, local_path
from parquay.ids import is_id

OURS = SignInAttempts(b"a secret of thirty-two bytes, or more")


def test_what_a_browser_keeps_is_opened_again() -> None:
    attempt = OURS.begin("/files?sort=name")

    assert OURS.opened(OURS.sealed(attempt)) == attempt
    assert attempt.back == "/files?sort=name"
    assert len({attempt.state, attempt.nonce, attempt.verifier}) == 3
    assert is_id(attempt.session_id)
    assert attempt.session_id == attempt.session_id != OURS.begin("/").session_id


def test_a_challenge_is_that_of_the_rfc() -> None:
    attempt = sign_in_attempts.SignInAttempt("s", "n", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "/", 0)

    assert attempt.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("change", ["{}x", "x{}", "", "é.", "{}.{}"])
def test_what_was_changed_is_none_of_ours(change: str) -> None:
    kept = OURS.sealed(OURS.begin("/"))

    assert OURS.opened(change.format(kept, kept)) is None


def test_another_servers_is_none_of_ours() -> None:
    assert OURS.opened(SignInAttempts(b"another secret of thirty-two bytes..").sealed(OURS.begin("/"))) is None


def test_an_attempt_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = OURS.sealed(OURS.begin("/"))
    later = time.time() + sign_in_attempts.LIFETIME + 1
    monkeypatch.setattr(time, "time", lambda: later)

    assert OURS.opened(kept) is None


@pytest.mark.parametrize("path", ["/", "/files", "/files/abc?view=a%20b#row", "/sql?q=SELECT+1"])
def test_pages_of_ours_are_led_back_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "files", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "/a\\b", "/\t/evil.example",
        "/\n/evil.example", "javascript:alert(1)", "/a b", "/" + "a" * 1024, "/é", "/\x00", " /files", "///evil.example",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(path: str) -> None:
    assert local_path(path) == "/"
