"""Charts of a table: cross tables, boxes and points, with filters and searches."""

from __future__ import annotations

import httpx
import pytest

from live_server import entry_when
from problems import is_problem

CSV = b"n,word,paid\n1,b,1.50\n2,a,2.25\n3,b,0.10\n4,a,\n5,c,9.00\n"


@pytest.fixture
def table(ann: httpx.Client) -> str:
    file_id: str = ann.post("/files", files={"file": ("few.csv", CSV)}).json()["id"]
    assert entry_when(ann, file_id)["status"] == "done"
    return f"/datasets/{file_id}"


def test_charts_follow_filters_and_searches(ann, table):
    asked = {"by": "word", "measure": "sum(paid)", "sort": "-value", "limit": 1, "filter": "n:lt:5"}
    found = ann.get(f"{table}/crosstab", params=asked)
    assert found.headers["etag"] == '"0"'
    assert '"value":2.25' in found.text.replace(" ", "")
    body = found.json()
    assert (body["groups"], body["rest"]) == ([{"key": "a", "text": "a", "value": 2.25}], {"groups": 1, "value": 1.6})
    split = ann.get(f"{table}/crosstab", params={"by": "word", "split": "n", "splits": 1, "q": "b"}).json()
    assert split["splits"] == [{"key": 1, "text": "1", "values": [1]}]
    assert split["others"] == {"groups": 1, "values": [1]}
    boxes = ann.get(f"{table}/boxes", params={"column": "n", "by": "word", "filter": "word:in:a,b"}).json()["boxes"]
    assert [(box["key"], box["min"], box["max"]) for box in boxes] == [("a", 2, 4), ("b", 1, 3)]
    points = ann.get(f"{table}/points", params={"x": "n", "y": "paid", "q": "a"}).json()
    assert points["points"] == [{"_rid": 1, "x": 2, "y": 2.25}]


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("crosstab", {"by": "gone"}, "unknown_column"),
        ("crosstab", {"by": "word", "split": "gone"}, "unknown_column"),
        ("crosstab", {"by": "word", "unit": "month"}, "bad_unit"),
        ("crosstab", {"by": "word", "measure": "sum(word)"}, "bad_measure"),
        ("crosstab", {"by": "word", "split": "n", "limit": 1000, "splits": 1000}, "invalid_value"),
        ("boxes", {"column": "word"}, "bad_measure"),
        ("points", {"x": "n", "y": "word"}, "bad_measure"),
        ("points", {"x": "n", "y": "n", "limit": 0}, "invalid_value"),
    ],
)
def test_charts_that_cannot_be_are_refused(ann, table, path, params, code):
    assert is_problem(ann.get(f"{table}/{path}", params=params), 422, code)
