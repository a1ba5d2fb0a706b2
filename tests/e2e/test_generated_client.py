"""A client that a generator made from the OpenAPI document alone, against the real server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from live_server import LiveServer, clean_environment, entry_when

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".cache" / "generated" / "bin" / "python"
SCRIPT = Path(__file__).parent / "generated" / "upload_and_list.py"
SALES = ROOT / "data" / "samples" / "sales.csv"

pytestmark = pytest.mark.slow


def run(*command: str | Path) -> str:
    # The generator tidies what it wrote with the Ruff beside it.
    path = f"{PYTHON.parent}:{clean_environment()['PATH']}"
    done = subprocess.run(
        command, env=clean_environment() | {"PATH": path}, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_generated_client_uploads_and_lists(shared_server: LiveServer, tmp_path: Path):
    folder = tmp_path / "parquay_client"
    generate = (PYTHON, "-m", "openapi_python_client", "generate", "--meta", "none")
    run(*generate, "--url", f"{shared_server.url}/openapi.json", "--output-path", folder)

    made, *listed = run(PYTHON, SCRIPT, tmp_path, shared_server.url, SALES).splitlines()

    file_id, name, size = made.split()
    assert (name, int(size)) == ("sales.csv", SALES.stat().st_size)
    assert f"{file_id} sales.csv" in listed
    with shared_server.login() as http:
        assert entry_when(http, file_id)["row_count"] == 5000
