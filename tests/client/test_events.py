"""Server-sent events as text becomes what happened."""

from __future__ import annotations

import pytest

from parquay.client.events import Happening, _parsed

CASES = [
    ("id: 4\n\n", [("4", None)]),
    (": connected\nretry: 2000\nid: 7\n\n", [("7", None)]),
    ('id: 8\nevent: file.created\ndata: {"id": "a"}\n\n', [("8", Happening("file.created", {"id": "a"}))]),
    ('id: 8\nevent: x\ndata: {"a":\ndata: 1}\n\n: keep-alive\n\n', [("8", Happening("x", {"a": 1})), ("8", None)]),
    ('id: 9\nevent: x\ndata: {"cut', []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_stream_is_read(text: str, expected: list[tuple[str, Happening | None]]):
    assert list(_parsed(iter(text.split("\n")[:-1]))) == expected
