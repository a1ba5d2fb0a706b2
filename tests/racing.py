"""Clients that want the same bytes of an upload for themselves."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tus_user import TusUser

RACERS = 8
SIZE = 200_000


def assert_one_of_eight_is_stored(users: Sequence[TusUser]) -> None:
    """Let eight PATCHes at the same offset race, by `users` in turn: one is stored, the others are refused."""
    url = users[0].created(SIZE)
    together = threading.Barrier(RACERS)
    bodies = [bytes([number]) * SIZE for number in range(RACERS)]

    def send(number: int) -> int:
        with users[number % len(users)].begin_patch(url, 0, SIZE) as wire:
            wire.send(bodies[number][:1000])
            together.wait(20)
            with contextlib.suppress(ConnectionError):
                wire.send(bodies[number][1000:])
            return wire.answer().status

    with ThreadPoolExecutor(RACERS) as pool:
        statuses = list(pool.map(send, range(RACERS)))

    assert statuses.count(204) == 1, statuses
    assert set(statuses) <= {204, 409, 423}
    assert users[0].content(url) == bodies[statuses.index(204)]
    assert users[0].jobs(url) == 1
