"""Values that other readers change without a word: early and late, past any sample, in the table and exported again."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest

EARLY = 25_000
"""Rows before the odd one: more than any reader samples."""

CASES = [
    # what stands first, what comes late, the type that the column ends with
    ("{n}", "1.5", "double"),
    ("{n}", "abc", "text"),
    ("{n}", "01234", "text"),
    ("{n}", "9223372036854775808", "decimal(38,0)"),
    ("{n}", "18446744073709551615", "decimal(38,0)"),
    ("{n}", "123456789012345678901234567890", "decimal(38,0)"),
    ("{n}", "0.1000000000000000055", "text"),
    ("{n}", "NULL", "int64"),
    ("{n}", "nul", "text"),
    ("NULL", "{n}", "text"),
    ("NA", "7", "int64"),
    ("{n}", "1,234", "text"),
    ("{n}", "Yes", "text"),
    ("{n}.25", "1.5", "double"),
    ("{n}.25", "1.50", "decimal(18,2)"),
    ("{n}.25", "1234567890123456789012.50", "decimal(38,2)"),
    ("{n}.25", "5%", "text"),
    ("2024-01-{d:02d}", "2024-01-02 03:04:05", "text"),
    ("2024-01-{d:02d}", "13/02/2024", "text"),
    ("2024-01-02 03:04:05", "2024-01-02 03:04:05.123456789", "text"),
    ("2024-01-02T03:04:05.123456789", "2024-01-02T03:04:05.000000001", "timestamp"),
    ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+02:00", "timestamptz"),
    ("2024-01-02T03:04:05+01:00", "2024-01-02T03:04:05+02:00", "timestamptz"),
    ("2024-01-02T03:04:05+01:00", "2024-01-02T03:04:05", "text"),
    ("true", "Yes", "text"),
    ("true", "1", "text"),
    ("{n:05d}", "7", "text"),
    ("13/02/2024", "02/13/2024", "text"),
    ("", "7", "int64"),
    ("", "007", "text"),
]


def file_of(first: str, late: str, count: int) -> tuple[bytes, list[str]]:
    early = [first.format(n=n, d=n % 28 + 1) for n in range(count)]
    cells = [*early, late, *early[:3]]
    quoted = ['"' + cell + '"' if "," in cell else cell for cell in cells]
    rows = [f"{i},{cell},filler text so that the file is longer than a mebibyte\n" for i, cell in enumerate(quoted)]
    return ("i,v,t\n" + "".join(rows)).encode(), cells


@pytest.mark.parametrize("count", [0, 3, EARLY])
@pytest.mark.parametrize(("first", "late", "name"), CASES)
def test_column_is_typed_by_all_of_its_cells_and_none_is_changed(convert, first, late, name, count):
    content, cells = file_of(first, late, count)
    assert count < EARLY or len(content) > 1 << 20 or not first

    report, table = convert(content)
    exported = convert(content, to="csv")[1]

    assert exported == content
    assert table.num_rows == len(cells)
    if count:
        assert report.columns[1]["type"] == name
    assert report.columns[0]["type"] == "int64"


@pytest.mark.parametrize(
    "cell", ["1.5", "007", "9223372036854775808", "NULL", "1,234", "2024-01-02", "+7", "1e5", "-0"]
)
def test_export_is_the_upload_when_every_cell_is_odd(convert, cell):
    content = b"a,b\n" + b"".join(b'%d,"%s"\n' % (i, cell.encode()) for i in range(10))

    exported = convert(content, to="csv")[1]

    assert exported == (content if "," in cell else content.replace(b'"', b""))


def test_quoted_empty_text_is_no_null(convert):
    content = b'a,b\n1,""\n2,\n'

    _, table = convert(content)

    assert table["b"].to_pylist() == ["", None]
    assert convert(content, to="csv")[1] == content


def test_null_words_are_null_only_when_told_and_unquoted_beside_texts(convert):
    from parquay.ingest.text.overrides import Overrides

    content = b'a,b\n1,NA\n2,"NA"\n3,x\n'

    untold = convert(content)[1]
    told = convert(content, overrides=Overrides(nulls=("NA",)))[1]

    assert untold["b"].to_pylist() == ["NA", "NA", "x"]
    assert told["b"].to_pylist() == [None, "NA", "x"]


def test_wanted_types_are_taken_where_they_hold(convert):
    from parquay.ingest.text.overrides import Overrides

    content = b"zip,n,when\n12345,1,2024-01-02\n99999,2,2024-01-03\n"
    told = Overrides(types={"zip": "text", "n": "double", "when": "int64"})

    report, table = convert(content, overrides=told)

    assert [each["type"] for each in report.columns] == ["text", "double", "date"]
    assert table["zip"].to_pylist() == ["12345", "99999"]


STRUCTURES = [
    # name, file, columns, rows, reject codes
    ("ragged", b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n", ["a", "b", "c"], 2, ["too_few_fields", "too_many_fields"]),
    ("repeated and empty names", b"a,a,,b\n1,2,3,4\n", ["a", "a_2", "column3", "b"], 1, []),
    ("utf-8 mark", b"\xef\xbb\xbfa,b\n1,2\n", ["a", "b"], 1, []),
    ("semicolons and decimal commas", b"a;b\n1,5;2\n2,5;3\n", ["a", "b"], 2, []),
    ("titles above", b"Sales report\nfor 2024\n\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2, []),
    ("padded titles above", b"Report,,\n,,\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2, []),
    ("open quote", b'a,b\n"x,1\ny,2\nz,3\n', ["a", "b"], 3, []),
    ("CR", b"a,b\r1,2\r3,4\r", ["a", "b"], 2, []),
    ("CRLF", b"a,b\r\n1,2\r\n3,4\r\n", ["a", "b"], 2, []),
    ("mixed row ends", b"a,b\r\n1,2\n3,4\r\n5,6\n", ["a", "b"], 3, []),
    ("NUL", b"a,b\nx\0y,2\nz,4\n", ["a", "b"], 2, []),
    ("no last row end", b"a,b\n1,2\n3,4", ["a", "b"], 2, []),
    ("cut in the middle", b"a,b\n1,2\n1000,100", ["a", "b"], 2, []),
    ("tabs", b"a\tb\n1\t2\n", ["a", "b"], 1, []),
    ("pipes", b"a|b\n1|2\n", ["a", "b"], 1, []),
    ("spaces", b"a b c\n1 2 3\n4 5 6\n7 8 9\n", ["a", "b", "c"], 3, []),
    ("colons", b"a:b:c\n1:2:3\n4:5:6\n7:8:9\n", ["a", "b", "c"], 3, []),
    ("comma and space", b'a, b\n1, 2\n3, "x, y"\n', ["a", "b"], 2, []),
    ("single quotes", b"a,b\n'x, y',1\n'it''s',2\n", ["a", "b"], 2, []),
    ("backslashes", b'a,b\n"say \\"hi\\", he said",1\n"b",2\n', ["a", "b"], 2, []),
    ("no header", b"1,x,2024-01-02\n2,y,2024-01-03\n", ["column1", "column2", "column3"], 2, []),
    ("names over values", b"2019,2020\n1,2\n3,4\n", ["2019", "2020"], 2, []),
    (
        "header of two rows",
        b"price,,size,\nmin,max,min,max\n1,2,3,4\n5,6,7,8\n",
        ["price min", "max", "size min", "max_2"],
        2,
        [],
    ),
    ("delimiters at row ends", b"a,b,\n1,2,\n3,4,\n", ["a", "b"], 2, []),
    ("second table", b"a,b,c\n1,2,3\n4,5,6\n\nname,city\nBob,Rome\n", ["a", "b", "c"], 2, ["second_table"] * 2),
    ("second table of its width", b"a,b\n1,2\n3,4\n5,6\n\nname,city\nBob,Rome\n", ["a", "b"], 3, ["second_table"] * 2),
    ("header again", b"a,b\n1,2\n3\na,b\n5,6\n", ["a", "b"], 2, ["too_few_fields", "repeated_header"]),
    ("one column", b"id\n1\n2\n\n4\n\n", ["id"], 5, []),
    ("comments above", b"# made by hand\n# on Monday\na,b\n1,2\n3,4\n", ["a", "b"], 2, []),
    ("blank lines", b"a,b\n\n1,2\n\n\n3,4\n\n", ["a", "b"], 2, []),
]


@pytest.mark.parametrize(
    ("content", "names", "rows", "codes"), [each[1:] for each in STRUCTURES], ids=[each[0] for each in STRUCTURES]
)
def test_structure_is_understood(convert, content, names, rows, codes):
    report, table = convert(content)

    assert table.column_names == names
    assert (report.rows, table.num_rows) == (rows, rows)
    assert [each.code for each in report.rejects] == codes
    assert report.reject_count == len(codes)


def test_decimal_commas_are_numbers(convert):
    report, table = convert(b"a;b\n1,5;2\n2,5;3\n")

    assert table["a"].to_pylist() == [Decimal("1.5"), Decimal("2.5")]
    assert report.columns[0]["style"] == "0,0"


def test_cell_under_an_open_quote_keeps_it(convert):
    _, table = convert(b'a,b\n"x,1\ny,2\nz,3\n')

    assert table["a"].to_pylist() == ['"x', "y", "z"]
    assert table["b"].to_pylist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "größe,naïve €\n"),
        ("utf-8-sig", "größe,naïve €\n"),
        ("utf-16", "größe,naïve €\n"),
        ("utf-16-le", "größe,naïve €\n"),
        ("utf-16-be", "größe,naïve €\n"),
        ("utf-32", "größe,naïve €\n"),
        ("utf-32-be", "größe,naïve €\n"),
        ("cp1252", "größe,naïve €\n"),
        ("latin-1", "größe,naïve ©\n"),
        ("cp1251", "Привет мир из Москвы,как дела сегодня\n"),
        ("shift_jis", "こんにちは世界の皆さん,日本語の文章です\n"),
        ("gb18030", "你好世界这是中文,今天天气很好我们去公园\n"),
        ("euc_kr", "안녕하세요 여러분,오늘은 날씨가 좋습니다\n"),
        ("big5", "歡迎來到台灣這裡很好,今天天氣很好我們去公園\n"),
    ],
)
def test_encoding_is_found_and_every_cell_is_right(convert, encoding, text):
    rows = ["name,note\n", *itertools.repeat(text, 400)]

    report, table = convert("".join(rows).encode(encoding))

    first, second = text.strip().split(",")
    assert table["name"].to_pylist() == [first] * 400
    assert table["note"].to_pylist() == [second] * 400
    assert report.dialect.report()["encoding_confidence"] > 0.2


def test_bad_bytes_cost_their_row_only(convert):
    good = b"".join(b"%d,gr\xc3\xb6\xc3\x9fe\n" % i for i in range(100))
    content = b"id,name\n" + good + b"100,bad \xff byte\n" + good

    report, table = convert(content)

    assert table.num_rows == 200
    [reject] = report.rejects
    assert (reject.line, reject.byte, reject.column, reject.code) == (102, 8 + len(good), "name", "bad_encoding")
    assert "bad" in reject.text


def test_rejects_tell_physical_lines_behind_quoted_newlines(convert):
    content = b'a,b\n"x\ny\r\nz",1\n2\n3,4\n5,6,7\n'

    report, table = convert(content)

    assert table.num_rows == 2
    assert [(each.line, each.byte, each.code) for each in report.rejects] == [
        (5, 15, "too_few_fields"),
        (7, 21, "too_many_fields"),
    ]


def test_missing_delimiter_is_mended_where_there_is_one_way(convert):
    rows = b"".join(b"2024-01-%02d,10:%02d,AB-%03d\n" % (i % 28 + 1, i % 60, i % 1000) for i in range(50))
    content = b"day,time,code\n" + rows + b"2024-01-0110:30,AB-001\n" + rows

    report, table = convert(content)

    assert table.num_rows == 101
    assert table["time"].to_pylist()[50] == dt.time(10, 30)
    assert [(each["code"], each["line"], each["count"]) for each in report.warnings] == [("missing_delimiter", 52, 1)]


def test_extra_delimiter_is_mended_where_there_is_one_way(convert):
    rows = b"".join(b"2024-01-%02d,%d,AB-%03d\n" % (i % 28 + 1, i, i % 1000) for i in range(50))
    content = b"day,n,code\n" + rows + b"2024-01-01,,7,AB-001\n" + rows

    report, table = convert(content)

    assert table["n"].to_pylist()[50] == 7
    assert [each["code"] for each in report.warnings] == ["extra_delimiter"]


def test_stray_quotes_cost_nothing(convert):
    rows = b"".join(b'%d,"5"" pipe",x\n' % i for i in range(2000))
    content = b"id,name,note\n" + rows + b'7,6" pipe,a "word" here\n8,"say "hi" now",y\n9,"open,z\n' + rows

    report, table = convert(content)

    assert table.num_rows == 4003
    assert table["name"].to_pylist()[2000:2003] == ['6" pipe', 'say "hi" now', '"open']
    assert table["note"].to_pylist()[2000:2003] == ['a "word" here', "y", "z"]
    assert report.reject_count == 0
    assert {each["code"] for each in report.warnings} == {"stray_quote"}


GOOD = b"".join(b"%d,Ann,x\n" % i for i in range(150_000))
WRONG_WIDTHS = {
    # file with one row of the wrong width, that row, its line, code
    "too many": (b"id,name,note\n1,Ann,x\n%s\n3,Bob,y\n", b'2,"Roe, Jo\nJr",c,d', 3, "too_many_fields"),
    "too few": (b"id,name,note\n1,Ann,x\n%s\n3,Bob,y\n", b'2,"Roe, Jo\nJr"', 3, "too_few_fields"),
    "newline in another cell": (
        b"id,name,address,note\n0,Ann,Ulm,x\n%s\n2,Bob,Bonn,y",
        b'1,"Smith, J","High St 5\nUlm"',
        3,
        "too_few_fields",
    ),
    "all in quotes": (
        b'"id","name","note"\n"1","Ann","x"\n%s\n"3","Bob","y"\n',
        b'"2","Roe, Jo\nJr","c","d"',
        3,
        "too_many_fields",
    ),
    "an odd quote in another cell": (
        b"id,name,note\n1,Ann,x\n%s\n3,Bob,y\n",
        b'2,"Roe, Jo\nJr",5" pipe,d',
        3,
        "too_many_fields",
    ),
    "doubled quotes": (b"id,name,note\n1,Ann,x\n%s\n3,Bob,y\n", b'2,"a ""b"",\nc",d,e', 3, "too_many_fields"),
    "behind many rows, too many": (
        b"id,name,note\n" + GOOD + b"%s\n3,Bob,y\n",
        b'2,"Roe, Jo\nJr",c,d',
        150_002,
        "too_many_fields",
    ),
    "behind many rows, too few": (
        b"id,name,note\n" + GOOD + b"%s\n3,Bob,y\n",
        b'2,"Roe, Jo\nJr"',
        150_002,
        "too_few_fields",
    ),
}


@pytest.mark.parametrize(("content", "row", "line", "code"), WRONG_WIDTHS.values(), ids=WRONG_WIDTHS)
def test_well_formed_quoted_cell_is_never_cut_apart(convert, content, row, line, code):
    report, table = convert(content % row)

    assert [(each.line, each.code, each.text) for each in report.rejects] == [(line, code, row.decode())]
    assert table["name"].to_pylist()[-2:] == ["Ann", "Bob"]
    assert table.num_rows == line - 1
    assert not report.warnings


def test_runaway_quote_does_not_swallow_the_file(convert):
    rows = b"".join(b"%d,name %d\n" % (i, i) for i in range(200_000))
    content = b'id,name\n1,"open\n' + rows

    report, table = convert(content)

    assert table.num_rows == 200_001
    assert table["name"].to_pylist()[0] == '"open'
    assert [each["code"] for each in report.warnings] == ["runaway_quote"]


def test_long_quoted_cell_is_kept(convert):
    cell = b"word, word\n" * 300_000
    content = b'id,text\n1,"' + cell + b'"\n2,x\n'

    _, table = convert(content)

    assert table["text"].to_pylist() == [cell.decode(), "x"]


def test_header_less_file_gets_no_header_when_exported(convert):
    content = b"1,x,2024-01-02\n2,y,2024-01-03\n"

    assert convert(content, to="csv")[1] == content


@pytest.mark.parametrize(("content", "exported"), [(b"", b""), (b"a,b\n", b"a,b\n")])
def test_file_without_rows_is_exported_as_it_is(convert, content, exported):
    assert convert(content, to="csv")[1] == exported


def test_export_as_ndjson_keeps_types(convert):
    content = b"i,d,t,b,n\n1,1.50,2024-01-02,true,\n9007199254740993,2.25,2024-01-03,false,x\n"

    exported = convert(content, to="ndjson")[1]

    assert exported.decode().splitlines() == [
        '{"i":1,"d":1.50,"t":"2024-01-02","b":true,"n":null}',
        '{"i":"9007199254740993","d":2.25,"t":"2024-01-03","b":false,"n":"x"}',
    ]
