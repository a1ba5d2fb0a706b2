"""Jobs, and a clock that stands until it is told to go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from parquay.catalog.jobs import JobLease, Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Job

KIND = "convert"


class FixedClock:
    """The time as the test wants it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def alive(_owner: str) -> bool:
    return False


def claimed(
    jobs: Jobs, owner: str = "me", dead: Callable[[str], bool] = alive, kinds: tuple[str, ...] = (KIND,)
) -> JobLease:
    lease = jobs.claim(owner, kinds, dead)
    assert lease is not None
    return lease


def row(catalog: Catalog, subject: str = "file") -> Job:
    with catalog.read() as session:
        return session.exec(select(Job).where(Job.subject == subject)).one()


def taken(jobs: Jobs, clock: FixedClock) -> list[str]:
    """The subjects in the order in which they are taken, all of them."""
    found = []
    while lease := jobs.claim("me", (KIND,), alive):
        found.append(lease.subject)
        clock.pass_seconds(0.001)
    return found
