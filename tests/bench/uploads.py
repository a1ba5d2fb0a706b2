"""Uploads: ours beside tuspyserver, @tus/server and the bare loop, in interleaved rounds, by one client."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from bench import report, wire
from bench.contenders import (
    Bare,
    Contender,
    Cost,
    Parquay,
    settle_disk,
    tus_node,
    tuspyserver,
    upload,
)
from live_server import free_port
from parquay import wiring
from parquay.catalog.tables import File
from parquay.ids import new_id
from parquay.settings import Settings

GIB = 1 << 30
MIB = 1 << 20
WORK = Path(__file__).parents[2] / ".cache" / "bench"
OURS, RELAXED, ROUTER = "Parquay", "Parquay, relaxed", "Parquay through tuspyserver's router"
GRANIAN, UVICORN, NODE, BARE = "tuspyserver on Granian", "tuspyserver on uvicorn", "@tus/server", "bare loop"
OPEN_UPLOADS = 100_000
BEHIND_SECONDS = 1.5
"""Longer than our server takes until it settles small uploads."""


@dataclass
class Series:
    """What one contender showed, round by round."""

    values: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    def note(self, value: float, cost: Cost, per: float) -> None:
        """Note a `value` and its cost; CPU seconds are told for each `per`."""
        self.values.append(value)
        self.cpu.append(cost.cpu / per)
        self.peaks.append(cost.peak)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> str:
        return f"{min(self.values):.0f}-{max(self.values):.0f}"


Results = dict[str, Series]


def run(*, quick: bool = False) -> str:
    """Measure everything and return the section."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    rounds = 2 if quick else 5
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(running(make)) for make in makers()]
        one = measure("one PATCH of 1 GiB", all_of_them, rounds, one_big)
        tus = [each for each in all_of_them if not isinstance(each, Bare)]
        many = measure("32 PATCHes of 64 MiB", tus, 1 if quick else 3, many_at_once)
        single = measure("1 KiB, 1 connection", tus, rounds, lambda each: small(each, 1))
        crowd = measure("1 KiB, 32 connections", tus, rounds, lambda each: small(each, 32))
    memory = [memory_of_one(), memory_of_many()]
    full = open_uploads(quick=quick)
    shutil.rmtree(WORK, ignore_errors=True)
    return section(one, many, single, crowd, memory, full)


def makers() -> list[Callable[[Path], Contender]]:
    return [
        lambda path: Parquay(OURS, path),
        lambda path: Parquay(RELAXED, path, durability="relaxed"),
        lambda path: Parquay(ROUTER, path, tus_router="tuspyserver"),
        lambda path: tuspyserver("Granian", path),
        lambda path: tuspyserver("uvicorn", path),
        tus_node,
        lambda path: Bare(BARE, path, free_port()),
    ]


@contextmanager
def running(make: Callable[[Path], Contender]) -> Iterator[Contender]:
    contender = make(Path(tempfile.mkdtemp(dir=WORK)) / "server")
    try:
        yield contender
    finally:
        contender.stop()


def measure(
    what: str, contenders: list[Contender], rounds: int, once: Callable[[Contender], tuple[float, Cost, float]]
) -> Results:
    """Let every contender have a turn in each round, each time in another order; the first round is not counted."""
    results: Results = defaultdict(Series)
    for number in range(rounds + 1):
        for contender in random.Random(number).sample(contenders, len(contenders)):
            value, cost, per = once(contender)
            if number:
                results[contender.name].note(value, cost, per)
    for name, series in results.items():
        report.say(
            f"{what}: {name}: {series.median:.0f} ({series.spread}), "
            f"CPU {statistics.median(series.cpu):.3f}, peak {max(series.peaks) / MIB:.0f} MiB"
        )
    return results


def one_big(contender: Contender) -> tuple[float, Cost, float]:
    """MB/s of one PATCH; CPU seconds for each GB."""
    with upload(contender, GIB) as path, contender.measured() as cost:
        seconds = wire.patch(contender.target, path, GIB)
    return GIB / seconds / 1e6, cost, GIB / 1e9


