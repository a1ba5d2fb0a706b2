"""One flipped bit, one cut, one file gone, for each kind of file that holds a table: every route that touches it and
fsck give it a name, nothing wrong is answered with 200, and what can be made again is."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import typer

from live_server import LiveServer, entry_when, run_command
from parquay.cli import upkeep
from problems import is_problem

ROWS = 3000
CSV = b"id,name,price\n" + b"".join(b"%d,name %d,%d.25\n" % (n, n % 17, n) for n in range(ROWS))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def remove(path: Path) -> None:
    path.unlink()


@dataclass
class Table:
    """A table of a server, with what its routes answered before it was harmed."""

    server: LiveServer
    http: httpx.Client
    id: str
    answers: dict[str, bytes]

    @property
    def folder(self) -> Path:
        return self.server.data_dir / "parquet" / self.id

    def part(self) -> Path:
        return min(self.folder.glob("part-*.parquet"))

    def upload(self) -> Path:
        return self.server.data_dir / "uploads" / self.id[:2] / self.id

    def fsck(self, *options: str) -> tuple[int, list[tuple[str, bool]]]:
        """Return the exit code, and the code of each finding of this table with whether it was repaired."""
        with pytest.MonkeyPatch.context() as patch, io.StringIO() as out:
            for name, value in self.server.env.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdout", out)
            patch.chdir(self.server.directory)
            with pytest.raises(typer.Exit) as ended:
                upkeep.fsck(repair="--repair" in options, quick=False, as_json=True)
            told = [json.loads(line) for line in out.getvalue().splitlines()]
        found = [(each["code"], each["repaired"]) for each in told if each["file_id"] == self.id]
        return ended.value.exit_code, found


READS = (
    "/datasets/{id}",
    "/datasets/{id}?page=2&size=50",
    "/datasets/{id}?sort=-price",
    "/datasets/{id}?filter=name:eq:name 3",
    "/datasets/{id}/rows?limit=10",
    "/datasets/{id}/rows?sort=name&limit=10",
    "/datasets/{id}/aggregate?by=name&measure=sum(price)",
    "/datasets/{id}/export?format=csv",
    "/datasets/{id}/export?format=parquet",
    "/datasets/{id}/export?format=ndjson",
    "/datasets/{id}/export?format=arrow",
    "/datasets/{id}/export?format=xlsx",
)


def made_table(server: LiveServer, http: httpx.Client, edits: int) -> Table:
    file_id = http.post("/files", files={"file": ("a.csv", CSV)}).json()["id"]
    assert entry_when(http, file_id)["row_count"] == ROWS
    for _ in range(edits):
        answer = http.post(f"/datasets/{file_id}/rows", json={"id": 1, "name": "new", "price": "1.25"})
        assert answer.status_code == 201, answer.text
    answers = {path: http.get(path.format(id=file_id)).content for path in READS}
    return Table(server, http, file_id, answers)


@pytest.fixture(scope="module")
def active(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, httpx.Client]]:
    server = LiveServer(tmp_path_factory.mktemp("damage")).start()
    with server.login() as http:
        yield server, http
    server.stop()


@pytest.fixture
def table(active: tuple[LiveServer, httpx.Client]) -> Iterator[Callable[..., Table]]:
    """Make tables: `table(edits=2)`."""
    server, http = active
    made: list[str] = []

    def make(edits: int = 0) -> Table:
        new = made_table(server, http, edits)
        made.append(new.id)
        return new

    yield make
    for file_id in made:
        http.delete(f"/files/{file_id}")


def all_named(table: Table, code: str) -> bool:
    """Whether each route answers with this problem, or with exactly what it answered before."""
    named = 0
    for path in READS:
        answer = table.http.get(path.format(id=table.id))
        if answer.status_code == 200 and "xlsx" not in path:
            assert answer.content == table.answers[path], path
        else:
            assert is_problem(answer, 503, code), (path, answer.text)
            named += 1
    return named > 0


@pytest.mark.parametrize(
    ("harm", "code", "finding"),
    [
        (flip, "part_damaged", "damaged_part"),
        (cut, "part_damaged", "damaged_part"),
        (remove, "part_missing", "missing_part"),
    ],
)
def test_a_harmed_part_is_named_everywhere_and_made_again(table, harm, code, finding):
    harmed = table()
    before = harmed.part().read_bytes()
    harm(harmed.part())

    assert all_named(harmed, code)
    detail = harmed.http.get(f"/files/{harmed.id}")
    assert (detail.status_code, detail.json()["content"], detail.json()["damage"]["code"]) == (200, None, code)
    assert detail.json()["row_count"] == ROWS
    edit = harmed.http.post(f"/datasets/{harmed.id}/rows", json={"id": 5})
    assert is_problem(edit, 503, code)
    assert harmed.http.get(f"/files/{harmed.id}/content").content == CSV
    assert any(each["id"] == harmed.id for each in harmed.http.get("/datasets").json())
    assert harmed.fsck() == (1, [(finding, False)])

    assert harmed.fsck("--repair") == (0, [(finding, True)])
    assert harmed.part().read_bytes() == before
    assert harmed.fsck() == (0, [])
    assert all(harmed.http.get(path.format(id=harmed.id)).status_code == 200 for path in READS)
    assert harmed.http.get(f"/files/{harmed.id}").json()["damage"] is None


def test_a_part_under_edits_is_made_again_with_the_same_rows_and_ids(table):
    harmed = table(edits=2)
    rows = harmed.http.get(f"/datasets/{harmed.id}?size=1000").json()["rows"]
    for path in harmed.folder.glob("part-*.parquet"):
        path.unlink()
    harmed.fsck("--repair")

    assert harmed.http.get(f"/datasets/{harmed.id}?size=1000").json()["rows"] == rows
    assert harmed.fsck() == (0, [])


def test_what_an_edit_wrote_is_named_and_not_made_up(table):
    harmed = table(edits=1)
    flip(min(harmed.folder.glob("version-*.parquet")))

    assert all_named(harmed, "part_damaged")
    assert harmed.fsck("--repair") == (1, [("damaged_part", False)])
    assert harmed.http.get(f"/datasets/{harmed.id}?version=0").status_code == 200


def entry_of(table: Table, which: str) -> Path:
    """A file of the table's log."""
    if which == "checkpoint":
        return next((table.folder / "_delta_log").glob("*.checkpoint.parquet"))
    return sorted((table.folder / "_delta_log").glob("0*.json"))[0 if which == "first" else -1]


