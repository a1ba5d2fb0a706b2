"""Downloads that go on after an interruption, and appear when they are whole."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from parquay.cli.failure import Failure
from parquay.cli.progress import Bar, Bars
from parquay.cli.server_login import ServerLogin

PIECE = 1 << 20
"""Bytes read from the disk at once."""


def stream_to(login: ServerLogin, place: str, sink: BinaryIO) -> None:
    """Write what is at ``place`` to ``sink``.

    Raises:
        Failure: the server refuses, or the connection broke.
    """
    try:
        with login.http.stream("GET", place) as answer:
            _accept(login, answer)
            sink.writelines(answer.iter_bytes())
    except httpx.TransportError as error:
        raise Failure(f"the download broke off ({error})") from None
    sink.flush()


def download_to(login: ServerLogin, entry: dict[str, Any], target: Path, bars: Bars) -> None:
    """Download the bytes of the file ``entry`` to ``target``: what an earlier run has of them stays.

    They stand beside it in a file with the file's id in its name until they are whole, hence no other file's beginning
    is ever taken for this one's.

    Raises:
        Failure: the server refuses, the connection broke, or the digest is another one.
    """
    half = target.with_name(f".{target.name}.{entry['id']}.part")
    place = f"{login.server}/files/{entry['id']}/content"
    bar = bars.add(target.name, entry["size"] or 0)
    with half.open("ab") as file:
        try:
            _append(login, place, file, bar)
        except httpx.TransportError as error:
            raise Failure(f"the download broke off ({error}); run the command again to go on") from None
    if entry["sha256"] is not None and _digest(half) != entry["sha256"]:
        half.unlink()
        raise Failure(f"{target.name}: what came is not what was uploaded; run the command again")
    half.replace(target)


def _append(login: ServerLogin, place: str, file: BinaryIO, bar: Bar) -> None:
    """Ask for what is behind the end of ``file``."""
    begin = file.seek(0, 2)
    with login.http.stream("GET", place, headers={"Range": f"bytes={begin}-"} if begin else {}) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and begin:
            return  # it is whole already; the digest tells
        _accept(login, answer)
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            begin = file.truncate(0)
        bar.to(begin)
        for piece in answer.iter_raw():
            begin += file.write(piece)
            bar.to(begin)


def _accept(login: ServerLogin, answer: httpx.Response) -> None:
    if not answer.is_success:
        answer.read()
        login.refuse(answer)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
