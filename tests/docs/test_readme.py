"""What the README tells people to type is run, as it stands, against a real server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from live_server import LiveServer, clean_environment, entry_when
from parquay.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(server: LiveServer, command: list[str | Path], script: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        command,
        input=script.replace("http://127.0.0.1:8000", server.url),
        cwd=cwd,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def assert_sales_became_a_table(http: httpx.Client, before: set[str]) -> None:
    new = [entry["id"] for entry in http.get("/files").json() if entry["id"] not in before]
    assert len(new) == 1
    entry = entry_when(http, new[0])
    assert (entry["name"], entry["status"], entry["row_count"]) == ("sales.csv", "done", 5000)


@pytest.fixture
def before(shared_server: LiveServer):
    """A logged-in client and the files that were there before."""
    with shared_server.login() as http:
        yield http, {entry["id"] for entry in http.get("/files", params={"limit": 500}).json()}


def test_curl_example_uploads_a_file(shared_server: LiveServer, before):
    assert shutil.which("curl"), "curl is needed"

    out = run(shared_server, ["bash", "-euo", "pipefail"], blocks("sh")[0])

    assert '"name":"sales.csv"' in out.replace(": ", ":")
    assert_sales_became_a_table(*before)


def test_curl_example_reads_a_table(shared_server: LiveServer, before):
    http, _ = before
    path = ROOT / "data" / "samples" / "sales.csv"
    with path.open("rb") as sales:
        entry_when(http, http.post("/files", files={"file": ("sales.csv", sales)}).json()["id"])

    out = run(shared_server, ["bash", "-euo", "pipefail"], blocks("sh")[1])

    assert '"row_count":5000' in out.replace(": ", ":")
    assert '"_rid":0' in out.replace(": ", ":")
    assert out.endswith(path.read_text(encoding="utf-8"))


def test_python_client_uploads_a_file_and_reads_its_table(shared_server: LiveServer, before):
    out = run(shared_server, [sys.executable, "-W", "error", "-"], blocks("python")[0])

    assert out == "5000 ['article', 'quantity']\n"
    assert_sales_became_a_table(*before)


def test_commands_of_the_command_line_upload_list_and_convert(shared_server: LiveServer, before, tmp_path: Path):
    http, known = before
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    (tmp_path / "data").symlink_to(ROOT / "data")
    upload, files, convert = blocks("bash")[0].splitlines()
    elsewhere = [f"{line} --url {shared_server.url}" for line in (upload, files)]

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join([*elsewhere, convert])],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    new = [entry["name"] for entry in http.get("/files", params={"limit": 500}).json() if entry["id"] not in known]
    assert sorted(new) == sorted(path.name for path in (ROOT / "data" / "samples").glob("*.csv"))
    assert all(name in done.stdout for name in new)
    assert (tmp_path / "sales.parquet").read_bytes()[:4] == b"PAR1"


def test_every_example_block_is_tried():
    assert [len(blocks(each)) for each in ("sh", "bash", "python")] == [2, 1, 1]


def test_settings_that_the_readme_names_exist():
    named = set(re.findall(rf"{PREFIX}([A-Z_0-9]+)", README))

    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_links_lead_to_something():
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/samples/*.md")]:
        targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        local = [target for target in targets if not target.startswith(("http://", "https://"))]
        assert [target for target in local if not (page.parent / target).exists()] == [], page


def test_make_targets_that_the_readme_names_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    named = set(re.findall(r"^make ([a-z0-9]+)$", README, re.MULTILINE)) | set(
        re.findall(r"`make ([a-z0-9]+)`", README)
    )

    assert {"serve", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
