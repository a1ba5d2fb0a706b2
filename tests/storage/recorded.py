"""The system calls of a local store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CALLS = ("open", "pwritev", "fdatasync", "fsync", "ftruncate", "mkdir", "rename", "unlink")


class Recorder:
    """Notes the calls of the operating system that the store makes, each with the name of its file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str]] = []
        self._patch = monkeypatch
        for name in CALLS:
            self._watch(name)

    def _watch(self, name: str) -> None:
        real = getattr(os, name)

        def call(target, *arguments, **named):
            self.calls.append((name, self._name(target)))
            return real(target, *arguments, **named)

        self._patch.setattr(os, name, call)

    def _name(self, target: int | str | os.PathLike[str]) -> str:
        path = str(Path(f"/proc/self/fd/{target}").readlink()) if isinstance(target, int) else os.fspath(target)
        return Path(path).name

    def syncs(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] in {"fsync", "fdatasync"}]
