"""Who did what to accounts, keys, sessions, jobs and rights: a note that is kept with what was done, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditNote:
    """What is written down in the transaction of a change.

    Attributes:
        actor: name of the user who does it, None: somebody at this machine.
        action: what is done, such as ``user.created``.
        subject: to what; empty where only the transaction knows its id.
        detail: how, as JSON.
    """

    actor: str | None
    action: str
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
