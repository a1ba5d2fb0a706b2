"""Which encoding bytes are in, from marks, zero bytes, validity and letters."""

# ruff: noqa: RUF001  letters of other scripts are what some tests are about

from __future__ import annotations

import pytest

from parquay.ingest.text import encodings
from parquay.ingest.text.encodings import Encoding


def found(sample: bytes, *, complete: bool, declared: str | None = None) -> Encoding:
    encoding = encodings.detect(sample, complete=complete, declared=declared)
    assert encoding is not None
    return encoding


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_told_with_and_without_a_mark(name):
    text = "name,value\nab,1\n" * 4

    plain = found(text.encode(name), complete=True)
    marked = found(("\ufeff" + text).encode(name), complete=True)

    assert (plain.name, plain.mark) == (name, 0)
    assert (marked.name, marked.mark, marked.confidence) == (name, len("\ufeff".encode(name)), 1.0)


@pytest.mark.parametrize(
    ("sample", "complete", "name"),
    [
        (b"a,b\n", True, "utf-8"),
        ("größe,1\n".encode(), True, "utf-8"),
        ("länge größe".encode()[:-2], False, "utf-8"),
        ("größe,ärger,öl\n".encode("cp1252"), True, "cp1252"),
        (b"\xef\xbb\xbfa,b\n", True, "utf-8"),
    ],
)
def test_text_is_told_from_its_letters(sample, complete, name):
    assert found(sample, complete=complete).name == name


def test_control_bytes_are_no_text_unless_they_only_pad_it():
    assert encodings.detect(bytes(range(1, 9)) * 20, complete=True) is None
    assert encodings.detect(b"\0" * 100, complete=True) is None
    assert found(b"a,b\n1,2\n" * 20 + b"\0" * 100, complete=True).name == "utf-8"


def test_a_mark_is_more_precise_than_what_the_caller_says():
    sample = "\ufeffa".encode("utf-16-be")

    assert found(sample, complete=True, declared="utf-16").name == "utf-16-be"
    assert found(b"a\xff", complete=True, declared="latin-1").name == "iso8859-1"


def test_the_warning_about_a_guess_stands_where_the_first_odd_byte_does():
    found = encodings.Encoding("cp1252", 0.8)

    (warned,) = encodings.warnings_of(found, b"a\nb\n\xe4\n", line=1)

    assert (warned.code, warned.line) == ("encoding_guessed", 3)
    assert encodings.warnings_of(encodings.Encoding("utf-8", 1.0), b"a", line=1) == ()


def test_the_first_byte_beyond_ascii_is_found():
    assert [encodings.first_high(text) for text in (b"abc", b"a\x80", b"")] == [3, 1, 0]
    assert encodings.detect_late("ä".encode(), complete=True).name == "utf-8"


OTHER_SCRIPTS = {
    "russian": "город,улица\nМосква,Арбат\nКазань,Баумана\n",
    "greek": "πόλη,τιμή\nΑθήνα,1\nΠάτρα,2\n",
    "arabic": "المدينة,السعر\nالقاهرة,1\nجدة,2\n",
    "thai": "ชื่อ,ราคา\nสมชาย,1\nใจดี,2\n",
    "japanese": "名前,都市\n山田太郎,東京都\n鈴木花子,大阪府\n",
    "korean": "이름,도시\n김철수,서울\n이영희,부산\n",
}


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", OTHER_SCRIPTS.values(), ids=OTHER_SCRIPTS)
def test_wide_encodings_without_a_mark_are_told_in_every_script(name, text):
    raw = text.encode(name)

    assert found(raw, complete=True).name == name
    assert found((text * 4000).encode(name)[: 65536 + 7], complete=False).name == name


def test_one_unit_that_is_no_letter_costs_its_row_and_not_the_encoding():
    raw = ("город,улица\n" * 40).encode("utf-16-le") + b"\x00\xdc" + "Пермь,Ленина\n".encode("utf-16-le")

    assert found(raw, complete=True).name == "utf-16-le"


@pytest.mark.parametrize(
    "raw",
    [
        b"id,name\n1,foo\0\0\n2,bar\0\0\n",
        b"a,b\n1,x\0y\n2,\0\n",
        b"id,name\n1,foo\0\n2,bar\0\n",
        "id,name\n1,fö\0\n2,bär\0\0\n".encode(),
        b"id,flag\n" + b"".join(b"%d,%s\n" % (1000 + k, b"\0" if k % 2 else b"\1") for k in range(200)),
        b"id,flag\r\n" + b"".join(b'%d,"%s"\r\n' % (1000 + k, b"\0" if k % 2 else b"\1") for k in range(200)),
    ],
)
def test_zero_bytes_at_the_ends_of_cells_make_no_wide_text_and_no_binary_file(raw):
    assert found(raw, complete=True).name == "utf-8"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_a_wide_text_whose_letters_are_bytes_of_ascii_is_wide(name):
    assert found("あい,うえ\nかき,くけ\n".encode(name), complete=True).name == name


def test_zero_bytes_in_a_text_of_single_bytes_make_it_no_wide_one():
    assert found(b"id,name\n1,a\0b\n2,cd\n" * 5 + b"\0\0\0", complete=True).name == "utf-8"
