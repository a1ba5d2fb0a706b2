"""Downloads that go on after an interruption, and appear when they are whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from parquay.client.connection import ServerConnection
from parquay.client.errors import TransferError


def stream_to(connection: ServerConnection, place: str, sink: BinaryIO, asked: bytes | None = None) -> None:
    """Write what is at ``place`` to ``sink``; ``asked``: a question in JSON that is sent there.

    Raises:
        ApiError: the server refuses, or the connection broke.
    """
    try:
        method, head = ("GET", {}) if asked is None else ("POST", {"Content-Type": "application/json"})
        with connection.http.stream(method, place, content=asked, headers=head) as answer:
            _accept(connection, answer)
            sink.writelines(answer.iter_bytes())
    except httpx.TransportError as error:
        raise TransferError(f"the download broke off ({error})") from None
    sink.flush()


def save(connection: ServerConnection, place: str, target: Path, asked: bytes | None = None) -> None:
    """Write what is at ``place`` to the file ``target``, which appears when it is whole, or not at all.

    ``asked``: a question in JSON that is sent there.

    Raises:
        ApiError: the server refuses, or the connection broke.
    """
    half = target.with_name(f".{target.name}.part")
    try:
        with half.open("wb") as file:
            stream_to(connection, place, file, asked)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def download_to(
    connection: ServerConnection, entry: Mapping[str, Any], target: Path, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Download the bytes of the file ``entry`` to ``target``: what an earlier run has of them stays.

    They stand beside it in a file with the file's id in its name until they are whole, hence no other file's beginning
    is ever taken for this one's. ``progress`` hears how many bytes there are.

    Raises:
        ApiError: the server refuses, the connection broke, or the digest is another one.
    """
    half = target.with_name(f".{target.name}.{entry['id']}.part")
    with half.open("ab") as file:
        try:
            _append(connection, f"{connection.server}/files/{entry['id']}/content", file, progress)
        except httpx.TransportError as error:
            raise TransferError(f"the download broke off ({error}); begin it again to go on") from None
    if entry["sha256"] is not None and _digest(half) != entry["sha256"]:
        half.unlink()
        raise TransferError(f"{target.name}: what came is not what was uploaded; begin it again")
    half.replace(target)


def _append(connection: ServerConnection, place: str, file: BinaryIO, progress: Callable[[int], None]) -> None:
    """Ask for what is behind the end of ``file``."""
    begin = file.seek(0, 2)
    with connection.http.stream("GET", place, headers={"Range": f"bytes={begin}-"} if begin else {}) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and begin:
            return  # it is whole already; the digest tells
        _accept(connection, answer)
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            begin = file.truncate(0)
        progress(begin)
        for piece in answer.iter_raw():
            begin += file.write(piece)
            progress(begin)


def _accept(connection: ServerConnection, answer: httpx.Response) -> None:
    if not answer.is_success:
        answer.read()
        connection.refuse(answer)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
