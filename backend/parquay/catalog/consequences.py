"""What follows from an upload that begins or ends, said once: who hears of it, and what is to be done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

CREATED = "file.created"
UPDATED = "file.updated"
"""Kinds of the events of a file that is new, and of one that has changed."""


@dataclass(frozen=True)
class Consequences:
    """What the transaction of an upload writes besides its row.

    Attributes:
        event: kind of its event, None where nobody hears of it.
        converts: whether the job is queued that makes a table of it.
        hooks: what the operator's hooks are told of, in this order.
    """

    event: str | None = None
    converts: bool = False
    hooks: tuple[str, ...] = ()


NOTHING = Consequences()


@cache
def consequences(*, is_new: bool, complete: bool, is_partial: bool) -> Consequences:
    """Return what follows when the row of an upload is made (``is_new``), or gets its last byte (``complete``).

    A part of a concatenation (``is_partial``) is nothing by itself: nobody hears of it, no table comes of it.
    """
    assert is_new or complete, "an upload that goes on has checkpoints, and they have no consequences"
    if is_partial:
        return NOTHING
    hooks = ("created",) * is_new + ("finished",) * complete
    return Consequences(CREATED if is_new else UPDATED, converts=complete, hooks=hooks)
