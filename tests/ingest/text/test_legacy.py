"""Encodings that extend ASCII, told by the words that they make of the bytes."""

# ruff: noqa: RUF001  letters of other scripts are what some tests are about

from __future__ import annotations

import pytest

from parquay.ingest.text import legacy

SENTENCES = {
    "cp1252": "Größe und Länge, façade, señor, naïve Übung",
    "cp1250": "Źródło, łąka, święto, częstość, żółty",
    "cp1251": "Привет мир, строка таблицы, значение",
    "cp1253": "Καλημέρα κόσμε, γραμμή και στήλη",
    "cp932": "名前、これはテーブルです。ありがとう",
    "cp949": "안녕하세요 세계 이것은 표입니다",
}


@pytest.mark.parametrize("codec", sorted(SENTENCES))
def test_the_encoding_is_that_in_which_the_words_are_those_of_a_language(codec):
    sample = SENTENCES[codec].encode(codec)

    name, confidence = legacy.guess(sample)

    assert sample.decode(name) == SENTENCES[codec]
    assert 0 < confidence <= legacy.SURE


def test_usual_letters_are_more_probable_than_others():
    usual = legacy.probabilities("russian")

    assert usual["о"] > usual["щ"]


def test_capitals_behind_small_letters_tell_encodings_apart_that_swap_them():
    text = "МОСКВА;КАЗАНЬ;Новгород\n"

    assert [text.encode(name).decode(legacy.guess(text.encode(name))[0]) for name in ("cp1251", "koi8_r")] == [text] * 2


def test_a_byte_that_is_no_letter_leaves_the_encoding_as_it_is():
    sample = "Größe;Länge;Übung;Straße;schön\n".encode("cp1252") * 20

    assert legacy.guess(sample + b"Stra\x81e\n")[0] == "cp1252"


def test_how_sure_a_guess_is_depends_on_how_many_letters_there_are():
    few, many = (legacy.guess(text.encode("iso8859_16"))[1] for text in ("ő\n", "Győr;tűz;őr;Kőszeg;hűvös\n" * 5))

    assert few < 0.7 < many
