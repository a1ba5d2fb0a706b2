"""What a text file is, found from its bytes: columns, names and encoding of files as people publish them."""

# ruff: noqa: RUF001  the signs that Ruff takes for others are what some tests are about

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from parquay.errors import BadInput
from parquay.ingest.convert.convert_file import convert_file
from parquay.ingest.text.dialect import Overrides
from parquay.ingest.text.encodings import detect

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.fixture
def read(tmp_path):
    """The report of a file, and the cells of its export below the header, which is one row there."""

    def run(content: str | bytes, name: str = "data.csv"):
        source = tmp_path / name
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        report = convert_file(source, tmp_path / "out.csv")
        cells = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_bytes().decode(), newline="")))
        return report, cells[min(1, report.dialect.header_rows) :]

    return run


def names_of(report):
    return [each["name"] for each in report.columns]


def codes_of(report):
    return {each["code"] for each in report.warnings}


ONE_COLUMN = {
    "clock": ("start", ["12:30", "13:45", "08:05"]),
    "clock with seconds": ("lap time", ["00:12:30", "00:13:45", "01:08:05"]),
    "words": ("name", ["Anna Bell", "Carl Dorn", "Eva Fink"]),
    "words under two words": ("full name", ["Anna Bell", "Carl Dorn", "Eva Fink"]),
    "addresses": ("url", ["https://a.example/x", "https://b.example/y?a=1&b=2", "https://c.example/z"]),
    "exclamations": ("comment", ["Good!", "Bad!", "So so!"]),
    "phones": ("phone", ["+49 30 1234", "+49 40 5678", "+49 89 9999"]),
    "phones under two words": ("phone number", ["+49 301234", "+49 405678", "+49 899999"]),
    "dates": ("date of birth", ["12 May 1990", "3 June 1985", "30 March 2001"]),
    "times of day": ("seen at", ["2024-01-02 03:04:05", "2024-01-03 04:05:06", "2024-01-04 05:06:07"]),
    "paths": ("path", ["C:\\data\\a b.txt", "C:\\data\\c.txt", "D:\\e f.txt"]),
    "mail": ("mail", ["anna@a.example", "carl@b.example", "eva@c.example"]),
    "JSON": ("payload", ['{"a":1,"b":2}', '{"a":3,"b":4}', '{"a":5,"b":6}']),
    "sentences": ("note", ["Hello, world", "Well, yes, of course", "No", "So, so"]),
    "hosts": ("ip", ["10.0.0.1", "10.0.0.2", "192.168.0.1"]),
    "lists": ("tags", ["a;b", "c;d", "e;f"]),
    "long lists": ("tags", ["a|b|c", "d|e|f", "g|h|i"]),
    "prices": ("price", ["1,50", "2,99", "10,00"]),
    "prices with a unit": ("unit price", ["1,50 EUR", "2,99 EUR", "10,00 EUR"]),
    "tags with a hash": ("tag", ["a#1", "b#2", "c#3"]),
}


@pytest.mark.parametrize(("header", "cells"), ONE_COLUMN.values(), ids=ONE_COLUMN)
def test_values_of_one_column_stay_whole(read, header, cells):
    report, rows = read("\n".join([header, *cells]) + "\n")

    assert names_of(report) == [header]
    assert rows == [[cell] for cell in cells]
    assert report.reject_count == 0


def test_comma_that_comes_late_in_one_column_is_part_of_its_cell(read):
    report, rows = read("note\n" + "fine\n" * 20_000 + "well, yes\n")

    assert report.reject_count == 0
    assert rows[-1] == ["well, yes"]


