"""Requests that a generator makes from the OpenAPI document, sensible ones and nonsense: none may end in a 5xx."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from live_server import LiveServer, clean_environment, entry_when

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SALES = Path(__file__).parents[2] / "data" / "samples" / "sales.csv"
SECONDS = 150

pytestmark = [pytest.mark.long, pytest.mark.timeout(2 * SECONDS)]


def key_of(http: httpx.Client) -> str:
    key: str = http.post("/auth/api-keys", json={"name": "generated"}).json()["key"]
    return key


def session_of(http: httpx.Client) -> str:
    return http.headers["authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize(
    ("username", "password", "token_of"), [("test", "password", key_of), ("admin", "admin123", session_of)]
)
def test_no_generated_request_ends_in_a_server_error(
    server: LiveServer, tmp_path: Path, username: str, password: str, token_of: Callable[[httpx.Client], str]
):
    with server.login(username, password) as http, SALES.open("rb") as sales:
        file_id = http.post("/files", files={"file": ("sales.csv", sales)}).json()["id"]
        entry_when(http, file_id)
        link = http.post("/upload-links", json={"name": "generated"}).json()["endpoint"].split("/")[-2]
        token = token_of(http)
    # A file that exists, and stays, so that requests get past the first question. A stream of events has no end.
    known = {"file_id": file_id, "dataset_id": file_id, "token": link}
    parameters = "".join(f'"path.{name}" = "{value}"\n' for name, value in known.items())
    (tmp_path / "schemathesis.toml").write_text(f"[parameters]\n{parameters}", encoding="utf-8")

    done = subprocess.run(
        [
            SCHEMATHESIS,
            *("run", f"{server.url}/openapi.json", "--header", f"Authorization: Bearer {token}"),
            *("--checks", "not_a_server_error", "--max-time", str(SECONDS), "--phases", "examples,coverage,fuzzing"),
            *("--exclude-path", "/events", "--exclude-path-regex", "logout$", "--request-timeout", "20"),
            *("--exclude-name", "DELETE /files/{file_id}", "--exclude-name", "PATCH /u/{token}/files/{file_id}"),
            *("--exclude-name", "POST /auth/password", "--exclude-name", "PATCH /admin/users/{user_id}"),
            *("--exclude-name", "DELETE /auth/sessions", "--exclude-name", "DELETE /auth/sessions/{session_id}"),
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
