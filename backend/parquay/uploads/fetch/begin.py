"""Beginning to fetch a file: what can be refused at once is, the rest is a job."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from parquay.catalog.imports import Imports
from parquay.catalog.saved_queries import Beside
from parquay.catalog.tables import File
from parquay.networks import Reachable
from parquay.tus.create import CreationPlan
from parquay.tus.headers import Metadata
from parquay.uploads.create.create import Creator
from parquay.uploads.create.describe import Request
from parquay.uploads.fetch.fetcher import FetchState
from parquay.uploads.fetch.lookup import Lookup, looked_up, permitted
from parquay.uploads.fetch.source_url import parse_source
from parquay.uploads.policy.names import clean_name
from parquay.uploads.policy.rules import Owner


class Importer:
    """Makes files that the server gets by itself."""

    def __init__(self, creator: Creator, imports: Imports, reachable: Reachable, lookup: Lookup = looked_up) -> None:
        self._creator = creator
        self._imports = imports
        self._reachable = reachable
        self._lookup = lookup

    async def begin(
        self,
        owner: Owner,
        address: str,
        *,
        name: str | None,
        options: dict[str, Any] | None,
        also: Beside | None = None,
    ) -> File:
        """Make a file of ``owner`` that a job gets from ``address``; ``name``: None for what its source calls it.

        ``also`` writes something else in the same transaction.

        Raises:
            InvalidValue: ``fetch_refused``, it is no address of the web, or leads where nothing may be fetched (422).
            ParquayError: as `Creator.create`.
        """
        url = parse_source(address.strip())
        with suppress(OSError):  # a name may be found in a moment: the job tries again, and says so where it is not
            await permitted(self._reachable, url.host, url.port, self._lookup)
        sent = name or url.name or url.host
        state = FetchState(url.url, named=name is not None)

        def queue(session: Any, file_id: str) -> None:
            self._imports.ask(session, file_id, owner.id, asdict(state))
            if also is not None:
                also(session, file_id)

        request = Request(
            owner,
            clean_name(sent),
            None,
            CreationPlan(None, Metadata()),
            options,
            sent_name=sent,
            beside=queue,
            source_url=url.shown,
            is_named=name is not None,
        )
        file, _ = await self._creator.create(request)
        return file
