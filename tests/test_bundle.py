"""The wheel: what is in it, and that it serves where there is neither this clone nor Node.js nor a compiler."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx
import pytest

from live_server import NO_TLS, clean_environment, entry_when, free_port, wait_until
from parquay import __version__, bundle
from parquay.columns import native

ROOT = Path(__file__).parent.parent
UV = ROOT / ".cache" / "uv"
BARE_PATH = "/usr/bin:/bin"


def build(out: Path, *what: str, source: Path = ROOT, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [UV, "build", "--quiet", "--out-dir", out, *what, source], check=False, capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build(out, "--wheel")
    return next(out.glob("*.whl"))


def test_a_clone_serves_what_it_has_built():
    assert (bundle.web_client() / "index.html").is_file()
    assert (bundle.migrations() / "env.py").is_file()


def test_a_wheel_holds_the_client_the_migrations_and_the_native_part(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())

    client = {path.relative_to(bundle.web_client()) for path in bundle.web_client().rglob("*") if path.is_file()}
    assert {f"parquay/_bundle/client/{path}" for path in client} <= names
    migrations = {path.name for path in (bundle.migrations() / "versions").glob("*.py")}
    assert {f"parquay/_bundle/migrations/versions/{name}" for name in migrations} <= names
    assert "parquay/_bundle/migrations/env.py" in names
    assert ("parquay/columns/_native.so" in names) == (native.LIBRARY is not None)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "parquay/tests"))]


def test_a_wheel_is_one_for_every_python(wheel):
    assert wheel.name.startswith(f"parquay-{__version__}-py3-none-")
    assert wheel.name.endswith("-any.whl") == (native.LIBRARY is None)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_an_archive_of_the_sources_becomes_a_wheel_that_serves(tmp_path):
    build(tmp_path / "sources", "--sdist")
    archive = next((tmp_path / "sources").glob("*.tar.gz"))
    bare = clean_environment() | {"PATH": BARE_PATH, "CC": "/nonexistent"}
    build(tmp_path / "dist", "--wheel", source=archive, env=bare | {"PATH": str(Path(sys.executable).parent)})
    wheel = next((tmp_path / "dist").glob("*.whl"))
    assert wheel.name.endswith("-py3-none-any.whl"), "without a compiler it is one for every machine"
    env = tmp_path / "env"
    subprocess.run([UV, "venv", "--quiet", "--no-project", "--python", sys.executable, env], check=True)
    subprocess.run([UV, "pip", "install", "--quiet", "--python", env / "bin" / "python", wheel], check=True)
    parquay = env / "bin" / "parquay"
    where = tmp_path / "anywhere"
    where.mkdir()
    table = where / "table.csv"
    table.write_text("code,amount\n007,1.50\n008,2.25\n")
    port = free_port()
    settings = {"PARQUAY_PORT": str(port), "PARQUAY_URL": f"http://127.0.0.1:{port}"}

    server = subprocess.Popen([parquay, "serve"], cwd=where, env=bare | settings, stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=settings["PARQUAY_URL"], verify=NO_TLS) as http:
            wait_until(lambda: _is_ready(http), "the server of the wheel is ready", seconds=60)
            assert "<title>" in http.get("/").text
            login = ["--user", "test", "--password", "password"]
            command = [parquay, "upload", table, *login]
            sent = subprocess.run(command, cwd=where, env=bare | settings, check=True, capture_output=True, text=True)
            token = http.post("/login", json={"username": "test", "password": "password"}).json()["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            entry = entry_when(http, sent.stdout.strip(), "done")
            assert entry["row_count"] == 2
            kept = http.get(f"/datasets/{entry['dataset_id']}/export?format=csv&dialect=original").content
            assert kept == table.read_bytes()
    finally:
        server.terminate()
        assert server.wait(30) == 0


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_sources_hold_what_a_wheel_is_made_of(tmp_path):
    build(tmp_path, "--sdist")

    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"client/dist/index.html", "backend/migrations/env.py", "backend/build_native.py", "LICENSE"} <= names
    assert not [name for name in names if "node_modules" in name or name.startswith(("tests/", "data/var"))]
