"""Lines that start as the caller said comments do are no rows, wherever they stand, and nothing else is one."""

from __future__ import annotations

import random
from typing import Any

import pytest

from parquay.errors import InvalidValue
from parquay.ingest.text.overrides import Overrides

LINES = [
    '; by me, "today',
    "; and, more",
    "a,b",
    "; 1,2",
    ";3,4",
    "1,x",
    '; an "odd one',
    "2,y;",
    '3,"two',
    ';lines"',
    "4,",
    ";",
]
ROWS: list[dict[str, Any]] = [
    {"a": 1, "b": "x"},
    {"a": 2, "b": "y;"},
    {"a": 3, "b": "two\n;lines"},
    {"a": 4, "b": None},
]
TOLD = Overrides(comment=";")


def content(end: str = "\n") -> bytes:
    return (end.join(LINES) + end).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("cut", [0, 1])
def test_comments_are_no_rows_and_told_by_their_number(convert, end: str, cut: int):
    data = content(end)

    report, table = convert(data[: len(data) - cut * len(end)], overrides=TOLD)

    rows = [{**row, "b": row["b"] and row["b"].replace("\n", end)} for row in ROWS]
    assert table.to_pylist() == rows
    assert report.reject_count == 0
    assert [(each["code"], each["line"], each["count"]) for each in report.warnings] == [("comment_line", 1, 6)]
    assert [each["type"] for each in report.columns] == ["int64", "text"]


def test_without_being_told_they_are_what_they_look_like(convert):
    _, table = convert(b"a,b\n1,x\n;2,y\n")

    assert table["a"].to_pylist() == ["1", ";2"]


def test_a_comment_may_have_the_width_of_a_row_or_any_quotes(convert):
    chance = random.Random(5)
    lines, rows = ["n,text"], []
    for number in range(5000):
        if chance.random() < 0.2:
            lines.append("!" + "".join(chance.choice('ab",!') for _ in range(chance.randrange(12))))
        lines.append(f'{number},"t""{number}"')
        rows.append({"n": number, "text": f't"{number}'})

    _, table = convert("\n".join(lines).encode(), overrides=Overrides(comment="!"))

    assert table.to_pylist() == rows


def test_comments_are_the_same_however_the_bytes_arrive(bench):
    data = content() * 1 + b"".join(b'%d,z\n;%d,"\n' % (n, n) for n in range(2000))
    bench.create("data.csv", options={"comment": ";"})
    converter = bench.converter_of(segment_bytes=4096)
    for stop in range(0, len(data), 7001):
        bench.checkpoint(data[:stop], complete=False)
        bench.advance(converter)
    bench.checkpoint(data, complete=True)
    bench.advance(converter)

    table = bench.table()

    assert table["a"].to_pylist() == [1, 2, 3, 4, *range(2000)]
    assert table["b"].to_pylist()[4:] == ["z"] * 2000


@pytest.mark.parametrize("told", [{"comment": "##"}, {"comment": ""}, {"comment": "none"}, {"comment": "é"}])
def test_what_no_line_can_start_with_is_refused(told: dict[str, str]):
    with pytest.raises(InvalidValue, match="comment"):
        Overrides.from_options(told)


@pytest.mark.parametrize("other", ["delimiter", "quote", "escape"])
def test_a_comment_is_told_by_a_character_of_its_own(other: str):
    with pytest.raises(InvalidValue, match="comment"):
        Overrides.from_options({"comment": ";", other: ";"})
