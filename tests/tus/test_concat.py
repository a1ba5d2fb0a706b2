"""Upload-Concat: which role, and which parts of which server."""

from __future__ import annotations

import pytest

from parquay.tus.headers import Concat, parse_concat
from parquay.tus.refusals import Refusal

PREFIXES = ("/files/", "/api/files/")
HOSTS = frozenset({"tus.example.org", "127.0.0.1:8000"})


def parsed(raw: str | None) -> Concat | None:
    return parse_concat(raw, PREFIXES, HOSTS)


def test_no_role_is_none():
    assert parsed(None) is None


def test_a_partial_upload_is_told_by_its_word():
    assert parsed("partial") == Concat("partial", "partial")


@pytest.mark.parametrize(
    ("urls", "parts"),
    [
        ("/files/a /files/b", ("a", "b")),
        ("https://tus.example.org/files/b /files/a", ("b", "a")),
        ("http://TUS.example.ORG/files/a", ("a",)),
        ("http://127.0.0.1:8000/api/files/a/ /api/files/b/", ("a", "b")),
        ("/files/a /files/a", ("a", "a")),
        ("/files/a  /files/b", ("a", "b")),
        ("//tus.example.org/files/a", None),
    ],
    ids=["paths", "mixed", "host in capitals", "under api", "twice the same", "two spaces", "no scheme"],
)
def test_parts_of_a_final_upload_are_told_in_their_order(urls, parts):
    # The rule: "The value MUST be final followed by a semicolon and a space-separated list of the partial upload URLs"
    raw = f"final;{urls}"

    if parts is None:
        with pytest.raises(Refusal):
            parsed(raw)
    else:
        assert parsed(raw) == Concat("final", raw, parts)


@pytest.mark.parametrize(
    "raw",
    ["", "final", "final;", "final;  ", "foo", "foo;/files/a", "partial;/files/a", "Final;/files/a", "final /files/a"],
)
def test_a_role_that_does_not_exist_is_refused(raw):
    with pytest.raises(Refusal) as refused:
        parsed(raw)

    assert (refused.value.code, refused.value.status) == ("bad_concat", 400)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files/a",
        "https://tus.example.org.evil.example/files/a",
        "https://tus.example.org@evil.example/files/a",
        "ftp://tus.example.org/files/a",
        "file:///files/a",
        "/other/a",
        "files/a",
        "../files/a",
        "https://tus.example.org",
        "http://[::1/files/a",
    ],
)
def test_urls_of_other_places_are_refused(url):
    with pytest.raises(Refusal) as refused:
        parsed(f"final;{url}")

    assert refused.value.status in {400, 404}


@pytest.mark.parametrize("path", ["/files/../secret", "/files/..%2f..%2fetc%2fpasswd", "/files/a/b", "/files/"])
def test_a_path_that_wanders_is_left_as_an_id_that_no_upload_has(path):
    found = parsed(f"final;{path}")

    assert found is not None
    assert not any(part.isalnum() and len(part) == 24 for part in found.parts)
