"""One user who sends as much as the wire takes, and one who sends a little: what each gets, with limits and without."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import httpx

from bench import report
from live_server import LiveServer

MIB = 1 << 20
GREEDY = 16
"""Uploads that the greedy user sends at the same time, each a body after the other."""

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = TUS | {"Content-Type": "application/offset+octet-stream"}
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "no limits": {},
    "20 MiB/s for each user": {"limit_bandwidth": 20 * MIB},
    "and 4 uploads at a time": {"limit_bandwidth": 20 * MIB, "limit_uploads": 4},
}


class Shares(NamedTuple):
    """MiB a second that the greedy user got; milliseconds that the modest one waited for 256 KiB, half the time and at worst."""

    greedy: float
    median: float
    worst: float


def run(*, quick: bool = False) -> str:
    """Measure, and return the section."""
    seconds = 4.0 if quick else 12.0
    found = {name: _shares(settings, seconds) for name, settings in SETTINGS.items()}
    rows = [[name, f"{each.greedy:.0f}", f"{each.median:.0f}", f"{each.worst:.0f}"] for name, each in found.items()]
    head = ["", "greedy, MiB/s", "modest, ms for 256 KiB (median)", "(worst)"]
    said = f"{GREEDY} uploads of one user at the same time, beside another user's forms of 256 KiB, one process, {seconds:.0f} s each."
    return "\n\n".join(["## Fairness under a greedy client", said, report.table(head, rows)])


def _shares(settings: Mapping[str, object], seconds: float) -> Shares:
    with tempfile.TemporaryDirectory() as folder:
        server = LiveServer(Path(folder), workers=0, **settings).start()
        try:
            return _measured(server, seconds)
        finally:
            server.stop()


def _measured(server: LiveServer, seconds: float) -> Shares:
    token, end, received = server.token(), time.monotonic() + seconds, [0] * GREEDY
    senders = [threading.Thread(target=_send, args=(server, token, end, received, number)) for number in range(GREEDY)]
    with server.register("modest", "a long secret") as http:
        for sender in senders:
            sender.start()
        waits = []
        while time.monotonic() < end:
            began = time.monotonic()
            http.post("/files", files={"file": ("a.bin", b"m" * (256 << 10))}).raise_for_status()
            waits.append((time.monotonic() - began) * 1000)
    for sender in senders:
        sender.join()
    return Shares(sum(received) / MIB / seconds, statistics.median(waits), max(waits))


def _send(server: LiveServer, token: str, end: float, received: list[int], number: int) -> None:
    """Send bodies until the time is over; one that is refused is tried again after a moment."""

    def body() -> Iterator[bytes]:
        while time.monotonic() < end:
            yield b"g" * MIB

    with server.client(headers={"Authorization": f"Bearer {token}"}) as http:
        while time.monotonic() < end:
            where = http.post("/files", headers=TUS | {"Upload-Defer-Length": "1"}).headers["location"]
            answer = http.patch(where, headers=OCTETS | {"Upload-Offset": "0"}, content=body())
            while answer.status_code == httpx.codes.TOO_MANY_REQUESTS and time.monotonic() < end:
                time.sleep(int(answer.headers["retry-after"]))
                answer = http.patch(where, headers=OCTETS | {"Upload-Offset": "0"}, content=body())
            received[number] += int(answer.headers.get("upload-offset", 0))
            http.delete(where, headers=TUS)
