"""Whether a store takes objects: asked seldom, one at a time, and never waited for long."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parquay.storage.chunked import readiness
from parquay.storage.chunked.readiness import Readiness
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import StoreFault
from storage.memory.bucket import MemoryBucket
from storage.test_chunk_store import Index


class Attempts:
    """A store that may be silent or faulty."""

    def __init__(self) -> None:
        self.count = 0
        self.fault: StoreFault | None = None
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self) -> None:
        self.count += 1
        self.answers.wait(20)
        if self.fault is not None:
            raise self.fault


def test_many_who_ask_are_one_attempt():
    attempts = Attempts()
    asked = Readiness(attempts)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: asked.check(), range(40)))

    assert attempts.count == 1


def test_a_fault_is_told_until_it_is_tried_again(monkeypatch: pytest.MonkeyPatch):
    attempts = Attempts()
    asked = Readiness(attempts)
    attempts.fault = StoreFault("It refuses.", retry_after=7)

    for _ in range(2):
        with pytest.raises(StoreFault) as caught:
            asked.check()
        assert (caught.value.detail, caught.value.retry_after) == ("It refuses.", 7)
    assert attempts.count == 1

    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)
    attempts.fault = None
    asked.note(None)
    asked.check()
    assert attempts.count == 2


def test_a_silent_store_is_unready_within_seconds_and_tried_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 0.1)
    attempts = Attempts()
    asked = Readiness(attempts)
    attempts.answers.clear()

    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(StoreFault):
            asked.check()

    assert time.monotonic() - started < 2
    assert attempts.count == 1
    attempts.answers.set()
    asked.check()


def test_uploads_tell_how_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bucket = MemoryBucket()
    store = ChunkStore(bucket, Index(), tmp_path)
    store.keep("A" * 24, 1, 0, memoryview(b"bytes"))
    before = [held.key for held in bucket.list("")]

    store.probe()
    assert [held.key for held in bucket.list("")] == before

    def refuse(*_: object) -> None:
        raise StoreFault("It refuses.")

    monkeypatch.setattr(bucket, "put", refuse)
    with pytest.raises(StoreFault):
        store.keep("A" * 24, 1, 5, memoryview(b"more"))
    with pytest.raises(StoreFault):
        store.probe()
