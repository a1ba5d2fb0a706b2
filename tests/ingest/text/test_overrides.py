"""What a caller may say about how a file is read, and what is refused of it."""

from __future__ import annotations

import pytest

from parquay.errors import InvalidValue
from parquay.ingest.text.overrides import ELSEWHERE, KEYS, Overrides
from parquay.uploads.create.describe import OPTION_KEYS


def test_options_are_read_from_texts_and_their_names_given_back():
    options = {
        "delimiter": "tab",
        "skip": "2",
        "header": "yes",
        "types": "a:text,b:decimal(5,2)",
        "nulls": "NA, -",
        "dataset": "of the upload, not of its reading",
    }

    overrides = Overrides.from_options(options)

    assert (overrides.delimiter, overrides.skip, overrides.header) == ("\t", 2, 1)
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
        {"types": "a:int64,b:text,a:text"},
        {"types": {"a": "date:no style"}},
        {"types": {"a": {"type": "date", "style": "no style"}}},
        {"types": {"a": {"style": "dd/MM/yyyy"}}},
        {"types": {"a": {"type": "date", "format": "dd/MM/yyyy"}}},
        {"types": {"a": "decimal(39,2)"}},
        {"types": {"a": "decimal(5,6)"}},
        {"types": ["a", "date"]},
        {"types": "a"},
        {"delimiter": "\ud800"},
        {"delimiter": "\0"},
        {"delimiter": "\n"},
        {"delimiter": 1.5},
        {"delimiter": '"'},
        {"comment": ";", "delimiter": ";"},
        {"header": 10**9},
        {"header": 1.5},
        {"skip": "yes"},
        {"skip": 2, "skip_rows": 2},
        {"encoding": "utf-7"},
        {"encoding": "iso2022_jp"},
        {"encoding": "rot13"},
        {"encoding": ["utf-8"]},
        {"sheet": ""},
        {"sheet": {"name": "a"}},
        {"member": True},
        {"path": ""},
        {"widths": ""},
        {"widths": []},
        {"widths": "4,0"},
        {"widths": [4, -1]},
        {"widths": [2.5]},
        {"widths": [True]},
        {"widths": "1" * 7},
        {"widths": [1] * 10_001},
        {"path": ["data"]},
        {"names": 3},
        {"nulls": [["NA"]]},
        {"delimeter": ";"},
        {"missing": [True]},
        {"missing": [1.5]},
        {"missing": ["a\nb"]},
        {"missing": {"n/a": 1}},
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


def test_a_type_with_a_style_can_be_said_in_one_text():
    said = "a:date:dd/MM/yyyy,b:time:HH:mm,c:d:text,e:decimal(5,2)"

    types = Overrides.from_options({"types": said}).types

    assert types == {"a": "date:dd/MM/yyyy", "b": "time:HH:mm", "c:d": "text", "e": "decimal(5,2)"}


def test_creations_know_the_options_that_can_be_said():
    assert OPTION_KEYS == KEYS | ELSEWHERE
