"""Warnings: the first of a code has line and text, the others are counted."""

from __future__ import annotations

from parquay.ingest.text.warnings import MAX_TEXT_CHARS, FileWarning, bounded, merged, warn


def test_the_first_of_a_code_is_told_and_the_others_counted():
    found: dict[str, FileWarning] = {}

    warn(found, "stray_quote", 3, b'a"b\r\n')
    warn(found, "stray_quote", 9, "other", 2)

    assert found["stray_quote"] == FileWarning("stray_quote", 3, 3, 'a"b')
    assert FileWarning.from_json(found["stray_quote"].to_json()) == found["stray_quote"]


def test_those_of_two_segments_are_put_together():
    one, other = (FileWarning("a", 1), FileWarning("b", 2, 2)), (FileWarning("b", 7, 3), FileWarning("c", 8))

    assert merged(one, other) == (FileWarning("a", 1), FileWarning("b", 2, 5), FileWarning("c", 8))


def test_texts_are_cut_and_fit_for_every_database():
    assert bounded("x" * 999) == "x" * MAX_TEXT_CHARS
    assert bounded(b"\xff\0a\n") == "\ufffd\ufffda"
    assert bounded("\ud800") == "?"
