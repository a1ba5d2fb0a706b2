from __future__ import annotations

import json
from decimal import Decimal

import pytest

from parquay.columns.names import Naming
from parquay.errors import BadInput, NoTable
from parquay.ingest.convert import convert_file
from parquay.ingest.convert.incremental import Outcome
from parquay.ingest.read import json_rows
from parquay.ingest.text.overrides import Overrides


def codes(report) -> list[str]:
    return [each["code"] for each in report.warnings]


def test_keys_that_engines_take_for_one_get_columns_of_their_own(convert):
    content = b'{"id":1,"ID":2,"":3}\n{"id":4,"ID":5,"":6}\n'

    report, table = convert(content, name="a.ndjson")

    assert table.to_pylist() == [{"id": 1, "ID_2": 2, "column3": 3}, {"id": 4, "ID_2": 5, "column3": 6}]
    assert report.warnings == [
        {"code": "renamed_column", "line": 1, "count": 2, "text": "'ID' is called 'ID_2'"},
    ]


@pytest.mark.parametrize("key", ["_rid", "_RID", "file_index", "File_Row_Number"])
def test_no_key_takes_a_name_of_ours(convert, key):
    report, table = convert(json.dumps([{key: 1, "x": 2}]).encode(), name="a.json")

    assert table.column_names == [key + "_2", "x"]
    assert codes(report) == ["renamed_column"]


def test_key_twice_in_an_object_loses_no_value(convert):
    content = b'{"a":1,"a":2,"n":{"x":1,"x":2}}\n{"a":3}\n'

    report, table = convert(content, name="a.ndjson")

    assert table.to_pylist()[0] == {"a": 1, "a_2": 2, "n": '{"x":1,"x":2}'}
    assert table["a"].to_pylist() == [1, 3]
    assert "repeated_key" in codes(report)


@pytest.mark.parametrize(
    ("bad", "line", "text"),
    [
        ('{"a":bad}', 3, '{"a":bad}'),
        ('{"a":"open}', 3, '{"a":"open}'),
        ('{"a":{"b":[1,{"c":2}]', 3, '{"a":{"b":[1,{"c":2}]'),
        ('{"a":[1,2}}', 3, '{"a":[1,2}}'),
        ("{'a': 1}", 3, "{'a': 1}"),
        ("null", 3, "null"),
        ('[{"a":7}]', 3, '[{"a":7}]'),
        ("[1,[2]]", 3, "[1,[2]]"),
        ('{"a":1}}', 3, "}"),
        ("[" * 5000 + "]" * 5000, 3, "[" * 1000),
    ],
)
def test_a_bad_element_of_an_array_is_one_reject_and_the_rest_is_read(convert, bad, line, text):
    good = [f'{{"a":{i}}}' for i in range(100, 105)]
    content = "[\n" + ",\n".join([good[0], bad, *good[1:]]) + "\n]\n"

    report, table = convert(content.encode(), name="a.json")

    values = [value for value in table["a"].to_pylist() if value >= 100]
    assert values == [100, 101, 102, 103, 104]
    assert [(each.line, each.code, each.text) for each in report.rejects] == [(line, "bad_json", text)]
    assert content.encode()[report.rejects[0].byte :].startswith(text[:10].encode())


@pytest.mark.parametrize("spread", ['{"a":1,\n"b":[{"c":bad}]}', '{\n"a":1\n"b":[\n{"c":2}\n]\n}'])
def test_what_is_nested_in_a_bad_element_is_no_row(convert, spread):
    report, table = convert(f'[{{"a":5}},\n{spread},\n{{"a":6}}]'.encode(), name="a.json")

    assert table["a"].to_pylist() == [5, 6]
    assert [(each.line, each.text) for each in report.rejects] == [(2, spread)]


@pytest.mark.parametrize(
    "content",
    [
        '[{"a":1,},{"a":2},]',
        '// list\n[{"a":1}, // one\n{"a":/* two, } */2}]',
        '{"a":1}\n{"a":2,}\n',
        '{"a":1},\n{"a":2}\n',
        '{"a":1}{"a":2}\n',
        '{\n"a":1\n}\n{\n"a":2\n}\n',
        '{\n"a":1\n},\n{\n"a":2\n}\n',
        '[{"a":1}]\n[{"a":2}]\n',
        '\ufeff{"a":1}\n\ufeff{"a":2}\n',
        '\n\n{"a":1}\n\n\n{"a":2}',
    ],
)
def test_json_written_by_hand_or_put_together_is_read(convert, content):
    report, table = convert(content.encode(), name="a.json")

    assert table["a"].to_pylist() == [1, 2]
    assert report.reject_count == 0


