from __future__ import annotations

import pytest

from parquay.catalog.segments import Finished, NewReject, NewSegment, Segments
from parquay.catalog.tables import File, User


@pytest.fixture
def catalog(catalog):
    """A catalog with one file."""

    def write(session):
        session.add(User(id="u", username="u", password_hash="-"))
        session.flush()
        session.add(File(id="f", owner_id="u", name="sales.csv", offset=1000))

    catalog.write(write)
    return catalog


@pytest.fixture
def segments(catalog):
    return Segments(catalog)


def segment(no: int, *, rejects: int = 0, part: str | None = None) -> NewSegment:
    return NewSegment(
        no=no,
        byte_start=no * 100,
        byte_end=no * 100 + 100,
        line_start=no * 10 + 1,
        lines=10,
        row_start=no * 9,
        rows=9,
        part=part or f"part-{no}",
        part_bytes=50,
        state={"types": []},
        parsed_bytes=no * 100 + 100,
        rejects=tuple(NewReject(i, i, None, "too_few_fields", f"row {i}") for i in range(rejects)),
        reject_count=rejects,
        columns=[{"name": "a", "type": "int64"}],
    )


def held(_session) -> bool:
    return True


def lost(_session) -> bool:
    return False


def test_segment_rejects_and_progress_are_one_step(catalog, segments):
    moved: list[str] = []
    catalog.notifications.subscribe_progress(moved.extend)

    added = segments.add("f", segment(0, rejects=3), fence=held)

    file = segments.file("f")
    assert added
    assert (file.parsed_bytes, file.parsed_rows, file.reject_count) == (100, 9, 3)
    assert file.columns == [{"name": "a", "type": "int64"}]
    assert segments.last("f").reject_count == 3
    assert moved == ["f"]


@pytest.mark.parametrize("no", [0, 2])
def test_only_the_next_segment_is_taken(segments, no):
    segments.add("f", segment(0), fence=held)

    assert segments.add("f", segment(no), fence=held) is False
    assert [each.no for each in segments.list("f")] == [0]


def test_nothing_is_written_without_the_lease(segments):
    assert segments.add("f", segment(0, rejects=1), fence=lost) is False
    assert segments.finish("f", Finished(row_count=1), fence=lost) is False
    assert segments.reset("f", fence=lost) is False
    assert segments.replace("f", ["part-0"], "new", {0: 1}, {}, fence=lost) is False
    assert segments.list("f") == []
    assert segments.file("f").status == "uploading"


def test_nothing_is_written_for_a_file_that_is_gone(segments):
    assert segments.add("g", segment(0), fence=held) is False
    assert segments.finish("g", Finished(), fence=held) is False


def test_parts_are_replaced_all_or_none(segments):
    for no in range(3):
        segments.add("f", segment(no), fence=held)

    missing = segments.replace("f", ["part-0", "part-1"], "whole", {0: 90}, {"types": [1]}, fence=held)
    done = segments.replace("f", ["part-0", "part-1"], "whole", {0: 90, 1: 0}, {"types": [1]}, fence=held)

    assert (missing, done) == (False, True)
    assert [(each.part, each.part_bytes) for each in segments.list("f")] == [
        ("whole", 90),
        ("whole", 0),
        ("part-2", 50),
    ]
    assert segments.list("f")[0].state == {"types": [1]}


def test_rejects_are_paged_in_order(segments):
    segments.add("f", segment(0, rejects=5), fence=held)

    first = segments.rejects("f", limit=2)
    second = segments.rejects("f", cursor=first.next, limit=2)
    last = segments.rejects("f", cursor=second.next, limit=2)

    assert [each.line for page in (first, second, last) for each in page.items] == [0, 1, 2, 3, 4]
    assert (first.total, last.next) == (5, None)
    assert [each.line for each in segments.every_reject("f")] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 30, "²"])
def test_strange_cursor_starts_at_the_beginning(segments, cursor):
    segments.add("f", segment(0, rejects=1), fence=held)

    assert len(segments.rejects("f", cursor=cursor).items) == 1


def test_segments_and_rejects_go_with_their_file(segments, catalog):
    segments.add("f", segment(0, rejects=2), fence=held)

    catalog.write(lambda session: session.delete(session.get(File, "f")))

    assert segments.list("f") == []
    assert segments.rejects("f").total == 0


def test_finished_file_has_its_values(segments):
    events = []
    end = Finished(row_count=7, reject_count=1, parquet_path="parquet/f", dataset_id="f", sha256="00")

    segments.finish("f", end, fence=held, emit=lambda _s, kind, file: events.append((kind, file.status)))

    file = segments.file("f")
    assert (file.status, file.row_count, file.reject_count, file.parquet_path) == ("done", 7, 1, "parquet/f")
    assert file.finished_at is not None
    assert file.parsed_bytes == file.offset
    assert events == [("file.updated", "done")]


def test_reset_forgets_everything_that_was_converted(segments):
    segments.add("f", segment(0, rejects=2), fence=held)

    segments.reset("f", fence=held)

    assert segments.list("f") == []
    assert (segments.file("f").parsed_rows, segments.file("f").reject_count) == (0, 0)
    assert segments.add("f", segment(0), fence=held)
