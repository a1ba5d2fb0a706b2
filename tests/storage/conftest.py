"""Fixtures of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from parquay.storage.local.uploads import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "uploads", reserve=0)
