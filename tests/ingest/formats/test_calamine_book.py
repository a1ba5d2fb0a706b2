"""Old workbooks and OpenDocument spreadsheets: the first sheet that is shown, with values as canonical texts."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from typing import Any

import pytest

from parquay.errors import BadInput
from parquay.ingest.formats import ods_texts
from parquay.ingest.formats.limits import Refused
from parquay.ingest.text.overrides import Overrides

OLD = zlib.decompress(base64.b85decode(
    "c-rk)U2GIp6#nka>~Fi<EwqhP-Bc1$N=r}@Bq%N#vAz_L7mN^ax;xO?-"
    "EEn!3Cn|0aUX4JeA4(rf*LU4=f$636Pu9WgQP|iOe7{P7+&zj1QH)g*K^Ly&XzKmHla<5dp2|Ce&^mh=bLlyJ@@YXJkdCL;(Y5A=E#fCF;k8pI"
    "LoH!ic~-XR9`N0v2qX7Rj$dhl1P{aG8n*x*iRuILmuxbXgFt#lLoHQwGV^XF_5>~mQY?64yIxbTUD6mo<=j$z-"
    "M%iW0i1QAv!I3rRcNL{(I5e#PXr&t<-i>y@`p`j`q#&Tz*4aEp>6y3g1Yd-^KC_n(-"
    "sg<@ZLF(>8#Y>^?JFtGK5kY1HE+XzFxXdCO+pfX@*HiX@%6TxTYeG@9`R=ZmVTt+#heE|)Z7_>!}Rpe;i~lW3v|coMhEZNRNcrum_*W?x#n0@?"
    "q$+a9`)Jxs&xXOGaB``M#3<bL)#toOCo)05`fKh_N37|L%cUb-"
    "b(!o>j3$sk_q%Vey4iF!@Q&Sl^gvtX7G!@elv0Ji4_3q>}J);Wfqg<i{^#@lEh*x;nVAuDZL1)AwcC?E7?$XnjbS>$8T?n_%bkTHu?V;0Di&JL"
    "ve+4PQ0dN5s})(5lZA?kgQ9@Raa&01WuVZ(FO+U)3wrkRS9coTOe-"
    "k7AKdeRwU!sSLuNC}Ga^r^pp>F(K;Iv|!~ve`OY@{=45lrhXbsB_$_adf-"
    "%SSR{@dFrE5ZWY}`A)x!3UCnOc)#K9U1F2m@em08yntEzh`DrSbZod9)vUEMQmda<krj9n9`7Lz<t7*J4)SrLH(V;rjr=PHVm#W;Ao4EfFz3QG"
    "M9@Y{r_p*ELXuuuF@KHSEaH6fi*W8qnd{vers)pxjxkfeW8&z)MAdZgiA&rpXA)QdbLk6LshXRB`9tsi)dniOG;-"
    "N61sD~ni>Rf)#0kg{QT`elMsvjl%>IseE5jhkz;%c0a0_!ho^roy0=rmfqLp7o6uje;iJ$)rLMlCo$G-"
    "EHlY6}httANG_3+AK5zvkm#6aN*y&g_Yae~vf%Z<nLUvlsb*!k(GIO4yHGI{eWSH?}zz=JIFf<?*_&94?wK7frZ0vC!v?6?4&rOWft63zxXdMH"
    "epXgv%z6i!NM7u5TVW?{d+F%kaSd?iXAxx-S>q<r2i>RF1f_f)Dr(r4W(|NvfB{h{aosxbI@D%5qzbiygE7-"
    "?pIsGpaSINlpAj$tDj;?uKmRPR<Fr-*xWLHB<Xc^3cj|4A8GYf3UVAPj?%|1<jup1XSf&YMy;6-"
    "wRpxkarvX=n)?M3!cBUXQ<ilGw+Ux2e*V4>VIY-JQvyjzYt=`76"
))  # fmt: skip
"""A workbook of four sheets: `Hidden`, `Data` of three rows, `Empty`, `Other`."""

CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    "<office:body><office:spreadsheet>"
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"


def cell(kind: str, text: str, **values: str) -> str:
    written = "".join(f' office:{name}="{value}"' for name, value in values.items())
    return f'<table:table-cell office:value-type="{kind}"{written}><text:p>{text}</text:p></table:table-cell>'


def document(**sheets: list[list[str]]) -> bytes:
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join("<table:table-row>" + "".join(row) + "</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", HEAD + tables + TAIL)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


def names(*texts: str) -> list[str]:
    return [cell("string", text) for text in texts]


SHEET = [
    names("id", "name", "day", "at", "lasts", "share", "flag", "clock"),
    [
        cell("float", "1", value="1"),
        *names("007"),
        cell("date", "1.2.24", **{"date-value": "2024-02-01"}),
        cell("date", "", **{"date-value": "2024-02-01T13:05:09"}),
        cell("time", "", **{"time-value": "PT36H00M00S"}),
        cell("percentage", "25%", value="0.25"),
        cell("boolean", "TRUE", **{"boolean-value": "true"}),
        cell("time", "", **{"time-value": "PT08H30M01S"}),
    ],
    [
        cell("float", "2", value="2"),
        *names("Müller, A."),
        cell("date", "", **{"date-value": "1899-01-01"}),
        cell("date", "", **{"date-value": "2024-02-01T00:00:00"}),
        cell("time", "", **{"time-value": "PT00H00M01S"}),
    ],
]


def record(kind: int, content: bytes) -> bytes:
    """A record of BIFF12: its kind and its length, seven bits a byte."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(content)
    return head + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + content