HEADERS = {
    # file, names, rows
    "a word over numbers is a cell": ("station,level\nA1,offline\nA2,3.2\nA3,3.4\n", ["station", "level"], 3),
    "words over numbers are cells": ("t,p\noffline,offline\n3.2,1.1\n3.4,1.2\n", ["t", "p"], 3),
    "dates": ("place,x,1/22/20,1/23/20\nA,1.5,0,1\nB,2.5,2,3\nC,3.5,4,5\n", ["place", "x", "1/22/20", "1/23/20"], 3),
    "ISO dates": ("place,2020-01-01,2020-01-02\nA,0,1\nB,2,3\n", ["place", "2020-01-01", "2020-01-02"], 2),
    "hours": ("city,0,1,2\nA,1.5,2.5,3.5\nB,2.5,3.5,4.5\n", ["city", "0", "1", "2"], 2),
    "numbers from 0": ("0,1,2\n5,3,9\n4,4,1\n7,2,2\n", ["0", "1", "2"], 3),
    "rows that go on are no names": ("1,2,3\n4,5,6\n7,8,9\n", ["column1", "column2", "column3"], 3),
    "flags": ("id,no,yes\n1,5,6\n2,7,8\n", ["id", "no", "yes"], 2),
    "years": ("geo\t2020 \t2021 \nAT\t12.3 b\t: \nBE\t: \t10.1 \n", ["geo", "2020", "2021"], 2),
    "decimal commas below years": ("Ort;2019;2020\nNord;1,5;2,3\nSüd;3,1;4,4\n", ["Ort", "2019", "2020"], 2),
    "units": ("time,temp\ns,°C\n1,2.5\n2,3.5\n", ["time s", "temp °C"], 2),
    "units in brackets": ("id,temp,p\n,[K],(hPa)\na,2.5,1\nb,3.5,2\n", ["id", "temp [K]", "p (hPa)"], 2),
    "merged cells": (
        ",2019,,2020,\n,cost,sales,cost,sales\nNord,1,2,3,4\nSouth,5,6,7,8\n",
        ["column1", "2019 cost", "sales", "2020 cost", "sales_2"],
        2,
    ),
    "a hash before the names": ("# x y z\n1.0 2.0 3.0\n4.0 5.0 6.0\n", ["x", "y", "z"], 2),
    "tabs within cells": (
        "id,text\n1,a text\n" + "".join(f"{i},{i}\tTown\t{i * 3}\t-71.5\n" for i in range(2, 30)),
        ["id", "text"],
        29,
    ),
    "numbered names over codes": ("q1,q2\na1,b1\na2,b3\na1,b2\n", ["q1", "q2"], 3),
    "codes alone": ("a1,7\na2,8\na3,9\na4,1\n", ["column1", "column2"], 4),
    "a word over counts beside names like codes": ("id,a1\n1,a5\n2,a6\n3,a7\n", ["id", "a1"], 3),
    "a word over counts beside names of one form": (
        "id,lab1,lab2\n1,lab5,lab7\n2,lab6,lab8\n3,lab7,lab9\n",
        ["id", "lab1", "lab2"],
        3,
    ),
    "numbered names over numbered words": (
        "col0,col1,col2\n" + "".join(f"{i},col{i * 3},end{i}\n" for i in range(400)),
        ["col0", "col1", "col2"],
        400,
    ),
    "names that come back beside a sure one": (
        "ID;Q1;Q2\n1;Q5;Q7\n2;Q6;Q8\n3;Q1;Q2\n",
        ["ID", "Q1", "Q2"],
        3,
    ),
    "a flag that is a name beside codes": ("no,a1\n1,a5\n2,a6\n3,a7\n", ["no", "a1"], 3),
    "a frame of one column of counts": (",0\n0,5\n1,6\n2,0\n", ["column1", "0"], 3),
    "a frame of one column below words": (",0\nUlm,5\nBonn,6\n", ["column1", "0"], 2),
    "plain names over codes": ("id,sku,lot\n1,A100,L20\n2,A101,L21\n3,A102,L22\n", ["id", "sku", "lot"], 3),
    "a word that is no number beside codes": ("off,a1\n2.5,a5\n3.5,a6\n4.5,a7\n", ["column1", "column2"], 4),
    "dates over words": (
        "name,2024-01-01,2024-01-02\nAnna,x,\nBert,,x\n",
        ["name", "2024-01-01", "2024-01-02"],
        2,
    ),
    "clocks over words": ("Name,09:00,10:00\nAnna,x,\nBert,,x\n", ["Name", "09:00", "10:00"], 2),
    "German dates over words": (
        "Name;01.01.2024;02.01.2024\nAnna;x;\nBert;;x\n",
        ["Name", "01.01.2024", "02.01.2024"],
        2,
    ),
    "flags over words": ("q,yes,no\nHow,a,b\nWhy,c,d\n", ["q", "yes", "no"], 2),
    "flags over flags are cells": ("Anna,yes,no\nBert,no,yes\n", ["column1", "column2", "column3"], 2),
    "dates over dates are cells": (
        "Anna,2024-01-01,2024-02-01\nBert,,x\nCarl,2024-01-03,y\n",
        ["column1", "column2", "column3"],
        3,
    ),
    "a frame of one column": (",0\n0,1.5\n1,2.5\n2,4.5\n", ["column1", "0"], 3),
    "a frame of words": (",0,1\n0,a,b\n1,c,d\n", ["column1", "0", "1"], 2),
    "a frame of counts": (",0,1\n0,3,4\n1,7,8\n", ["column1", "0", "1"], 2),
    "a frame with words as index": (",0,1\nx,3,4\ny,7,9\n", ["column1", "0", "1"], 2),
    "a matrix": (",1,2,3\n1,0,5,6\n2,5,0,7\n3,6,7,0\n", ["column1", "1", "2", "3"], 3),
    "a matrix with a corner": ("d,70,15,90\n70,0,5,6\n15,5,0,7\n90,6,7,0\n", ["d", "70", "15", "90"], 3),
    "decimals over counts": ("sku,10.5,20.5,30.5\na,1,2,3\nb,4,5,6\n", ["sku", "10.5", "20.5", "30.5"], 2),
    "numbers over decimals": ("sku,11,12,25\na,1.5,2.5,3.5\nb,4.5,5.5,6.5\n", ["sku", "11", "12", "25"], 2),
    "a word over counts beside numbers": ("store,101,102,205\n1,1,2,3\n2,4,5,6\n", ["store", "101", "102", "205"], 2),
    "numbers with digits of their own": (
        "store,101,102,205\nNord,1,2,3\nWest,4,5,6\n",
        ["store", "101", "102", "205"],
        2,
    ),
    "counts below counts are cells": ("Anna,12,30,45\nBert,14,31,40\n", [f"column{i}" for i in range(1, 5)], 2),
    "a missing word before counts": (",5,6\na,3,4\nb,7,9\n", ["column1", "column2", "column3"], 3),
    "a word before decimals": ("off,3.1,4.2\n7,3.2,4.1\n8,3.4,4.5\n", ["column1", "column2", "column3"], 3),
    "the delimiter told": ("sep=;\r\nid;name\r\n1;a\r\n2;b\r\n", ["id", "name"], 2),
    "a space before a quote": ('a,b\n0, "x, y"\n1, "z, w"\n', ["a", "b"], 2),
}


