"""Checkpoints a second of eight processes on one PostgreSQL, beside the same with one lock that each of them takes.

python tests/bench/catalog.py worker URL SECONDS [--lock]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from concurrent.futures import Future
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select
from sqlmodel import Session

from parquay.catalog.checkpoints import Checkpoint
from parquay.catalog.claims import Claim
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.migrate import upgrade
from parquay.catalog.session import Catalog, connection_of
from parquay.catalog.tables import NewFile, now
from parquay.catalog.transactions import Together
from parquay.catalog.users import Users
from parquay.ids import new_id

PROCESSES = 8
UPLOADS = 16
"""Uploads of each process that arrive at the same time."""
ROUNDS, SECONDS = 5, 4.0
STEP_BYTES = 1 << 20


def run(*, quick: bool) -> str:
    from postgres_server import QUICK, PostgresServer

    QUICK.update(fsync="on", full_page_writes="on", shared_buffers="128MB")
    server = PostgresServer().start()
    try:
        url = server.make("bench")
        catalog = Catalog(url)
        upgrade(catalog)
        catalog.close()
        found: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(1 if quick else ROUNDS):
            for locked, rates in found.items():
                rates.append(_rate(url, locked=locked))
    finally:
        server.remove()
    return _section(statistics.median(found[False]), statistics.median(found[True]))


def _section(beside: float, locked: float) -> str:
    from bench import report

    return (
        f"## Checkpoints of {PROCESSES} processes on one PostgreSQL\n\n{report.machine()}\n\n"
        f"Each has {UPLOADS} uploads that arrive at the same time, and commits the checkpoints that wait in one "
        "transaction, by one statement; the database syncs its log at each commit. Beside it a statement each, and one advisory lock that "
        "every transaction takes first.\n\n"
        "| what | checkpoints a second |\n|---|---:|\n"
        f"| processes beside each other | {beside:,.0f} |\n| one lock for all | {locked:,.0f} |\n"
        f"| ratio | {beside / locked:.1f} |\n"
    )


def _rate(url: str, *, locked: bool) -> float:
    command = [sys.executable, __file__, "worker", url, str(SECONDS), *(["--lock"] if locked else [])]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    for worker in workers:  # all of them are ready: they begin together
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return sum(float(worker.communicate()[0]) for worker in workers)


def work(url: str, seconds: float, *, locked: bool) -> float:
    """Make checkpoints for ``seconds`` and return how many there were a second."""
    catalog = Catalog(url)
    files = Files(catalog, Events(catalog), Jobs(catalog))
    owner = Users(catalog).create(new_id(), "-").id
    claims = [_begun(catalog, files, owner) for _ in range(UPLOADS)]
    print("ready", flush=True)
    sys.stdin.readline()
    started, made = time.monotonic(), 0
    while (elapsed := time.monotonic() - started) < seconds:
        moved = [_checkpoint(catalog, files, claim, locked=locked) for claim in claims]
        claims = [claim for future in moved if (claim := future.result()) is not None]
        assert len(claims) == UPLOADS, "nobody else writes to these uploads"
        made += UPLOADS
    catalog.close()
    return made / elapsed


def _begun(catalog: Catalog, files: Files, owner: str) -> Claim:
    file_id, later = new_id(), now() + timedelta(days=1)
    catalog.write(lambda session: files.add(session, NewFile(id=file_id, owner_id=owner, name="a.bin", size=1 << 50)))
    take = partial(files.take_over, file_id=file_id, offset=0, writer=owner, expires_at=later)
    claim = catalog.write(take)
    assert claim is not None
    return claim


def _checkpoint(catalog: Catalog, files: Files, claim: Claim, *, locked: bool) -> Future[Claim | None]:
    asked = Checkpoint(claim, claim.offset + STEP_BYTES, now())
    if not locked:
        together: Future[Claim | None] = catalog.submit(Together(files.checkpoints, asked))
        return together

    def write(session: Session) -> Claim | None:
        connection_of(session).execute(select(func.pg_advisory_xact_lock(1)))
        return files.checkpoints(session, [asked])[0]

    return catalog.submit(write)


if __name__ == "__main__" and sys.argv[1:2] == ["worker"]:
    print(work(sys.argv[2], float(sys.argv[3]), locked="--lock" in sys.argv))
