"""Numbers and texts in answers are those of the upload, digit by digit."""

from __future__ import annotations

from problems import is_problem
from web.sales_table import got, table

# Numbers as they are written

WRITTEN = "year,key,price,tiny,big,share\n2024,1234567,24.50,0.0000001,9007199254740993,3\n2025,1234568,0.10,0.5000000,1,0.5\n"
ROW = '"year":2024,"key":1234567,"price":24.50,"tiny":0.0000001,"big":"9007199254740993","share":3'


def test_every_answer_writes_numbers_as_the_upload_has_them(ann):
    path = table(ann, WRITTEN, "written.csv")
    file_id = path.rpartition("/")[2]

    for asked in (f"{path}/rows", path, f"{path}?sort=-tiny&filter=price:gt:0", f"/files/{file_id}"):
        assert ROW in ann.get(asked).text, asked
    assert f"{{{ROW}}}\n" in ann.get(f"{path}/export?format=ndjson").text
    groups = ann.get(f"{path}/aggregate?by=key&measure=sum(price)").text
    assert '{"key":1234567,"value":24.50}' in groups
    bounds = ann.get(path).text.partition('"aggregates":')[2]
    assert '"min":0.10,"max":24.50,"mean":12.3,"sum":24.60' in bounds
    assert '"min":0.0000001,"max":0.5000000' in bounds
    assert '{"value":24.50,"count":1}' not in ann.get(f"{path}/profile?column=price").text


def test_cells_are_texts_as_they_were_written_when_asked_for(ann):
    text = "n,x,at,day,note\n1,3.0,2024-01-02T03:04:05.50+02:00,,\n-7,1e-07,2024-01-02T03:04:05.00+02:00,2024-02-29,a\n"
    path = table(ann, text, "moments.csv")

    rows = got(ann, f"{path}/rows", text="true")["rows"]
    page = got(ann, path, text="true", sort="-n")["rows"]

    assert (
        rows
        == page
        == [
            {"_rid": 0, "n": "1", "x": "3.0", "at": "2024-01-02T03:04:05.50+02:00", "day": None, "note": None},
            {
                "_rid": 1,
                "n": "-7",
                "x": "1e-07",
                "at": "2024-01-02T03:04:05.00+02:00",
                "day": "2024-02-29",
                "note": "a",
            },
        ]
    )


def test_keys_bounds_and_frequent_values_are_texts_as_they_were_written_when_asked_for(ann):
    late, early = "2024-01-02T03:04:05.50+02:00", "2024-01-02T03:04:05.00+02:00"
    path = table(ann, f"at,mark,word\n{late},3.0,a\n{early},1.5,b\n{early},2.0,b\n", "keys.csv")

    groups = got(ann, f"{path}/aggregate", by="at", measure="min(at)", text="true")["groups"]
    numbers = got(ann, f"{path}/aggregate", by="mark", text="true")["groups"]
    bounds = got(ann, path, text="true")["aggregates"]
    words = got(ann, f"{path}/profile", column="word", text="true")["values"]
    plain = got(ann, f"{path}/aggregate", by="at")["groups"]

    assert groups == [{"key": early, "value": early}, {"key": late, "value": late}]
    assert [each["key"] for each in numbers] == ["1.5", "2.0", "3.0"]
    assert (bounds["at"]["min"], bounds["at"]["max"]) == (early, late)
    assert (bounds["mark"]["min"], bounds["mark"]["max"], bounds["mark"]["sum"]) == ("1.5", "3.0", 6.5)
    assert words == [{"value": "b", "count": 2}, {"value": "a", "count": 1}]
    assert [each["key"] for each in plain] == ["2024-01-02T01:04:05Z", "2024-01-02T01:04:05.5Z"]


def test_an_edit_takes_and_tells_every_digit(ann):
    path = table(ann, "n,price,wide\n1,24.50,12345678901234567890.25\n2,0.10,1.00\n", "digits.csv")
    exact = '"price":7.10,"wide":"98765432109876543210.75"'

    ann.headers["Content-Type"] = "application/json"
    made = ann.patch(f"{path}/rows/0", content='{"price": 7.1, "wide": 98765432109876543210.75}')
    batch = ann.patch(f"{path}/rows", content='{"update": [{"_rid": 1, "price": 3.20, "wide": -0.25}]}')
    refused = ann.patch(f"{path}/rows/0", content='{"price": 1.00}', headers={"If-Match": '"0"'})
    too_fine = ann.patch(f"{path}/rows/0", content='{"price": 7.1000000000000000001}')
    endless = ann.patch(f"{path}/rows/0", content='{"price": 1e999999999}')

    assert made.status_code == 200
    assert exact in made.text
    assert '"price":3.20,"wide":-0.25' in batch.text
    assert is_problem(refused, 412, "row_changed")
    assert exact in refused.text
    assert is_problem(too_fine, 422, "bad_cell")
    assert is_problem(endless, 422, "bad_cell")
    assert got(ann, f"{path}/rows", text="true")["rows"][0]["wide"] == "98765432109876543210.75"