def wide(text: str) -> bytes:
    return len(text).to_bytes(4, "little") + text.encode("utf-16-le")


def binary_workbook() -> bytes:
    """A workbook with one sheet `S`: a text and a number in each of two rows below their names."""
    rows: list[list[str | float]] = [["name", "n"], ["007", 1.5], ["b", 2.0]]
    body = record(129, b"") + record(148, struct.pack("<4I", 0, 2, 0, 1)) + record(145, b"")
    for number, row in enumerate(rows):
        body += record(0, struct.pack("<I", number) + bytes(13))
        for column, value in enumerate(row):
            place = struct.pack("<2I", column, 0)
            if isinstance(value, str):
                body += record(6, place + wide(value))
            else:
                body += record(5, place + struct.pack("<d", value))
    book = (
        record(143, b"")
        + record(156, struct.pack("<2I", 0, 1) + wide("rId1") + wide("S"))
        + record(144, b"")
        + record(132, b"")
    )
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.bin" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr("xl/worksheets/sheet1.bin", body + record(146, b""))
    return out.getvalue()


@pytest.mark.parametrize("name", ["book.xlsb", "book.xlsx", "book"])
def test_a_binary_workbook_is_read_whatever_it_is_called(convert, name):
    report, table = convert(binary_workbook(), name=name)

    assert texts(report, table) == {"name": ("string", ["007", "b"]), "n": ("double", ["1.5", "2.0"])}
    with pytest.raises(BadInput) as refused:
        convert(binary_workbook()[:200], name=name)
    assert refused.value.code == "broken_file"


def texts(report: Any, table: Any) -> dict[str, tuple[str, list[str | None]]]:
    types = {name: str(kind) for name, kind in zip(table.column_names, table.schema.types, strict=True)}
    return {
        name: (types[name], [None if each is None else str(each) for each in table[name].to_pylist()])
        for name in table.column_names
    }


def test_an_old_workbook_is_read_with_its_dates_times_and_durations(convert):
    report, table = convert(OLD, name="book.xls")

    found = texts(report, table)
    assert found["id"] == ("int64", ["1", "2", "3"])
    assert found["name"][1] == ["Müller", "007", "a,b\nc"]
    assert found["day"] == ("date32[day]", ["2024-02-01", "2024-02-02", "2024-02-03"])
    assert found["at"][1] == ["2024-02-01 00:00:00", "2024-02-02 13:05:00", "2024-02-03 13:10:00"]
    assert found["clock"][1] == ["08:30:01", "08:30:02", "08:30:03"]
    assert found["dur"][1] == [str(36 * 3600 * 1_000_000)] * 3
    assert found["flag"] == ("bool", ["True", "False", "False"])
    assert [(each["code"], each["text"]) for each in report.warnings] == [
        ("other_sheets", "Data is read, not Hidden, Other")
    ]