def test_comma_or_comment_that_was_left_out_is_told(convert):
    report, _ = convert(b'[{"a":1,},\n// note\n{"a":2 /* x */}]', name="a.json")

    assert [(each["code"], each["line"], each["count"]) for each in report.warnings] == [
        ("mended_json", 1, 2), ("comment_line", 3, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ('{"a":1} // x\n// y\n/* z */\n{"a":2}', 3),
        ('{"a":1} /* x */ /* y */\n{"a":2} // {"a":3}\n', 2),
        ('[{"a":1}, // x\n// y\n/* z */\n{"a":2}]', 3),
        ('[{"a":1},{"a":2} // x\n]\n// end', 2),
    ],
)
def test_every_line_with_a_comment_counts(convert, content, count):
    report, table = convert(content.encode(), name="a.json")

    assert table["a"].to_pylist() == [1, 2]
    assert [(each["code"], each["count"]) for each in report.warnings] == [("comment_line", count)]


@pytest.mark.parametrize("content", ['[{"a":1}]\nxx\n{"a":2}\n{"a":3}\n', '[{"a":1},\nxx\n{"a":2},\n{"a":3}]'])
def test_word_between_objects_takes_none_with_it(convert, content):
    report, table = convert(content.encode(), name="a.json")

    assert table["a"].to_pylist() == [1, 2, 3]
    assert [(each.code, each.line, each.text) for each in report.rejects] == [("bad_json", 2, "xx")]


@pytest.mark.parametrize(
    ("rest", "rejected", "warned"),
    [
        (',\n{"a":', ['{"a":'], ["unclosed_array"]),
        (',\n{"a":"x', ['{"a":"x'], ["unclosed_array"]),
        ("", [], ["unclosed_array"]),
        ("]", [], []),
        ("]\ntrailing", ["trailing"], []),
    ],
)
def test_array_that_ends_too_early_keeps_what_is_there(convert, rest, rejected, warned):
    report, table = convert(b'[{"a":1},\n{"a":2}' + rest.encode(), name="a.json")

    assert table["a"].to_pylist() == [1, 2]
    assert [each.text for each in report.rejects] == rejected
    assert codes(report) == warned


def test_numbers_of_any_length_and_what_json_does_not_know_stay_as_written(convert):
    rows = ["9007199254740993", "0.10000000000000000001", "-0", "1e400", "NaN", "-Infinity", "1" * 50]
    content = "".join(f'{{"n":{row},"i":{2**53 + 1}}}\n' for row in rows)

    _, table = convert(content.encode(), name="a.ndjson")

    assert table["n"].to_pylist() == rows
    assert set(table["i"].to_pylist()) == {2**53 + 1}


def test_long_decimals_are_exact(convert):
    _, table = convert(b'[{"n":0.12345678901234567890},{"n":1.00000000000000000001}]', name="a.json")

    assert table["n"].to_pylist() == [Decimal("0.12345678901234567890"), Decimal("1.00000000000000000001")]


def test_deep_nesting_is_a_reject_of_its_line(convert):
    deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"

    report, table = convert(f'{{"a":1}}\n{deep}\n{{"a":2}}\n'.encode(), name="a.ndjson")

    assert table["a"].to_pylist() == [1, 2]
    assert [each.line for each in report.rejects] == [2]


def test_objects_of_different_shapes_and_without_keys_are_rows(convert):
    _, table = convert(b'{}\n{"a":1}\n{"b":2}\n{}\n', name="a.ndjson")

    assert table.to_pylist() == [
        {"a": None, "b": None}, {"a": 1, "b": None}, {"a": None, "b": 2}, {"a": None, "b": None},
    ]  # fmt: skip


def test_objects_without_keys_in_common_are_refused_before_they_take_the_memory(convert, monkeypatch):
    monkeypatch.setattr("parquay.ingest.read.segmenter.FREE_CELLS", 100_000)
    few = "".join(f'{{"k{i}":1}}\n' for i in range(900)).encode()
    many = ("{" + ",".join(f'"k{i}":1' for i in range(10_001)) + "}\n").encode()

    with pytest.raises(BadInput) as sparse:
        convert(few + b'{"k1":1}\n' * 900, name="a.ndjson")
    with pytest.raises(BadInput) as wide:
        convert(many, name="a.ndjson")

    assert sparse.value.code == "too_expanded"
    assert wide.value.code == "too_many_columns"


def test_sparse_objects_in_many_blocks_are_the_same_rows(convert, monkeypatch):
    monkeypatch.setattr("parquay.ingest.read.json_rows.MAX_BLOCK_CELLS", 100)
    rows = [{f"k{i % 7}": i} for i in range(500)]

    _, lines = convert("".join(json.dumps(row) + "\n" for row in rows).encode(), name="a.ndjson")
    _, array = convert(json.dumps(rows).encode(), name="a.json")

    expected = [{f"k{k}": row.get(f"k{k}") for k in range(7)} for row in rows]
    assert lines.to_pylist() == array.to_pylist() == expected


