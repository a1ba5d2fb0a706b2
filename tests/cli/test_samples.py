from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_sales_are_what_their_script_writes(samples: Path):
    made = subprocess.run([sys.executable, samples / "make_sales.py"], capture_output=True, check=True).stdout

    assert made == (samples / "sales.csv").read_bytes()


def test_every_sample_is_described_with_its_origin(samples: Path):
    text = (samples / "README.md").read_text(encoding="utf-8")

    assert [path.name for path in samples.glob("*.csv") if f"`{path.name}`" not in text] == []
