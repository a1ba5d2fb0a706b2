"""Tables in an object store: what a crash, a lost answer or another machine leaves between the log and the catalog."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from datasets.conftest import House
from faulty_proxy import FaultyProxy
from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.leases import Leases
from parquay.catalog.tables import File, now
from parquay.datasets.edit.cell_history import CellHistories
from parquay.datasets.edit.edit import Batch, Editor
from parquay.datasets.edit.find_replace import FindReplace
from parquay.datasets.edit.patterns import text_pattern
from parquay.datasets.edit.undo import Undoing
from parquay.datasets.versions import log
from parquay.datasets.versions.commits import Author, Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.errors import Busy, Damaged, Outdated, Unavailable
from parquay.storage.chunks import StoreFault
from parquay.storage.remote.part_cache import PartCache
from parquay.storage.remote.place import RemotePlaces
from parquay.storage.s3.bucket import S3Bucket
from s3_server import S3Server, client, keys_in

TEXT = "n,word\n" + "".join(f"{n},w{n % 7}\n" for n in range(500))


@pytest.fixture
def proxy(strict_s3: S3Server) -> Iterator[FaultyProxy]:
    with FaultyProxy(strict_s3.port) as proxy:
        yield proxy


@pytest.fixture
def bucket(strict_s3: S3Server) -> str:
    return strict_s3.new_bucket()


@pytest.fixture
def machine(bucket: str, proxy: FaultyProxy, tmp_path: Path) -> Callable[[str], RemotePlaces]:
    def make(name: str) -> RemotePlaces:
        seen = S3Bucket(bucket, "p", endpoint=proxy.url)
        return RemotePlaces(seen, PartCache(tmp_path / name, 64 << 20), seen.url, tmp_path / "tmp")

    return make


@pytest.fixture
def places(machine: Callable[[str], RemotePlaces]) -> RemotePlaces:
    return machine("one")


class Elsewhere:
    """Another machine with the same catalog."""

    def __init__(self, house: House, places: RemotePlaces) -> None:
        self.datasets = Datasets(house.catalog, Events(house.catalog), Leases(house.catalog, owner="elsewhere"))
        self.tables = Tables(places, self.datasets)
        self.commits = Commits(self.tables, self.datasets)
        self.editor = Editor(self.tables, self.commits)
        self.retention = Retention(house.files, self.datasets, self.tables, self.commits, keep=1)


@pytest.fixture
def elsewhere(house: House, machine: Callable[[str], RemotePlaces]) -> Iterator[Elsewhere]:
    made = Elsewhere(house, machine("two"))
    yield made
    made.datasets.leases.close()


@pytest.fixture
def file(house: House) -> File:
    return house.convert(TEXT)


def word(house: House, file: File, row: int = 3) -> object:
    """A cell as readers get it."""
    return house.rows(house.file(file.id))[row][2]


def noted(house: House, file: File) -> list[int]:
    return sorted(each.version for each in house.datasets.history(file.id))


def in_log(strict_s3: S3Server, bucket: str) -> list[int]:
    return [
        int(key[-25:-5]) for key in keys_in(strict_s3.url, bucket) if key.endswith(".json") and "/_delta_log/" in key
    ]


def change(house: House, file: File, text: str) -> int:
    return house.edit(house.file(file.id), updates={3: {"word": text}}).snapshot.version


class Crash(Exception):
    """The process ends here."""


@pytest.fixture
def crashing(house: House, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process that dies before the catalog notes what it put into the log."""

    def crash(*_: object, **__: object) -> bool:
        raise Crash

    monkeypatch.setattr(house.datasets, "note", crash)
    return monkeypatch


def test_a_commit_whose_answer_was_lost_is_made_once(house, file, proxy, strict_s3, bucket):
    proxy.arm("PUT", "_delta_log/00000000000000000001.json", "lost")

    version = change(house, file, "new")

    assert proxy.met["lost"] == 1
    assert version == 1
    assert word(house, file) == "new"
    assert noted(house, file) == in_log(strict_s3, bucket) == [0, 1]


def test_equal_changes_have_commits_of_their_own(house, file, elsewhere):
    """Else the second of two machines could take the first one's entry for its own, whose answer was lost."""
    change(house, file, "same")
    elsewhere.editor.edit(house.file(file.id), Author("u"), Batch(updates={3: {"word": "same"}}), None)

    one, other = (log.commit(house.places.at(file.id), version).info for version in (1, 2))

    assert {**one, "commit": "", "bytes": 0} == {**other, "commit": "", "bytes": 0}
    assert one["commit"] != other["commit"]


