from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from parquay.errors import BadInput
from parquay.ingest.formats import workbook
from parquay.ingest.formats.workbook_styles import DAMAGED
from parquay.ingest.text.overrides import Overrides

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(*rows: str, tail: str = "", strings: tuple[str, ...] = (), formats: tuple[str, ...] = (), old=False) -> bytes:
    """A workbook of one sheet whose rows are XML; `old`: days are counted from 1904."""
    book = openpyxl.Workbook()
    if old:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    page = book.active
    for i, shape in enumerate(formats, 1):
        page.cell(1, i, 1.5).number_format = shape
    page.append(["filler"])
    made = io.BytesIO(saved(book))
    out = io.BytesIO()
    body = "".join(f"<row>{row}</row>" for row in rows)
    items = "".join(f"<si>{each}</si>" for each in strings)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = f'<worksheet xmlns="{NS}"><sheetData>{body}</sheetData>{tail}</worksheet>'.encode()
            target.writestr(name, content)
        target.writestr("xl/sharedStrings.xml", f'<sst xmlns="{NS}">{items}</sst>')
    return out.getvalue()


def t(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def n(value: object, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def v(value: object, kind: str) -> str:
    return f'<c t="{kind}"><v>{value}</v></c>'


def cells(convert, content: bytes, **options) -> list[str]:
    found: list[str] = convert(content, name="b.xlsx", **options)[1]["v"].to_pylist()
    return found


HEADER = t("id") + t("v")


def rows_of(*values: str) -> list[str]:
    return [HEADER, *(n(i) + value for i, value in enumerate(values))]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (t("one_x000D_\ntwo"), "one\r\ntwo"),
        (t("tab_x0009_here"), "tab\there"),
        (t("_x005F_x000D_"), "_x000D_"),
        (t("a_x005F_b"), "a_b"),
        (t("_xD83D__xDE00_"), "😀"),
        (t("_xD83D_ alone"), "_xD83D_ alone"),
        (t("_x0000_"), "_x0000_"),
        (t("_x12_ _xZZZZ_"), "_x12_ _xZZZZ_"),
        (t("007"), "007"),
        (t("  padded "), "  padded "),
        (t('say "hi", you'), 'say "hi", you'),
        (t("#N/A"), "#N/A"),
        (v("#DIV/0!", "e"), "#DIV/0!"),
        (v("f_x000A_g", "str"), "f\ng"),
        ("<c t='inlineStr'><is><r><t>rich </t></r><r><rPr/><t>text</t></r><rPh><t>x</t></rPh></is></c>", "rich text"),
        ("<c t='s'><v>0</v></c>", "shared_x000D_"),
        ("<c t='s'><v>1</v></c>", "two runs"),
    ],
)
def test_texts_of_cells_are_as_they_are_meant(tmp_path, cell, text):
    strings = ("<t>shared_x005F_x000D_</t>", "<r><t>two </t></r><r><t>runs</t></r>")

    (tmp_path / "in").write_bytes(sheet(*rows_of(cell, t("plain")), strings=strings))

    workbook.read_workbook(tmp_path / "in", tmp_path / "out", "")

    with (tmp_path / "out").open(newline="") as file:
        assert list(csv.reader(file)) == [["id", "v"], ["0", text], ["1", "plain"]]


@pytest.mark.parametrize(
    ("shape", "values", "texts"),
    [
        ("[h]:mm:ss", [1.5, 0.25, 2], ["36:00:00", "6:00:00", "48:00:00"]),
        ("[hh]:mm:ss.000", [0.0000057870370370, 1, 100], ["0:00:00.500000", "24:00:00", "2400:00:00"]),
        ("[mm]:ss", [-0.5, 1, 2], ["-12:00:00", "24:00:00", "48:00:00"]),
        ("h:mm", [0.5, 0.25, 0.75], ["12:00:00", "06:00:00", "18:00:00"]),
        ('"Schicht" yyyy-mm-dd', [45292, 45293, 45294], ["2024-01-01", "2024-01-02", "2024-01-03"]),
        ("[White]yyyy-mm-dd", [45292, 45293, 45294], ["2024-01-01", "2024-01-02", "2024-01-03"]),
        ("yyyy-mm-dd h:mm", [45292, 45292.5, 45293], ["2024-01-01 00:00:00", "2024-01-01 12:00:00", "2024-01-02 00:00:00"]),
        ("0%", [0.12, 0.5, 1], ["0.12", "0.5", "1"]),
    ],
)  # fmt: skip
def test_numbers_are_read_by_their_format(convert, shape, values, texts):
    content = sheet(*rows_of(*(n(each, 1) for each in values)), formats=(shape,))

    exported = convert(content, name="b.xlsx", to="csv")[1]

    assert [line.partition(",")[2] for line in exported.decode().splitlines()[1:]] == texts


