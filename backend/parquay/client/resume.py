"""What `parquay upload` remembers between two runs: which upload on which server belongs to which file.

A file is known by server, path, size and time of change: touched in between, it is another file. Only
a finished, a forgotten or an outdated upload leaves the book, so a run that is killed loses nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypedDict

from parquay.client.tus_client import new_key

KEPT = 30 * 86400
"""Seconds after which an entry is dropped; servers keep unfinished uploads for less."""


class UploadBusy(Exception):
    """Another process is uploading this file to this server right now."""


class ResumeEntry(TypedDict):
    """An upload begun: its URL, empty until the server told it, the key of its creation, and the POSIX time of that."""

    url: str
    at: float
    creation: str


def state_directory() -> Path:
    """Return the directory for state of the user, as the XDG base directory specification has it."""
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "state") / "parquay"


def key_of(server: str, path: Path) -> str:
    """Return the name under which the upload of `path` to `server` is remembered."""
    facts = path.stat()
    return "|".join((server, str(path.resolve()), str(facts.st_size), str(facts.st_mtime_ns)))


class Piece(TypedDict):
    """How many bytes a request to a server may have, and the POSIX time at which that was found out."""

    bytes: int
    at: float


class UploadBook:
    """The uploads that were begun, in one file that several processes share."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or state_directory()
        self._path = self._directory / "uploads.json"
        self._pieces = self._directory / "pieces.json"

    def recall(self, key: str) -> str | None:
        """Return the URL of the upload begun earlier, if any."""
        entry = self._read().get(key)
        return (entry["url"] or None) if entry else None

    def creation(self, key: str) -> str:
        """Return the key with which the creation of an upload is asked for, the same until it is done or forgotten.

        It is noted before the server hears of it: a run that is killed before it has the URL gets it by the key.
        """
        with self._locked():
            entries = self._read()
            entry = entries.get(key) or ResumeEntry(url="", at=time.time(), creation=new_key())
            if key not in entries:
                self._write(entries | {key: entry})
        return entry["creation"]

    def remember(self, key: str, url: str) -> None:
        """Note that the upload at `url` was begun."""
        with self._locked():
            entries = self._read()
            creation = entries[key]["creation"] if key in entries else ""
            self._write(entries | {key: ResumeEntry(url=url, at=time.time(), creation=creation)})

    def forget(self, key: str) -> None:
        """Drop the note of an upload that is complete or unknown to the server."""
        with self._locked():
            entries = self._read()
            if entries.pop(key, None):
                self._write(entries)

    def piece(self, server: str) -> int | None:
        """Return how many bytes a request to `server` may have, None when none was refused for its length."""
        found = self._read_pieces().get(server)
        return found["bytes"] if found else None

    def keep_piece(self, server: str, count: int) -> None:
        """Note that a request to `server` may have `count` bytes at most."""
        with self._locked():
            self._write(self._read_pieces() | {server: Piece(bytes=count, at=time.time())}, self._pieces)

    def _read_pieces(self) -> dict[str, Piece]:
        try:
            found = json.loads(self._pieces.read_text())
            pieces = {server: Piece(bytes=int(one["bytes"]), at=float(one["at"])) for server, one in found.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # then it is found out again
        oldest = time.time() - KEPT
        return {server: one for server, one in pieces.items() if one["at"] > oldest and one["bytes"] > 0}

    @contextmanager
    def claim(self, key: str) -> Iterator[None]:
        """Keep other processes from uploading the same file meanwhile.

        A claim is a locked byte of one file: nothing is left behind, and the system ends it with its process.

        Raises:
            Busy: another process has claimed it. A process that died has not.
        """
        place = int.from_bytes(hashlib.sha256(key.encode(errors="surrogateescape")).digest()[:6])
        with self._open("claims.lock") as handle:
            try:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                raise UploadBusy("already being uploaded by another process") from None
            yield

    def _open(self, name: str) -> TextIO:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (self._directory / name).open("a")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._open("uploads.lock") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, ResumeEntry]:
        try:
            found = json.loads(self._path.read_text())
            entries = {
                key: ResumeEntry(url=str(one["url"]), at=float(one["at"]), creation=str(one.get("creation", "")))
                for key, one in found.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # a damaged book costs uploading again, never the command
        oldest = time.time() - KEPT
        return {key: one for key, one in entries.items() if one["at"] > oldest}

    def _write(self, entries: Mapping[str, ResumeEntry] | Mapping[str, Piece], path: Path | None = None) -> None:
        path = path or self._path
        made = path.with_suffix(".new")
        with made.open("w") as handle:
            json.dump(entries, handle, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        made.replace(path)
