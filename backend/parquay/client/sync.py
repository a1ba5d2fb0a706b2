"""A folder kept on a server: new and changed files are uploaded, none twice, whatever ends in between.

What was uploaded stands in a book in the user's state directory, not in the folder. It is written before a file counts as
there: the upload's id when it is made, the digest of its bytes when the server has them. What is deleted in the folder
stays on the server, and what is deleted there is not uploaded again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from parquay.client.connection import ServerConnection
from parquay.client.errors import ApiError, ConversionFailed, TransferError
from parquay.client.paths import segment
from parquay.client.resume import UploadBusy, state_directory
from parquay.client.uploads import UploadProgress, metadata_of, sendable, upload_path
from parquay.client.waiting import wait_until_converted

STABLE_SECONDS = 2.0
"""Seconds for which a file must not have changed: somebody may be writing it."""
FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 4.0, 120.0
"""For how long a file is left that failed: the first time, and the longest."""
BLOCK = 1 << 20
NOT_FOUND = 404

_UNFINISHED = re.compile(r"^~\$|^\.#|~$|\.(tmp|temp|part|partial|crdownload|download|swp|swx|filepart)$", re.IGNORECASE)
"""Names under which programs write files that are not finished, or that nobody means."""


class OnChange(StrEnum):
    """What becomes of a file that has changed: the next version of its table, or a file beside the one before."""

    REPLACE = "replace"
    NEW = "new"


@dataclass(frozen=True)
class SyncedFile:
    """What is known of a file of the folder.

    Attributes:
        file_id: the file on the server; of several versions the one whose table has them.
        sha256: of the bytes that are there, None: none are.
        upload_id: an upload on its way, of the bytes `upload_sha256`.
    """

    size: int = -1
    mtime_ns: int = -1
    file_id: str | None = None
    sha256: str | None = None
    upload_id: str | None = None
    upload_sha256: str | None = None


@dataclass(frozen=True)
class SyncNote:
    """What became of a file: `uploaded`, `replaced`, `known` (the server had it), `skipped`, `failed`."""

    event: str
    path: str
    id: str | None = None
    reason: str | None = None


class SyncBusy(Exception):
    """Another process keeps this folder on this server."""


class SyncBook:
    """What is known of the files of a folder on a server, in one file."""

    def __init__(self, server: str, folder: Path) -> None:
        name = hashlib.sha256(f"{server}|{folder}".encode(errors="surrogateescape")).hexdigest()[:32]
        self._path = state_directory() / "sync" / f"{name}.json"
        self._about = {"server": server, "folder": sendable(str(folder))}
        self.files: dict[str, SyncedFile] = {}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the book alone.

        Raises:
            SyncBusy: another process has it.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise SyncBusy("another process keeps this folder on this server") from None
            self.files = self._read()
            yield

    def keep(self, name: str, known: SyncedFile) -> None:
        """Write down what is known of a file."""
        self.files[name] = known
        made = self._path.with_suffix(".new")
        with made.open("w") as handle:
            json.dump({**self._about, "files": {key: asdict(each) for key, each in self.files.items()}}, handle)
            handle.flush()
            os.fsync(handle.fileno())
        made.replace(self._path)

    def _read(self) -> dict[str, SyncedFile]:
        try:
            found = json.loads(self._path.read_text())["files"]
            return {str(key): SyncedFile(**each) for key, each in found.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # the server is asked for each file then


def why_skipped(name: str, mode: int) -> str | None:
    """Return why what is called so is not uploaded, None when it is. Pure."""
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if name.startswith("."):
        return "hidden"
    if not stat.S_ISREG(mode):
        return None if stat.S_ISDIR(mode) else "not a file"
    return "a name of files that are not finished" if _UNFINISHED.search(name) else None


class FolderSync:
    """Keeps one folder on one server."""

    def __init__(
        self,
        connection: ServerConnection,
        folder: Path,
        book: SyncBook,
        *,
        on_change: OnChange,
        say: Callable[[SyncNote], None],
        stable: float = STABLE_SECONDS,
    ) -> None:
        """``say`` hears what became of each file, once until that is another; ``stable``: see `STABLE_SECONDS`."""
        self._connection = connection
        self._folder = folder
        self._book = book
        self._on_change = on_change
        self._say = say
        self._stable = stable
        self._said: dict[str, str] = {}
        self._failures: dict[str, tuple[int, float, float]] = {}

    def round(self) -> tuple[int, int]:
        """Look at every file once; return how many failed, and how many are being written.

        Raises:
            OSError: the folder cannot be read.
        """
        failed = unstable = 0
        os.scandir(self._folder).close()
        for path in self._files(self._folder):
            name = str(path.relative_to(self._folder))
            if self._is_put_off(name, path):
                failed += 1
                continue
            try:
                unstable += not self._one(name, path)
            except (ApiError, UploadBusy, OSError) as error:
                failed += 1
                self._put_off(name, path)
                self._note("failed", name, reason=str(error.strerror if isinstance(error, OSError) else error))
        return failed, unstable

    def _put_off(self, name: str, path: Path) -> None:
        """Leave a file that failed for a while, for longer each time, unless it changes."""
        changed, _, pause = self._failures.get(name, (0, 0.0, FIRST_PAUSE_SECONDS / 2))
        pause = min(2 * pause if changed == _changed(path) else FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS)
        self._failures[name] = (_changed(path), time.monotonic() + pause, pause)

    def _is_put_off(self, name: str, path: Path) -> bool:
        changed, until, _ = self._failures.get(name, (0, 0.0, 0.0))
        return time.monotonic() < until and changed == _changed(path)

    def _files(self, folder: Path) -> Iterator[Path]:
        try:
            found = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            self._note("failed", str(folder.relative_to(self._folder)), reason=error.strerror)
            return
        for each in found:
            try:
                mode = each.stat(follow_symlinks=False).st_mode
            except OSError:
                continue  # it is gone already
            if reason := why_skipped(each.name, mode):
                self._note("skipped", str(Path(each.path).relative_to(self._folder)), reason=reason)
            elif stat.S_ISDIR(mode):
                yield from self._files(Path(each.path))
            else:
                yield Path(each.path)

    def _one(self, name: str, path: Path) -> bool:
        """Bring a file to the server if it is not there; False while it is being written."""
        known, facts = self._book.files.get(name, SyncedFile()), path.stat()
        if (known.size, known.mtime_ns) == (facts.st_size, facts.st_mtime_ns):
            return True
        if 0 <= time.time() - facts.st_mtime < self._stable:
            return False
        digest = _digest(path)
        seen = replace(known, size=facts.st_size, mtime_ns=facts.st_mtime_ns, sha256=digest)
        if known.sha256 == digest:  # touched, or moved away and back
            self._book.keep(name, seen)
        elif (found := self._found(name, digest, facts.st_size)) is not None and known.file_id is None:
            self._book.keep(name, replace(seen, file_id=found, upload_id=None, upload_sha256=None))
            self._note("known", name, found)
        else:
            self._upload(name, path, known, seen)
        return True

    def _found(self, name: str, digest: str, size: int) -> str | None:
        """Return the file that the server has of these bytes at this place, if an earlier run was not able to note it."""
        answer = self._connection.call("POST", "/files/exists", json={"sha256": digest, "size": size})
        folder, file = _place(name)
        ids = [each["id"] for each in answer.json()["files"] if (each["path"] or "", each["name"]) == (folder, file)]
        return str(ids[0]) if ids else None

    def _upload(self, name: str, path: Path, known: SyncedFile, seen: SyncedFile) -> None:
        file_id = self._arrived(known, seen)
        if file_id is None:

            def created(place: str) -> None:
                upload_id = place.rstrip("/").rpartition("/")[2]
                self._book.keep(name, replace(known, upload_id=upload_id, upload_sha256=seen.sha256))

            metadata = {**metadata_of(path.name, {}), "relativePath": sendable(name)}
            file_id = upload_path(self._connection, path, metadata, UploadProgress(created=created))
        table = known.file_id if self._on_change is OnChange.REPLACE else None
        if table is not None and self._replaced(table, file_id):
            self._book.keep(name, replace(seen, upload_id=None, upload_sha256=None))
            self._connection.call("DELETE", f"/files/{segment(file_id)}")  # its rows are the table's now
            self._note("replaced", name, table)
            return
        self._book.keep(name, replace(seen, file_id=file_id, upload_id=None, upload_sha256=None))
        self._note("uploaded", name, file_id)

    def _arrived(self, known: SyncedFile, seen: SyncedFile) -> str | None:
        """Return the upload of an earlier run, if all of these bytes are there."""
        if known.upload_id is None or known.upload_sha256 != seen.sha256:
            return None
        entry = self._entry(known.upload_id)
        return known.upload_id if entry and entry["offset"] == entry["size"] == seen.size else None

    def _replaced(self, table: str, file_id: str) -> bool:
        """Put the rows of a file in place of those of a table; False where one of them is no table."""
        before = self._entry(table)
        if before is None or before["dataset_id"] != table:
            return False
        try:
            if wait_until_converted(self._connection, file_id)["dataset_id"] != file_id:
                return False
        except ConversionFailed as error:
            raise TransferError(f"its table stays as it was: {error.detail}", code=error.code) from None
        self._connection.call("POST", f"/datasets/{segment(table)}/replace", json={"file_id": file_id})
        return True

    def _entry(self, file_id: str) -> dict[str, Any] | None:
        try:
            entry: dict[str, Any] = self._connection.call("GET", f"/files/{segment(file_id)}").json()
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
            return None
        return entry

    def _note(self, event: str, name: str, file_id: str | None = None, reason: str | None = None) -> None:
        if event in {"skipped", "failed"} and self._said.get(name) == reason:
            return
        self._said[name] = reason or ""
        self._say(SyncNote(event, sendable(name), file_id, reason))


def _changed(path: Path) -> int:
    """When a file changed, 0 where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _place(name: str) -> tuple[str, str]:
    folder, _, file = sendable(name).rpartition("/")
    return folder, file


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