def many_at_once(contender: Contender) -> tuple[float, Cost, float]:
    """MB/s of 32 PATCHes together; CPU seconds for each GB."""
    count, size = 32, 64 * MIB
    with ExitStack() as stack:
        paths = [stack.enter_context(upload(contender, size)) for _ in range(count)]
        with contender.measured() as cost:
            seconds = wire.patches(contender.target, paths, size)
    return count * size / seconds / 1e6, cost, count * size / 1e9


def small(contender: Contender, connections: int) -> tuple[float, Cost, float]:
    """Uploads a second; CPU milliseconds for each.

    The files stay until the end: a file system looks through what was removed in the last seconds for each new file,
    which would burden whoever comes next. What a server does behind its answers is counted, and done before the next.
    """
    seconds = 3.0
    settle_disk()
    with contender.measured() as cost:
        rate = wire.small_uploads(contender.target, connections, seconds, 1024)
        time.sleep(BEHIND_SECONDS)
    return rate, cost, rate * seconds / 1e3


# ------------------------------------------------------------------------------------------- memory


def memory_of_one() -> list[str]:
    """The API process at its highest while 2 GiB come in."""
    with running(lambda path: Parquay(OURS, path)) as ours:
        with upload(ours, 2 * GIB) as path:
            wire.patch(ours.target, path, 2 * GIB)
        highest = high_water(ours.processes()[0].pid)
    report.say(f"memory of the API process after a PATCH of 2 GiB: {highest / 1e6:.0f} MB")
    return report.verdict("API process while one PATCH brings 2 GiB", highest / 1e6, "MB", most=150)


def memory_of_many(count: int = 200) -> list[str]:
    """What each of 200 slow PATCHes adds."""
    with running(lambda path: Parquay(OURS, path)) as ours, ExitStack() as stack:
        paths = [wire.create(ours.target, GIB) for _ in range(count)]
        with ours.measured() as cost:
            lines = [stack.enter_context(slow_patch(ours.target, path)) for path in paths]
            for _ in range(12):
                for line in lines:
                    line.sendall(wire.BLOCK[: 64 * 1024])
                time.sleep(0.25)
        each = (cost.peak - cost.idle) / count / MIB
    report.say(f"memory of {count} slow PATCHes: {each:.2f} MiB each")
    return report.verdict(f"each of {count} slow PATCHes adds", each, "MiB", most=1)


@contextmanager
def slow_patch(target: wire.Target, path: str) -> Iterator[socket.socket]:
    with target.connect() as line:
        fields = ("Upload-Offset: 0", f"Content-Type: {wire.OCTETS}", f"Content-Length: {GIB}")
        line.sendall(target.head("PATCH", path, *fields))
        yield line


def high_water(pid: int) -> int:
    """Return the most memory that a process ever had resident, in bytes."""
    line = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


# --------------------------------------------------------------------------------- a crowded catalog


