"""Encodings that extend ASCII, told by the words that they make of the bytes."""

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


def test_usual_letters_weigh_more_than_others():
    weights = legacy.weights("cyrillic")

    assert weights["я"] > weights["ћ"]
    assert weights["Я"] < weights["я"]