def test_numbers_that_no_double_is_keep_their_digits(convert):
    content = sheet(*rows_of(n("9007199254740993.0"), n("12345678901234567890"), n("0.1234567890123456789")))

    assert cells(convert, content) == ["9007199254740993", "12345678901234567890", "0.1234567890123456789"]


def test_moments_keep_microseconds_in_numbers_and_what_is_finer_in_texts(convert):
    content = sheet(*rows_of(n("45292.123456789012", 1), v("2024-01-01T00:00:00.123456789", "d")), formats=("h:mm:ss",))

    exported = convert(content, name="b.xlsx", to="csv")[1].decode()

    assert exported == "id,v\n0,2024-01-01 02:57:46.666571\n1,2024-01-01 00:00:00.123456789\n"


def test_days_are_counted_from_1904_where_the_workbook_says_so(convert):
    content = sheet(*rows_of(n(43830, 1), n(43831, 1)), formats=("yyyy-mm-dd",), old=True)

    assert cells(convert, content) == [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]


def test_date_that_is_none_stays_a_number_and_is_told(convert):
    content = sheet(*rows_of(n(45292, 1), n(9999999, 1), n(-5, 1)), formats=("yyyy-mm-dd",))

    report, table = convert(content, name="b.xlsx")

    assert table["v"].to_pylist() == ["2024-01-01", "9999999", "1899-12-25"]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("no_such_date", 1)]


def test_day_that_only_workbooks_have_stays_a_number_and_is_told(convert):
    rows = rows_of(n(59, 1), n(60, 1), n(60.5, 1), n(61, 1), n(0, 1))

    report, table = convert(sheet(*rows, formats=("yyyy-mm-dd",)), name="b.xlsx")

    assert table["v"].to_pylist() == ["1900-02-28", "60", "60.5", "1900-03-01", "0"]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("no_such_date", 3)]


def test_first_day_of_1904_is_a_day(convert):
    days = sheet(*rows_of(n(0, 1), n(1, 1)), formats=("yyyy-mm-dd",), old=True)
    clocks = sheet(*rows_of(n(0, 1), n(0.5, 1)), formats=("hh:mm:ss",), old=True)

    assert cells(convert, days) == [dt.date(1904, 1, 1), dt.date(1904, 1, 2)]
    assert cells(convert, clocks) == [dt.time(0), dt.time(12)]


def test_formula_without_a_value_and_merged_cells_are_told(convert):
    """A text that a formula made may be empty; a number may not."""
    rows = [HEADER, n(1) + "<c r='B2'><f>1+1</f></c>", n(2) + "<c r='B3'><f>2+2</f><v></v></c>", n(3) + n(9)]
    rows.append(n(4) + "<c r='B5' t='str'><f>LEFT(A1,0)</f><v></v></c>")
    content = sheet(*rows, tail='<mergeCells count="1"><mergeCell ref="A4:A5"/></mergeCells>')

    report, table = convert(content, name="b.xlsx")

    assert table["v"].to_pylist() == [None, None, 9, None]
    assert report.warnings == [
        {"code": "formula_without_value", "line": 1, "count": 2, "text": "first in B2"},
        {"code": "merged_cells", "line": 1, "count": 1, "text": "first in A4:A5"},
    ]


def test_first_sheet_that_is_shown_and_has_rows_is_read_and_the_others_are_named(convert):
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    for name, state in (("Secret", "hidden"), ("Data", "visible"), ("More", "visible"), ("Blank", "visible")):
        page = book.create_sheet(name)
        page.sheet_state = state
        for row in [] if name == "Blank" else [["a", "b"], [1, name], [2, name]]:
            page.append(row)
    content = saved(book)

    report, table = convert(content, name="b.xlsx")
    told, _ = convert(content, name="b.xlsx", overrides=Overrides(sheet="Secret"))

    assert table["b"].to_pylist() == ["Data", "Data"]
    assert report.warnings == [
        {"code": "other_sheets", "line": 1, "count": 2, "text": "Data is read, not Secret, More"}
    ]
    assert told.warnings == []