def open_uploads(*, quick: bool) -> list[list[str]]:
    """Creation and HEAD with 100,000 open uploads beside the same with none."""
    count = 200 if quick else 1000
    with running(lambda path: Parquay("empty", path)) as empty, running(lambda path: Parquay("full", path)) as full:
        assert isinstance(full, Parquay)
        full.stop()
        fill(full)
        full.start()
        found: dict[tuple[str, str], list[float]] = defaultdict(list)
        for _, contender in itertools.product(range(4), (empty, full)):
            path = wire.create(contender.target, GIB)
            creation = contender.target.head("POST", "/files", f"Upload-Length: {GIB}", "Content-Length: 0")
            for method, request in (("POST", creation), ("HEAD", contender.target.head("HEAD", path))):
                found[method, contender.name] += wire.latencies(contender.target, [request] * (count // 4))
    rows = []
    for method, what in (("POST", "creation"), ("HEAD", "HEAD")):
        medians = {name: statistics.median(found[method, name]) for name in ("empty", "full")}
        report.say(
            f"{what}: {medians['empty'] * 1e3:.2f} ms with no upload, {medians['full'] * 1e3:.2f} ms with 100,000"
        )
        goal = f"{what} with 100,000 open uploads ({medians['full'] * 1e3:.2f} ms) beside none"
        rows.append(report.verdict(goal, medians["full"] / medians["empty"], "×", most=1.5))
    return rows


def insert_all(batch: list[dict[str, Any]], session: Session) -> None:
    session.connection().execute(insert(File), batch)


def fill(contender: Parquay) -> None:
    """Put open uploads into the catalog of a stopped server."""
    services = wiring.build(Settings(data_dir=contender.server.data_dir))
    owner = services.accounts.users.by_name("test")
    assert owner is not None
    rows = (
        File(id=new_id(), owner_id=owner.id, name="open.bin", size=GIB, expires_at=services.uploads.rules.expiry())
        for _ in range(OPEN_UPLOADS)
    )
    while batch := [row.model_dump() for row in itertools.islice(rows, 5000)]:
        services.catalog.write(partial(insert_all, batch))
    services.close()


# ------------------------------------------------------------------------------------------ the page


def section(
    one: Results, many: Results, single: Results, crowd: Results, memory: list[list[str]], full: list[list[str]]
) -> str:
    goals = []
    for mine in (OURS, RELAXED):
        cost = statistics.median(one[mine].cpu)
        goals.append(report.verdict(f"{mine}: 1 GiB, CPU of the server", cost, "s/GB", most=0.6))
        goals.append(beside("1 GiB", one, mine, BARE, 0.8))
        for what, results, python, node in (
            ("1 GiB", one, 1, 1.3),
            ("32 × 64 MiB", many, 1, 1),
            ("1 KiB, 1 connection", single, 5, 2),
            ("1 KiB, 32 connections", crowd, 5, 2),
        ):
            faster = max(GRANIAN, UVICORN, key=partial(lambda results, name: results[name].median, results))
            goals.append(beside(what, results, mine, faster, python))
            goals.append(beside(what, results, mine, NODE, node))
    goals += [*memory, *full]
    return f"""## Uploads

{report.machine()} Method: every server runs at the same time, one process each (Parquay without conversion workers), on
one disk; one client over loopback gives each a turn in every round, in an order that is drawn anew, the disk synced before each turn; the
first round is not counted. What a server does in the {BEHIND_SECONDS} seconds behind small uploads counts as their CPU time. Numbers are medians of {len(one[OURS].values)} rounds with the lowest and the highest. CPU and
memory are those of the whole tree of processes. The machine's load average was {os.getloadavg()[2]:.1f} over the last
quarter of an hour; more than this benchmark makes (about 2) means that other programs ran too. Only Parquay without "relaxed" (and the same through tuspyserver's
router) syncs what it acknowledges; the peers and the bare loop never sync a body.

{compared("One PATCH of 1 GiB", one, "MB/s", "CPU s/GB")}

{compared("32 PATCHes of 64 MiB at once", many, "MB/s", "CPU s/GB")}

{compared("Uploads of 1 KiB, one connection", single, "uploads/s", "CPU ms each")}

{compared("Uploads of 1 KiB, 32 connections", crowd, "uploads/s", "CPU ms each")}

### Goals

{report.table(["what", "goal", "measured", "met"], goals)}
"""


def beside(what: str, results: Results, mine: str, peer: str, least: float) -> list[str]:
    ratio = results[mine].median / results[peer].median
    return report.verdict(f"{mine}: {what}, beside {peer}", ratio, "×", least=least)


def compared(title: str, results: Results, unit: str, cpu: str) -> str:
    rows = [
        [name, f"{each.median:.0f}", each.spread, f"{statistics.median(each.cpu):.2f}", f"{max(each.peaks) / MIB:.0f}"]
        for name, each in results.items()
    ]
    rows.sort(key=lambda row: -float(row[1]))
    return f"### {title}\n\n" + report.table(["server", unit, "lowest-highest", cpu, "peak MiB"], rows)
