"""The Delta log of a dataset: which parts each version has. It is the truth about a table, and any engine reads it.

Parquay makes its commits through `deltalake`, but decides itself what is added and removed, so that an edit costs
the rewriting of the parts it touches and nothing else. What Delta has no place for travels where other engines keep and
ignore it: the form of a column in its field's metadata, who made a commit and why in its `commitInfo`.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from parquay.columns.types.aside_counts import MISFITS, MISSING, RESPELT
from parquay.datasets.versions.snapshot import Listed, Part
from parquay.storage import seal
from parquay.storage.place import Place, Written, checkpoint_name, entry_name

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

KEY = "parquay"
"""Where our own words stand in a commit and in a field."""
_OF_VERSION = frozenset({"name", MISSING, MISFITS, RESPELT})
"""What is said of a column elsewhere in the log: how much is kept aside of it stands in each commit."""


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


@dataclass(frozen=True, slots=True)
class OpenLog:
    """A table as Delta's library has it open, and the folder in which that finds the log, see `Place.log_folder`."""

    table: DeltaTable
    folder: str


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


def is_kept(place: Place, version: int) -> bool:
    """Whether the log has the entry of a version."""
    return place.log.stat(entry_name(version)) is not None


def commit(place: Place, version: int) -> Commit:
    """What was written beside version `version`.

    Raises:
        FileNotFoundError: the log does not reach back, or forward, so far.
    """
    return replace(_commit(place, version, _entry(place, version)), checkpoint_crc=crc(place, checkpoint_name(version)))


def said(place: Place, version: int) -> Commit:
    """The same, without looking for a checkpoint behind it.

    Raises:
        FileNotFoundError: as `commit`.
    """
    return _commit(place, version, _entry(place, version))


def _commit(place: Place, version: int, entry: bytes) -> Commit:
    for action in _actions(entry):
        if "commitInfo" in action:
            info = action["commitInfo"]
            moment = datetime.fromtimestamp(info.get("timestamp", 0) / 1000, UTC)
            return Commit(version, moment, info.get(KEY) or {}, seal.crc_of(entry))
    stored = place.log.stat(entry_name(version))
    return Commit(version, datetime.fromtimestamp(stored.modified if stored else 0, UTC), {}, seal.crc_of(entry))


def crc(place: Place, key: str, *, reread: bool = True) -> int | None:
    """The CRC-32C of a file of the log; None when it is not there. ``reread``: not as it is remembered."""
    try:
        return seal.crc_of(place.log.read(key) if reread else place.log_file(key))
    except FileNotFoundError:
        return None


def has(place: Place, version: int, info: Mapping[str, Any]) -> bool:
    """Whether version `version` is there and is the one with `info` beside it."""
    try:
        return commit(place, version).info == info
    except FileNotFoundError:
        return False


def added_after(place: Place, version: int) -> set[str]:
    """The names of the parts that the versions after `version` brought."""
    made = range(version + 1, place.newest(version) + 1)
    return {action["add"]["path"] for each in made for action in _actions(_entry(place, each)) if "add" in action}


def _entry(place: Place, version: int) -> bytes:
    found = place.entry(version)
    if found is None:
        raise FileNotFoundError(entry_name(version))
    return found


def _actions(entry: bytes) -> Iterator[dict[str, Any]]:
    # An entry is one action a line. What Python takes for line ends besides, such as U+2028, JSON keeps in its texts.
    return (json.loads(line) for line in entry.split(b"\n") if line.strip())


def open_at(place: Place, version: int, checkpoint: int | None = None) -> DeltaTable:
    """Open the table as it was in `version`; ``checkpoint``: one up to it, where one is known.

    Raises:
        FileNotFoundError: the log of an object store does not reach back so far.
        StoreFault: it does not answer (503).
    """
    return _opened(place, version, checkpoint).table


def _opened(place: Place, version: int, checkpoint: int | None) -> OpenLog:
    from deltalake import DeltaTable

    folder = place.log_folder(version, checkpoint)
    try:
        table = DeltaTable(folder, version=version)
    except BaseException:
        place.release(folder)
        raise
    if place.is_remote:
        weakref.finalize(table, place.release, folder)
    return OpenLog(table, folder)


