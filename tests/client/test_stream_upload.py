"""Streams whose length nobody knows, against a server that misbehaves as it is told: no byte twice, none missing."""

from __future__ import annotations

import io
from collections.abc import Callable

import httpx
import pytest

from parquay.client.errors import TransferError
from parquay.client.stream_upload import StreamUpload
from parquay.client.tus_client import Watch

DATA = bytes(range(256)) * 1000
PIECE = 100_000


class Memory:
    """A server that keeps one upload; `faults` are called before each request, and may answer or raise."""

    def __init__(self, *faults: Callable[[Memory, httpx.Request], httpx.Response | None] | None) -> None:
        self.kept = bytearray()
        self.length: str | None = None
        self.faults = list(faults)
        self.seen: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.method)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and (refused := fault(self, request)) is not None:
            return refused
        return self.serve(request)

    def serve(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, headers={"Location": "/files/1"})
        if request.method == "HEAD":
            told = {} if self.length is None else {"Upload-Length": self.length}
            return httpx.Response(200, headers={"Upload-Offset": str(len(self.kept)), **told})
        if int(request.headers["Upload-Offset"]) != len(self.kept) or self.length is not None:
            return httpx.Response(409)
        self.kept += request.content
        self.length = request.headers.get("Upload-Length")
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.kept))})


def busy(_memory: Memory, _request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, headers={"Retry-After": "0"})


def broken(_memory: Memory, request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("cut", request=request)


def lost_reply(memory: Memory, request: httpx.Request) -> httpx.Response:
    memory.serve(request)
    raise httpx.ReadError("cut", request=request)


def half_taken(memory: Memory, request: httpx.Request) -> httpx.Response:
    if request.method == "PATCH" and request.content:
        memory.kept += request.content[: len(request.content) // 2]
    raise httpx.ReadError("cut", request=request)


def send(memory: Memory, data: bytes = DATA, piece: int = PIECE) -> list[int]:
    offsets: list[int] = []
    watch = Watch(created=lambda _: None, offset=offsets.append, setback=lambda *_: None, renew_login=lambda: False)
    with httpx.Client(transport=httpx.MockTransport(memory.answer)) as http:
        upload = StreamUpload(http, "http://server/files", piece=piece, sleep=lambda _: None)
        assert upload.send(io.BytesIO(data), {"filename": "a"}, watch) == "http://server/files/1"
    return offsets


@pytest.mark.parametrize("fault", [busy, broken, lost_reply, half_taken])
@pytest.mark.parametrize("at", range(9))
def test_every_byte_arrives_once_whatever_fails(fault: Callable[[Memory, httpx.Request], httpx.Response], at: int):
    memory = Memory(*[None] * at, fault)
    offsets = send(memory)
    assert bytes(memory.kept) == DATA
    assert memory.length == str(len(DATA))
    assert offsets == sorted(offsets)


def test_nothing_at_all_is_an_upload_too():
    memory = Memory()
    send(memory, b"")
    assert (bytes(memory.kept), memory.length) == (b"", "0")


def test_pieces_become_smaller_where_they_are_too_much():
    def too_much(_memory: Memory, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(413, text="too large")

    memory = Memory(None, None, too_much)
    send(memory, DATA * 4, 1 << 20)
    assert bytes(memory.kept) == DATA * 4
    with pytest.raises(TransferError):
        send(Memory(None, None, *[None, too_much] * 8), DATA, 1 << 16)


def test_a_refusal_ends_it():
    def refused(_memory: Memory, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(415, json={"detail": "No.", "code": "not_allowed"})

    with pytest.raises(TransferError) as error:
        send(Memory(refused))
    assert (error.value.status, error.value.code) == (415, "not_allowed")
