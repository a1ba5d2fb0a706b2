"""Which objects were named, found out from their keys: for any history of writers that die, lag or take over."""

from __future__ import annotations

import random

import pytest

from parquay.chunk import Chunk
from parquay.storage.chunked.bucket import Held
from parquay.storage.chunked.recovery import FoundChunk, joined, parsed, recover


def found(start: int, size: int, epoch: int) -> FoundChunk:
    return FoundChunk(start, size, f"{start}-{epoch}-{size}", epoch)


def row(chunk: FoundChunk) -> Chunk:
    return Chunk(chunk.start, chunk.size, chunk.key, 0)


def history(seed: int) -> tuple[list[FoundChunk], list[FoundChunk]]:
    """What writers put, and what of it was named: only the newest writer's objects at the offset are."""
    chance = random.Random(seed)
    everything: list[FoundChunk] = []
    named: list[FoundChunk] = []
    offset = 0
    writers = {1: 0}
    for _ in range(chance.randrange(1, 40)):
        if chance.random() < 0.3:
            writers[max(writers) + 1] = offset
        epoch = chance.choice(list(writers))
        chunk = found(writers[epoch], chance.randrange(1, 6), epoch)
        everything.append(chunk)
        if epoch == max(writers) and chance.random() < 0.8:
            named.append(chunk)
            offset = writers[epoch] = chunk.end
        else:
            del writers[epoch]  # a request whose chunk was not named ends
            writers.setdefault(max([*writers, epoch]) + 1, offset)
    chance.shuffle(everything)
    return everything, named


@pytest.mark.parametrize("seed", range(300))
def test_what_was_named_is_found_again_whatever_writers_did(seed: int):
    everything, named = history(seed)
    end = named[-1].end if named else 0
    kept = [chunk for chunk in named if random.Random(seed).random() < 0.3 + seed % 2]

    recovery = recover([row(chunk) for chunk in kept], everything, end)

    assert list(recovery.chunks) == [chunk for chunk in named if chunk not in kept]
    assert recovery.end == end


def test_a_gap_ends_it_and_is_named():
    recovery = recover([row(found(0, 4, 1))], [found(4, 4, 1), found(12, 4, 2)], 16)

    assert (recovery.chunks, recovery.end, recovery.gap_end) == ((found(4, 4, 1),), 8, 12)


def test_nothing_goes_beyond_the_promised_bytes_or_over_what_is_named():
    assert recover((), [found(0, 9, 1)], 8).chunks == ()
    assert recover([row(found(8, 4, 1))], [found(0, 9, 1)], 12).chunks == ()
    assert recover((), [found(0, 9, 1), found(9, 1, 2)], None).end == 10


def test_keys_tell_start_and_epoch_and_what_is_no_chunk_is_left_out():
    folder = "bytes/ab/id/"
    keys = [f"{folder}{7:016d}-3-0123456789ab", f"{folder}other", f"{folder}{9:016d}-1-orphan"]

    (chunk,) = parsed(Held(key, 5, 0.0) for key in keys)

    assert (chunk.start, chunk.size, chunk.epoch, chunk.end) == (7, 5, 3, 12)


def test_parts_follow_one_another():
    assert [chunk.start for chunk in joined([[found(0, 3, 1), found(3, 1, 1)], [], [found(0, 2, 1)]])] == [0, 3, 4]