def part_names(place: Place, version: int) -> frozenset[str] | None:
    """The names of the parts of a version, which may be gone; None when the log does not reach back to it."""
    from deltalake.exceptions import DeltaError

    if place.entry(version) is None:
        return None
    try:
        return frozenset(each.name for each in listed(open_at(place, version)))
    except (DeltaError, FileNotFoundError):  # what leads to it from a checkpoint was trimmed
        return None


def listed(table: DeltaTable) -> list[Listed]:
    """The parts of an opened table, in no order."""
    actions = table.get_add_actions(flatten=True)
    names, sizes, rows = (actions[name].to_pylist() for name in ("path", "size_bytes", "num_records"))
    return [Listed(*each) for each in zip(names, sizes, rows, strict=True)]


def columns(table: DeltaTable) -> tuple[dict[str, Any], ...]:
    """The columns of an opened table as the catalog keeps them."""
    return tuple({"name": field.name, **json.loads(field.metadata[KEY])} for field in table.schema().fields)


def advance(opened: OpenLog | None, place: Place, version: int, checkpoint: int | None = None) -> OpenLog:
    """Return the table in `version`, the newest, from what is open of an earlier one: cheaper than to open it anew."""
    known = version if opened is None else opened.table.version()
    if opened is None or known > version or (checkpoint or 0) > known:
        return _opened(place, version, checkpoint)
    if known < version:
        place.extend(opened.folder, known, version)
        opened.table.update_incremental()
    return opened if opened.table.version() == version else _opened(place, version, checkpoint)


def append(table: DeltaTable, place: Place, change: Appendable, info: Mapping[str, Any]) -> None:
    """Commit a change of the opened table as its next version; it is to be kept.

    Raises:
        DeltaError: another program has made that version meanwhile.
    """
    from deltalake import Schema
    from deltalake.transaction import RemoveAction

    from parquay.datasets.versions.footers import add_action

    actions: list[Any] = [add_action(place.parts, part.name) for part in change.added]
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
    """Commit the parts and columns of version `wanted` as the next one of the opened table; it is to be kept.

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
    """Say in a version of its own that readers must know timestamps without a zone."""
    from deltalake import TableFeatures

    table.alter.add_feature(
        TableFeatures.TimestampWithoutTimezone,
        allow_protocol_versions_increase=True,
        commit_properties=_properties(info),
    )


def was_made(place: Place, version: int, app: str) -> bool:
    """Whether the commit that calls itself `app` is among those up to `version`."""
    return open_at(place, version).transaction_version(app) is not None


def _properties(info: Mapping[str, Any], apps: Sequence[str] = ()) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    transactions = [Transaction(app, 1) for app in apps] or None
    return CommitProperties(custom_metadata={KEY: dict(info)}, max_commit_retries=0, app_transactions=transactions)


def keep(place: Place, folder: str, version: int) -> Commit:
    """Make a commit in the folder of an opened table the table's, durably.

    Raises:
        DeltaError: another program has made that version meanwhile.
        StoreFault: nobody knows whether it is the table's now (503).
    """
    from deltalake.exceptions import CommitFailedError

    written = place.publish(folder, version)
    if written is None:
        raise CommitFailedError(f"version {version} is another one")
    return kept(place, version, written)


def kept(place: Place, version: int, written: Written) -> Commit:
    """What the files of a version say."""
    checkpoint = None if written.checkpoint is None else seal.crc_of(written.checkpoint)
    return replace(_commit(place, version, written.entry), checkpoint_crc=checkpoint)


def schema_json(columns: Sequence[Mapping[str, Any]]) -> str:
    """The Delta schema of `columns`."""
    from parquay.datasets.versions.footers import delta_types

    fields = [
        {
            "name": column["name"],
            "type": delta_type,
            "nullable": True,
            "metadata": {KEY: json.dumps({key: value for key, value in column.items() if key not in _OF_VERSION})},
        }
        for column, delta_type in zip(columns, delta_types(columns), strict=True)
    ]
    return json.dumps({"type": "struct", "fields": fields})
