"""Answers about jobs that make a version: the version, or how far the job is."""

from __future__ import annotations

import asyncio
import time

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from parquay.catalog.tables import File
from parquay.catalog.version_jobs import VersionJobs, VersionJobState, error_of
from parquay.errors import NotFound
from parquay.web.tables.dataset_edits import version_json
from parquay.web.tables.dataset_schemas import VersionJobShown
from parquay.wiring import TableServices

WAIT_SECONDS = 20.0
"""How long an answer waits for the version; proxies give up on answers that take a minute."""
LOOK_SECONDS = 0.1
"""How often it looks."""


async def version_answer(request: Request, tables: TableServices, jobs: VersionJobs, file: File) -> Response:
    """Wait for the job of a table, and tell its version; 202 where that takes longer than `WAIT_SECONDS`.

    Raises:
        ParquayError: why there is no version.
    """
    state = await _ended(jobs, file)
    if state.error is not None:
        raise error_of(state.error)
    if state.version is None:
        shown = VersionJobShown.model_validate(state, from_attributes=True).model_dump_json()
        return Response(shown, 202, {"Location": request.url.path}, "application/json")
    row = await run_in_threadpool(tables.datasets.one, file.id, state.version)
    if row is None:
        raise NotFound("There is no such dataset.")
    return Response(version_json(row), 200, {"ETag": f'"{state.version}"'}, "application/json")


async def _ended(jobs: VersionJobs, file: File) -> VersionJobState:
    """How far the job is once it has ended, or after `WAIT_SECONDS`."""
    ends = time.monotonic() + WAIT_SECONDS
    while True:
        state = await run_in_threadpool(jobs.state, file)
        if state is None:
            raise NotFound("There is no such dataset.")
        if state.state in ("done", "failed") or time.monotonic() > ends:
            return state
        await asyncio.sleep(LOOK_SECONDS)


def version_job(jobs: VersionJobs, file: File, none: NotFound) -> VersionJobShown:
    """How far the last job of a table is (blocking).

    Raises:
        NotFound: ``none``, there was no job (404).
    """
    state = jobs.state(file)
    if state is None:
        raise none
    return VersionJobShown.model_validate(state, from_attributes=True)
