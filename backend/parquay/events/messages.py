"""What is sent about a file: its entry, its progress, and the messages of the event stream.

One rendering for every route, so that a list, a single file and a pushed event never differ. A message is made
from the file as it is when delivered, therefore a late message is never an old one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from parquay.catalog.events import Happened
from parquay.catalog.tables import File
from parquay.ids import folder_of
from parquay.roles import OWNER, Role
from parquay.tags import tags_of

CREATED = "file.created"
PROGRESS = "file.progress"
UPDATED = "file.updated"
DELETED = "file.deleted"
ANNOUNCED = "file.announced"
"""Somebody added a file that the listener may not see."""
DATASET = "dataset.updated"
NEWEST = "_newest"
"""Folder of a table that holds its newest version and nothing else."""
RESET = "reset"
"""What the client has is not what there is: it must read its lists again."""


@dataclass(frozen=True)
class Message:
    """One message to a client. ``kind`` names it, ``data`` is JSON."""

    id: int
    kind: str
    file_id: str
    data: Mapping[str, Any]


def percent(file: File) -> int:
    """Return 0 to 100: the first half is receiving bytes, the second is parsing them. It never goes back."""
    if file.status == "done" or (file.status == "error" and file.finished_at is not None):
        return 100
    if file.size is None:
        return 0
    if file.size == 0:
        return 50 if file.complete else 0
    return max(0, min(99, (50 * file.offset + 50 * file.parsed_bytes) // file.size))


def entry(file: File, owner: str, role: Role = OWNER, ahead: int | None = None) -> dict[str, Any]:
    """Return ``file`` as somebody sees it who has ``role`` in it; ``owner`` is the owner's name.

    ``ahead``: how many jobs go before its own, None when it does not wait.
    """
    return {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "offset": file.offset,
        "content_type": file.content_type,
        "status": file.status,
        "progress": percent(file),
        "error": {"code": file.error_code, "message": file.error_message or ""} if file.error_code else None,
        "uploaded_at": timestamp(file.uploaded_at),
        "finished_at": None if file.finished_at is None else timestamp(file.finished_at),
        "row_count": file.row_count,
        "reject_count": file.reject_count,
        # Those of conversions before warnings had a text have none.
        "warnings": [{"text": "", **each} for each in (*(file.upload_warnings or ()), *(file.warnings or ()))],
        "parquet_path": plain_folder(file),
        "dataset_id": file.dataset_id,
        "sha256": file.sha256,
        "owner": owner,
        "shared": file.shared,
        "role": role,
        "path": file.path,
        "ahead": None if file.finished_at is not None else ahead,
        "source_url": file.source_url,
        "upload_link": upload_link(file) if role == OWNER else None,
        "tags": tags_of(file.tags),
    }


def upload_link(file: File) -> dict[str, Any] | None:
    """By which upload link ``file`` came, None when its owner uploaded it. The link may be gone."""
    return {"id": file.upload_link_id, "name": file.upload_link_name} if file.upload_link_id else None


def plain_folder(file: File) -> str | None:
    """Where other programs find the newest version of the table that ``file`` became.

    Below the data directory a folder for plain Parquet readers, see `versions.newest_parts`; in an object store the URL
    of the table, for readers that know its log. None when there is no table. A file that was appended leads to the
    table with its rows.
    """
    if file.parquet_path is None or file.dataset_id is None:
        return None
    if "://" in file.parquet_path:
        return f"{file.parquet_path.rsplit('/', 2)[0]}/{folder_of(file.dataset_id)}"
    # Not by `pathlib`: every row of a list has one, and parsing it was a third of what an entry cost.
    return f"{file.parquet_path.rpartition('/')[0]}/{file.dataset_id}/{NEWEST}"


def progress(file: File, ahead: int | None = None) -> dict[str, Any]:
    """Return how far ``file`` is; ``ahead``: how many jobs go before its own, None when it does not wait."""
    return {
        "file_id": file.id,
        "status": file.status,
        "progress": percent(file),
        "upload": {"offset": file.offset, "size": file.size},
        "parse": {"bytes": file.parsed_bytes, "rows": file.parsed_rows},
        "ahead": None if file.finished_at is not None else ahead,
    }


def dataset(file: File) -> dict[str, Any]:
    """Return the newest version of the table that ``file`` became, as lists and events show it."""
    return {
        "id": file.id,
        "name": file.name,
        "columns": [
            {key: each.get(key) for key in ("name", "type", "style")} | {"missing": each.get("missing", {})}
            for each in file.columns or ()
        ],
        "row_count": file.row_count or 0,
        "version": file.table_version or 0,
        "updated_at": timestamp(file.table_at or file.finished_at or file.uploaded_at),
    }


def message_of(happened: Happened, role: Role | None = OWNER) -> Message | None:
    """Return what somebody who has ``role`` gets of an event; None when its file is gone: a later one says so."""
    if happened.kind == DELETED:
        return _message(happened, {"file_id": happened.file_id})
    if happened.file is None or role is None:
        return None
    if happened.kind == PROGRESS:
        return _message(happened, progress(happened.file, happened.ahead))
    if happened.kind == DATASET:
        return _message(happened, {"dataset": dataset(happened.file)})
    return _message(happened, {"file": entry(happened.file, happened.owner or "", role, happened.ahead)})


def announcement(happened: Happened, announce: str) -> Message | None:
    """Return what those hear of a new file who may not see it: ``names`` tells whose and which, ``count`` only that.

    None when they hear nothing of the event.
    """
    file = happened.file
    if announce == "off" or happened.kind != CREATED or happened.to or happened.to_others or file is None:
        return None
    named = announce == "names"
    names = {"owner": happened.owner if named else None, "name": file.name if named else None}
    return Message(happened.id, ANNOUNCED, "", names | {"at": timestamp(file.uploaded_at)})


def _message(happened: Happened, data: Mapping[str, Any]) -> Message:
    return Message(happened.id, happened.kind, happened.file_id, data)


def frame(message: Message, last_id: int) -> bytes:
    """Return a message as server-sent event; ``last_id`` is where a client continues that has it."""
    data = json.dumps(message.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {last_id}\nevent: {message.kind}\ndata: {data}\n\n".encode()


def packed(message: Message, last_id: int) -> str:
    """Return a message as text for a WebSocket; ``last_id`` is where a client continues that has it."""
    shown = {"id": last_id, "event": message.kind, "data": message.data}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def timestamp(moment: datetime) -> str:
    """Return ``moment`` as ISO 8601 in UTC with milliseconds and ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
