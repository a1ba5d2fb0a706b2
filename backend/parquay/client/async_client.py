"""The same client for programs that run an event loop: each call runs in a thread of its own, none blocks the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from parquay.client.client import Client
from parquay.client.datasets import Dataset
from parquay.client.events import Happening
from parquay.client.files import File

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


async def _stepped(items: Iterator[T]) -> AsyncIterator[T]:
    """Yield what an iterator yields, waiting for each item in a thread."""
    end = object()
    while (item := await asyncio.to_thread(next, items, end)) is not end:
        yield item  # type: ignore[misc]


class AsyncFile:
    """A file on a server; `file` has what the server told of it last. See `File` for what the calls do."""

    def __init__(self, file: File) -> None:
        self.file = file

    def __repr__(self) -> str:
        return f"<Async{repr(self.file)[1:]}"

    def __getattr__(self, name: str) -> Any:
        """Return what the server told: `id`, `name`, `status`, `row_count`, `warnings`, …"""
        if name not in _SHOWN:
            raise AttributeError(name)
        return getattr(self.file, name)

    async def refresh(self) -> AsyncFile:
        """Ask the server what the file is like now."""
        await asyncio.to_thread(self.file.refresh)
        return self

    async def wait(self, timeout: float | None = None) -> AsyncFile:
        """Wait until the file is a table, or turned out to be none."""
        await asyncio.to_thread(self.file.wait, timeout)
        return self

    async def dataset(self) -> AsyncDataset:
        """Return the table that the rows of the file are in, once it is converted."""
        dataset = await asyncio.to_thread(self.file.dataset)

        async def opened() -> Dataset:
            return dataset

        return AsyncDataset(dataset.id, opened)

    async def download(self, path: str | Path, progress: Callable[[int], None] = lambda _: None) -> Path:
        """Write the bytes as they were uploaded to ``path``."""
        return await asyncio.to_thread(self.file.download, path, progress)

    async def rename(self, name: str) -> AsyncFile:
        """Call it ``name``."""
        await asyncio.to_thread(self.file.rename, name)
        return self

    async def share(self, username: str = "*", role: str = "view") -> None:
        """Let somebody look at it or change its table."""
        await asyncio.to_thread(self.file.share, username, role)

    async def delete(self) -> None:
        """Delete it with its table."""
        await asyncio.to_thread(self.file.delete)

    def rejects(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the lines that could not be read."""
        return _stepped(self.file.rejects())


class AsyncDataset:
    """A table on a server. See `Dataset` for what the calls do."""

    def __init__(self, dataset_id: str, opened: Callable[[], Awaitable[Dataset]]) -> None:
        """``opened``: gives the table, before the first call to it."""
        self.id = dataset_id
        self._opened = opened

    def __await__(self) -> Generator[Any, None, Self]:
        """Return it: whoever awaits it has it."""
        yield from ()
        return self

    async def _run(self, call: Callable[[Dataset], T]) -> T:
        return await asyncio.to_thread(call, await self._opened())

    async def info(self, version: int | None = None) -> dict[str, Any]:
        """Return name, version, columns and how many rows there are."""
        return await self._run(lambda dataset: dataset.info(version))

    async def schema(self) -> pa.Schema:
        """Return names and Arrow types of the columns."""
        return await self._run(lambda dataset: dataset.schema)

    async def to_arrow(self, **asked: Any) -> pa.Table:
        """Return the table with exact types."""
        return await self._run(lambda dataset: dataset.to_arrow(**asked))

    async def to_pandas(self, **asked: Any) -> pd.DataFrame:
        """Return the table as pandas has it."""
        return await self._run(lambda dataset: dataset.to_pandas(**asked))

    async def to_polars(self, **asked: Any) -> pl.DataFrame:
        """Return the table as Polars has it."""
        return await self._run(lambda dataset: dataset.to_polars(**asked))

    async def rows(self, **asked: Any) -> AsyncIterator[dict[str, Any]]:
        """Yield rows with their ids."""
        dataset = await self._opened()
        async for row in _stepped(dataset.rows(**asked)):
            yield row

    async def edit(
        self, rid: int | None = None, cells: Mapping[str, Any] | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Change, insert and delete rows as one version."""
        return await self._run(lambda dataset: dataset.edit(rid, cells, **changes))

    async def append(self, file_id: str, *, message: str | None = None) -> int:
        """Append the rows of another finished file."""
        return await self._run(lambda dataset: dataset.append(file_id, message=message))

    async def replace(self, file_id: str) -> int:
        """Take the rows of another finished file in place of these."""
        return await self._run(lambda dataset: dataset.replace(file_id))

    async def export(self, path: str | Path, **asked: Any) -> Path:
        """Write the table to a file."""
        return await self._run(lambda dataset: dataset.export(path, **asked))

    async def versions(self) -> list[dict[str, Any]]:
        """Return the history, newest first."""
        return await self._run(Dataset.versions)

    async def restore(self, version: int, *, message: str | None = None) -> int:
        """Bring a version back, as a new one."""
        return await self._run(lambda dataset: dataset.restore(version, message=message))


class AsyncClient:
    """A login on a server, made at the first call. See `Client` for arguments and calls."""

    def __init__(
        self, url: str | None = None, token: str | None = None, username: str | None = None, password: str | None = None
    ) -> None:
        """Take what `Client` takes; its refusals come with the first call."""
        self._login = url, token, username, password
        self._client: Client | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._made()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            await asyncio.to_thread(self._client.close)

    async def upload(self, path_or_file: Any, **options: Any) -> AsyncFile:
        """Upload a file, an open binary file, a stream or a table; ``options`` are those of `Client.upload`."""
        client = await self._made()
        return AsyncFile(await asyncio.to_thread(client.upload, path_or_file, **options))

    async def fetch(self, address: str, **options: Any) -> AsyncFile:
        """Have the server get a file by itself; ``options`` are those of `Client.fetch`."""
        client = await self._made()
        return AsyncFile(await asyncio.to_thread(client.fetch, address, **options))

    async def files(self, **filters: Any) -> list[AsyncFile]:
        """Return the files that the caller may see, newest first."""
        client = await self._made()
        return [AsyncFile(file) for file in await asyncio.to_thread(client.files, **filters)]

    async def file(self, file_id: str) -> AsyncFile:
        """Return a file."""
        client = await self._made()
        return AsyncFile(await asyncio.to_thread(client.file, file_id))

    def dataset(self, dataset_id: str) -> AsyncDataset:
        """Return a table by its id, which is its first file's."""
        dataset: Dataset | None = None

        async def opened() -> Dataset:
            nonlocal dataset
            dataset = dataset or (await self._made()).dataset(dataset_id)
            return dataset

        return AsyncDataset(dataset_id, opened)

    async def sql(self, query: str, **params: Any) -> pa.Table:
        """Run one statement that reads, and return the result."""
        client = await self._made()
        return await asyncio.to_thread(client.sql, query, **params)

    async def events(self) -> AsyncIterator[Happening]:
        """Yield what happens from now on to the files that the caller may see."""
        client = await self._made()
        async for happening in _stepped(client.events()):
            yield happening

    async def _made(self) -> Client:
        async with self._lock:
            if self._client is None:
                self._client = await asyncio.to_thread(Client, *self._login)
            return self._client


_SHOWN = frozenset({"entry", "id", "name", "size", "status", "row_count", "reject_count", "warnings", "dataset_id"})
