"""What the tour, the guides and other pages tell people to type is run, as it stands, against a real server.

Blocks of one language on a page are one program: what the first one sets, the next ones have. Blocks marked `skip` need
what is not here (Spark, pandas) or never end; blocks without a language are for people.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from live_server import LiveServer, clean_environment, entry_when

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NODE_PACKAGES = ROOT / "tests" / "e2e" / "node" / "node_modules"
BLOCK = re.compile(r"^```(\w+)( skip)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = ["bash", "-euo", "pipefail"]
PYTHON = [sys.executable, "-W", "error", "-"]

QUICK = [
    ("tour.md", "sh", r'"name":"sales.csv".*logged in.*00000003.*total'),
    ("tour.md", "python", r"order_id: string.*\n22\n"),
    ("guides/script.md", "js", r"http://\S+/files/\S+"),
    ("guides/read-tables.md", "python", r"CZ .*00000003.*\n5000\n72\n.*orders: int64"),
]
LONG = [
    ("guides/script.md", "sh", r'00000003.*"name":"sales.csv".*"offset":612939.*"key":"'),
    ("guides/script.md", "python", r"5000\nhttp://\S+/files/\S+"),
    ("guides/correct.md", "sh", r'"name": *"code".*"version": *1.*"misses"'),
    ("guides/share.md", "sh", r"admin\tedit\n\*\tview\nadmin\tnothing\nhttp\S+/l/"),
    ("guides/backup.md", "sh", r" of them new.*everything is as of .*nothing left to do"),
    ("command-line.md", "sh", r"sales.csv.*orders"),
    ("tables.md", "sh", r"Ulm.*edit.*create.*\n4\n"),
    ("sharing.md", "sh", r'"url":"http\S+/l/.*"name":"Hand in"'),
    ("sql.md", "sh", r'"truncated":false.*JP'),
]
"""Page, language, and what the output has: what the program prints, then what it says beside it."""


OF_PRICES = {"tables.md", "sharing.md", "sql.md"}
"""Pages whose examples begin where others have ended."""
ELSEWHERE = {
    ("python.md", "python"),  # test_python.py
    ("tables.md", "python"),  # test_tables.py
    ("extending/formats.md", "python"),  # tests/ingest/formats/test_registry.py
}
"""Blocks that other tests run."""


def program(page: str, language: str) -> str:
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    return "\n".join(text for found, skip, text in blocks if found == language and not skip)


@pytest.fixture
def folder(shared_server: LiveServer, tmp_path: Path) -> Path:
    """A folder like a clone in which the server was started."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "samples").symlink_to(ROOT / "data" / "samples")
    (tmp_path / "data" / "var").symlink_to(shared_server.data_dir)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    (tmp_path / "node_modules").symlink_to(NODE_PACKAGES)
    return tmp_path


@pytest.fixture(scope="module")
def prices(shared_server: LiveServer) -> dict[str, str]:
    """What the short examples have: a login, and the id of a table with some versions."""
    sales, few = (ROOT / "data" / "samples" / "sales.csv").read_bytes(), b"city,price\nUlm,2\nBonn,3\n"
    with shared_server.register("reader", "reads every page") as http:
        made = [
            http.post("/files", files={"file": each}).json()["id"] for each in (("sales.csv", sales), ("p.csv", few))
        ]
        assert [entry_when(http, each)["status"] for each in made] == ["done", "done"]
        for price in (4, 5, 6):
            assert http.post(f"/datasets/{made[1]}/rows", json={"city": "Ulm", "price": price}).is_success
    token = shared_server.token("reader", "reads every page")
    return {"ID": made[1], "TOKEN": token, "PARQUAY_TOKEN": token}


def run(server: LiveServer, folder: Path, language: str, text: str, more: dict[str, str]) -> str:
    env = clean_environment(url=server.url, data_dir="data/var") | {
        "PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(folder / "state"),
        **more,
    }
    text = text.replace("http://127.0.0.1:8000", server.url).replace("localhost:8000", server.url)
    command = {"sh": SHELL, "python": PYTHON, "js": ["node", "upload.mjs"]}[language]
    (folder / "upload.mjs").write_text(text, encoding="utf-8")
    done = subprocess.run(
        command, input=text, cwd=folder, env=env, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("page", "language", "has"), [*QUICK, *(pytest.param(*each, marks=pytest.mark.long) for each in LONG)]
)
def test_blocks_of_a_page_run(
    shared_server: LiveServer, folder: Path, request: pytest.FixtureRequest, page: str, language: str, has: str
):
    more = request.getfixturevalue("prices") if page in OF_PRICES else {}

    out = run(shared_server, folder, language, program(page, language), more)

    assert re.search(has, re.sub(r'": ', '":', out), re.DOTALL), out


def test_every_block_of_every_page_is_tried_or_says_why_not():
    tried = {(page, language) for page, language, _has in [*QUICK, *LONG]}
    pages = DOCS.rglob("*.md")
    there = {
        (page.relative_to(DOCS).as_posix(), language)
        for page in pages
        for language, skip, _text in BLOCK.findall(page.read_text(encoding="utf-8"))
        if not skip and language in ("sh", "python", "js")
    }

    assert shutil.which("curl")
    assert len(there) > 8
    assert sorted(there - tried - ELSEWHERE) == []
    assert there >= ELSEWHERE
