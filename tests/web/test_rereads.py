"""A table's file read again in another way: a version, with everything before it kept."""

from __future__ import annotations

import pytest

from live_server import entry_when
from problems import is_problem
from web.form_uploads import upload

CSV = b"code;n\n007;1\n008;2\n009;3,5\nbroken\n"


def reread(client, file_id, headers=None, **options):
    return client.post(f"/datasets/{file_id}/reread", json=options, headers=headers)


def rows(client, file_id, **query):
    found = client.get(f"/datasets/{file_id}/rows", params=query).json()["rows"]
    return [{name: cell for name, cell in row.items() if name != "_rid"} for row in found]


def export(client, file_id, **query):
    return client.get(f"/datasets/{file_id}/export", params={"format": "csv", "dialect": "original", **query}).content


def test_a_file_read_again_is_a_version_and_the_edits_before_it_can_be_restored(ann):
    file_id = upload(ann, "codes.csv", b"a;b\n1;x\n2;y\n")["id"]
    entry_when(ann, file_id)
    ann.patch(f"/datasets/{file_id}/rows/0", json={"b": "edited"})

    made = reread(ann, file_id, header=0, names=["n", "letter"], types={"n": "text"}, message="no header")

    assert made.status_code == 200
    assert (made.json()["version"], made.json()["kind"], made.json()["message"]) == (2, "reread", "no header")
    assert made.headers["etag"] == '"2"'
    assert rows(ann, file_id) == [
        {"n": "a", "letter": "b"},
        {"n": "1", "letter": "x"},
        {"n": "2", "letter": "y"},
    ]
    assert export(ann, file_id) == b"a;b\n1;x\n2;y\n"
    assert rows(ann, file_id, version=1)[0] == {"a": 1, "b": "edited"}
    assert export(ann, file_id, version=1) == b"a;b\n1;edited\n2;y\n"
    ann.post(f"/datasets/{file_id}/restore", json={"version": 1})
    assert rows(ann, file_id)[0] == {"a": 1, "b": "edited"}
    assert (
        ann.get(f"/datasets/{file_id}/reread").json() | {"state": "done", "version": 2}
        == ann.get(f"/datasets/{file_id}/reread").json()
    )


def test_rejects_warnings_and_counts_are_those_of_the_newest_versions_reading(ann):
    body = b"a,b\n" + b"1,2\n" * 40 + b"1,2,3,4\n" + b"# told\n" + b"3,4\n" * 40
    file_id = upload(ann, "broken.csv", body)["id"]
    first = entry_when(ann, file_id)

    reread(ann, file_id, delimiter=";", header=0)
    second = entry_when(ann, file_id)

    assert (first["row_count"], first["reject_count"], len(first["warnings"])) == (80, 1, 1)
    assert (second["row_count"], second["reject_count"], second["warnings"]) == (83, 0, [])
    assert ann.get(f"/files/{file_id}/rejects").json()["total"] == 0
    ann.post(f"/datasets/{file_id}/restore", json={"version": 0})
    again = entry_when(ann, file_id)
    assert (again["row_count"], again["reject_count"], again["warnings"]) == (80, 1, first["warnings"])
    assert [each["row"] for each in ann.get(f"/files/{file_id}/rejects").json()["items"]] == [40]
    assert again["dataset_id"] == file_id


def test_ids_of_rows_are_never_given_again(ann):
    file_id = upload(ann, "a.csv", b"a\n1\n2\n")["id"]
    entry_when(ann, file_id)

    reread(ann, file_id, types={"a": "text"})
    reread(ann, file_id)

    ids = [row["_rid"] for row in ann.get(f"/datasets/{file_id}/rows").json()["rows"]]
    assert ids == [4, 5]
    assert rows(ann, file_id) == [{"a": 1}, {"a": 2}]
    assert [each["kind"] for each in ann.get(f"/datasets/{file_id}/versions").json()] == ["reread", "reread", "create"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"delimiter": "ab"}, "invalid_value"),
        ({"delimeter": ";"}, "invalid_value"),
        ({"sheet": "One"}, "no_sheet"),
        ({"types": {"nothing": "text"}}, "unknown_column"),
        ({"header": 5}, "no_rows"),
    ],
)
def test_what_cannot_be_meant_makes_no_version(ann, options, code):
    file_id = upload(ann, "a.csv", b"a\n1\n2\n")["id"]
    entry_when(ann, file_id)

    assert is_problem(reread(ann, file_id, **options), 422, code)
    assert len(ann.get(f"/datasets/{file_id}/versions").json()) == 1


def test_a_version_that_was_not_looked_at_is_not_replaced(ann):
    file_id = upload(ann, "a.csv", b"a\n1\n")["id"]
    entry_when(ann, file_id)
    ann.patch(f"/datasets/{file_id}/rows/0", json={"a": 2})

    assert is_problem(reread(ann, file_id, headers={"If-Match": '"0"'}), 412, "version_changed")
    assert reread(ann, file_id, headers={"If-Match": '"1"'}).status_code == 200


def test_a_file_that_still_arrives_or_is_no_table_is_not_read_again(ann):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": "filename YS5jc3Y="}
    begun = ann.post("/files", headers=headers).headers["location"].rpartition("/")[2]
    prose = upload(ann, "a.txt", b"No table at all.\n")["id"]
    entry_when(ann, prose)

    assert is_problem(reread(ann, begun), 409, "not_ready")
    assert is_problem(reread(ann, prose), 404, "no_table")
    assert is_problem(ann.get(f"/datasets/{prose}/reread"), 404, "no_reread")
