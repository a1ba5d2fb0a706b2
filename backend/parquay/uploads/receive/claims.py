"""Becoming the writer of an upload: its epoch is raised, so that whoever wrote before can move its offset no more."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial

from parquay.catalog.allowances import Allowance
from parquay.catalog.claims import Claim
from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.errors import Busy, Conflict, Gone
from parquay.tus.append import AppendPlan, check_offset
from parquay.uploads.policy.rules import Rules, state_of
from parquay.uploads.receive.receive import Superseded
from parquay.uploads.receive.remote_writers import RemoteWriters
from parquay.uploads.receive.takeover import TAKEOVER_SECONDS

TAKEOVER_POLL_SECONDS = 0.1
"""Seconds between two tries to take an upload over from another process."""


class UploadClaims:
    """Claims uploads in the name of this process."""

    def __init__(
        self, catalog: Catalog, files: Files, rules: Rules, process: str, remote: RemoteWriters | None = None
    ) -> None:
        """``process``: the name of this process.

        ``remote``: the writers of other processes, None where there are no other processes.
        """
        self._catalog = catalog
        self._remote = remote
        self._files = files
        self._rules = rules
        self._process = process

    async def claim(self, file: File, plan: AppendPlan, allowance: Allowance) -> Claim:
        """Become the writer of ``file`` at the offset of ``plan``, and fix its length where the plan tells one.

        Raises:
            Refusal: the upload stands at another offset (409).
            Busy: a writer of another process does not let go (423).
            Gone: the upload was removed (410).
            Conflict: ``already_complete``, or ``taken_over`` by another request meanwhile (409).
            ParquayError: the length is more than ``allowance`` (404, 410, 413).
        """
        claim = await self._take_over(file, plan)
        if plan.length is not None and claim.size is None:
            declare = partial(self._files.declare, claim=claim, size=plan.length, allowance=allowance)
            declared = await self._catalog.awrite(declare)
            if declared is None:
                raise Superseded("Another request continues this upload.")
            claim = declared
        return claim

    async def _take_over(self, file: File, plan: AppendPlan) -> Claim:
        """Become the upload's writer, after waiting a moment for one of another process that still answers."""
        is_lost = self._remote is not None and await self._remote.checkpoint(file) is False
        deadline = time.monotonic() + TAKEOVER_SECONDS
        while True:
            take_over = partial(
                self._files.take_over,
                file_id=file.id,
                offset=plan.offset,
                writer=self._process,
                expires_at=self._rules.expiry(),
                lost_epoch=file.epoch if is_lost else None,
            )
            claim = await self._catalog.awrite(take_over)
            if claim is not None:
                return claim
            current = await asyncio.to_thread(self._files.get, file.id)
            if current is None:
                raise Gone("The upload was removed.")
            check_offset(plan.offset, state_of(current))
            if current.complete:
                raise Conflict("The upload is complete.", "already_complete")
            if time.monotonic() >= deadline and self._files.is_written(current, self._process):
                raise Busy("Another request is writing to this upload.", retry_after=1)
            await asyncio.sleep(TAKEOVER_POLL_SECONDS)

    def is_owned(self, claim: Claim) -> bool:
        """Tell whether ``claim`` is still the newest one (blocking)."""
        return self._files.epochs([claim.file_id]).get(claim.file_id) == claim.epoch

    async def within(self, file: File, plan: AppendPlan, allowance: Allowance) -> AppendPlan:
        """Return the plan with no more bytes than ``allowance`` leaves: a deferred length reserved none.

        Raises:
            TooLarge: ``quota_exceeded`` or ``upload_link_full`` (413), already by what the request announces.
        """
        left = await asyncio.to_thread(self._files.room_left, file.owner_id, allowance)
        if left is None:
            return plan
        announced = plan.body.expected if plan.length is None else plan.length - file.offset
        if announced is not None and announced > left.bytes:
            raise left.beyond
        limit = left.bytes if plan.body.limit is None else min(plan.body.limit, left.bytes)
        return replace(plan, body=replace(plan.body, limit=limit))
