"""What the page on the Python client shows is run, as it stands, against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from live_server import LiveServer, clean_environment

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "python.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(2))
def test_an_example_runs(shared_server: LiveServer, number: int, tmp_path: Path):
    script = BLOCKS[number].replace("http://127.0.0.1:8000", shared_server.url)
    env = clean_environment() | {"XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-"]
    done = subprocess.run(command, input=script, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "5000" in done.stdout or "order_id: string" in done.stdout


def test_every_example_is_tried():
    assert len(BLOCKS) == 2
