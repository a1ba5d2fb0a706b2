"""A file on a server, as the client sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from parquay.client.connection import ServerConnection
from parquay.client.datasets import Dataset
from parquay.client.downloads import download_to
from parquay.client.errors import ConversionFailed
from parquay.client.paths import segment
from parquay.client.waiting import wait_until_converted


class File:
    """A file on a server, with what the server told of it last; `refresh` asks again.

    Attributes:
        entry: all that the server tells of a file, as JSON has it.
    """

    def __init__(self, connection: ServerConnection, entry: Mapping[str, Any]) -> None:
        self._connection = connection
        self.entry = dict(entry)

    def __repr__(self) -> str:
        rows = "" if self.row_count is None else f", {self.row_count:,} rows"
        return f"<File {self.name!r} {self.id}: {self.status}{rows}>"

    @property
    def id(self) -> str:
        """Its id, which is that of the table too that it became."""
        return str(self.entry["id"])

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.entry["name"])

    @property
    def size(self) -> int | None:
        """How many bytes it has, None while nobody knows."""
        return None if self.entry["size"] is None else int(self.entry["size"])

    @property
    def status(self) -> str:
        """`uploading`, `processing`, `done` or `error`."""
        return str(self.entry["status"])

    @property
    def row_count(self) -> int | None:
        """Rows of its table, None while or where there is none."""
        return None if self.entry["row_count"] is None else int(self.entry["row_count"])

    @property
    def reject_count(self) -> int:
        """Lines that could not be read; `rejects` has them."""
        return int(self.entry["reject_count"] or 0)

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What was left out of the table or changed: ``{code, line, count, text}``."""
        return list(self.entry["warnings"])

    @property
    def dataset_id(self) -> str | None:
        """Id of the table that its rows are in, None where there is none."""
        found: str | None = self.entry["dataset_id"]
        return found

    def refresh(self) -> File:
        """Ask the server what the file is like now; return this file.

        Raises:
            ApiError: it is gone, or the server does not answer.
        """
        self.entry = _without_rows(self._connection.call("GET", self._place).json())
        return self

    def wait(self, timeout: float | None = None) -> File:
        """Wait until the file is a table, or turned out to be none (`row_count` is None then); return this file.

        ``timeout``: seconds, None for any number.

        Raises:
            ConversionFailed: it could not be read.
            WaitTimeout: that took longer than ``timeout``.
            ApiError: it is gone, or the server does not answer.
        """
        self.entry = _without_rows(wait_until_converted(self._connection, self.id, timeout))
        return self

    def dataset(self) -> Dataset:
        """Return the table that the rows of the file are in, once it is converted.

        Raises:
            ConversionFailed: it is no table.
            ApiError: the server refuses, or does not answer.
        """
        self.wait()
        if self.dataset_id is None:
            raise ConversionFailed(f"{self.name} is no table", code="no_table")
        return Dataset(self._connection, self.dataset_id, converted=True)

    def download(self, path: str | Path, progress: Callable[[int], None] = lambda _: None) -> Path:
        """Write the bytes as they were uploaded to ``path``, or into it where it is a directory; return where.

        Begun again after an interruption it goes on where it stopped. ``progress`` hears how many bytes there are.

        Raises:
            ApiError: the server refuses, the connection broke, or other bytes came than were uploaded.
        """
        target = Path(path)
        target = target / Path(self.name).name if target.is_dir() else target
        download_to(self._connection, self.refresh().entry, target, progress)
        return target

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the lines that could not be read: ``{n, line, byte, column, code, text}``, in the order of the file."""
        cursor: dict[str, Any] = {}
        while True:
            page = self._connection.call("GET", f"{self._place}/rejects", params=cursor).json()
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def rename(self, name: str) -> File:
        """Call it ``name``; return this file."""
        return self._changed({"name": name})

    def share(self, username: str = "*", role: str = "view") -> None:
        """Let somebody (``*``: every user) look at it (``view``) or change its table too (``edit``)."""
        place = f"{self._place}/access/{segment(username)}"
        self._connection.call("PUT", place, json={"role": role})

    def delete(self) -> None:
        """Delete it with its table."""
        self._connection.call("DELETE", self._place)

    def _changed(self, change: Mapping[str, Any]) -> File:
        self.entry = self._connection.call("PATCH", self._place, json=change).json()
        return self

    @property
    def _place(self) -> str:
        return f"/files/{segment(self.id)}"


def _without_rows(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in {"content", "damage"}}