def test_a_version_that_a_crash_kept_out_of_the_catalog_is_adopted_by_the_next(
    house, file, crashing, elsewhere, strict_s3, bucket
):
    with pytest.raises(Crash):
        change(house, file, "acknowledged to nobody")
    crashing.undo()
    unseen = elsewhere.tables.snapshot(house.file(file.id)).version, noted(house, file)

    made = elsewhere.editor.edit(house.file(file.id), Author("u"), Batch(updates={4: {"word": "next"}}), None)

    assert unseen == (0, [0])
    assert made.snapshot.version == 2
    assert noted(house, file) == in_log(strict_s3, bucket) == [0, 1, 2]
    assert [word(house, file, row) for row in (3, 4)] == ["acknowledged to nobody", "next"]


def test_whoever_saw_the_older_version_is_told_that_it_is_outdated(house, file, crashing, elsewhere):
    with pytest.raises(Crash):
        change(house, file, "not seen")
    crashing.undo()

    with pytest.raises(Outdated):
        elsewhere.editor.edit(house.file(file.id), Author("u"), Batch(updates={3: {"word": "mine"}}), 0)

    assert word(house, file) == "not seen"


def test_a_version_that_a_crash_kept_out_of_the_catalog_is_adopted_without_another_edit(
    house, file, crashing, elsewhere
):
    with pytest.raises(Crash):
        change(house, file, "late")
    crashing.undo()
    before = word(house, file)

    unlooked, adopted = elsewhere.retention.reconcile(), elsewhere.retention.adopt()

    assert (before, unlooked, adopted) == ("w3", 0, 1)
    assert word(house, file) == "late"
    assert noted(house, file) == [0, 1]
    assert elsewhere.retention.adopt() == 0
    assert elsewhere.retention.reconcile(every=True) == 0


def test_a_commit_that_nobody_answered_is_superseded_and_what_comes_late_is_refused(
    house, file, proxy, strict_s3, bucket
):
    proxy.arm("PUT", "_delta_log/00000000000000000001.json", *["503"] * 8)

    with pytest.raises(StoreFault) as caught:
        change(house, file, "never arrived")
    proxy.arm("PUT", "")
    parts = [key for key in keys_in(strict_s3.url, bucket) if "/version-" in key]
    version = change(house, file, "instead")

    assert caught.value.status == 503
    assert len(parts) == 1, "its entry may still come"
    assert version == 1
    assert word(house, file) == "instead"
    late = f"{places_key(strict_s3, bucket)}/_delta_log/00000000000000000001.json"
    with pytest.raises(ClientError) as refused:
        client(strict_s3.url).put_object(Bucket=bucket, Key=late, Body=b"{}", IfNoneMatch="*")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    house_retention(house).sweep(now() + timedelta(hours=2), every=True)
    assert house_retention(house).adopt() == 0, "the next writer came to an end"
    left = [key for key in keys_in(strict_s3.url, bucket) if "/version-" in key]
    assert parts[0] not in left
    assert len(left) == 1
    assert word(house, file) == "instead"


def places_key(strict_s3: S3Server, bucket: str) -> str:
    (log, *_) = (key for key in keys_in(strict_s3.url, bucket) if "/_delta_log/" in key)
    return log.partition("/_delta_log/")[0]


def house_retention(house: House) -> Retention:
    return Retention(house.files, house.datasets, house.tables, house.commits, keep=100)


def test_a_commit_whose_every_answer_was_lost_counts_as_soon_as_the_store_answers(house, file, proxy):
    proxy.arm("PUT", "_delta_log/00000000000000000001.json", *["lost"] * 8)

    version = change(house, file, "arrived")

    proxy.arm("PUT", "")
    assert version == 1
    assert word(house, file) == "arrived"


def test_entries_of_a_log_are_read_once(house, file, elsewhere, proxy):
    """Else each version that another machine makes would cost a request for every entry before it."""

    def read(version: int) -> int:
        return sum(command == "GET" and f"{version:020}.json" in path for command, path in proxy.requests)

    for number in range(3):
        change(house, file, f"{number}")
        elsewhere.tables.snapshot(house.file(file.id))

    assert [read(version) for version in range(4)] == [1, 1, 1, 1], "by the other machine alone"
    assert elsewhere.tables.faults(house.file(file.id)) == []
    assert [read(version) for version in range(4)] == [2, 2, 2, 2], "who looks for damage reads all again"


@pytest.mark.long
def test_a_store_that_is_away_is_a_fault_and_not_a_damaged_table(house, file, proxy, machine, elsewhere):
    proxy.share = 1.0
    try:
        with pytest.raises(Unavailable) as caught:
            elsewhere.tables.snapshot(house.file(file.id))
        with pytest.raises(Unavailable):
            change(house, file, "never")
    finally:
        proxy.share = 0.0

    assert caught.value.status == 503
    assert not isinstance(caught.value, Damaged)
    assert elsewhere.tables.snapshot(house.file(file.id)).version == 0
    assert change(house, file, "now") == 1


