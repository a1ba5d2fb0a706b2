"""What is asked of a machine before anything is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NODE = """#!/bin/sh
if [ "$1" = --version ]; then echo "v{version}"; exit; fi
exec "{node}" -e "Object.defineProperty(process.versions, 'node', {{ value: '{version}' }}); eval(process.argv[1])" "$2"
"""
"""A Node.js that takes itself for another version."""


def check_node(folder: Path, version: str) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    (folder / "node").write_text(NODE.format(version=version, node=node), encoding="utf-8")
    (folder / "node").chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    command: list[str | Path] = [ROOT / ".ci" / "bootstrap.sh", "check_node"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("version", ["20.19.0", "20.20.2", "22.12.0", "22.20.1", "24.0.0"])
def test_node_that_builds_the_client_is_taken(tmp_path: Path, version: str):
    assert check_node(tmp_path, version).returncode == 0


@pytest.mark.parametrize("version", ["18.20.8", "20.11.0", "20.18.3", "21.7.3", "22.11.0"])
def test_node_that_cannot_build_the_client_is_refused_with_its_version(tmp_path: Path, version: str):
    refused = check_node(tmp_path, version)

    assert refused.returncode == 1
    assert "20.19 or newer" in refused.stderr
    assert f"v{version}" in refused.stderr


def test_node_that_is_asked_for_is_the_one_that_the_build_needs():
    ours = json.loads((ROOT / "client" / "package.json").read_text(encoding="utf-8"))["engines"]["node"]
    vite = json.loads((ROOT / "client" / "node_modules" / "vite" / "package.json").read_text(encoding="utf-8"))

    assert ours == vite["engines"]["node"]
