"""Which encoding a text has, decided at its first letter; bytes that are none in it."""

# ruff: noqa: RUF001  the signs that Ruff takes for others are what some tests are about

from __future__ import annotations

import pytest

from parquay.ingest.text.encodings import detect


def codes_of(report):
    return {each["code"] for each in report.warnings}


def test_mark_in_the_midst_is_no_part_of_a_cell(read):
    mark = b"\xef\xbb\xbf"

    with_header, rows = read(mark + b"id,name\n1,a\n" + mark + b"id,name\n2,b\n")
    without, cells = read(mark + b"id,name\n1,a\n" + mark + b'2,"b"\n')

    assert rows == cells == [["1", "a"], ["2", "b"]]
    assert [each.code for each in with_header.rejects] == ["repeated_header"]
    assert codes_of(without) == {"byte_order_mark"}


WORDS = {
    "polish": ("Łódź Gdańsk Kraków Częstochowa Świnoujście Żywiec Poznań", "cp1250 iso8859-2 cp852"),
    "german": ("Müller Größe Jäger Köln Düren Fußball Öl Übung", "cp1252 cp850 cp437 mac_roman cp1250 cp852"),
    "french": ("élève ça Noël garçon crêpe château déjà", "cp1252 cp850 mac_roman cp863"),
    "swedish": ("Åsa Göteborg Malmö räksmörgås Västerås", "cp1252 cp850 mac_roman cp865"),
    "czech": ("Příbram Děčín Žďár Šumperk město Plzeň", "cp1250 iso8859-2 cp852"),
    "hungarian": ("Győr Székesfehérvár tűz őr Hódmezővásárhely", "cp1250 iso8859-2 cp852"),
    "turkish": ("İstanbul Muğla Çanakkale Eskişehir Niğde", "cp1254 cp857 iso8859-9 mac_turkish"),
    "lithuanian": ("Šiauliai ąžuolas Panevėžys įmonė ūkis", "cp1257 iso8859-13 iso8859-4 cp775"),
    "russian": ("Москва Казань Екатеринбург Новгород", "cp1251 koi8-r cp866 iso8859-5 cp855 mac_cyrillic"),
    "ukrainian": ("Київ Львів Харків Одеса Дніпро", "cp1251 koi8-u cp1125"),
    "greek": ("Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο", "cp1253 iso8859-7 cp737 cp869 mac_greek"),
    "hebrew": ("ירושלים חיפה נתניה", "cp1255 iso8859-8 cp862"),
    "arabic": ("القاهرة الإسكندرية الجيزة", "cp1256 iso8859-6 cp720"),
    "thai": ("กรุงเทพ เชียงใหม่ ภูเก็ต", "cp874"),
    "japanese": ("東京都 カタカナ ひらがなです", "shift_jis euc_jp"),
    "chinese": ("北京市 上海市 广州市 你好世界", "gb18030"),
    "traditional chinese": ("臺北市 高雄市 歡迎來到台灣", "big5"),
    "icelandic": ("Þingvellir Ísafjörður góðan Sigurðsson þú veður", "cp1252 cp861 mac_iceland"),
    "italian": ("Perché città Forlì più qualità virtù", "cp1252 cp850 mac_roman"),
    "portuguese": ("São coração informação João avô lições", "cp1252 cp850 cp860"),
    "romanian": ("Braşov Târgu Mureş învăţător pâine şi fără", "cp1250 iso8859-2 cp852"),
    "croatian": ("Šibenik Čakovec Đurđevac kuća riječ Županija", "cp1250 cp852 mac_croatian"),
    "latvian": ("Rīga Liepāja Jūrmala Ķekava ģimene ļoti", "cp1257 iso8859-13 cp775"),
    "maltese": ("Ħamrun Żejtun Għawdex ħobż Ġużeppi Ċirkewwa", "iso8859-3"),
    "esperanto": ("ĉiuj ĝardeno ĥoro ĵurnalo ŝipo aŭto", "iso8859-3"),
    "welsh": ("ŵyr dŵr gŵyl Llŷn cŵn ŷd", "iso8859-14"),
    "sami": ("Kárášjohka čáppat ođđa beaŋkkat žiŋku áhčči", "iso8859-10"),
    "vietnamese": ("Hà Đà đươ\u0300ng năm Lê Nguyê\u0303n Câ\u0300n", "cp1258"),
    "kazakh": ("Шымкент Қарағанды Өскемен әке ғалым үй", "kz1048 ptcp154"),
    "persian": ("تهران اصفهان مشهد پدر چاپ ژاله گل", "cp1256"),
    "serbian": ("Београд Ђорђе љубав Крагујевац човек", "cp1251 iso8859-5 cp855"),
    "korean": ("서울특별시 부산광역시 대구광역시", "euc_kr cp949 johab"),
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


@pytest.mark.parametrize(
    ("codec", "rows"),
    [
        ("iso2022_jp", [["山田太郎", "東京都"], ["鈴木花子", "大阪"]]),
        ("iso2022_kr", [["김철수", "서울"], ["이영희", "부산"]]),
        ("hz", [["王小明", "北京"], ["李娜", "上海"]]),
    ],
)
def test_encodings_of_seven_bits_are_told_by_their_signs(read, codec, rows):
    text = "".join(",".join(row) + "\n" for row in [["id", "city"], *rows])

    report, cells = read(text.encode(codec))

    assert (report.dialect.encoding, cells) == (codec, rows)


def test_signs_of_such_an_encoding_without_letters_are_text(read):
    report, cells = read(b"id,name\n1,~{a~}\n2,\x1b(Jx\n")

    assert report.dialect.encoding == "utf-8"
    assert len(cells) == 2
