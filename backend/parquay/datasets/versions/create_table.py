"""The first version of a table: the parts of a conversion, committed to a new Delta log in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from parquay.columns.types.aside_counts import COUNTS, counts_json, counts_of
from parquay.datasets.versions import log, newest_parts
from parquay.storage.place import Place

CONFIGURATION = {
    # Versions go when Parquay says so, see `retention`: never by their age alone.
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "20",
}


def publish(place: Place, columns: Sequence[Mapping[str, Any]], parts: Sequence[str], author: str | None) -> log.Commit:
    """Commit `parts` (in the order of their rows) as version 0 of a table with `columns`, durably.

    What an earlier attempt left of a log is replaced: call it only before the table is said to be there.
    """
    from deltalake import CommitProperties, Schema
    from deltalake.transaction import create_table_with_add_actions

    from parquay.datasets.versions.footers import add_action, rows_of

    place.reset_log()
    adds = [add_action(place.parts, name) for name in parts]
    rows = sum(rows_of(each) for each in adds)
    info: dict[str, Any] = {"kind": "create", "author": author, "message": None, "next_rid": rows}
    info |= {"rows": rows, "inserted": rows, "updated": 0, "deleted": 0, "bytes": sum(each.size for each in adds)}
    info |= {COUNTS: counts_json(counts_of(columns))}
    folder = place.log_folder(-1)
    try:
        create_table_with_add_actions(
            folder,
            Schema.from_json(log.schema_json(columns)),
            adds,
            configuration=CONFIGURATION,
            commit_properties=CommitProperties(custom_metadata={log.KEY: info}),
        )
        made = log.keep(place, folder, 0)
    finally:
        place.release(folder)
    newest_parts.show(place, 0, parts, columns)
    return made
