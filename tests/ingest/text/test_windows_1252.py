"""Bytes beyond ASCII that are signs, not letters."""

from __future__ import annotations

import pytest

from parquay.ingest.text import windows_1252


@pytest.mark.parametrize("text", ["5 °C,3,50 €", "“quoted” words", "10 m²", "±0.5"])
def test_signs_in_their_places_are_signs(text):
    sample = text.encode("cp1252")

    assert windows_1252.are_signs(sample)
    assert sample.decode(windows_1252.codec_of(sample)) == text


@pytest.mark.parametrize("text", ["Größe", "señor"])
def test_letters_within_words_are_none(text):
    assert not windows_1252.are_signs(text.encode("cp1252"))