@pytest.mark.parametrize("name", ["a.ndjson", "a.json"])
def test_names_of_keys_do_not_depend_on_how_the_file_arrived(bench, convert, name):
    rows = [json.dumps({"id": i, "pad": "x" * 40}) for i in range(3000)]
    rows[1500:1500] = ['{"ID":1,"_rid":2,"_rid":3}', "broken", '{"Id":4}']
    content = ("[" + ",\n".join(rows) + "]" if name == "a.json" else "\n".join(rows)).encode()

    converter = bench.converter_of(segment_bytes=10_000)
    bench.create(name)
    for cut in range(70_000, len(content), 17_001):
        bench.checkpoint(content[:cut], complete=False)
        assert bench.advance(converter) is Outcome.IDLE
        converter = bench.converter_of(segment_bytes=10_000)  # what is remembered is in the catalog alone
    bench.checkpoint(content, complete=True)
    assert bench.advance(converter) is Outcome.DONE

    report, table = convert(content, name=name)
    assert bench.table().to_pylist() == table.to_pylist()
    assert [each["name"] for each in bench.file().columns] == ["id", "pad", "ID_2", "_rid_2", "_rid_3", "Id_3"]
    assert bench.file().reject_count == report.reject_count == 1
    assert [(each["code"], each["count"]) for each in bench.file().warnings] == [
        (each["code"], each["count"]) for each in report.warnings
    ]


@pytest.mark.parametrize("content", [b"[1,2]", b"[[1,2],[3,4]]", b'{"a":1,\n"b":2}', b'"x"', b"[]", b"{", b"["])
def test_json_that_is_no_list_of_objects_is_no_table(convert, content):
    with pytest.raises(NoTable):
        convert(content, name="a.json")


NESTED_ROWS = b"""{"id":1,"tags":["a",1.50],"in":{"x":{"y":[1e5]}},"mixed":[1],"text":"[1]"}
{"id":2,"tags":[],"in":null,"mixed":"[2]","text":"{}"}
{"id":3,"tags":[{"k":null}],"in":{},"mixed":null,"text":null}
"""


@pytest.mark.parametrize("segments", [1, 3])
def test_nested_values_are_written_to_json_as_what_they_are(convert, monkeypatch, segments):
    monkeypatch.setattr(convert_file, "MIN_SEGMENT_BYTES", len(NESTED_ROWS) // segments)
    monkeypatch.setattr(convert_file, "FIRST_BYTES", len(NESTED_ROWS) // segments)

    report, text = convert(NESTED_ROWS, name="a.ndjson", to="ndjson")

    assert text == NESTED_ROWS.replace(b'"mixed":[1],', b'"mixed":"[1]",')
    styles = {each["name"]: each["style"] for each in report.columns}
    assert styles == {"id": "0", "tags": "json", "in": "json", "mixed": "text", "text": "text"}


def test_a_column_is_nested_only_while_every_segment_says_so():
    rows = json_rows.read_lines(b'{"a":[1]}\n', byte=0, line=1, naming=Naming())
    others = json_rows.read_lines(b'{"a":"b"}\n', byte=0, line=1, naming=Naming())

    assert (rows.allowed["a"], others.allowed["a"] & rows.allowed["a"]) == (
        frozenset({"json"}),
        frozenset(),
    )


NUMBERS = b"""{"id":1,"x":1.0,"far":1e400,"seen":true,"of":1,"day":"2024-01-02"}
{"id":2,"x":1.50,"far":2,"seen":0.10,"of":[1],"day":"2024-01-03"}
{"id":3,"x":null,"far":3,"seen":false,"of":{"n":1.50},"day":null}
"""


@pytest.mark.parametrize("segments", [1, 3])
def test_numbers_that_no_type_keeps_are_written_to_json_with_their_digits(convert, monkeypatch, segments):
    monkeypatch.setattr(convert_file, "MIN_SEGMENT_BYTES", len(NUMBERS) // segments)
    monkeypatch.setattr(convert_file, "FIRST_BYTES", len(NUMBERS) // segments)

    report, text = convert(NUMBERS, name="a.ndjson", to="ndjson")
    _, table = convert(NUMBERS, name="a.ndjson")

    assert text == NUMBERS
    assert [each["style"] for each in report.columns] == ["0", "json", "json", "json", "json", "yyyy-MM-dd"]
    assert table["x"].to_pylist() == ["1.0", "1.50", None]


def test_numbers_beside_texts_are_texts_and_a_wish_for_text_is_kept(convert):
    _, mixed = convert(b'{"a":1.0}\n{"a":1.50}\n{"a":"x"}\n', name="a.ndjson", to="ndjson")
    _, wanted = convert(
        b'{"a":1.0}\n{"a":1.50}\n', name="a.ndjson", to="ndjson", overrides=Overrides(types={"a": "text"})
    )

    assert mixed == b'{"a":"1.0"}\n{"a":"1.50"}\n{"a":"x"}\n'
    assert wanted == b'{"a":"1.0"}\n{"a":"1.50"}\n'