@pytest.mark.parametrize(("content", "names", "rows"), HEADERS.values(), ids=HEADERS)
def test_names_are_told_from_values(read, content, names, rows):
    report, cells = read(content)

    assert names_of(report) == names
    assert len(cells) == rows
    assert report.reject_count == 0


ABOVE = {
    # file, names, rows, lines of rejects, warnings
    "wider rows later": (
        "id,name\n1,A\n2,B\n3,C,x\n4,D,y\n5,E,z\n",
        ["id", "name", "column3"],
        3,
        [2, 3],
        {"renamed_column": 1},
    ),
    "wider words later": (
        "name,city\nA,R\nB,S\nC,T,x\nD,U,y\nE,V,z\n",
        ["name", "city", "column3"],
        3,
        [2, 3],
        {"renamed_column": 1},
    ),
    "a gap behind pairs": (
        "At: A\nN: 1, E: 2\n\nday,t\n2024-01-01,1.5\n2024-01-02,2.5\n",
        ["day", "t"],
        2,
        [2],
        {"title_line": 1},
    ),
    "a table above": ("id,name\n1,A\n2,B\na,b,c\n3,4,5\n6,7,8\n9,1,2\n", ["a", "b", "c"], 3, [1, 2, 3], {}),
    "titles": ("Report\nof 2024\n\na,b,c\n1,2,3\n", ["a", "b", "c"], 1, [], {"title_line": 2}),
    "padded titles": ("Report,,\n,,\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2, [], {"title_line": 2}),
    "padded pairs": (
        "Report:,Q1,,\nAuthor:,Anna,,\nid,name,qty,price\n1,a,2,3.5\n2,b,3,4.5\n",
        ["id", "name", "qty", "price"],
        2,
        [1, 2],
        {},
    ),
    "one padded pair": ("Report:,Q1,,\nid,name,qty,price\n1,a,2,3.5\n", ["id", "name", "qty", "price"], 1, [1], {}),
    "padded pairs without colons": (
        "Report;Q1;;\nBy;Anna;;\n;;;\nid;name;qty;price\n1;a;2;3,5\n",
        ["id", "name", "qty", "price"],
        1,
        [1, 2],
        {"title_line": 1},
    ),
    "padded pairs above words": (
        "Report:,Q1,\nAuthor:,Anna,\nname,note,city\nx,a,Ulm\ny,b,Bonn\n",
        ["name", "note", "city"],
        2,
        [1, 2],
        {},
    ),
    "rows with fields left empty": (
        "name,city,note,x\nA,R,,\nB,S,,\nC,T,u,v\n",
        ["name", "city", "note", "x"],
        3,
        [],
        {},
    ),
    "names twice": ("id,name\nid,name\n1,a\n2,b\n", ["id", "name"], 2, [2], {}),
    "names three times": ("id,name\nid,name\nid,name\n1,a\n2,b\n", ["id", "name"], 2, [2, 3], {}),
    "keys": ("by: me\nfor: you\na,b,c\n1,2,3\n", ["a", "b", "c"], 1, [], {"title_line": 2}),
    "pairs": ("by,me\nfor,you\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2, [1, 2], {}),
    "comments": ("# by me\n# x, y\na,b\n1,2\n# end\n", ["a", "b"], 1, [], {"comment_line": 3}),
    "comments with percent signs": ("% by me\n% x, y\na,b\n1,2\n% end\n", ["a", "b"], 1, [], {"comment_line": 3}),
    "comments with slashes": ("// by me, here\na,b\n1,2\n// x, y, z\n3,4\n", ["a", "b"], 2, [], {"comment_line": 2}),
    "percentages and paths": ("a,b\nx,y\n%5,1,2\n//host/share/x,1,2\nz,w\n", ["a", "b"], 2, [3, 4], {}),
    "the delimiter told in capitals": ("SEP=|\nid|name\n1|a\n2|b\n", ["id", "name"], 2, [], {"delimiter_line": 1}),
}


@pytest.mark.parametrize(("content", "names", "rows", "rejects", "warnings"), ABOVE.values(), ids=ABOVE)
def test_what_stands_above_a_table_is_told(read, content, names, rows, rejects, warnings):
    report, cells = read(content)

    assert names_of(report) == names
    assert len(cells) == rows
    assert [each.line for each in report.rejects] == rejects
    assert {each["code"]: each["count"] for each in report.warnings} == warnings


def test_mark_in_the_midst_is_no_part_of_a_cell(read):
    mark = b"\xef\xbb\xbf"

    with_header, rows = read(mark + b"id,name\n1,a\n" + mark + b"id,name\n2,b\n")
    without, cells = read(mark + b"id,name\n1,a\n" + mark + b'2,"b"\n')

    assert rows == cells == [["1", "a"], ["2", "b"]]
    assert [each.code for each in with_header.rejects] == ["repeated_header"]
    assert codes_of(without) == {"byte_order_mark"}


WORDS = {
    "polish": ("Łódź Gdańsk Kraków Częstochowa Świnoujście Żywiec Poznań", "cp1250 iso8859-2 cp852"),
    "german": ("Müller Größe Jäger Köln Düren Fußball Öl Übung", "cp1252 cp850 cp437 mac_roman"),
    "french": ("élève ça Noël garçon crêpe château déjà", "cp1252 cp850 mac_roman"),
    "swedish": ("Åsa Göteborg Malmö räksmörgås Västerås", "cp1252 cp850 mac_roman"),
    "czech": ("Příbram Děčín Žďár Šumperk město Plzeň", "cp1250 iso8859-2 cp852"),
    "hungarian": ("Győr Székesfehérvár tűz őr Hódmezővásárhely", "cp1250 iso8859-2 cp852"),
    "turkish": ("İstanbul Muğla Çanakkale Eskişehir Niğde", "cp1254 cp857"),
    "lithuanian": ("Šiauliai ąžuolas Panevėžys įmonė ūkis", "cp1257"),
    "russian": ("Москва Казань Екатеринбург Новгород", "cp1251 koi8-r cp866 iso8859-5"),
    "ukrainian": ("Київ Львів Харків Одеса Дніпро", "cp1251 koi8-u"),
    "greek": ("Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο", "cp1253 iso8859-7"),
    "hebrew": ("ירושלים חיפה נתניה", "cp1255"),
    "arabic": ("القاهرة الإسكندرية الجيزة", "cp1256"),
    "thai": ("กรุงเทพ เชียงใหม่ ภูเก็ต", "cp874"),
    "japanese": ("東京都 カタカナ ひらがなです", "shift_jis euc_jp"),
    "chinese": ("北京市 上海市 广州市 你好世界", "gb18030"),
    "traditional chinese": ("臺北市 高雄市 歡迎來到台灣", "big5"),
    "korean": ("서울특별시 부산광역시 대구광역시", "euc_kr"),
}


@pytest.mark.parametrize(
    ("words", "codec"), [(words.split(), codec) for words, codecs in WORDS.values() for codec in codecs.split()]
)
def test_letters_tell_the_encoding_and_a_warning_says_that_it_is_a_guess(read, words, codec):
    rows = [[str(i), word] for i, word in enumerate(words)]

    report, cells = read("".join(";".join(row) + "\n" for row in [["id", "word"], *rows]).encode(codec))

    assert cells == rows
    assert codes_of(report) == {"encoding_guessed"}


SIGNS = [
    "5 °C|20°|48°N|°F",
    "3,50 €|€5|100€|in €|(€)",
    "£3.50|5¢|¥500",
    "“quoted” don’t a—b",
    "‘single’|it’s|O’Brien|l’ami|rock ’n’ roll",
    "„gut“|«oui»|»so«",
    "1–4|Paris–Lyon|this – that|word—word",
    "1\xa0234|10\xa0km|foo\xa0bar",
    "½ ¼|5¾|±½",
    "5 ± 1|3 × 4|2×|Ø 5 mm",
    "§ 5|© 2020 Acme|Lego®|Acme™",
    "PM10 (µg/m³)|5 m²|W/m²·K|2 µg/L ± 0.3",
    "nº|1ª|2º|N°5",
    "• item|10‰|wait…|¿Como?",
]


@pytest.mark.parametrize("cells", SIGNS)
def test_signs_alone_are_those_of_the_western_encoding(read, cells):
    rows = [[str(i), cell] for i, cell in enumerate(cells.split("|"))]

    report, found = read("".join(";".join(row) + "\n" for row in [["id", "word"], *rows]).encode("cp1252"))

    assert report.dialect.encoding == "cp1252"
    assert found == rows
    assert codes_of(report) == {"encoding_guessed"}


@pytest.mark.parametrize("cell", [cell for cells in SIGNS for cell in cells.split("|")])
def test_one_sign_is_enough(cell):
    found = detect(f"id;word\n1;{cell}\n".encode("cp1252"), complete=True)

    assert found is not None
    assert f"1;{cell}".encode("cp1252").decode(found.name) == f"1;{cell}"


@pytest.mark.parametrize(
    "cells", ["Zürich|5 °C", "Málaga 3,50 €", "Zoë (°C)", "naïve", "“Café” – £3", "Größe (m²)|½ Maß"]
)
def test_signs_beside_letters_are_western_too(cells):
    text = "id;word\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate(cells.split("|")))

    found = detect(text.encode("cp1252"), complete=True)

    assert found is not None
    assert found.name == "cp1252"


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        ("5 €|3,50 €", "iso8859-15"),
        ("Malmö|Öl", "cp850"),
        ("café|école", "cp850"),
        ("5 zł|mała", "cp1250"),
        ("ала|дом", "cp866"),
        ("España|León", "mac_roman"),
        ("María|así", "mac_roman"),
        ("Żółw|są", "iso8859-2"),
    ],
)
def test_letters_that_would_be_signs_in_odd_places_are_letters(words, codec):
    text = "id;word\n" + "".join(f"{i};{word}\n" for i, word in enumerate(words.split("|")))

    found = detect(text.encode(codec), complete=True)

    assert found is not None
    assert text.encode(codec).decode(found.name) == text


