"""Logs of web servers: which a file is, and what becomes of each line."""

from __future__ import annotations

import datetime as dt

import pytest

from parquay.ingest.convert.incremental import Outcome
from parquay.ingest.read.log_lines import log_of
from parquay.ingest.text.overrides import Overrides

COMMON = b'127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326\n'
COMBINED = COMMON[:-1] + b' "http://x/" "Mozilla/4.08 [en] (Win98; I)"\n'
ODD = b'::1 - - [11/Oct/2000:00:00:01 -0700] "GET /\\"q\\" HTTP/1.1" 404 - "-" "curl \\x22 \\\\"\n'
FIELDS = b"#Fields: date time cs-uri-stem cs(User-Agent) sc-status\r\n"
W3C = b"#Software: IIS\r\n#Version: 1.0\r\n" + FIELDS + b"2024-01-01 00:00:01 /a Mozilla/5.0+(X) 200\r\n"


def test_fields_in_quotes_and_times_are_read_exactly(convert):
    report, table = convert(COMBINED + ODD, name="access.log")

    zone = dt.timezone(dt.timedelta(hours=-7))
    assert [each.astimezone(zone) for each in table["time"].to_pylist()] == [
        dt.datetime(2000, 10, 10, 13, 55, 36, tzinfo=zone),
        dt.datetime(2000, 10, 11, 0, 0, 1, tzinfo=zone),
    ]
    assert table["request"].to_pylist() == ["GET /a HTTP/1.0", 'GET /"q" HTTP/1.1']
    assert table["user_agent"].to_pylist() == ["Mozilla/4.08 [en] (Win98; I)", "curl \\x22 \\"]
    assert table["bytes"].to_pylist() == [2326, None]
    types = {each["name"]: each["type"] for each in report.columns}
    assert (types["time"], types["status"], types["bytes"]) == ("timestamptz", "int64", "int64")
    assert report.rejects == report.warnings == []


@pytest.mark.parametrize(("line", "columns"), [(COMMON, 7), (COMBINED, 9), (COMBINED[:-1] + b' "1.2.3.4"\n', 10)])
def test_what_stands_behind_tells_which_log_it_is(convert, line, columns):
    _, table = convert(line * 3, name="log")

    assert (table.num_rows, table.num_columns) == (3, columns)


def test_a_line_that_is_none_is_a_reject_at_its_place(convert):
    report, table = convert(COMMON + b"broken\n\n" + COMMON + b"\xff - -\n", name="a.log")

    assert table.num_rows == 2
    assert [(each.code, each.line, each.byte) for each in report.rejects] == [
        ("bad_log_line", 2, len(COMMON)),
        ("bad_encoding", 5, 2 * len(COMMON) + 8),
    ]


def test_fields_name_the_columns_and_may_be_named_again(convert):
    report, table = convert(W3C + W3C + b"short line\r\n", name="u_ex24.log")

    assert table.column_names == ["date", "time", "cs-uri-stem", "cs(User-Agent)", "sc-status"]
    assert table["date"].to_pylist() == [dt.date(2024, 1, 1)] * 2
    assert [(each.code, each.line) for each in report.rejects] == [("bad_log_line", 9)]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("comment_line", 4)]


def test_rows_below_other_fields_are_of_another_table_however_the_file_arrived(bench):
    other = b"#Fields: date c-ip\r\n2024-01-02 1.2.3.4\r\n"
    content = W3C * 1200 + other + W3C

    whole = bench.convert("a.log", content)
    bench.create("a.log", file_id="pieces")
    for end in (len(content) // 2, len(content)):
        converter = bench.converter_of(segment_bytes=50_000)
        bench.checkpoint(content[:end], complete=end == len(content), file_id="pieces")
        outcome = bench.advance(converter, file_id="pieces")
    pieces = bench.file("pieces")

    assert outcome is Outcome.DONE
    assert (whole.row_count, whole.reject_count) == (pieces.row_count, pieces.reject_count) == (1200, 2)
    assert bench.table().equals(bench.table("pieces"))


def test_a_log_between_tabs_and_one_with_quotes(convert):
    tabs = b"#Version: 1.0\n#Fields: date x-edge cs(User-Agent)\n2024-01-01\tA B\tMozilla%20x\n"
    quotes = b'#Fields: date cs(User-Agent)\n2024-01-01 "Mozilla ""x"" y"\n'

    assert convert(tabs, name="cf.log")[1]["x-edge"].to_pylist() == ["A B"]
    assert convert(quotes, name="a.log")[1]["cs(User-Agent)"].to_pylist() == ['Mozilla "x" y']


def test_who_says_a_delimiter_means_no_log(convert):
    _, table = convert(COMMON * 3, name="a.log", overrides=Overrides(delimiter=" ", header=0))

    assert table.num_columns > 7


@pytest.mark.parametrize("text", [b"", b"a,b\n1,2\n", b"#Fields:\n", b"# a\n1 2\n", b'x - - [y] "z" 1 2\n'])
def test_what_is_no_log_is_none(text):
    assert log_of(text) is None
