"""Jobs that call hooks: what happened to an upload, and what a hook gets of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from parquay.catalog.jobs import Jobs
from parquay.catalog.tables import File, User
from parquay.tus.headers import parse_metadata

HOOK = "hook"
"""Kind of the jobs that call hooks."""


class HookJobs:
    """Enqueues them in the transaction in which something happens."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def add(self, session: Session, events: Sequence[str], *file_ids: str) -> None:
        """Enqueue a job for each of ``events`` of each file."""
        for file_id in file_ids:
            for event in events:
                self._add(session, event, file_id)

    def _add(self, session: Session, event: str, file_id: str) -> None:
        # What is gone when the job runs must be in the job.
        file = session.get_one(File, file_id, populate_existing=True)
        owner = session.get_one(User, file.owner_id).username
        payload = {"event": event, "upload": hooked_json(file, owner)}
        self._jobs.enqueue(session, HOOK, f"{event}:{file_id}", payload)


def hooked_json(file: File, owner: str) -> dict[str, Any]:
    """Return what hooks get of a file."""
    return {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "owner": owner,
        "metadata": parse_metadata(file.upload_metadata).texts(),
    }
