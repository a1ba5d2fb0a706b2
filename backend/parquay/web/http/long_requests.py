"""Requests that go on for long: each ends soon after the login that it was begun with.

A request is let in once; its body or its answer may take hours. Here the logins of all requests that run are looked
at again every second, each read at most every few seconds, so that one that was ended is dead everywhere at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.types import Scope

from parquay.auth.sessions import Sessions
from parquay.errors import Gone, NotFound, ParquayError, Unauthorized

LOOK_SECONDS = 1.0
"""How often the logins of running requests are looked at. What was read of one is believed for two seconds more."""

KEY = "parquay.login"
"""Where a request's scope has its :class:`Running`."""

End = Callable[[], None]
Look = Callable[[str], object]

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Running:
    """A request that runs: the login it was let in with, None so far, and how it is ended.

    Attributes:
        look: reads ``token`` again where it is none of a login, and raises once it is not valid any more (blocking).
    """

    end: End | None
    token: str | None = None
    look: Look | None = None


class LoginWatch:
    """Ends requests whose login was ended."""

    def __init__(self, sessions: Sessions) -> None:
        """Watch requests that ``sessions`` let in."""
        self._sessions = sessions
        self._running: set[Running] = set()
        self._looking: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watching(self, scope: Scope, end: End | None) -> Iterator[None]:
        """Have ``end`` called when the login of a request ends meanwhile; :func:`note` tells which one it is."""
        running = scope[KEY] = Running(end)
        self._running.add(running)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._running.discard(running)

    async def _look(self) -> None:
        while self._running:
            await asyncio.sleep(LOOK_SECONDS)
            looks = {running.token: running.look for running in self._running if running.token and running.end}
            for token, look in looks.items():
                if self._sessions.cached(token) is None and await self._has_ended(token, look):
                    self._end(token)

    async def _has_ended(self, token: str, look: Look | None) -> bool:
        try:
            await asyncio.to_thread(look or self._sessions.authenticate, token)
        except (Unauthorized, NotFound, Gone):
            return True
        except ParquayError as error:
            log.warning("logins of running requests cannot be read", extra={"fields": {"code": error.code}})
        return False

    def _end(self, token: str) -> None:
        for running in [each for each in self._running if each.token == token]:
            self._running.discard(running)
            if running.end is not None:
                running.end()


def note(scope: Scope, token: str | None, end: End | None = None, *, look: Look | None = None) -> None:
    """Note the login that a request was let in with; ``end``: how it is ended, if not by breaking its connection.

    ``look``: see :class:`Running`.
    """
    running: Running | None = scope.get(KEY)
    if running is not None:
        running.token, running.look = token, look
        running.end = end or running.end
