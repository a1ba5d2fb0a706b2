"""JSON text at the level of its tokens."""

from __future__ import annotations

import pytest

from parquay.ingest.read import json_scan


@pytest.mark.parametrize(
    ("sample", "name", "kind"),
    [
        (b'{"a":1}\n{"a":2}\n', "", "ndjson"),
        (b'[{"a":1},{"a":2}]', "", "json"),
        (b'{"a":\n1}\n{"a":2}', "", "json"),
        (b"a,b\n1,2\n", "", ""),
        (b'["a","b"]', ".json", ""),
        (b'/* c */ [{"a":1}]', "", "json"),
        (b'\xef\xbb\xbf{"a":1}\n', ".ndjson", "ndjson"),
    ],
)
def test_the_kind_of_json_is_told(sample, name, kind):
    assert json_scan.format_of(sample, complete=True, name=name) == kind


def test_a_first_object_that_goes_on_wants_more():
    assert json_scan.format_of(b'{"a": "long', complete=False) == json_scan.WANTS_MORE


@pytest.mark.parametrize(
    ("text", "end"),
    [('{"a":x},{"a":1}', 7), ('{"a":{"b":x}}', 13), ('{"a":"}"x},', 10), ("word,1", 4), ('{"a":1\n{"a":2}', 6)],
)
def test_a_broken_element_ends_by_its_brackets_or_before_the_next_object(text, end):
    assert json_scan.element_end(text, 0, final=True) == end


def test_an_element_that_goes_on_waits():
    assert json_scan.element_end('{"a":x', 0, final=False) is None


def test_comments_and_commas_too_many_are_left_out():
    assert json_scan.repaired('{"a":"1", /* c */ "b":2,}') == {"a": "1", "b": "2"}
    assert json_scan.repaired('{"a":x}') is None
    assert json_scan.commented_lines("// a\n\n/* b */ // c\n") == 2


def test_numbers_keep_their_text_and_no_key_is_lost():
    assert json_scan.decoded('{"a":1.50,"b":1e400}', 0) == {"a": "1.50", "b": "1e400"}
    assert json_scan.decoded('{"a":1,"a":2}', 0) == [("a", "1"), ("a", "2")]
    assert json_scan.decoded("[" * 100_000, 0) is None
