"""Requests that a generator makes from the OpenAPI document, sensible ones and nonsense: none may end in a 5xx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from live_server import LiveServer, clean_environment, entry_when

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SALES = Path(__file__).parents[2] / "data" / "samples" / "sales.csv"
SECONDS = 180

pytestmark = [pytest.mark.long, pytest.mark.timeout(2 * SECONDS)]


def test_no_generated_request_ends_in_a_server_error(server: LiveServer, tmp_path: Path):
    with server.login() as http, SALES.open("rb") as sales:
        file_id = http.post("/files", files={"file": ("sales.csv", sales)}).json()["id"]
        entry_when(http, file_id)
        key = http.post("/auth/api-keys", json={"name": "generated"}).json()["key"]
    # A file that exists, and stays, so that requests get past the first question. A stream of events has no end.
    known = f'[parameters]\n"path.file_id" = "{file_id}"\n"path.dataset_id" = "{file_id}"\n'
    (tmp_path / "schemathesis.toml").write_text(known, encoding="utf-8")

    done = subprocess.run(
        [
            SCHEMATHESIS,
            *("run", f"{server.url}/openapi.json", "--header", f"Authorization: Bearer {key}"),
            *("--checks", "not_a_server_error", "--max-time", str(SECONDS), "--phases", "examples,coverage,fuzzing"),
            *("--exclude-path", "/events", "--exclude-path-regex", "logout$", "--request-timeout", "20"),
            *("--exclude-name", "DELETE /files/{file_id}"),
            *("--continue-on-failure", "--seed", "1", "--no-color", "--suppress-health-check", "all"),
        ],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert httpx.get(f"{server.url}/readyz").status_code == 200
