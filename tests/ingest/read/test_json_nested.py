"""The array of objects within one JSON object."""

from __future__ import annotations

import json

import pytest

from parquay.errors import BadInput
from parquay.ingest.convert.incremental import Outcome
from parquay.ingest.read.json_nested import array_at, find_array
from parquay.ingest.text.overrides import Overrides

ROWS = [{"id": i, "name": f"n{i}"} for i in range(5)]
SHAPES = {
    "under a key": {"data": ROWS},
    "under keys": {"a": {"b": {"items": ROWS}}},
    "with more around it": {"meta": {"count": 5}, "data": ROWS, "next": None, "tags": ["x"]},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_array_of_objects_in_an_object_is_the_table(convert, shape, indent):
    report, table = convert(json.dumps(SHAPES[shape], indent=indent).encode(), name="a.json")

    assert table.to_pylist() == ROWS
    assert report.rejects == []
    told = "data is read, not meta.count, next, tags"
    assert [each["text"] for each in report.warnings][:1] == ([told] if "more" in shape else [])


def test_an_element_that_is_none_costs_its_line_and_no_other(convert):
    report, table = convert(b'{"data": [\n{"id":1},\n{"id":bad},\n{"id":3},\n4\n]}', name="a.json")

    assert table["id"].to_pylist() == [1, 3]
    assert [(each.code, each.line) for each in report.rejects] == [("bad_json", 3), ("bad_json", 5)]


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.json", '{"id": 1, "tags": ["x"]}', 1),
        ("a.json", '{"a": [{"id": 1}], "b": [{"id": 2}]}', 1),
        ("a.json", '{"a": [{"id": 1}]}\n{"a": [{"id": 2}]}', 2),
        ("a.jsonl", '{"a": [{"id": 1}, {"id": 2}]}', 1),
    ],
)
def test_objects_of_which_none_is_only_a_wrapper_are_rows(convert, name, text, rows):
    _, table = convert(text.encode(), name=name)

    assert table.num_rows == rows


def test_features_of_geojson_have_their_properties_as_columns(convert):
    point = {"type": "Point", "coordinates": [1.5, 2]}
    features = [
        {"type": "Feature", "id": 7, "properties": {"name": "A", "n": 1}, "geometry": point},
        {"type": "Feature", "id": 8, "properties": {"name": "B", "id": "x"}, "geometry": None},
    ]

    report, table = convert(
        json.dumps({"type": "FeatureCollection", "features": features}).encode(), name="places.geojson"
    )

    assert table.to_pylist() == [
        {"id": 7, "name": "A", "n": 1, "geometry": json.dumps(point, separators=(",", ":")), "id_2": None},
        {"id": 8, "name": "B", "n": None, "geometry": None, "id_2": "x"},
    ]
    assert {each["code"] for each in report.warnings} == {"repeated_key", "renamed_column"}


def test_an_array_that_arrives_slowly_is_the_same_table(bench):
    rows = ",\n".join(json.dumps({"id": i, "name": f"name {i}"}) for i in range(9000))
    content = ('{"meta": 1, "data": [' + rows + "]," + ' "note": "' + "x" * 90_000 + '"}').encode()
    converter = bench.converter_of(segment_bytes=50_000)
    bench.create("data.json")
    for cut in (100_000, len(content) - 90_020, len(content) - 40_000):
        bench.checkpoint(content[:cut], complete=False)
        bench.advance(converter)
    bench.checkpoint(content, complete=True)
    assert bench.advance(converter) is Outcome.DONE

    assert (bench.file().row_count, bench.file().reject_count) == (9000, 0)
    assert [(each["code"], each["count"]) for each in bench.file().warnings] == [("outside_array", 2)]


def test_an_array_that_is_cut_off_is_read_as_far_as_it_goes(convert):
    report, table = convert(b'{"data": [{"id":1},{"id":2},', name="a.json")

    assert table["id"].to_pylist() == [1, 2]
    assert [each["code"] for each in report.warnings] == ["unclosed_array"]


def test_the_place_of_an_array_is_found_in_the_beginning_of_a_text():
    found = find_array('{"a": {"x": 1, "rows": [{"id": 1}, {"i')

    assert found is not None
    assert (found.path, found.at, found.beside) == ("a.rows", 23, ("a.x",))
    assert find_array('[{"a": 1}]') is find_array("{") is find_array("a,b") is None


def test_a_text_of_brackets_alone_is_no_table(convert):
    with pytest.raises(BadInput):
        convert(b'{"a":' * 5000 + b'[{"id": 1}]', name="a.json")


MANY = {
    "meta": {"n": 2, "users": [{"id": 7}]},
    "data": {"items": [{"id": 1}, {"id": 2}], "tags": ["x"], "none": []},
    "a.b": {"c": [{"id": 3}]},
    "deep": {"b": {"c": {"d": {"e": [{"id": 4}]}}}},
}


@pytest.mark.parametrize(
    ("path", "ids"), [("data.items", [1, 2]), ("meta.users", [7]), ("a.b.c", [3]), ("deep.b.c.d.e", [4])]
)
@pytest.mark.parametrize("name", ["a.json", "a.ndjson", "a.txt"])
def test_the_array_at_a_path_is_the_table(convert, name, path, ids):
    report, table = convert(json.dumps(MANY).encode(), name=name, overrides=Overrides(path=path))

    assert table["id"].to_pylist() == ids
    assert [(each["code"], each["text"].split(",")[0]) for each in report.warnings] == [
        ("outside_array", f"{path} is read")
    ]


@pytest.mark.parametrize("before", [0, 70_000, 600_000, 5_000_000])
def test_an_array_far_behind_is_found_whatever_stands_before_it(convert, before):
    text = json.dumps({"meta": {"log": list(range(before // 6))}, "rows": [{"id": 1}, {"id": 2}]})

    _, table = convert(text.encode(), name="a.json", overrides=Overrides(path="rows"))

    assert table["id"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "path", "sentence"),
    [
        (json.dumps(MANY), "data.rows", "meta.users, data.items"),
        (json.dumps(MANY), "data", "'data' is no array of objects"),
        (json.dumps(MANY), "data.tags", "'data.tags' is no array of objects"),
        ('{"a": 1, "b": {"c": 2}}', "c", "there are a, b.c"),
        ("[]", "a", "no keys"),
        ("{}", "a", "no keys"),
        ('[{"a": [{"b": 1}]}]', "a", "no keys"),
        ('{"a": [{"b": 1}]}\n{"a": [{"b": 2}]}', "a", "one behind the other"),
        ('{"a": 1}\n{"a": [{"b": 2}]}', "a", "no array of objects"),
        ('{"a": ' * 5000, "b", "'b'"),
        ('{"a": {"b": 1', "b", "'b'"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_what_there_is(text, path, sentence):
    with pytest.raises(BadInput, match=sentence) as refused:
        array_at(text, path, complete=True)

    assert refused.value.code == "no_path"


def test_what_has_arrived_may_not_tell_where_an_array_is():
    text = json.dumps(MANY)
    found = [array_at(text[:size], "data.items", complete=False) for size in range(len(text))]

    assert {each.at for each in found if each is not None} == {text.index('[{"id": 1')}
    assert found.index(next(filter(None, found))) == text.index('[{"id": 1') + 2