def wrong(text: str, **repeated: str) -> str:
    """A cell with an error as LibreOffice writes it."""
    about = "".join(f' table:{name.replace("_", "-")}="{count}"' for name, count in repeated.items())
    return (
        f'<table:table-cell{about} table:formula="of:=1/0" office:value-type="string" office:string-value=""'
        f' xmlns:calcext="{CALCEXT}" calcext:value-type="error"><text:p>{text}</text:p></table:table-cell>'
    )


def test_errors_of_a_spreadsheet_are_texts_at_their_places(convert):
    rows = [
        names("a", "b", "c"),
        [cell("float", "1", value="1"), wrong("#DIV/0!", number_columns_repeated="2")],
        [wrong("#N/A"), cell("float", "2", value="2")],
        [wrong("#REF!")],
    ]
    other = [names("x"), [wrong("#NAME?")]]

    _, table = convert(document(S=rows, Other=other), name="book.ods")

    assert table.to_pydict() == {
        "a": ["1", "#N/A", "#REF!"],
        "b": ["#DIV/0!", "2", None],
        "c": ["#DIV/0!", None, None],
    }


def test_numbers_and_moments_keep_the_digits_that_calamine_has_no_room_for(convert):
    rows = [
        names("id", "share", "at", "clock"),
        [
            cell("float", "", value="9007199254740993"),
            cell("percentage", "", value="0.0712345678901234567"),
            cell("date", "", **{"date-value": "2024-02-01T13:05:09.123456789"}),
            cell("time", "", **{"time-value": "PT08H30M01.123456789S"}),
        ],
        [cell("float", "", value="2")],
    ]

    exported = convert(document(S=rows), name="book.ods", to="csv")[1].decode().splitlines()

    assert exported[1:] == [
        "9007199254740993,0.0712345678901234567,2024-02-01 13:05:09.123456789,08:30:01.123456789",
        "2,,,",
    ]


def test_errors_without_number_entities_and_what_is_cut_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(ods_texts, "MAX_CELLS", 3)
    path = tmp_path / "book.ods"
    whole = document(S=[names("a"), [wrong("#N/A", number_columns_repeated="4")]])
    entity = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    codes = []
    for content in (whole, archive_of(entity), archive_of("<a><b></a>"), b"PK"):
        path.write_bytes(content)
        with pytest.raises(Refused) as refused:
            ods_texts.lost_cells(path, "S")
        codes.append(refused.value.args[0])

    assert codes == ["too_expensive", "broken_file", "broken_file", "broken_file"]


def archive_of(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", content)
    return out.getvalue()


def test_a_spreadsheet_is_read_with_its_values_and_not_their_pictures(convert):
    report, table = convert(document(S=SHEET, More=[names("x"), names("y")]), name="book.ods")

    found = texts(report, table)
    assert found["id"] == ("int64", ["1", "2"])
    assert found["name"][1] == ["007", "Müller, A."]
    assert found["day"][1] == ["2024-02-01", "1899-01-01"]
    assert found["at"][1] == ["2024-02-01 13:05:09", "2024-02-01 00:00:00"]
    assert found["lasts"][1] == [str(36 * 3600 * 1_000_000), "1000000"]
    assert {each["name"]: each["type"] for each in report.columns}["lasts"] == "duration"
    assert found["clock"][1] == ["08:30:01", None]
    assert [(each["code"], each["text"]) for each in report.warnings] == [("other_sheets", "S is read, not More")]


@pytest.mark.parametrize(
    ("name", "content"), [("a.xls", OLD), ("a.ods", document(S=SHEET, Other=[names("x"), names("y")]))]
)
def test_a_sheet_can_be_meant_and_one_that_is_not_there_is_refused(convert, name, content):
    with pytest.raises(BadInput) as refusal:
        convert(content, name=name, overrides=Overrides(sheet="Nothing"))
    with pytest.raises(BadInput) as empty:
        convert(content[: len(content) // 2], name=name)

    assert refusal.value.code == "no_sheet"
    assert empty.value.code == "broken_file"


def test_text_that_is_called_an_old_workbook_is_text(convert):
    _, table = convert(b"id\tname\n1\ta\n2\tb\n", name="export.xls")

    assert table.to_pydict() == {"id": [1, 2], "name": ["a", "b"]}
