"""Rows of very long cells: what is answered at once is bounded, and what was left out is said."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from live_server import LiveServer, entry_when

CELL, ROWS = 1_500_000, 16


@pytest.fixture(scope="module")
def long_cells(tmp_path_factory):
    """A server, and the id of a table of one and a half megabytes a cell."""
    server = LiveServer(tmp_path_factory.mktemp("long")).start()
    with server.login() as http:
        rows = b"".join(b"%d,%s\n" % (i, (b"%d-" % (i % 2)) * (CELL // 2)) for i in range(ROWS))
        file_id = http.post("/files", files={"file": ("long.csv", b"id,text\n" + rows)}, timeout=120).json()["id"]
        entry_when(http, file_id, "done", seconds=120)
        yield server, http, file_id
    server.stop()


def test_preview_is_bounded_and_names_the_cells_that_it_cut(long_cells):
    _, http, file_id = long_cells

    answer = http.get(f"/files/{file_id}")
    content = answer.json()["content"]

    assert len(answer.content) < 2 << 20
    assert content["total"] == ROWS
    assert len(content["rows"]) == ROWS
    assert content["truncated"] == [{"row": i, "column": "text", "length": CELL} for i in range(ROWS)]
    assert all(row["text"] == f"{i % 2}-" * 5000 for i, row in enumerate(content["rows"]))


def test_pages_are_bounded_and_cursors_lead_to_every_row(long_cells):
    _, http, file_id = long_cells
    seen = []
    cursor: dict[str, str] = {}

    while True:
        answer = http.get(f"/datasets/{file_id}/rows", params={"limit": 50, **cursor}, timeout=60)
        assert len(answer.content) < 6 << 20
        page = answer.json()
        assert all(len(row["text"]) == CELL for row in page["rows"])
        seen += [row["id"] for row in page["rows"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert seen == list(range(ROWS))


@pytest.mark.parametrize("how", [{}, {"sort": "-id"}, {"filter": "id:ge:10"}])
def test_page_by_number_says_that_it_has_fewer_rows(long_cells, how):
    _, http, file_id = long_cells

    page = http.get(f"/datasets/{file_id}", params={"size": 50, "aggregates": False, **how}, timeout=60).json()
    one = http.get(f"/datasets/{file_id}", params={"size": 1, "aggregates": False, **how}, timeout=60).json()

    assert page["truncated"]
    assert 1 <= len(page["rows"]) < 5
    assert "truncated" not in one
    assert one["rows"][0] == page["rows"][0]


@pytest.mark.parametrize("how", [{}, {"sort": "-id"}, {"sort": "-_rid"}, {"filter": "id:ge:2"}])
def test_cursor_of_a_page_by_number_goes_on_behind_the_rows_that_it_has(long_cells, how):
    _, http, file_id = long_cells
    plain = {"aggregates": False, **how}
    whole = [http.get(f"/datasets/{file_id}", params={"size": 1, "page": n, **plain}).json() for n in (3, 4, 5, 6, 7)]

    page = http.get(f"/datasets/{file_id}", params={"size": 2, "page": 2, **plain}, timeout=60).json()
    behind = http.get(f"/datasets/{file_id}/rows", params={"limit": 1, "cursor": page["next"], **how}).json()

    rids = [each["rows"][0]["_rid"] for each in whole]
    shown = [row["_rid"] for row in page["rows"]]
    assert shown + [row["_rid"] for row in behind["rows"]] == rids[: len(shown) + 1]


def test_last_page_by_number_has_no_cursor(long_cells):
    _, http, file_id = long_cells
    one = {"size": 1, "aggregates": False}

    last = http.get(f"/datasets/{file_id}", params={"page": ROWS, **one}, timeout=60).json()
    beyond = http.get(f"/datasets/{file_id}", params={"page": ROWS + 1, **one}, timeout=60).json()

    assert (len(last["rows"]), last["next"]) == (1, None)
    assert (beyond["rows"], beyond["next"]) == ([], None)


def test_four_readers_of_long_cells_leave_the_server_responsive(long_cells):
    server, http, file_id = long_cells

    with ThreadPoolExecutor(4) as pool:
        reads = [pool.submit(http.get, f"/files/{file_id}", timeout=60) for _ in range(4)]
        slowest = 0.0
        while not all(read.done() for read in reads):
            began = time.monotonic()
            assert http.get("/livez", timeout=60).status_code == 200
            slowest = max(slowest, time.monotonic() - began)

    assert all(read.result().status_code == 200 for read in reads)
    assert slowest < 5
    assert server.rss() < 900 << 20
