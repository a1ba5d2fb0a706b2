from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from typing import Literal

import pytest

from parquay.errors import BadInput, NoTable, TooLarge
from parquay.ingest.convert import members
from parquay.ingest.convert.convert_file import convert_many
from parquay.ingest.convert.incremental import Outcome
from parquay.ingest.text.archive import is_junk
from parquay.ingest.text.overrides import Overrides

ROWS = b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i) for i in range(20))


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return out.getvalue()


def streamed(*members: tuple[str, bytes]) -> bytes:
    """An archive as it is written where one cannot go back: sizes behind the data."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.content += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, body in members:
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(body)
    return bytes(pipe.content)


Mode = Literal["w", "w:gz", "w:bz2", "w:xz"]


def tarred(mode: Mode, *members: tuple[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=kind) as archive:
        for name, body in members or (("data.csv", ROWS),):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return out.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same archive, its member marked as encrypted in both headers."""
    found = bytearray(content)
    directory = found.rindex(b"PK\x01\x02")
    for at in (6, directory + 8):
        struct.pack_into("<H", found, at, 1)
    return bytes(found)


@pytest.mark.parametrize(
    "content",
    [
        zipped(("__MACOSX/._data.csv", b"\0\5\x16\7" * 40), ("data.csv", ROWS)),
        zipped(("data.csv", ROWS), ("__MACOSX/._data.csv", b"\0\5\x16\7" * 40)),
        zipped((".DS_Store", b"\0\0\0\1Bud1"), ("folder/", b""), ("folder/data.csv", ROWS), ("folder/Thumbs.db", b"x")),
        zipped(("data", ROWS)),
        streamed(("data.csv", ROWS)),
        streamed((".DS_Store", b"x"), ("data.csv", ROWS)),
        zipped(("data.csv", ROWS), how=zipfile.ZIP_BZIP2),
        zipped(("data.csv", ROWS), how=zipfile.ZIP_STORED) + b"",
    ],
)
def test_member_with_the_table_is_read_whatever_lies_beside_it(convert, content):
    report, table = convert(content, name="data.zip")

    assert table["id"].to_pylist() == list(range(20))
    assert report.warnings == []


def test_the_one_table_is_read_and_what_lies_beside_it_is_named(convert):
    content = zipped(("README.txt", b"some words"), ("b.csv", ROWS), ("c.png", b"\x89PNG"))

    report, table = convert(content, name="data.zip")

    assert table.column_names == ["id", "name"]
    assert report.warnings == [
        {"code": "other_members", "line": 1, "count": 2, "text": "b.csv is read, not README.txt, c.png"}
    ]


TWO = (("x/b.csv", ROWS), ("README.txt", b"some words"), ("x/a.csv", b"x,y\n1,2\n"))


@pytest.mark.parametrize(("name", "content"), [("d.zip", zipped(*TWO)), ("d.tar.gz", tarred("w:gz", *TWO))])
def test_several_tables_are_refused_with_their_names_and_one_can_be_meant(convert, name, content):
    with pytest.raises(BadInput) as refusal:
        convert(content, name=name)
    _, table = convert(content, name=name, overrides=Overrides(member="a.csv"))

    assert refusal.value.code == "several_members"
    assert "x/b.csv, x/a.csv" in refusal.value.detail
    assert table.to_pydict() == {"x": [1], "y": [2]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.tar", tarred("w")),
        ("data.tar.gz", tarred("w:gz")),
        ("data.tgz", tarred("w:gz", kind=tarfile.GNU_FORMAT)),
        ("data.tar.bz2", tarred("w:bz2")),
        ("data.tar.xz", tarred("w:xz", kind=tarfile.USTAR_FORMAT)),
        ("data.tar.gz", tarred("w:gz", ("._data.csv", b"\0\5\x16\7" * 40), ("data.csv", ROWS), (".DS_Store", b"x"))),
        ("data.gz", tarred("w:gz", ("a" * 90 + "/" + "b" * 90 + "/größe.csv", ROWS))),
        ("data.tar.gz", tarred("w:gz", ("data.csv", ROWS.decode().encode("utf-16")))),
    ],
)
def test_the_one_file_of_a_tar_archive_is_read(convert, name, content):
    report, table = convert(content, name=name)

    assert table["id"].to_pylist() == list(range(20))
    assert report.warnings == []


def test_a_tar_archive_that_arrives_slowly_is_read_when_it_is_there(bench):
    content = tarred("w:gz", ("data.csv", b"".join(b"%d,%d\n" % (i, i * i * 7919) for i in range(40_000))))
    converter = bench.converter_of()
    bench.create("data.tar.gz")
    bench.checkpoint(content[:70_000], complete=False)
    assert bench.advance(converter) is Outcome.IDLE
    bench.checkpoint(content, complete=True)
    assert bench.advance(converter) is Outcome.DONE

    assert bench.file().row_count == 40_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (tarred("w")[:800], "broken_archive"),
        (tarred("w:gz")[:-30], "broken_archive"),
        (tarred("w", ("a.csv", ROWS * 99))[:4000], "broken_archive"),
        (tarred("w:gz", ("data.csv", b"0,0\n" * 8_000_000)), "too_expanded"),
        (tarred("w:gz", ("data.csv.gz", gzip.compress(ROWS, mtime=0))), "unsupported_format"),
        (tarred("w:gz", ("a.png", b"\x89PNG"), ("b.png", b"\x89PNG")), "no_table"),
    ],
)
def test_a_tar_archive_that_is_damaged_or_has_no_table_is_refused(convert, content, code):
    with pytest.raises((BadInput, TooLarge)) as refusal:
        convert(content, name="data.tar.gz")

    assert refusal.value.code == code


