"""Uploads in memory."""

from __future__ import annotations

import pytest

from parquay.ids import new_id
from storage.conformance import MIB, FileConformance, content, put
from storage.memory.uploads import MemoryStore


class TestMemoryStore(FileConformance):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

    @pytest.fixture
    def tight_store(self) -> MemoryStore:
        return MemoryStore(capacity=8 * MIB)

    def test_a_crash_leaves_what_was_synced(self, store: MemoryStore):
        upload_id, never_synced = new_id(), new_id()
        put(store, upload_id, b"synced")
        writer = store.writer(upload_id, 6, wait=0)
        writer.write([b" and not"], 6)
        store.writer(never_synced, 0, wait=0).write([b"lost"], 0)

        store.crash()
        writer.write([b"late"], 6)

        assert content(store, upload_id) == b"synced"
        assert set(store.ids()) == {upload_id}
        store.writer(upload_id, 6, wait=0).close()