def test_rows_and_cells_may_be_left_out(convert):
    book = openpyxl.Workbook()
    page = book.active
    for place, value in {"A1": "id", "B1": "v", "C1": "w", "A2": 1, "C2": 2, "B4": 3, "C4": 4}.items():
        page[place] = value

    _, table = convert(saved(book), name="b.xlsx")

    assert table.to_pylist() == [{"id": 1, "v": None, "w": 2}, {"id": None, "v": 3, "w": 4}]


@pytest.mark.parametrize("first", ["_rels/", "customXml/item1.xml", "docProps/", "xl/"])
def test_workbook_is_known_whatever_its_archive_begins_with(convert, first):
    out = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(sheet(*rows_of(n(1), n(2)))))
    with zipfile.ZipFile(out, "w") as target:
        target.writestr(first, "")
        for name in source.namelist():
            target.writestr(name, source.read(name))

    for name in ("b.xlsx", "b", "b.zip"):
        assert convert(out.getvalue(), name=name)[1]["v"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"xl/workbook.bin": b"x"}, "broken_file"),
        ({"data.csv": b"a,b\n1,2\n"}, "wrong_format"),
        ({"xl/workbook.xml": b"<broken"}, "broken_file"),
    ],
)
def test_what_is_no_such_workbook_is_refused_by_name(convert, members, code):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    with pytest.raises(BadInput) as refusal:
        convert(out.getvalue(), name="b.xlsx")

    assert refusal.value.code == code


LOOKS = [
    ("xl/styles.xml", b"<fills", b"<fills><fill/></fills><fills"),
    ("xl/styles.xml", b"<fonts", b"<fonts><font><sz val='large'/></font></fonts><fonts"),
    ("docProps/core.xml", b"</cp:coreProperties>", b"<broken"),
    ("xl/theme/theme1.xml", b"<a:theme", b"<broken"),
]


def styled_book() -> bytes:
    """A workbook with a number and a day."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["n", "day"])
    book.active.append([1.5, dt.date(2024, 2, 29)])
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """A workbook with other bytes in one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        assert old in source.read(member)
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new, 1) if name == member else source.read(name))
    return out.getvalue()


@pytest.mark.parametrize(("member", "old", "new"), LOOKS)
def test_looks_that_are_broken_do_not_matter(convert, member, old, new):
    table = convert(rewritten(styled_book(), member, old, new), name="b.xlsx")[1]

    assert table.to_pydict() == {"n": [Decimal("1.5")], "day": [dt.date(2024, 2, 29)]}


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        ("xl/styles.xml", b"<cellXfs", b"<broken"),
        ("xl/worksheets/sheet1.xml", b'r="A2"', b'r="2A"'),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<"),
        ("xl/workbook.xml", b"</sheets>", b"<"),
    ],
)
def test_a_damaged_workbook_is_said_to_be_one(convert, member, old, new):
    with pytest.raises(BadInput) as refusal:
        convert(rewritten(styled_book(), member, old, new), name="b.xlsx")

    assert (refusal.value.code, refusal.value.detail) == ("broken_file", DAMAGED)


def test_row_beyond_the_last_one_is_refused(convert):
    content = sheet(HEADER, f'{n(1)}</row><row r="99999999">{n(2)}')

    with pytest.raises(BadInput) as refusal:
        convert(content, name="b.xlsx")

    assert refusal.value.code == "broken_file"


def test_more_columns_than_a_table_has_are_refused_by_name(convert):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD2"] = "a", 5
    book.save(out)

    with pytest.raises(BadInput) as refusal:
        convert(out.getvalue(), name="b.xlsx")

    assert refusal.value.code == "too_many_columns"


def test_names_in_a_header_are_unique_and_safe(convert):
    rows = [t("id") + t("ID") + t("_rid") + t("a_x000A_b"), n(1) + n(2) + n(3) + n(4), n(5) + n(6) + n(7) + n(8)]

    report, table = convert(sheet(*rows), name="b.xlsx")

    assert table.column_names == ["id", "ID_2", "_rid_2", "a b"]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("renamed_column", 3)]
