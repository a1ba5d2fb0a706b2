"""Ranges of a file as jobs: invited once, posted once, taken back, forgotten with the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from catalog.leased_jobs import FixedClock, alive, claimed
from parquay.catalog.admin import Administration
from parquay.catalog.files import Files
from parquay.catalog.jobs import LEASE_SECONDS, JobLease, Jobs
from parquay.catalog.ranges import DIVIDE, RANGE, RangeFound, Ranges, file_of, subject_of
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Job

FILE, OTHER = "file-1", "file-10"


@pytest.fixture
def ranges(catalog: Catalog, jobs: Jobs, ann: str) -> Ranges:
    new = [File(id=file_id, owner_id=ann, name="f.csv") for file_id in (FILE, OTHER)]
    catalog.write(lambda session: session.add_all(new))
    return Ranges(catalog, jobs)


@pytest.fixture
def dividing(catalog: Catalog, jobs: Jobs, ranges: Ranges) -> JobLease:
    """The lease of the job that divides a file, whose conversion runs."""
    catalog.write(lambda session: jobs.enqueue(session, "convert", FILE))
    ranges.invite(FILE, claimed(jobs, "converter").job_id, {"size": 100})
    return claimed(jobs, "helper", kinds=(DIVIDE,))


@pytest.fixture
def post(ranges: Ranges, dividing: JobLease) -> Callable[..., bool]:
    """Queues a range of the file."""

    def run(start: int, **payload: Any) -> bool:
        return ranges.post(dividing, start, payload, part=start / 100)

    return run


def subjects(catalog: Catalog) -> list[str]:
    """Those of all jobs for ranges, with the one that divides."""
    with catalog.read() as session:
        found = select(Job.subject).where(col(Job.kind).in_((DIVIDE, RANGE))).order_by(col(Job.subject))
        return list(session.exec(found))


def test_a_file_is_divided_once_for_each_conversion(catalog, ranges, dividing, post):
    of = dividing.payload["conversion"]
    post(10)

    ranges.invite(FILE, of, {"size": 1})
    assert len(subjects(catalog)) == 2
    assert ranges.exist(FILE, of)
    assert not ranges.exist(FILE, "another")
    assert not ranges.exist(OTHER, of)

    ranges.invite(FILE, "another", {"size": 2})
    assert subjects(catalog) == [FILE]
    assert not post(20)


def test_the_last_range_is_taken_first_and_each_is_posted_once(jobs, post, clock: FixedClock):
    assert [post(start) for start in (10, 30, 50, 30)] == [True] * 4

    clock.pass_seconds(1)
    taken = [claimed(jobs, kinds=(RANGE,)).subject for _ in range(3)]

    assert taken == [subject_of(FILE, start) for start in (50, 30, 10)]
    assert {file_of(each) for each in taken} == {FILE}
    assert jobs.claim("me", (RANGE,), alive) is None


def test_a_range_is_waited_for_only_while_somebody_works_on_it(catalog, ranges: Ranges, jobs, dividing, post, clock):
    of = dividing.payload["conversion"]

    def other(start: int, dead: Callable[[str], bool] = alive) -> RangeFound | None:
        return ranges.other(FILE, of, start, dead)

    for start in (10, 20, 30, 40):
        post(start, end=start + 10)
    assert other(5) is None
    claimed(jobs, "a", kinds=(RANGE,))
    claimed(jobs, "b", kinds=(RANGE,))
    lease = claimed(jobs, "c", kinds=(RANGE,))

    assert other(10) is None, "nobody has begun it"
    assert other(40) == RangeFound({"end": 50, "conversion": of}, converted=False)
    assert other(40, lambda owner: owner == "a") is None
    assert other(30) is not None
    jobs.report(lease, {"conversion": of, "segments": []})
    clock.pass_seconds(LEASE_SECONDS + 1)
    assert other(30) is None, "its worker is silent"
    assert other(20) == RangeFound({"conversion": of, "segments": []}, converted=True)
    assert ranges.other(FILE, "another", 20, alive) is None
    assert subjects(catalog) == [FILE]


def test_what_others_have_converted_is_counted_from_where_the_converter_is(catalog, ranges, jobs, post):
    for start in (10, 20, 30, 40):
        post(start)
    for _ in range(3):
        lease = claimed(jobs, kinds=(RANGE,))
        jobs.report(lease, {"segments": lease.subject})
        catalog.write(lambda session, lease=lease: jobs.done(session, lease))

    assert ranges.converted_behind(FILE, 20) == 2
    keys = [subject_of(FILE, start) for start in (20, 30, 40)]
    assert subjects(catalog) == [FILE, *keys]
    assert ranges.converted_behind(FILE, 40) == 0
    assert [each["segments"] for each in ranges.converted(FILE)] == keys, "nobody takes them away but who took them"
    ranges.drop(FILE, 30)
    assert subjects(catalog) == [FILE, keys[0], keys[2]]


def test_ranges_go_with_their_file_and_at_the_end(catalog, files: Files, ranges, jobs, dividing, post):
    post(10)
    assert ranges.is_wanted(dividing)
    assert not ranges.forget(FILE, lambda _session: False)
    assert len(subjects(catalog)) == 2
    assert ranges.forget(FILE, lambda _session: True)
    assert subjects(catalog) == []

    ranges.invite(FILE, "another", {})
    ranges.invite(OTHER, "other", {})
    catalog.write(lambda session: files.remove(session, FILE))
    assert subjects(catalog) == [OTHER]
    assert not ranges.is_wanted(dividing)


def test_an_administrator_sees_whose_file_a_range_is_of(catalog, files: Files, post):
    post(10)

    found = Administration(catalog, files).jobs(state=None, limit=10)

    assert {(each.job.kind, each.name, each.owner) for each in found} == {
        ("convert", "f.csv", "ann"),
        (DIVIDE, "f.csv", "ann"),
        (RANGE, "f.csv", "ann"),
    }
