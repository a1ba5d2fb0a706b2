"""A very large file that several workers convert: the table is that of one worker, whatever the rows are."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.convert.helped import GONE, Helped, cells_of, outcome_of
from parquay.catalog.ranges import RANGE
from parquay.catalog.tables import File
from parquay.ingest.convert import division, range_result, range_worker, segment_sinks
from parquay.ingest.convert.incremental import Outcome
from parquay.storage.local.place import LocalPlaces
from parquay.storage.remote.part_cache import PartCache
from parquay.storage.remote.place import RemotePlaces
from storage.memory.bucket import MemoryBucket

HEADER = b"id,price,day,word,late\n"
EXAMPLES = 300 if os.environ.get("EXPLORE") else 12
_numbers = itertools.count()


def plain(i: int) -> bytes:
    return b"%d,%d.%02d,2024-01-%02d,word %d,%d\n" % (i, i, i % 100, i % 28 + 1, i % 5, i)


ROWS = {
    "plain": plain,
    "quoted": lambda i: b'%d,1.50,2024-02-01,"a ""b"" c,\nd\r\n%d",7\n' % (i, i),
    "quoted only": lambda i: b'"%d","2.50","2024-02-01","","%d"\n' % (i, i),
    "long quoted": lambda i: b'%d,1.50,2024-02-01,"%s",7\n' % (i, b"line,\n" * 60),
    "crlf": lambda i: plain(i)[:-1] + b"\r\n",
    "cr": lambda i: plain(i)[:-1] + b"\r",
    "short": lambda i: b"%d,1.00\n" % i,
    "wide": lambda i: b"%d,1.00,2024-01-01,x,5,6,7\n" % i,
    "blank": lambda _i: b"\n",
    "comment": lambda i: b'# comment %d, with a "quote\n' % i,
    "stray": lambda i: b'%d,1.00,2024-01-01,inch 5" wide,6\n' % i,
    "open": lambda i: b'%d,1.00,2024-01-01,"never closed,6\n' % i,
    "missing": lambda i: b"%d,NA,n/a,,-\n" % i,
    "wider": lambda i: b"%d,1.125,2024-01-01,x,%d.5\n" % (i, i),
    "text": lambda i: b"x%d,free,someday,x,none\n" % i,
    "padded": lambda i: b"%d,1.00, 2024-01-01,x,%03d\n" % (i, i),
    "mark": lambda i: b"\xef\xbb\xbf%d,1.00,2024-01-01,x,5\n" % i,
    "latin": lambda i: b"%d,1.00,2024-01-01,caf\xe9,5\n" % i,
    "utf8": lambda i: b"%d,1.00,2024-01-01,caf\xc3\xa9,5\n" % i,
    "header": lambda _i: HEADER,
    "second table": lambda _i: b"\nname,size\na,1\nb,2\n",
}
"""What may stand in a file, by what is odd about it."""
RUN = st.tuples(st.sampled_from(sorted(ROWS)), st.integers(1, 3), st.integers(0, 15))
"""A kind of row, how often, and plain rows behind it."""


def content_of(runs: list[tuple[str, int, int]], first: int = 0) -> bytes:
    numbers = itertools.count(first)
    rows = [ROWS[kind](next(numbers)) for odd, times, plains in runs for kind in (*[odd] * times, *["plain"] * plains)]
    return HEADER + b"".join(rows)


MOVES = st.lists(st.integers(0, 3), max_size=30)


def assert_same(bench, content: bytes, moves: list[int], segment_bytes: int, range_bytes: int, **values) -> Helped:
    number = next(_numbers)
    one, many = f"one-{number}", f"many-{number}"
    bench.create("t.csv", file_id=one, **values)
    bench.checkpoint(content, complete=True, file_id=one)
    bench.advance(bench.converter_of(segment_bytes=segment_bytes), file_id=one)
    helped = Helped(bench, segment_bytes, range_bytes)

    helped.upload(content, many, **values)
    assert helped.advance(moves) is Outcome.DONE

    assert outcome_of(bench, many) == outcome_of(bench, one)
    assert helped.range_jobs() == []
    return helped


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(RUN, min_size=4, max_size=12), moves=MOVES, segments=st.integers(5, 16), ranges=st.integers(1, 4))
@example(runs=[("plain", 1, 200)], moves=[9], segments=16, ranges=2)
def test_the_table_is_that_of_one_worker(bench, runs, moves, segments, ranges):
    content = content_of(runs)
    segment_bytes = max(100, len(content) // segments)

    assert_same(bench, content, moves, segment_bytes, segment_bytes * ranges)


def plains(count: int) -> bytes:
    return HEADER + b"".join(map(plain, range(count)))


def test_others_convert_most_of_a_file_and_each_range_counts_as_progress(bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(division, "LOOK_SECONDS", 0.0)
    content, seen = plains(3000), [0]
    helped = Helped(bench, 4_000, 8_000, watch=lambda: seen.append(bench.file().parsed_bytes))
    helped.upload(content)

    helped.advance([0, 0, 0, 0, 40, 0])

    assert sum(helped.taken) > len(content) * 0.8
    assert seen == sorted(seen)
    assert seen[-1] > len(content) * 0.6, "what others have done counts before the converter comes to it"
    assert bench.file().parsed_bytes == len(content)


@pytest.mark.parametrize("odd", [b"caf\xe9", b"caf\xc3\xa9", b"\x80 5"])
def test_an_encoding_that_shows_late_in_a_range_is_that_of_one_worker(bench, odd):
    rows = [plain(i) for i in range(4000)]
    rows[3300:3300] = [b"1,1.00,2024-01-01,%s,5\n" % odd] * 3

    helped = assert_same(bench, HEADER + b"".join(rows), [0, 0, 20], 8_000, 16_000)

    assert helped.taken


def test_a_second_table_makes_rejects_of_all_that_others_have_read(bench):
    content = plains(300) + b"\nname,size\n" + b"a,1\n" * 300

    helped = assert_same(bench, content, [0, 0, 40], 500, 1000)

    assert helped.taken


def test_rejects_beyond_those_of_a_range_are_left_to_the_converter(bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(range_worker, "MAX_REJECTS", 3)
    monkeypatch.setattr(range_result, "MAX_KEPT_REJECTS", 20)
    monkeypatch.setattr(segment_sinks, "MAX_KEPT_REJECTS", 20)
    content = plains(300) + b"1,2,3\n" * 8 + plains(300)[len(HEADER) :] + b"1,2,3\n" + plains(300) + b"1,2,3\n" * 60

    helped = assert_same(bench, content, [0, 0, 40], 800, 1600)

    assert helped.taken


@pytest.mark.parametrize("cut", [70_000, 81_234, 95_001])
def test_what_has_arrived_of_a_file_is_divided_too_and_then_the_rest(bench, cut):
    content = b"".join(ROWS["quoted" if i % 9 == 0 else "plain"](i) for i in range(3000))
    content = HEADER + content + ROWS["text"](3000) + ROWS["short"](3001)
    bench.create("t.csv", file_id="one")
    bench.checkpoint(content, complete=True, file_id="one")
    bench.advance(bench.converter_of(segment_bytes=4000), file_id="one")
    helped = Helped(bench, 4000, 8000)
    helped.upload(content[:cut], "many", complete=False)

    assert helped.advance([0, 0, 0, 2]) is Outcome.IDLE
    before = len(helped.taken)
    bench.checkpoint(content, complete=True, file_id="many")
    assert helped.advance([0, 0, 0, 2]) is Outcome.DONE

    assert 0 < before < len(helped.taken)
    assert helped.range_jobs() == []
    assert outcome_of(bench, "many") == outcome_of(bench, "one")


def test_a_range_is_read_by_the_converter_where_its_worker_or_its_part_is_gone(bench):
    def watch() -> None:
        found = [each for each in helped.range_jobs() if each.kind == RANGE and each.state == "done"]
        if len(found) > 3 and not lost:
            lost.append(found[1].payload["segments"][0]["part"])
            bench.places.at("f").parts.delete(lost)
            helped.jobs.claim(GONE, (RANGE,), lambda _owner: False)

    lost: list[str] = []
    helped = Helped(bench, 4_000, 8_000, watch=watch)
    helped.upload(plains(3000))

    helped.advance([0, 0, 0, 0, 6, *[0] * 100])

    assert lost
    assert cells_of(bench, "f")["id"].to_pylist() == list(range(3000))
    assert helped.range_jobs() == []
    named = {each.part for each in bench.segments.list("f")}
    assert {each.key for each in bench.places.at("f").parts.list()} == named


def test_another_converter_goes_on_with_the_ranges_that_are_there(bench):
    content = plains(3000)
    helped = Helped(bench, 4_000, 8_000)
    helped.upload(content)

    assert helped.advance([0, 0, 0, 0, 6, -1], GONE) is Outcome.GONE
    before = len(helped.taken)
    assert helped.advance([0] * 100, "another") is Outcome.DONE

    assert before == len(helped.taken) == 5
    assert cells_of(bench, "f")["id"].to_pylist() == list(range(3000))


def test_parts_of_ranges_are_brought_to_the_place_of_the_table(bench, tmp_path):
    content = plains(3000)
    helped = Helped(bench, 4_000, 8_000)
    ranges_go_to = LocalPlaces(tmp_path / "elsewhere")
    helped.tools = replace(helped.tools, places=ranges_go_to)
    helped.upload(content)

    helped.advance([0, 0, 0, 0, 40], place=ranges_go_to.at("f"))

    assert len(helped.taken) > 5
    assert cells_of(bench, "f")["id"].to_pylist() == list(range(3000))
    assert list(ranges_go_to.at("f").parts.list()) == []


def test_a_helper_stops_when_the_file_is_gone(bench):
    helped = Helped(bench, 4_000, 8_000)
    helped.upload(plains(3000))
    helped.advance([0, 0, 0, 0, 3, -1], GONE)
    jobs = len(helped.range_jobs())

    bench.catalog.write(lambda session: session.delete(session.get(File, "f")))
    helped.helper.run_one()

    assert len(helped.range_jobs()) == jobs
    assert not bench.places.at("f").exists()


class TestInAnObjectStore:
    """Where parts gather before they are put."""

    @pytest.fixture
    def places(self, tmp_path) -> RemotePlaces:
        cache = PartCache(tmp_path / "cache", 64 << 20)
        return RemotePlaces(MemoryBucket(), cache, "s3://nowhere", tmp_path / "tmp")

    def test_the_table_is_that_of_one_worker(self, bench, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(segment_sinks, "GATHERED_BYTES", 8_000)
        content = plains(2000) + b"x,y,z,1.5,n\n" * 30 + plains(500)[len(HEADER) :]

        helped = assert_same(bench, content, [0, 0, 0, 0, 3, 0, 40], 4_000, 12_000)

        assert len(helped.taken) > 3