def test_member_of_json_is_read_as_json(convert):
    report, table = convert(zipped(("data.json", b'[{"a":1},{"a":2}]'), ("x.txt", b"")), name="data.zip")

    assert table["a"].to_pylist() == [1, 2]
    assert [each["code"] for each in report.warnings] == ["other_members"]


@pytest.mark.parametrize(
    "content",
    [
        zipped(("a.png", b"\x89PNG"), ("b.png", b"\x89PNG")),
        zipped(("main.py", b"a,b\n1,2\n"), ("more.py", b"a,b\n1,2\n")),
        zipped(),
        zipped((".DS_Store", b"x")),
        zipped(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")),
        zipped(("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"), ("a.csv", ROWS)),
    ],
)
def test_archive_without_a_table_is_none(convert, content):
    with pytest.raises((NoTable, BadInput)) as refusal:
        convert(content, name="files.zip")

    assert refusal.value.code in ("no_table", "broken_archive")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("data.zip", encrypted(zipped(("data.csv", ROWS))), "encrypted_archive"),
        ("data.zip", zipped(("data.csv", ROWS), how=zipfile.ZIP_LZMA), "unsupported_format"),
        ("data.zip", zipped(("data.csv.gz", gzip.compress(ROWS, mtime=0))), "unsupported_format"),
        ("data.zip", zipped(("inner.zip", zipped(("data.csv", ROWS)))), "unsupported_format"),
        ("data.csv.gz", gzip.compress(gzip.compress(ROWS, mtime=0), mtime=0), "unsupported_format"),
        ("data.parquet.gz", gzip.compress(b"PAR1" + bytes(100), mtime=0), "unsupported_format"),
        ("data.ods", zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), "broken_file"),
        ("data.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken_file"),
        ("data.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported_format"),
        ("data.parquet", b"PARE" + bytes(60) + b"PARE", "unsupported_format"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(convert, name, content, code):
    with pytest.raises(BadInput) as refusal:
        convert(content, name=name)

    assert refusal.value.code == code


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_archive_cut_short_is_refused(convert, cut):
    with pytest.raises(BadInput) as refusal:
        convert(zipped(("data.csv", ROWS))[:-cut], name="data.csv.zip")

    assert refusal.value.code == "broken_archive"


def test_archive_whose_member_is_damaged_is_refused(convert):
    content = bytearray(zipped(("data.csv", ROWS), how=zipfile.ZIP_STORED))
    content[content.index(b"name 7")] ^= 1

    with pytest.raises(BadInput) as refusal:
        convert(bytes(content), name="data.csv.zip")

    assert refusal.value.code == "broken_archive"


def test_archive_bomb_is_refused_early(convert):
    with pytest.raises(BadInput) as refusal:
        convert(zipped(("data.csv", b"0,0\n" * 8_000_000)), name="data.zip")

    assert refusal.value.code == "too_expanded"


def test_long_directory_is_refused(convert, monkeypatch):
    monkeypatch.setattr("parquay.ingest.text.archive.DIRECTORY_BYTES", 10_000)

    with pytest.raises(BadInput) as refusal:
        convert(zipped(*((f"{i}.csv", b"") for i in range(500))), name="data.zip")

    assert refusal.value.code == "too_expensive"


def test_archive_that_arrives_slowly_is_the_same_table(bench):
    content = zipped(("data.csv", ROWS * 4000), how=zipfile.ZIP_STORED)
    converter = bench.converter_of()
    bench.create("data.zip")
    for cut in (70_000, 500_000):
        bench.checkpoint(content[:cut], complete=False)
        assert bench.advance(converter) is Outcome.IDLE
    bench.checkpoint(content, complete=True)
    assert bench.advance(converter) is Outcome.DONE

    assert bench.file().status == "done"
    assert bench.file().row_count == 20 * 4000


@pytest.mark.parametrize(
    ("name", "junk"),
    [("a.csv", False), ("x/a.csv", False), ("x/", True), ("__MACOSX/x/a.csv", True), ("x/._a.csv", True), ("", True),
     ("X\\Desktop.ini", True), ("..a.csv", False)],
)  # fmt: skip
def test_what_systems_put_beside_files_is_known(name, junk):
    assert is_junk(name) is junk


def test_all_tables_of_an_archive_are_inputs_each_by_its_own_name(tmp_path):
    files = [("a/one.csv", ROWS), ("b/one.csv", ROWS[:26]), ("note.txt", b"why"), ("__MACOSX/._one.csv", b"x")]
    paths = [tmp_path / name for name in ("in.zip", "in.tar.gz", "plain.csv", "cut.zip")]
    contents = (zipped(*files), tarred("w:gz", *files), ROWS, zipped(*files)[:200])
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)

    failures = convert_many(paths, tmp_path / "out", to="csv", overrides=Overrides(member="all"))

    made = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")}
    assert made == {"one.csv": ROWS, "one-2.csv": ROWS[:26], "one-3.csv": ROWS, "one-4.csv": ROWS[:26]}
    assert [(each.source.name, each.code) for each in failures] == [
        ("plain.csv", "no_member"),
        ("cut.zip", "broken_archive"),
    ]


def test_an_archive_of_very_many_tables_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "MAX_MEMBERS", 1)
    path = tmp_path / "in.zip"
    path.write_bytes(zipped(("a.csv", ROWS), ("b.csv", ROWS)))

    (failure,) = convert_many([path], tmp_path / "out", overrides=Overrides(member="all"))

    assert failure.code == "too_expensive"
