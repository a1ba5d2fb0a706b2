"""What asks a source for a file: a Protocol, since its HTTP client is loaded when the first file is fetched."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from parquay.uploads.fetch.answers import SourceAnswer
from parquay.uploads.fetch.source_url import SourceUrl
from parquay.uploads.receive.body import BodyCut


class SourceCut(BodyCut):
    """The source is gone before the end of its body."""


@dataclass(frozen=True)
class OpenSource:
    """An answer whose body is still to come. ``url``: what was asked last, after redirects."""

    url: SourceUrl
    answer: SourceAnswer
    chunks: AsyncGenerator[bytes]


class SourceClient(Protocol):
    """Asks servers of the web for files, see `sources.Sources`."""

    def ask(self, url: SourceUrl, fields: Mapping[str, str]) -> AbstractAsyncContextManager[OpenSource]:
        """Ask for ``url`` and follow where it leads; the body is read while this is open.

        Raises:
            SourceAway: it does not answer now.
            FetchFailed: it leads on too often.
            InvalidValue: ``fetch_refused``, it leads where nothing may be fetched (422).
        """
        ...
