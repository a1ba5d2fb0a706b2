"""Copies of parts: made once, checked, kept while they are read, and the least recently used go first."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parquay.errors import Damaged, StorageFull
from parquay.storage import seal
from parquay.storage.local import reserve
from parquay.storage.remote.part_cache import STALE_SECONDS, CachedPart, PartCache
from parquay.storage.remote.range_locks import RangeLocks

SIZE = 1000
HOLDING = """
import sys
from pathlib import Path
from parquay.storage.remote.range_locks import RangeLocks
locks = RangeLocks(Path(sys.argv[1]))
assert getattr(locks, sys.argv[2])(sys.argv[3])
print("held", flush=True)
sys.stdin.read()
"""


class Far:
    """The store far away: gives parts, and counts how often."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.given: list[str] = []

    def part(self, number: int, dataset_id: str = "one") -> CachedPart:
        content = bytes([number]) * SIZE
        key = seal.sealed(f"part-{number:05d}.parquet", seal.crc_of(content))
        self.contents[key] = content
        return CachedPart(dataset_id, key)

    def get(self, key: str, take: Callable[[bytes], None]) -> None:
        self.given.append(key)
        content = self.contents.get(key)
        if content is None:
            raise FileNotFoundError(key)
        for start in range(0, len(content), 300):
            take(content[start : start + 300])


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def cache(tmp_path: Path) -> PartCache:
    return PartCache(tmp_path / "cache", 10 * SIZE)


@pytest.fixture
def elsewhere(cache: PartCache):
    """Have a lock of the cache in another process."""
    started: list[subprocess.Popen[str]] = []

    def hold(how: str, part: CachedPart) -> subprocess.Popen[str]:
        path = cache.parts.parent / "parts.lock"
        command = [sys.executable, "-c", HOLDING, str(path), how, f"{part.dataset_id}/{part.key}"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def use(cache: PartCache, far: Far, part: CachedPart) -> None:
    with cache.hold([part], far.get) as (path,):
        assert path.read_bytes() == far.contents[part.key]


def age(cache: PartCache, part: CachedPart, seconds: float) -> None:
    path = cache.path(part)
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns - int(seconds * 1e9), found.st_mtime_ns))


def test_a_part_is_fetched_once_for_many_threads(cache: PartCache, far: Far):
    part = far.part(1)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: use(cache, far, part), range(40)))

    assert far.given == [part.key]


def test_parts_of_one_table_come_in_the_order_that_was_asked_for(cache: PartCache, far: Far):
    parts = [far.part(number) for number in (3, 1, 2, 1)]

    with cache.hold(parts, far.get) as paths:
        assert [path.name for path in paths] == [part.key for part in parts]
        assert [path.read_bytes()[0] for path in paths] == [3, 1, 2, 1]
    assert len(far.given) == 3


def test_the_least_recently_used_go_first(cache: PartCache, far: Far):
    parts = [far.part(number) for number in range(10)]
    for number, part in enumerate(parts):
        use(cache, far, part)
        age(cache, part, 100 - number)
    use(cache, far, parts[0])

    use(cache, far, far.part(10))

    assert [cache.has(part) for part in parts[:3]] == [True, False, True]
    assert sum(cache.has(part) for part in parts) == 9


def test_what_is_read_stays_however_full_the_cache_is(cache: PartCache, far: Far):
    held = [far.part(number) for number in range(10)]
    with cache.hold(held, far.get) as paths:
        for number in range(10, 30):
            use(cache, far, far.part(number))
        assert all(path.is_file() for path in paths)
        assert cache.shrink(0) == 10 * SIZE

    assert cache.shrink(0) == 0


def test_what_another_process_reads_stays_too_until_it_ends(cache: PartCache, far: Far, elsewhere):
    part = far.part(1)
    use(cache, far, part)
    reader = elsewhere("share", part)

    cache.forget(part)
    kept = cache.has(part)
    reader.kill()
    reader.wait()
    cache.forget(part)

    assert kept
    assert not cache.has(part)