@pytest.mark.parametrize(
    ("rounds", "share"),
    [(2, 0.0), pytest.param(25, 0.0, marks=pytest.mark.long), pytest.param(25, 0.05, marks=pytest.mark.long)],
)
@pytest.mark.timeout(900)
def test_machines_that_race_make_one_row_of_versions(house, file, elsewhere, strict_s3, bucket, proxy, rounds, share):
    """With a ``share`` of requests that are refused, answered late or never, or whose answers are lost."""

    def edits(editor: Editor, row: int) -> None:
        for number in range(rounds):
            for _ in range(20):
                try:
                    editor.edit(
                        house.file(file.id), Author("u"), Batch(updates={row: {"word": f"{row}-{number}"}}), None
                    )
                    break
                except (Unavailable, Busy):  # it may have been made all the same
                    continue
            else:
                pytest.fail("twenty tries were not enough")

    proxy.share = share
    with ThreadPoolExecutor(4) as threads:
        running = [
            threads.submit(edits, editor, row) for row, editor in enumerate([house.editor, elsewhere.editor] * 2)
        ]
        for each in running:
            each.result()
    proxy.share = 0.0
    elsewhere.retention.adopt()

    versions = noted(house, file)
    assert versions == in_log(strict_s3, bucket) == list(range(len(versions)))
    assert len(versions) > 4 * rounds if share else len(versions) == 4 * rounds + 1
    assert [word(house, file, row) for row in range(4)] == [f"{row}-{rounds - 1}" for row in range(4)]


def test_a_table_is_restored_and_read_back_with_other_columns(house, file, elsewhere, strict_s3, bucket):
    change(house, file, "one")
    more = house.convert("n,word\n1.5,x\n", name="more.csv")
    house.appending.append(house.file(file.id), Author("u"), more)  # the column n is decimal now

    restored = house.versions.restore(house.file(file.id), Author("u"), 1)
    back = house.versions.restore(house.file(file.id), Author("u"), 2)

    assert (restored.version, back.version) == (3, 4)
    seen = house.file(file.id)
    assert [elsewhere.tables.snapshot(seen, version).rows for version in range(5)] == [500, 500, 501, 500, 501]
    columns = [[each["type"] for each in elsewhere.tables.snapshot(seen, version).columns] for version in (1, 2, 3, 4)]
    assert columns[0] == columns[2] != columns[1] == columns[3]
    assert house.rows(seen, 3) == house.rows(seen, 1)
    entry = json.loads(house.places.at(file.id).entry(4).splitlines()[0])
    assert entry["commitInfo"]["parquay"]["kind"] == "restore"


@pytest.mark.long
def test_retention_on_one_machine_is_seen_on_the_other(house, file, elsewhere, strict_s3, bucket):
    for number in range(3):
        change(house, file, f"{number}")
    elsewhere.tables.snapshot(house.file(file.id), 1)
    for hours in (2, 4):
        elsewhere.retention.sweep(now() + timedelta(hours=hours))

    parts = [key for key in keys_in(strict_s3.url, bucket) if key.endswith(".parquet") and "/version-" in key]
    assert len(parts) == 1
    assert word(house, file) == "2"
    assert house.tables.faults(house.file(file.id)) == []
    (part,) = house.tables.snapshot(house.file(file.id)).parts
    client(strict_s3.url).put_object(Bucket=bucket, Key=parts[0], Body=b"?" * part.size)
    assert [fault.code for _, fault in house.tables.faults(house.file(file.id))] == ["part_damaged"]


def test_texts_are_replaced_and_versions_taken_back(house: House, elsewhere: Elsewhere, file: File):
    def texts() -> list[tuple[object, ...]]:
        return house.rows(house.file(file.id))

    before = texts()
    finder = FindReplace(house.tables, house.commits, seconds=30)
    pattern = text_pattern("w3", "three", case=True, whole=True, regex=False)
    finder.replace(house.file(file.id), Author(), pattern, ["word"])
    replaced = texts()
    assert [row[2] for row in replaced] == ["three" if row[2] == "w3" else row[2] for row in before]

    undoing = Undoing(elsewhere.tables, elsewhere.commits, elsewhere.datasets)
    undoing.undo(house.file(file.id), Author(), 1)
    assert texts() == before
    undoing.undo(house.file(file.id), Author(), 2)
    assert texts() == replaced
    house.edit(file, updates={0: {"n": -1}})
    undoing.undo(house.file(file.id), Author(), 3)

    assert texts() == [(0, -1, "w0"), *before[1:]]
    history = CellHistories(elsewhere.tables, elsewhere.datasets).of(house.file(file.id), 3, "word")
    assert [(each.version.version, each.before, each.after) for each in history.changes] == [
        (5, "three", "w3"), (3, "w3", "three"), (2, "three", "w3"), (1, "w3", "three"), (0, None, "w3")
    ]  # fmt: skip
