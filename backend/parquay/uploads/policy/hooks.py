"""Hooks: other people's code that hears of uploads, and may refuse or rename one before it exists.

``pre_create`` is asked while the client waits. ``created``, ``finished`` and ``removed`` are jobs, written in the
transaction of what they tell of and repeated until they succeed: at least once, with a key that stays the same.

A Python hook is an entry point of the group ``parquay.hooks`` that names an object (or a class to be called) with
any of the methods of :class:`Hook`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import entry_points
from typing import Any, Protocol

from parquay.errors import ParquayError, Unavailable

GROUP = "parquay.hooks"

EVENTS = ("created", "finished", "removed")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HookedUpload:
    """An upload as hooks see it.

    Attributes:
        id: its id, empty before it exists.
        size: total bytes, None while unknown.
        metadata: the pairs of Upload-Metadata that are text.
    """

    id: str
    name: str
    size: int | None
    content_type: str | None
    owner: str
    metadata: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in a job and in a webhook's body."""
        return asdict(self)


class HookRefused(ParquayError):
    """A ``pre_create`` hook does not want the upload; raise it with a ``status`` of 400 to 499 and a message."""

    default_code = "refused_by_hook"

    def __init__(self, detail: str, status: int = 403) -> None:
        super().__init__(detail)
        self.status = status if 400 <= status < 500 else 403


class Hook(Protocol):
    """What a hook may have; every method is optional."""

    def pre_create(self, upload: HookedUpload) -> str | None:
        """Return another name for the upload, None to leave it; raise HookRefused to refuse it."""
        ...

    def created(self, upload: HookedUpload, key: str) -> None:
        """An upload was created. ``key`` is the same when the call is repeated."""
        ...

    def finished(self, upload: HookedUpload, key: str) -> None:
        """The last byte of an upload landed."""
        ...

    def removed(self, upload: HookedUpload, key: str) -> None:
        """An upload was removed or has expired."""
        ...


class Remote(Protocol):
    """A hook over HTTP."""

    def call(self, event: str, key: str, upload: dict[str, Any]) -> dict[str, Any]:
        """Send an event and return the answer's JSON object; raise Unavailable when it cannot be delivered."""
        ...


class Hooks:
    """All hooks of a process, asked in the order of their names, the webhook last."""

    def __init__(self, local: Iterable[Any] = (), remote: Remote | None = None) -> None:
        self._local = list(local)
        self._remote = remote

    def __bool__(self) -> bool:
        """Whether there is any hook."""
        return bool(self._local) or self._remote is not None

    def pre_create(self, upload: HookedUpload) -> str:
        """Return the name that the upload gets (blocking).

        Raises:
            HookRefused: a hook does not want it (its status, 403 by default).
            Unavailable: a hook could not be asked (503); nothing is created then.
        """
        for hook in self._local:
            ask: Callable[[HookedUpload], str | None] | None = getattr(hook, "pre_create", None)
            if ask is not None:
                upload = replace(upload, name=_asked(ask, upload) or upload.name)
        if self._remote is None:
            return upload.name
        answer = self._remote.call("pre_create", "", upload.to_json())
        if refused := answer.get("reject"):
            payload = refused if isinstance(refused, dict) else {}
            raise HookRefused(str(payload.get("message", "The upload was refused.")), _status(payload.get("status")))
        return str(answer.get("name") or upload.name)

    def tell(self, event: str, key: str, upload: HookedUpload) -> None:
        """Tell every hook of ``event`` (blocking); raises what a hook raises, so that the job is repeated."""
        for hook in self._local:
            notify: Callable[[HookedUpload, str], None] | None = getattr(hook, event, None)
            if notify is not None:
                notify(upload, key)
        if self._remote is not None:
            self._remote.call(event, key, upload.to_json())


def installed() -> list[Any]:
    """Load the hooks that are installed as entry points, by name."""
    found = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        loaded = point.load()
        found.append(loaded() if isinstance(loaded, type) else loaded)
    return found


def _asked(ask: Callable[[HookedUpload], str | None], upload: HookedUpload) -> str | None:
    try:
        return ask(upload)
    except ParquayError:
        raise
    except Exception as error:
        log.exception("hook failed")
        raise Unavailable("A hook could not be asked.", "hook_failed", retry_after=5) from error


def _status(value: object) -> int:
    return value if isinstance(value, int) else 403
