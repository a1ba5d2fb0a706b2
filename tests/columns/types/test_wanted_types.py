from __future__ import annotations

import pytest

from parquay.columns.types.wanted_types import BadWish, TypeWish, chosen


@pytest.mark.parametrize(
    ("name", "style", "cells", "expected"),
    [
        ("text", None, ["1"], ("text", "text")),
        ("int64", None, ["1,234", "5"], ("int64", "#,##0")),
        ("int64", None, ["12%", "15%", "x"], ("int64", "0%")),
        ("int64", None, ["x", "y"], ("int64", "0")),
        ("int64", None, [], ("int64", "0")),
        ("decimal", None, ["1.5", "2.25", "3"], ("decimal(18,2)", "0.0")),
        ("decimal", None, ["1.234,50", "5,25"], ("decimal(18,2)", "#.##0,0")),
        ("decimal", None, ["1" * 30], ("decimal(38,0)", "0")),
        ("decimal(5,1)", None, ["1.5", "2.25"], ("decimal(18,1)", "0.0")),
        ("decimal(20,4)", None, ["1.5"], ("decimal(38,4)", "0.0")),
        ("double", None, ["1.5", "2.0", "3.0"], ("double", "0.0")),
        ("double", None, ["1,5", "2"], ("double", "0,0")),
        ("double", "0.0", ["1"], ("double", "0.0")),
        ("bool", None, ["TRUE", "FALSE", "?"], ("bool", "TRUE/FALSE")),
        ("date", None, ["31/12/2024", "01/02/2025"], ("date", "dd/MM/yyyy")),
        ("date", "MM/dd/yyyy", ["31/12/2024", "01/02/2025"], ("date", "MM/dd/yyyy")),
        ("date", None, ["5 Mar 2024", "6 May 2024"], ("date", "d MMM yyyy@en")),
        ("time", None, ["9:05", "10:10"], ("time", "H:mm")),
        ("time", None, ["09:05:00", "10:10:10.5"], ("time", "HH:mm:ss[.S]")),
        ("timestamp", None, ["2024-01-01T10:00", "x"], ("timestamp", "yyyy-MM-dd'T'HH:mm")),
        ("timestamp", None, ["31.12.2024 10:00", "1.2.2024 9:00"], ("timestamp", "d.M.yyyy H:mm")),
        ("timestamptz", None, ["2024-01-01 10:00:00+02:00"], ("timestamptz", "yyyy-MM-dd HH:mm:ss'+02:00'")),
        ("timestamptz", None, ["2024-01-01 09:00:00 UTC"], ("timestamptz", "yyyy-MM-dd HH:mm:ss' UTC'")),
        ("timestamptz", None, [], ("timestamptz", "yyyy-MM-dd HH:mm:ss'Z'")),
        ("timestamp", "yyyy-MM-dd HH:mm:ss.SSS", ["x"], ("timestamp", "yyyy-MM-dd HH:mm:ss.SSS")),
        ("timestamp", "dd.MM.yyyy HH:mm", ["x"], ("timestamp", "dd.MM.yyyy HH:mm")),
    ],
)
def test_a_type_gets_the_style_in_which_most_cells_are_values(name, style, cells, expected):
    found = chosen(TypeWish.of(name, style), cells, ["?"])

    assert (found.name, found.style) == expected
    again = chosen(TypeWish.of(found.name, found.style), cells, ["?"])
    assert (again.name, again.style) == expected


@pytest.mark.parametrize(
    ("name", "cells", "named"),
    [
        ("date", ["05/04/2025", "06/05/2025", "x"], ["dd/MM/yyyy", "MM/dd/yyyy"]),
        ("decimal", ["1,234", "5"], ["0,0", "#,##0"]),
        ("double", ["1.234"], ["0.#", "#.##0"]),
    ],
)
def test_cells_that_may_mean_two_values_need_a_word(name, cells, named):
    with pytest.raises(BadWish) as refused:
        chosen(TypeWish.of(name, None), cells, ())

    assert refused.value.code == "style_needed"
    for style in named:
        assert repr(style) in str(refused.value)
        assert chosen(TypeWish.of(name, style), cells, ()).style == style


@pytest.mark.parametrize(
    ("name", "style", "code"),
    [
        ("", None, "unknown_type"),
        ("INT64", None, "unknown_type"),
        ("int", None, "unknown_type"),
        ("int64(3,2)", None, "unknown_type"),
        ("decimal(3)", None, "unknown_type"),
        ("decimal(39,2)", None, "unknown_type"),
        ("decimal(0,0)", None, "unknown_type"),
        ("decimal(2,3)", None, "unknown_type"),
        ("int64", "dd/MM/yyyy", "unknown_style"),
        ("date", "dd.MM.yyyy HH:mm", "unknown_style"),
        ("date", "", "unknown_style"),
        ("date", "x" * 5000, "unknown_style"),
        ("text", "0", "unknown_style"),
        ("bool", "ja/nein", "unknown_style"),
        ("timestamp", "yyyy-MM-dd HH:mm:ss'Z'", "unknown_style"),
        ("timestamptz", "yyyy-MM-dd HH:mm:ss", "unknown_style"),
        ("time", "yyyy-MM-dd HH:mm", "unknown_style"),
        ("double", "##x", "unknown_style"),
    ],
)
def test_what_is_no_type_and_no_style_is_refused(name, style, code):
    with pytest.raises(BadWish) as refused:
        TypeWish.of(name, style)

    assert refused.value.code == code
