"""What a file is and how it is read."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from parquay.ingest.convert.plan import Plan, inner_name, is_too_wide, plan, why_unmeant
from parquay.ingest.text.overrides import Overrides


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


def planned(content: bytes, name: str = "x.csv", *, complete: bool = True, **overrides: Any) -> Plan | None:
    return plan(Bytes(content), len(content), complete=complete, name=name, overrides=Overrides(**overrides))


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.csv", "no_rows"),
        (b"a,b\n1,2\n", "x.parquet", "wrong_format"),
        (b"PARE" + b"\0" * 20, "x", "unsupported_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "x.xlsx", "unsupported_format"),
        (b"a,b\n1,2\n", "x.txt", ""),
        (b'{"a":1}\n{"a":2}\n', "x", ""),
        (b"[1,2]", "x.json", "no_table"),
        (b"," * 30_000 + b"\n", "x.csv", "too_many_columns"),
    ],
)
def test_each_file_has_a_dialect_or_a_code(content, name, code):
    found = planned(content, name)

    assert found is not None
    assert found.code == code
    assert bool(found.reason) is bool(code)
    assert (found.source is not None) is not bool(code)


def format_of(content: bytes, name: str) -> str:
    found = planned(content, name)
    assert found is not None
    assert found.file_format is not None
    return found.file_format.name


def test_what_is_packed_twice_is_refused_by_name():
    found = planned(gzip.compress(gzip.compress(b"a,b\n1,2\n")), "x.gz")

    assert found is not None
    assert found.code == "unsupported_format"
    assert "itself packed" in found.reason


def test_formats_that_are_no_text_are_told_by_their_first_bytes():
    assert format_of(b"PAR1....", "any") == "parquet"
    assert format_of(b"PK\x03\x04" + b"\0" * 40, "book.xlsx") == "xlsx"


def test_too_few_bytes_are_no_answer_while_more_may_come():
    assert planned(b"a,b\n1,2\n", complete=False) is None


@pytest.mark.parametrize(
    ("overrides", "code", "option"),
    [
        ({"sheet": "S"}, "no_sheet", "sheet"),
        ({"member": "m.csv"}, "no_member", ""),
        ({"names": ("a", "b", "c")}, "", "names:"),
        ({"names": ("a", "b")}, "", ""),
        ({"delimiter": ","}, "", ""),
    ],
)
def test_what_cannot_be_said_of_a_text_is_told(overrides, code, option):
    found = planned(b"a,b\n1,2\n", **overrides)

    assert found is not None
    assert found.code == code
    assert why_unmeant(found, Overrides(**overrides)).partition(" ")[0] == option


def test_names_of_packed_files_and_wide_rows():
    assert [inner_name(name) for name in ("a.csv.gz", "a.csv", "a.zip")] == ["a.csv", "a.csv", "a"]
    assert is_too_wide(b"," * 30_000)
    assert not is_too_wide(b'"' + b"," * 30_000 + b'"')