def test_encoding_is_decided_at_the_first_letter_wherever_it_stands(read):
    plain = "id,name\n" + "".join(f"{i},name{i}\n" for i in range(20_000))

    report, cells = read((plain + "x,Müller\ny,Café\n").encode("cp1252"))

    assert cells[-2:] == [["x", "Müller"], ["y", "Café"]]
    assert report.dialect.encoding == "cp1252"
    assert [(each["code"], each["line"]) for each in report.warnings] == [("encoding_guessed", 20_002)]


def test_utf8_with_a_bad_byte_stays_utf8(read):
    report, cells = read("id,name\n1,Zoë\n".encode() + b"2,\xc5sa\n" + "3,Jörg\n4,Ünal\n".encode())

    assert cells == [["1", "Zoë"], ["3", "Jörg"], ["4", "Ünal"]]
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 3)]


@pytest.mark.parametrize("mark", [",", ";"])
@pytest.mark.parametrize(
    ("codec", "bad"),
    [
        ("utf-16-le", b"\x00\xd8"),
        ("utf-16-be", b"\xdc\x00"),
        ("utf-32-le", b"\x00\x00\x11\x00"),
        ("utf-32-be", b"\x00\x00\xd8\x00"),
    ],
)
@pytest.mark.parametrize("word", ["Müller", "Miller"])
def test_a_unit_that_is_no_letter_costs_its_row_only(read, codec, bad, mark, word):
    top, rest = f"\ufeffid{mark}v\n1{mark}a\n2{mark}", f"x\n3{mark}b\n4{mark}{word}\n"

    report, cells = read(top.encode(codec) + bad + rest.encode(codec))

    assert cells == [["1", "a"], ["3", "b"], ["4", word]]
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 3)]
    assert report.dialect.encoding == codec


