"""`parquay fsck` and `parquay gc`: the catalog and the store of this machine's settings, compared and tidied."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from parquay.catalog.tables import File
from parquay.cli.admin import local_services
from parquay.errors import Damaged, ParquayError

if TYPE_CHECKING:
    from parquay.uploads.maintain.finding import Finding
    from parquay.uploads.maintain.fsck import Fsck
    from parquay.uploads.maintain.seal import Sealer
    from parquay.wiring import Services


def fsck(
    repair: Annotated[bool, typer.Option("--repair", help="Put right what can be put right.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Do not read the bytes of every file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Check the catalog, compare it with the store both ways, re-hash what is stored. Exit 1 if something is left."""
    left = 0
    with local_services() as services:
        for finding in findings(services, rehash=not quick):
            repaired = repair and finding.repair is not None and finding.repair() is not False
            left += not repaired
            _say(finding.code, finding.file_id, finding.detail, repaired=repaired, as_json=as_json)
    if not as_json:
        Console(stderr=True).print("nothing left to do" if left == 0 else f"{left} left to do")
    raise typer.Exit(1 if left else 0)


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    seal: Annotated[bool, typer.Option("--seal", help="Make one object of each cold file in an object store.")] = False,
) -> None:
    """Remove expired uploads, parts of versions that are not kept, and what belongs to no upload."""
    from parquay.catalog.tables import now

    with local_services() as services:
        if _fsck(services).catalog(whole=False):
            raise Damaged("The catalog is damaged, so nothing was removed; fsck says more.", "catalog_damaged")
        if dry_run:
            for file_id in services.uploads.files.expired(now(), 1_000_000):
                _say("expired", file_id, "An unfinished upload whose time is over.")
        else:
            typer.echo(f"{asyncio.run(services.uploads.expirer.sweep())} expired uploads removed")
            typer.echo(f"{services.tables.retention.sweep(every=True)} parts of old versions of tables removed")
            for file_id in services.tables.retention.broken:
                _say("broken_table", file_id, "Its old versions could not be tidied; fsck says more.")
        if seal:
            _seal(services, dry_run=dry_run)
        for finding in _fsck(services).orphans():
            repaired = not dry_run and finding.repair is not None and finding.repair() is not False
            _say(finding.code, finding.file_id, finding.detail, repaired=repaired)


def _seal(services: Services, *, dry_run: bool) -> None:
    """Seal what is cold; a file that cannot be sealed keeps no other from it."""
    sealer = _sealer(services)
    for file in () if sealer is None else sealer.due():
        try:
            if dry_run or (sealer is not None and sealer.seal(file)):
                _say("sealed", file.id, "Its chunks are one object.", repaired=not dry_run)
        except ParquayError as error:
            _say("not_sealed", file.id, error.detail)


def _sealer(services: Services) -> Sealer | None:
    from parquay.storage.chunked.store import ChunkStore
    from parquay.uploads.maintain.seal import Sealer

    catalog, files, store = services.catalog, services.uploads.files, services.uploads.store
    return Sealer(catalog, files, store, services.tables.datasets.leases) if isinstance(store, ChunkStore) else None


def findings(services: Services, *, rehash: bool) -> Iterator[Finding]:
    """Yield what is wrong with the catalog, the bytes and the tables; ``rehash``: read every byte."""
    check = _fsck(services)
    damage = check.catalog(whole=rehash)
    yield from damage
    if not damage:
        services.tables.retention.reconcile(every=True)
        yield from check.run(rehash=rehash)


def _fsck(services: Services) -> Fsck:
    from parquay.storage.chunked.store import ChunkStore
    from parquay.uploads.maintain.chunk_rows import ChunkRows
    from parquay.uploads.maintain.fsck import Fsck

    catalog, files, store = services.catalog, services.uploads.files, services.uploads.store
    return Fsck(
        catalog,
        files,
        services.uploads.segments,
        store,
        chunk_rows=ChunkRows(catalog, files, store) if isinstance(store, ChunkStore) else None,
        sealer=_sealer(services),
        places=services.tables.places,
        faults=lambda file, rehash: services.tables.tables.faults(file, rehash=rehash),
        mend=partial(_mend, services),
        usages=services.accounts.usages,
    )


def _mend(services: Services, file: File, names: Sequence[str]) -> Sequence[str]:
    """Make parts of a table again from its upload; return those that could not be."""
    from parquay.datasets.versions.repair import Mender
    from parquay.ingest.convert.reconvert import remade

    # Its first versions are of the first reading, whatever the newest is of.
    first = services.tables.datasets.readings.of(file, 0)
    read = File(**{**file.model_dump(), "options": first.options})
    folder = services.settings.root / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="mend-", dir=folder) as scratch,
        remade(read, services.uploads.store, Path(scratch)) as rows,
    ):
        return Mender(services.tables.tables, services.tables.commits).mend(file, names, rows)


def _say(code: str, file_id: str, detail: str, *, repaired: bool = False, as_json: bool = False) -> None:
    if as_json:
        typer.echo(json.dumps({"code": code, "file_id": file_id, "detail": detail, "repaired": repaired}))
    else:
        typer.echo(f"{code:<16} {file_id}  {detail}{' Repaired.' if repaired else ''}")
