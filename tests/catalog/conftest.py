"""Fixtures of these tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from catalog.leased_jobs import KIND, FixedClock
from catalog.made_files import LATER
from parquay.catalog import jobs as jobs_module
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Job, NewFile
from parquay.catalog.users import Users
from parquay.ids import new_id


@pytest.fixture
def files(catalog: Catalog) -> Files:
    return Files(catalog, Events(catalog), Jobs(catalog))


@pytest.fixture
def ann(catalog: Catalog) -> str:
    return Users(catalog).create("ann", "-").id


@pytest.fixture
def bob(catalog: Catalog) -> str:
    return Users(catalog).create("bob", "-").id


@pytest.fixture
def add(catalog: Catalog, files: Files, ann: str) -> Callable[..., str]:
    """Add a file and return its id."""

    def insert(**values: Any) -> str:
        known: dict[str, Any] = {
            "id": new_id(),
            "owner_id": ann,
            "name": "a.csv",
            "size": 100,
            "expires_at": LATER,
            **values,
        }
        new = NewFile(**{name: known.pop(name) for name in NewFile.__dataclass_fields__ if name in known})

        def write(session: Session) -> None:
            files.add(session, new)
            if known:
                session.execute(update(File).where(col(File.id) == new.id).values(**known))

        catalog.write(write)
        return new.id

    return insert


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    made = FixedClock()
    monkeypatch.setattr(jobs_module, "database_now", lambda _session: made())
    monkeypatch.setattr(Job.model_fields["run_after"], "default_factory", made)
    return made


@pytest.fixture
def jobs(catalog: Catalog, clock: FixedClock) -> Jobs:
    return Jobs(catalog)


@pytest.fixture
def enqueue(catalog: Catalog, jobs: Jobs, clock: FixedClock) -> Callable[..., None]:
    def add(subject: str = "file", kind: str = KIND, **payload: object) -> None:
        catalog.write(lambda session: jobs.enqueue(session, kind, subject, payload))
        clock.pass_seconds(0.001)

    return add