@pytest.mark.parametrize("word", ["ä", "a"])
@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_half_a_unit_at_the_end_is_a_reject(read, codec, word):
    report, cells = read(f"id,v\n1,{word}\n2,b\n".encode(codec) + b"A")

    assert cells == [["1", word], ["2", "b"]]
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 4)]


def test_small_utf8_file_with_few_bad_bytes_stays_utf8(read):
    report, cells = read("id,name\n1,Zoë\n2,Jörg\n".encode() + b"3,M\xfcller\n4,J\xe4ger\n")

    assert cells == [["1", "Zoë"], ["2", "Jörg"]]
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 4), ("bad_encoding", 5)]


def test_utf8_that_ends_in_a_letter_stays_utf8(read):
    report, cells = read("id,name\n1,Zoë\n2,Jör".encode()[:-2])

    assert cells == [["1", "Zoë"]]
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 3)]


@pytest.mark.parametrize("size", [1, 5, 100, 70_000])
@pytest.mark.parametrize("top", ["a,b\n", "a\n"])
def test_zero_bytes_behind_the_last_row_are_a_reject(read, top, size):
    rows = [[str(i), "x"][: top.count(",") + 1] for i in range(20)]

    report, cells = read((top + "".join(",".join(row) + "\n" for row in rows)).encode() + bytes(size))

    assert cells == rows
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 22)]


