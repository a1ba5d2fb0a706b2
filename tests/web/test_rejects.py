"""Rejects and warnings of a conversion, as the API tells them."""

from __future__ import annotations

import pytest

from live_server import entry_when
from problems import is_problem
from web.form_uploads import upload

# Rejects


BROKEN = b"a,b\n" + b"1,2\n" * 50 + b"1,2,3,4\n" + b"3,4\n" * 50 + b"5,6,7\n"


def test_rejects_are_listed_page_by_page_and_as_csv(ann):
    file_id = upload(ann, "broken.csv", BROKEN)["id"]
    entry = entry_when(ann, file_id)
    if not entry["reject_count"]:
        pytest.fail(f"the file has rows of a wrong width, but nothing was rejected: {entry}")

    whole = ann.get(f"/files/{file_id}/rejects").json()
    first = ann.get(f"/files/{file_id}/rejects?limit=1").json()
    second = ann.get(f"/files/{file_id}/rejects", params={"limit": 1, "cursor": first["next"]}).json()
    csv = ann.get(f"/files/{file_id}/rejects?format=csv")

    assert whole["total"] == entry["reject_count"] == 2
    assert [item["line"] for item in whole["items"]] == [52, 103]
    assert set(whole["items"][0]) == {"n", "line", "byte", "column", "code", "text", "row", "mended"}
    assert [item["row"] for item in whole["items"]] == [50, 100]
    assert [(item["n"], item["mended"]) for item in whole["items"]] == [(0, False), (1, False)]
    assert whole["next"] is None
    assert first["items"] + second["items"] == whole["items"]
    assert second["next"] is None
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.headers["content-disposition"].startswith("attachment")
    assert csv.text.splitlines()[0] == "line,byte,column,code,text"
    assert len(csv.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("above", "odd", "end", "row"),
    [
        (b"a,b\n", b"", b"\n", 20),
        (b"a,b\n", b"", b"", 20),
        (b"A title\n\n# a comment\na,b\n", b"", b"\n", 20),
        (b"", b"", b"\n", 20),
        (b"a,b\n", b'1,"x\ny"\n', b"\n", 21),
        (b"a,b\n", b'1,"x\ny"\n', b"", 21),
        (b"a,b\n", b"# a comment\n", b"\n", 20),
    ],
    ids=["header", "no end", "title", "no header", "two lines", "two lines, no end", "comment"],
)
def test_reject_tells_the_rows_before_it(ann, above, odd, end, row):
    body = b"".join(b"%d,x\n" % n for n in range(20))
    file_id = upload(ann, "broken.csv", above + odd + body + b"1,2,3,4\n" + body + b"7,x" + end)["id"]
    entry_when(ann, file_id)

    items = ann.get(f"/files/{file_id}/rejects").json()["items"]

    assert [(item["text"], item["row"]) for item in items] == [("1,2,3,4", row)]


def test_warnings_of_a_conversion_are_in_the_entry_and_in_the_list(ann):
    file_id = upload(ann, "odd.csv", b"a,b\n" + b"1,2\n" * 50 + b'# as "told"\n' + b"3,4\n")["id"]

    entry = entry_when(ann, file_id)

    assert entry["warnings"] == [{"code": "comment_line", "line": 52, "count": 1, "text": '# as "told"'}]
    listed = next(each for each in ann.get("/files").json() if each["id"] == file_id)
    assert listed["warnings"] == entry["warnings"]


def test_rejects_of_a_clean_file_are_none(ann):
    file_id = upload(ann)["id"]

    assert ann.get(f"/files/{file_id}/rejects").json() == {"total": 0, "items": [], "next": None}
    assert ann.get(f"/files/{file_id}/rejects?format=csv").text == "line,byte,column,code,text\r\n"
    assert is_problem(ann.get(f"/files/{file_id}/rejects?cursor=x"), 400, "bad_cursor")
    assert is_problem(ann.get(f"/files/{file_id}/rejects?limit=0"), 422, "invalid_value")
    assert is_problem(ann.get(f"/files/{file_id}/rejects?format=xml"), 422, "invalid_value")
