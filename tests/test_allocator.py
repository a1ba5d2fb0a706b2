from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
from parquay import allocator
allocator.keep()
import pyarrow as pa, resource
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def use():
    for _ in range(8):
        bytearray(8 << 20)
use()
before = faults()
use()
print(faults() - before)
allocator.give_back()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries have other rules")
def test_large_pieces_are_used_again_without_fetching_pages():
    fetched = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True).stdout

    assert int(fetched) < 8 * (8 << 20) // 4096 / 2