@pytest.mark.parametrize("line", [b"\xff", b"\xff,1,2", b"1,\xc3,2,3"])
def test_a_line_of_the_wrong_width_with_a_bad_byte_is_no_text(read, line, capfd):
    report, cells = read(b"id,name\n" + "Zoë,1\n".encode() * 30 + line + b"\n")

    assert cells == [["Zoë", "1"]] * 30
    assert [(each.code, each.line) for each in report.rejects] == [("bad_encoding", 32)]
    assert capfd.readouterr().err == ""


def test_encoding_is_decided_alike_while_the_file_arrives(bench):
    plain = "id,name\n" + "".join(f"{i},name{i}\n" for i in range(20_000))
    content = (plain + "x,Müller\n" * 20_000).encode("cp1252")
    converter = bench.converter_of(segment_bytes=50_000)

    bench.create("sales.csv")
    for stop in (100_000, len(plain) + 3, len(plain) + 1000, len(content) - 5):
        bench.checkpoint(content[:stop], complete=False)
        bench.advance(converter)
    bench.checkpoint(content, complete=True)
    bench.advance(bench.converter_of(segment_bytes=50_000))

    file, names = bench.file(), bench.table()["name"].to_pylist()
    assert (file.status, file.row_count, file.reject_count) == ("done", 40_000, 0)
    assert names[20_000:] == ["Müller"] * 20_000
    assert file.dialect["encoding"] == "cp1252"
    assert [(each["code"], each["line"], each["count"]) for each in file.warnings] == [("encoding_guessed", 20_002, 1)]