HARMS: list[Callable[[Path], None]] = [flip, cut, remove]
LOGS = {"first": 2, "last": 2, "checkpoint": 21}
"""Which file of a log is harmed, and how many edits its table has."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, Callable[[Path], None]], Table]]:
    """Tables whose logs were harmed while no server ran: what a process has in memory is true as long as it runs."""
    server = LiveServer(tmp_path_factory.mktemp("logs")).start()
    with server.login() as http:
        made = {(which, harm): made_table(server, http, edits) for which, edits in LOGS.items() for harm in HARMS}
        server.stop()
        for (which, harm), table in made.items():
            harm(entry_of(table, which))
        server.start()
        yield made
    server.stop()


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("which", ["first", "last"])
def test_a_harmed_log_is_named_everywhere(logs, harm, which):
    harmed = logs[which, harm]

    assert all_named(harmed, "log_damaged")
    assert harmed.http.get(f"/files/{harmed.id}").json()["damage"]["code"] == "log_damaged"
    assert is_problem(harmed.http.post(f"/datasets/{harmed.id}/rows", json={"id": 5}), 503, "log_damaged")
    code, found = harmed.fsck("--repair")
    assert code == 1
    assert set(found) == {("damaged_log", False)}


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_checkpoint_is_named_everywhere(logs, harm):
    harmed = logs["checkpoint", harm]

    assert all_named(harmed, "log_damaged")
    code, found = harmed.fsck()
    assert code == 1
    assert set(found) == {("damaged_log", False)}


@pytest.mark.parametrize("harm", [flip, cut, remove])
def test_a_lost_upload_takes_no_table_with_it(table, harm):
    harmed = table()
    harm(harmed.upload())

    code, found = harmed.fsck("--repair")

    assert code == 1
    assert found == [("digest_mismatch" if harm is flip else "missing_bytes", False)]
    entry = harmed.http.get(f"/files/{harmed.id}").json()
    assert (entry["status"], entry["error"], entry["content"]["total"]) == ("done", None, ROWS)
    assert any(each["id"] == harmed.id for each in harmed.http.get("/datasets").json())
    assert harmed.http.get(f"/datasets/{harmed.id}").json()["row_count"] == ROWS
    wanted = "bytes_damaged" if harm is flip else "bytes_missing"
    assert is_problem(harmed.http.get(f"/files/{harmed.id}/content"), 503, wanted)
    harm(harmed.part())
    assert harmed.fsck("--repair")[0] == 1  # nothing is left to make it from, and nothing is taken away
    assert harmed.http.get(f"/files/{harmed.id}").json()["status"] == "done"


def test_one_broken_table_keeps_no_other_from_being_tidied(table):
    broken, whole = table(edits=1), table(edits=1)
    shutil.rmtree(broken.folder)

    assert broken.fsck()[1]
    assert whole.fsck()[1] == []
    ran = run_command("gc", env=broken.server.env, cwd=broken.server.directory)
    assert ran.returncode == 0
    assert f"broken_table     {broken.id}" in ran.stdout


def test_a_flip_anywhere_in_a_part_is_found(table):
    harmed = table()
    part, chance = harmed.part(), random.Random(3)
    whole = part.read_bytes()

    for at in chance.sample(range(len(whole)), 40):
        content = bytearray(whole)
        content[at] ^= 1 << chance.randrange(8)
        part.write_bytes(content)
        answer = harmed.http.get(f"/datasets/{harmed.id}/export?format=csv")
        assert is_problem(answer, 503, "part_damaged"), at

    part.write_bytes(whole)
    assert harmed.http.get(f"/datasets/{harmed.id}/export?format=csv").status_code == 200
