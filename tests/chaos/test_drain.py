"""SIGTERM while many upload: everybody is told, nothing is lost, the process ends in good order."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Callable

import pytest

from live_server import LiveServer, wait_until
from tus_user import TusUser, id_of
from wire import Answer

MIB = 1 << 20
UPLOADS = 64

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("processes", [1, 2])
def test_running_uploads_take_a_last_checkpoint_and_go_on_after_the_restart(
    start_server: Callable[..., LiveServer], processes: int
):
    server = start_server(workers=0, processes=processes)
    data = random.Random(1).randbytes(MIB)
    answers: list[Answer] = []
    with server.login() as http, contextlib.ExitStack() as open_wires:
        user = TusUser(server, http)
        urls = [user.created(len(data)) for _ in range(UPLOADS)]
        wires = [open_wires.enter_context(user.begin_patch(url, 0, len(data))) for url in urls]
        sent = [1000 * (number + 1) for number in range(UPLOADS)]
        for wire, size in zip(wires, sent, strict=True):
            wire.send(data[:size])
        wait_until(lambda: [stored(user, url) for url in urls] == sent, "checkpoints of all")
        for wire, size in zip(wires, sent, strict=True):
            wire.send(data[size : size + 500])

        started = time.monotonic()
        server.processes()[0].send_signal(signal.SIGTERM)
        answers = [wire.answer() for wire in wires]
        answered = time.monotonic() - started
        code = server.terminate()
        ended = time.monotonic() - started

    assert {answer.status for answer in answers} == {503}
    told = [int(answer.get("upload-offset") or -1) for answer in answers]
    assert all(size <= offset <= size + 500 for size, offset in zip(sent, told, strict=True))
    assert all(answer.get("retry-after") for answer in answers)
    assert answered < 5
    assert code == 0
    assert ended < 15

    server.start()
    with server.login() as http:
        user = TusUser(server, http)
        assert [user.offset(url) for url in urls] == told
        for url, offset in zip(urls, told, strict=True):
            assert user.patch(url, offset, data[offset:]).status_code == 204
        assert all(user.content(url) == data for url in urls)
        assert user.count("SELECT count(*) FROM job WHERE kind = 'convert'") == UPLOADS


def stored(user: TusUser, url: str) -> int:
    """The durable bytes of an upload, asked for without a word to its writer."""
    return user.count('SELECT "offset" FROM file WHERE id = ?', id_of(url))


def test_a_server_without_requests_ends_at_once(start_server: Callable[..., LiveServer]):
    server = start_server()

    started = time.monotonic()

    assert server.terminate() == 0
    assert time.monotonic() - started < 10
