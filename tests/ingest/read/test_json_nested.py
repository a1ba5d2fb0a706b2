"""The array of objects within one JSON object."""

from __future__ import annotations

import json

import pytest

from parquay.errors import BadInput
from parquay.ingest.convert.incremental import Outcome
from parquay.ingest.read.json_nested import find_array

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
