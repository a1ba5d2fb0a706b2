"""One sync for a whole volume: only where the kernel tells what it could not write."""

from __future__ import annotations

from pathlib import Path

import pytest

from parquay.storage.local.volume import VolumeSync, tells_faults


@pytest.mark.parametrize(
    ("system", "release", "expected"),
    [
        ("Linux", "6.18.44", True),
        ("Linux", "5.8.0-generic", True),
        ("Linux", "5.7.19", False),
        ("Linux", "4.19", False),
        ("Linux", "unknown", False),
        ("Darwin", "24.1.0", False),
    ],
)
def test_only_newer_kernels_are_believed(system: str, release: str, *, expected: bool):
    assert tells_faults(system, release) is expected


def test_a_volume_is_synced_once_it_is_watched(tmp_path: Path):
    if not tells_faults():
        pytest.skip("this kernel cannot")
    volume = VolumeSync(tmp_path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        volume.sync()

    volume.watch()
    (tmp_path / "a").write_bytes(b"a")

    assert volume.is_watched
    volume.sync()
