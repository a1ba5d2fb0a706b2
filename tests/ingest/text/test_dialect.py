"""What a caller may say about a file, and what is kept of how it is read."""

from __future__ import annotations

import pytest

from parquay.errors import InvalidValue
from parquay.ingest.text.dialect import Dialect, Overrides
from parquay.ingest.text.warnings import FileWarning


def test_options_are_read_from_texts_and_their_names_given_back():
    options = {
        "delimiter": "tab",
        "skip": "2",
        "header": "yes",
        "types": "a:text,b:decimal(5,2)",
        "nulls": "NA, -",
        "x": 1,
    }

    overrides = Overrides.from_options(options)

    assert (overrides.delimiter, overrides.skip_rows, overrides.header) == ("\t", 2, 1)
    assert overrides.types == {"a": "text", "b": "decimal(5,2)"}
    assert overrides.nulls == ("NA", "-")
    assert list(overrides.said()) == ["delimiter", "header", "skip", "nulls", "types"]
    assert Overrides.from_options(None).said() == {}


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "ab"},
        {"delimiter": ""},
        {"quote": "\n"},
        {"delimiter": "|", "quote": "|"},
        {"header": "-1"},
        {"skip": "9" * 5000},
        {"encoding": "no-such"},
        {"encoding": "cp037"},
        {"types": {"a": "complex"}},
        {"types": {"a": "date:no style"}},
        {"types": {"a": {"type": "date", "style": "no style"}}},
        {"types": {"a": {"style": "dd/MM/yyyy"}}},
    ],
)
def test_what_cannot_be_meant_is_refused(options):
    with pytest.raises(InvalidValue):
        Overrides.from_options(options)


@pytest.mark.parametrize(
    "style", ["dd/MM/yyyy", "yyyy-MM-dd HH:mm:ss.SSS'Z'", "d MMM yyyy@de", "#.##0,0 €", "0", "JavaScript", "HH:mm:ss"]
)
def test_a_type_may_come_with_a_style(style):
    same = [{"a": f"date:{style}"}, {"a": {"type": "date", "style": style}}]

    assert [dict(Overrides.from_options({"types": each}).types) for each in same] == [{"a": f"date:{style}"}] * 2


def test_types_of_unknown_columns_are_refused_by_name():
    with pytest.raises(InvalidValue, match="'c'"):
        Overrides(types={"a": "text", "c": "text"}).refuse_unknown_columns(["a", "b"])


def test_a_dialect_comes_back_from_its_json():
    dialect = Dialect(
        columns=("a",), header=(("a",),), nulls=("NA",), shapes=("x",), warnings=(FileWarning("c", 1, 2, "t"),)
    )

    assert Dialect.from_json(dialect.to_json() | {"of a later version": 1}) == dialect
    assert dialect.report()["delimiter"] == ","