PASSED_OVER = {"title_line", "comment_line", "delimiter_line", "skipped_line"}
"""Warnings that count lines."""


def unaccounted(content: bytes, report) -> int:
    """Lines of a file whose rows are one line each that are in nothing that a report tells."""
    lines = sum(1 for line in content.splitlines() if line.strip())
    passed = sum(each["count"] for each in report.warnings if each["code"] in PASSED_OVER)
    return lines - report.dialect.header_rows - report.rows - report.reject_count - passed


CELLS = st.sampled_from(
    ["Anna", "offline", "x y", "12", "3.5", "1,5", "2024-01-02", "12:30", "A1", "n/a", "", "#z", "-"]
)
LINES = st.one_of(
    st.lists(CELLS, min_size=1, max_size=4).map(";".join),
    st.lists(CELLS, min_size=3, max_size=3).map(";".join),
    st.sampled_from(["Report", "# made by hand", "by: me", "a;b;c", "Total;3", "sep=;", ""]),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=2, max_size=14), st.sampled_from([None, 0, 1, 3]))
def test_every_line_is_in_the_table_or_rejected_or_told(tmp_path, lines, skip):
    content = "\n".join(lines).encode() + b"\n"
    (tmp_path / "data.csv").write_bytes(content)

    try:
        report = convert_file(tmp_path / "data.csv", tmp_path / "out.parquet", overrides=Overrides(skip_rows=skip))
    except BadInput:
        reject()  # no table

    blank = 0 if len(report.columns) > 1 else sum(1 for line in blank_lines_of(content, report))
    assert unaccounted(content, report) + blank == 0


def blank_lines_of(content: bytes, report) -> list[bytes]:
    """Blank lines of a file of one column that are rows: those behind its header, and not the ends of other lines."""
    body = content.splitlines()[report.dialect.body_line - 1 :]
    return [line for line in body if not line.strip()]


@pytest.mark.parametrize(
    "path", sorted(path for path in SAMPLES.glob("*.csv") if path.stem != "header-only"), ids=lambda path: path.name
)
def test_every_line_of_the_samples_is_accounted_for(tmp_path, path):
    rows = sum(1 for row in csv.reader(io.StringIO(path.read_text())) if row)

    report = convert_file(path, tmp_path / "out.csv")

    passed = sum(each["count"] for each in report.warnings if each["code"] in PASSED_OVER)
    assert report.dialect.header_rows + report.rows + report.reject_count + passed == rows
