"""The Python client: uploads that go on where they stopped, tables as Arrow, pandas or Polars, SQL, and what happens."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

import httpx

from parquay.client.connection import DEFAULT_URL, ServerConnection
from parquay.client.datasets import Dataset
from parquay.client.errors import TransferError
from parquay.client.events import Happening, follow
from parquay.client.fetching import await_fetch, begin_fetch, fetch_failure
from parquay.client.files import File
from parquay.client.frames import is_frame, write_parquet
from parquay.client.logins import Logins
from parquay.client.progress import Heard, reporting
from parquay.client.resume import UploadBusy
from parquay.client.uploads import UploadProgress, metadata_of, name_of, opened, size_of, upload_open, upload_path
from parquay.client.values import plain
from parquay.columns.text import json_text

if TYPE_CHECKING:
    import pyarrow as pa

LISTED = 500
"""Files asked for at once."""

class Client:
    """A login on a server. Threads may share it; as a context manager it disconnects at the end."""

    def __init__(
        self, url: str | None = None, token: str | None = None, username: str | None = None, password: str | None = None
    ) -> None:
        """Log in: by ``token`` (an API key or an access token), or by ``username`` and ``password``.

        Left out, the address is that of the variable `PARQUAY_URL`, else `http://127.0.0.1:8000`, and the token that of
        `PARQUAY_TOKEN`, else the one that `parquay login` has kept for this server.

        Raises:
            ValueError: no login is given, or two.
            ApiError: the server refuses it, or does not answer.
        """
        server = url or os.environ.get("PARQUAY_URL") or DEFAULT_URL
        if (username is None) != (password is None):
            raise ValueError("give username and password, or a token")
        if username is not None and token is not None:
            raise ValueError("give either a token or username and password")
        if username is None and token is None:
            token = os.environ.get("PARQUAY_TOKEN") or Logins().token(server.rstrip("/"))
            if token is None:
                raise ValueError("no login: give a token, or username and password, or run `parquay login` once")
        credentials = None if username is None or password is None else (username, password)
        self._connection = ServerConnection(server, token=token, credentials=credentials)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client {self.url}>"

    @property
    def url(self) -> str:
        """The address of the server."""
        return self._connection.server

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def upload(
        self,
        path_or_file: str | Path | IO[bytes] | Any,
        *,
        name: str | None = None,
        dataset: str | None = None,
        resume: bool = True,
        progress: Heard | bool | None = None,
        **overrides: Any,
    ) -> File:
        """Upload a file, an open binary file, a stream, bytes, or a table of pyarrow, pandas or Polars.

        It returns when the server has every byte; `File.wait` waits for the table. Interrupted and begun again, also by
        another process, an upload of a path goes on where it stopped.

        ``name``: what it is called there. ``dataset``: id of the table that its rows are appended to. ``resume``: False
        begins anew. ``progress``: hears bytes and total, or True for a bar. ``overrides``: how the file is read
        (`delimiter`, `encoding`, `header`, `types`, …), as for previews.

        Raises:
            ApiError: the server refuses for good, or was away for too long.
            OSError: it cannot be read. TypeError: it is none of these.
        """
        said = overrides if dataset is None else {**overrides, "dataset": dataset}
        if isinstance(path_or_file, str | os.PathLike):
            return self._upload_path(Path(path_or_file), name, said, progress, resume=resume)
        if is_frame(path_or_file):
            with tempfile.TemporaryFile() as file:
                write_parquet(path_or_file, file)
                file.seek(0)
                return self._upload_open(file, name or "table.parquet", said, progress)
        source = opened(path_or_file)
        return self._upload_open(source, name or name_of(source), said, progress)

    def fetch(
        self,
        address: str,
        *,
        name: str | None = None,
        dataset: str | None = None,
        wait: bool = True,
        progress: Heard | None = None,
        **overrides: Any,
    ) -> File:
        """Have the server get the file at ``address`` (http or https) by itself, and return it.

        It returns when the server has every byte, or at once where ``wait`` is False; the server goes on either way,
        until the file is deleted. `File.wait` waits for the table.

        ``name``: what it is called there; left out: what its source calls it. ``dataset``: id of the table that its
        rows are appended to. ``progress``: hears bytes and total. ``overrides``: as for `upload`.

        Raises:
            ApiError: the server may not get this address (422, ``fetch_refused``), or could not.
        """
        entry = begin_fetch(self._connection, address, {**overrides, "name": name, "dataset": dataset})
        if wait:
            entry = await_fetch(self._connection, entry["id"], progress or (lambda _count, _size: None))
        if (failure := fetch_failure(entry)) is not None:
            raise failure
        return File(self._connection, entry)

    def files(self, **filters: Any) -> list[File]:
        """Return the files that the caller may see, newest first.

        ``filters``: `status`, `q` (a part of the name), `tag` (one or a list), `sort`, `limit` (at most so many), `sha256`.
        """
        limit = filters.pop("limit", None)
        asked = {name: value for name, value in filters.items() if value is not None}
        place: str | None = str(httpx.URL(f"{self.url}/files", params={"limit": min(LISTED if limit is None else max(limit, 1), LISTED), **asked}))
        found: list[File] = []
        while place and (limit is None or len(found) < limit):
            answer = self._connection.get(place)
            found += (File(self._connection, entry) for entry in answer.json())
            following = answer.links.get("next", {}).get("url")
            place = str(answer.url.join(following)) if following else None
        return found[:limit]

    def file(self, file_id: str) -> File:
        """Return a file.

        Raises:
            ApiError: there is none of this id that the caller may see (404).
        """
        return File(self._connection, {"id": file_id}).refresh()

    def dataset(self, dataset_id: str) -> Dataset:
        """Return a table by its id, which is its first file's. The first call that needs it waits for its conversion."""
        return Dataset(self._connection, dataset_id)

    def sql(self, query: str, **params: Any) -> pa.Table:
        """Run one statement that reads (tables by file name in double quotes, or `dataset('id')`); return the result.

        ``params``: values of `$name` in the statement; dates and times are texts there, `$day::DATE` is a date.

        Raises:
            ApiError: it is refused (422), takes too long (408), or its result is too large (413).
        """
        import pyarrow as pa

        body = {"query": query, "format": "arrow"} | ({"params": plain(params)} if params else {})
        content = json_text.dumps(body).encode()
        head = {"Content-Type": "application/json"}
        answer = self._connection.call("POST", "/sql", content=content, headers=head)
        with pa.ipc.open_stream(answer.content) as reader:
            return reader.read_all()

    def events(self) -> Iterator[Happening]:
        """Yield what happens from now on to the files that the caller may see; a broken connection loses nothing.

        Raises:
            ApiError: the login has ended, or the server was away for too long.
        """
        return follow(self._connection)

    watch = events

    def _upload_path(
        self, path: Path, name: str | None, said: Mapping[str, Any], progress: Heard | bool | None, *, resume: bool
    ) -> File:
        metadata = metadata_of(name or path.name, said)
        with reporting(progress, path.name, path.stat().st_size) as hear:
            try:
                file_id = upload_path(self._connection, path, metadata, UploadProgress(hear), resume=resume)
            except UploadBusy as error:
                raise TransferError(f"{path.name}: {error}", code="upload_busy") from None
        return self.file(file_id)

    def _upload_open(
        self, file: IO[bytes], name: str, said: Mapping[str, Any], progress: Heard | bool | None
    ) -> File:
        with reporting(progress, name, size_of(file)) as hear:
            file_id = upload_open(self._connection, file, metadata_of(name, said), UploadProgress(hear))
        return self.file(file_id)