def test_whoever_wants_a_part_that_another_process_fetches_waits_for_it(cache: PartCache, far: Far, elsewhere):
    part = far.part(1)
    fetching = elsewhere("take", part)
    reader = threading.Thread(target=use, args=(cache, far, part))
    reader.start()
    reader.join(0.1)
    waits = reader.is_alive()

    half = cache.path(part)
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(far.contents[part.key])
    fetching.kill()
    fetching.wait()
    reader.join(10)

    assert waits
    assert not reader.is_alive()
    assert far.given == []


def test_a_copy_whose_bytes_changed_is_fetched_again(cache: PartCache, far: Far):
    part = far.part(1)
    use(cache, far, part)
    cache.path(part).write_bytes(b"?" * SIZE)

    use(cache, far, part)

    assert len(far.given) == 2


def test_what_comes_damaged_is_no_copy(cache: PartCache, far: Far):
    part, other = far.part(1), far.part(2)
    far.contents[part.key] = b"?" * SIZE

    with pytest.raises(Damaged) as caught, cache.hold([other, part], far.get):
        pass

    assert caught.value.code == "part_damaged"
    assert not cache.has(part)
    assert cache.has(other)
    assert [path.name for path in cache.path(part).parent.iterdir()] == [other.key]
    assert cache.shrink(0) == 0, "nothing stays locked"


def test_what_is_not_there_is_missing(cache: PartCache, far: Far):
    with pytest.raises(Damaged) as caught, cache.hold([CachedPart("one", "none.parquet")], far.get):
        pass

    assert caught.value.code == "part_missing"


def test_a_lost_cache_loses_nothing(cache: PartCache, far: Far):
    part = far.part(1)
    use(cache, far, part)
    cache.path(part).unlink()
    cache.path(part).parent.rmdir()

    use(cache, far, part)

    assert len(far.given) == 2


def test_what_was_written_here_is_the_copy(cache: PartCache, far: Far, tmp_path: Path):
    part, other = far.part(1), far.part(2)
    draft = tmp_path / "draft"
    draft.write_bytes(far.contents[part.key])

    cache.adopt(part, draft)
    cache.adopt(other, far.contents[other.key])

    use(cache, far, part)
    use(cache, far, other)
    assert far.given == []
    assert not draft.exists()


def test_a_full_disk_has_room_when_copies_go(cache: PartCache, far: Far, monkeypatch: pytest.MonkeyPatch):
    old, new = far.part(1), far.part(2)
    use(cache, far, old)
    monkeypatch.setattr(reserve, "full_named", _full_while(lambda: cache.has(old)))

    use(cache, far, new)

    assert not cache.has(old)


def test_a_full_disk_without_copies_is_said(cache: PartCache, far: Far, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reserve, "full_named", _full_while(lambda: True))

    with pytest.raises(StorageFull), cache.hold([far.part(1)], far.get):
        pass


def _full_while(full: Callable[[], bool]):
    class Room:
        def __enter__(self) -> None:
            if full():
                raise reserve.full()

        def __exit__(self, *_: object) -> None:
            pass

    return Room


def test_what_processes_left_half_done_goes_after_a_day(cache: PartCache, far: Far):
    use(cache, far, far.part(1))
    (cache.drafts / "one").mkdir()
    halves = [cache.parts / "one" / ".old.tmp", cache.drafts / "one" / ".old.tmp", cache.parts / "one" / ".new.tmp"]
    for half in halves:
        half.write_bytes(b"half")
    for half in halves[:2]:
        os.utime(half, (half.stat().st_atime, half.stat().st_mtime - STALE_SECONDS - 60))

    cache.shrink(10 * SIZE)

    assert [half.exists() for half in halves] == [False, False, True]


def test_threads_of_a_process_share_what_it_has(tmp_path: Path):
    locks = RangeLocks(tmp_path / "lock")

    assert locks.share("a")
    assert locks.share("a")
    assert not locks.take("a")
    assert locks.take("b")
    assert not locks.share("b")
    locks.keep_shared("b")
    assert locks.share("b")
    for name in ("a", "a", "b", "b"):
        locks.release(name)
    assert locks.take("a")
    assert locks.take("b")
