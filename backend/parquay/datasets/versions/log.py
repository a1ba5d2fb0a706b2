"""The Delta log of a dataset: which parts each version has. It is the truth about a table, and any engine reads it.

Parquay makes its commits through `deltalake`, but decides itself what is added and removed, so that an edit costs
the rewriting of the parts it touches and nothing else. What Delta has no place for travels where other engines keep and
ignore it: the form of a column in its field's metadata, who made a commit and why in its `commitInfo`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from parquay.columns.parquet import seal
from parquay.datasets.versions.snapshot import Part

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

FOLDER = "_delta_log"
KEY = "parquay"
"""Where our own words stand in a commit and in a field."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A part as the log lists it: file name, bytes, rows."""

    name: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class Commit:
    """What the log says of a version.

    Attributes:
        made_at: when it was committed (UTC).
        info: what Parquay wrote beside it; empty for a commit of another program.
        entry_crc, checkpoint_crc: CRC-32C of its files in the log.
    """

    version: int
    made_at: datetime
    info: Mapping[str, Any]
    entry_crc: int | None = None
    checkpoint_crc: int | None = None


class Appendable(Protocol):
    """What a commit adds and removes; see `commits.Change`."""

    @property
    def added(self) -> tuple[Part, ...]: ...  # noqa: D102  see `commits.Change`
    @property
    def removed(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def columns(self) -> tuple[dict[str, Any], ...] | None: ...  # noqa: D102
    @property
    def apps(self) -> tuple[str, ...]: ...  # noqa: D102


def warm_up() -> None:
    """Load what commits need; it takes a tenth of a second that the first table should not wait for."""
    import deltalake.transaction

    del deltalake


def newest(directory: Path, known: int = -1) -> int:
    """The newest version of the table in `directory`; -1 when there is no log. `known`: one that there was."""
    folder = directory / FOLDER
    if known >= 0:
        known = max(known, checkpointed(directory))  # there may be a gap before it, see `trim`
    else:
        try:
            found = [int(path.stem) for path in folder.glob("[0-9]*.json")]
        except FileNotFoundError:
            return -1
        return max(found, default=-1)
    while is_kept(directory, known + 1):
        known += 1
    return known


def checkpointed(directory: Path) -> int:
    """The version of the last checkpoint; -1 when there is none."""
    try:
        return int(json.loads((directory / FOLDER / "_last_checkpoint").read_bytes())["version"])
    except FileNotFoundError:
        return -1


def is_kept(directory: Path, version: int) -> bool:
    """Whether the log has the entry of a version."""
    return (directory / FOLDER / f"{version:020}.json").exists()


def commit(directory: Path, version: int) -> Commit:
    """What was written beside version `version`.

    Raises:
        FileNotFoundError: the log does not reach back, or forward, so far.
    """
    crcs = crc(entry_path(directory, version)), crc(checkpoint_path(directory, version))
    for action in _actions(directory, version):
        if "commitInfo" in action:
            info = action["commitInfo"]
            moment = datetime.fromtimestamp(info.get("timestamp", 0) / 1000, UTC)
            return Commit(version, moment, info.get(KEY) or {}, *crcs)
    moment = datetime.fromtimestamp((directory / FOLDER / f"{version:020}.json").stat().st_mtime, UTC)
    return Commit(version, moment, {}, *crcs)


def entry_path(directory: Path, version: int) -> Path:
    """Where the entry of a version is."""
    return directory / FOLDER / f"{version:020}.json"


def checkpoint_path(directory: Path, version: int) -> Path:
    """Where the checkpoint behind a version is, if there is one."""
    return directory / FOLDER / f"{version:020}.checkpoint.parquet"


def crc(path: Path) -> int | None:
    """The CRC-32C of a file of the log; None when it is not there."""
    try:
        return seal.crc_of(path)
    except FileNotFoundError:
        return None


def is_as_noted(directory: Path, version: int, noted: Mapping[int, tuple[int | None, int | None]]) -> bool:
    """Whether the files that tell of a version are those that were written, as far as that was noted."""
    start = max((each for each, (_, made) in noted.items() if made is not None and each <= version), default=-1)
    if start >= 0 and crc(checkpoint_path(directory, start)) != noted[start][1]:
        return False
    for each in range(start + 1, version + 1):
        entry = noted.get(each, (None, None))[0]
        if entry is not None and crc(entry_path(directory, each)) != entry:
            return False
    return True


def has(directory: Path, version: int, info: Mapping[str, Any]) -> bool:
    """Whether version `version` is there and is the one with `info` beside it."""
    try:
        return commit(directory, version).info == info
    except FileNotFoundError:
        return False


def added_after(directory: Path, version: int) -> set[str]:
    """The names of the parts that the versions after `version` brought."""
    made = range(version + 1, newest(directory, version) + 1)
    return {action["add"]["path"] for each in made for action in _actions(directory, each) if "add" in action}


def _actions(directory: Path, version: int) -> Iterator[dict[str, Any]]:
    # An entry is one action a line. What Python takes for line ends besides, such as U+2028, JSON keeps in its texts.
    lines = (directory / FOLDER / f"{version:020}.json").read_bytes().split(b"\n")
    return (json.loads(line) for line in lines if line.strip())


def open_at(directory: Path, version: int) -> DeltaTable:
    """Open the table as it was in `version`."""
    from deltalake import DeltaTable

    return DeltaTable(directory, version=version)


def part_names(directory: Path, version: int) -> frozenset[str] | None:
    """The names of the parts of a version, which may be gone; None when the log does not reach back to it."""
    from deltalake.exceptions import DeltaError

    if not is_kept(directory, version):
        return None
    try:
        return frozenset(each.name for each in listed(open_at(directory, version)))
    except DeltaError:  # what leads to it from a checkpoint was trimmed
        return None


def listed(table: DeltaTable) -> list[Listed]:
    """The parts of an opened table, in no order."""
    actions = table.get_add_actions(flatten=True)
    names, sizes, rows = (actions[name].to_pylist() for name in ("path", "size_bytes", "num_records"))
    return [Listed(*each) for each in zip(names, sizes, rows, strict=True)]


def columns(table: DeltaTable) -> tuple[dict[str, Any], ...]:
    """The columns of an opened table as the catalog keeps them."""
    return tuple({"name": field.name, **json.loads(field.metadata[KEY])} for field in table.schema().fields)


def advance(table: DeltaTable | None, directory: Path, version: int) -> DeltaTable:
    """Return the table in `version`, the newest, from what is open of an earlier one: cheaper than to open it anew."""
    if table is None or table.version() > version:
        return open_at(directory, version)
    if table.version() < version:
        table.update_incremental()
    return table if table.version() == version else open_at(directory, version)


def append(table: DeltaTable, directory: Path, change: Appendable, info: Mapping[str, Any]) -> None:
    """Commit a change of the opened table as its next version; it is to be synced.

    Raises:
        DeltaError: another program has made that version meanwhile.
    """
    from deltalake import Schema
    from deltalake.transaction import RemoveAction

    from parquay.datasets.versions.footers import add_action

    actions: list[Any] = [add_action(directory, part.name) for part in change.added]
    if change.columns is None:
        moment = int(time.time() * 1000)
        actions += [RemoveAction(name, True, moment, None, None) for name in sorted(change.removed)]
        mode, schema = "append", table.schema()
    else:
        # Delta's own overwrite removes every part, and is the one way to give a table new columns with the same commit.
        mode, schema = "overwrite", Schema.from_json(schema_json(change.columns))
    properties = _properties(info, change.apps)
    table.create_write_transaction(actions, mode, schema, commit_properties=properties)


def restore(table: DeltaTable, wanted: int, info: Mapping[str, Any]) -> None:
    """Commit the parts and columns of version `wanted` as the next one of the opened table; it is to be synced.

    Raises:
        DeltaError: another program has made that version meanwhile.
    """
    table.restore(wanted, commit_properties=_properties(info))


def lacks_feature(table: DeltaTable, columns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether `columns` have timestamps without a zone, and the log does not say yet that readers must know these."""
    from parquay.datasets.versions.footers import delta_types

    if "timestamp_ntz" not in delta_types(columns):
        return False
    return "timestampNtz" not in (table.protocol().writer_features or ())


def add_feature(table: DeltaTable, info: Mapping[str, Any]) -> None:
    """Say so, in a version of its own."""
    from deltalake import TableFeatures

    table.alter.add_feature(
        TableFeatures.TimestampWithoutTimezone,
        allow_protocol_versions_increase=True,
        commit_properties=_properties(info),
    )


def was_made(directory: Path, version: int, app: str) -> bool:
    """Whether the commit that calls itself `app` is among those up to `version`."""
    return open_at(directory, version).transaction_version(app) is not None


def _properties(info: Mapping[str, Any], apps: Sequence[str] = ()) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    transactions = [Transaction(app, 1) for app in apps] or None
    return CommitProperties(custom_metadata={KEY: dict(info)}, max_commit_retries=0, app_transactions=transactions)


def sync(directory: Path, version: int) -> None:
    """Make a commit durable, with its name."""
    for path in (directory / FOLDER / f"{version:020}.json", directory / FOLDER):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def schema_json(columns: Sequence[Mapping[str, Any]]) -> str:
    """The Delta schema of `columns`."""
    from parquay.datasets.versions.footers import delta_types

    fields = [
        {
            "name": column["name"],
            "type": delta_type,
            "nullable": True,
            "metadata": {KEY: json.dumps({key: value for key, value in column.items() if key != "name"})},
        }
        for column, delta_type in zip(columns, delta_types(columns), strict=True)
    ]
    return json.dumps({"type": "struct", "fields": fields})
