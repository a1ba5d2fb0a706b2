"""The dialect of a table from the reading of its sample."""

from __future__ import annotations

from typing import Any

from parquay.ingest.detect.placement import dialect_of
from parquay.ingest.detect.reading import best_reading
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides


def dialect(text: bytes, **overrides: Any) -> Dialect:
    given = Overrides(**overrides)
    return dialect_of(text, 0, best_reading(text, Dialect(), given, complete=True), given)


def test_places_names_and_shapes_are_found():
    found = dialect(b"A title\n\nid,code\n1,A1\n2,B2\n3,C3\n")

    assert (found.columns, found.header) == (("id", "code"), (("id", "code"),))
    assert (found.head, found.body, found.body_line, found.skip_rows) == (9, 17, 4, 2)
    assert found.shapes == ("[0-9]{1}", "[A-Z]{1}[0-9]{1}")


def test_names_without_a_column_are_told():
    found = dialect(b"a,b,c\n1,2\n3,4\n5,6\n")

    assert [each.code for each in found.warnings] == ["long_header"]


def test_names_of_the_caller_come_before_those_of_the_file():
    assert dialect(b"a,b\n1,2\n3,4\n", names=("x",)).columns == ("x", "b")
    assert dialect(b"1,2\n3,4\n", header=0).columns == ("column1", "column2")
