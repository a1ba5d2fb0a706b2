"""`make containers`: build the images, start what the compose files describe, and use it; take everything away again."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx

from containers import image
from containers.compose import BASE, SCALED
from containers.containers import Container
from containers.topology import Rig, Topology
from live_server import entry_when, wait_until

NEEDED_BYTES = 6 << 30
ROWS = 200_000
CSV = b"n,word,amount\n" + b"".join(b"%d,w%d,%d.%02d\n" % (n, n % 97, n, n % 100) for n in range(ROWS))
TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}


def main() -> int:
    if reason := impossible():
        print(f"make containers: {reason}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # everything is taken away then, too
    folder = Path(tempfile.mkdtemp(prefix="parquay-containers-", dir=place()))
    images = image.Images(folder / "images")
    try:
        say("building the images")
        built = images.build()
        rig = Rig()
        try:
            for name, files in (("base", (BASE,)), ("scaled", (BASE, SCALED))):
                (folder / name).mkdir(mode=0o755)
                prove(Topology(files, built, rig, folder / name))
        finally:
            rig.close()
    finally:
        images.remove()
        shutil.rmtree(folder, ignore_errors=True)
    say("done, and everything is taken away again")
    return 0


def impossible() -> str:
    """Return in one line what is missing here, empty when nothing is."""
    if os.geteuid() != 0:
        return "needs root, for debootstrap and chroot"
    if missing := image.missing():
        return f"needs {' and '.join(missing)} (on Debian: apt install {' '.join(missing)})"
    if shutil.disk_usage(place()).free < NEEDED_BYTES:
        return f"needs {NEEDED_BYTES >> 30} GB below {place()} (TMPDIR names another folder)"
    return ""


def place() -> str:
    """Return the folder below which everything is made, which is large in most systems."""
    return os.environ.get("TMPDIR", "/var/tmp")


def prove(topology: Topology) -> None:
    """Start every service, look at its health, and use it while API servers end."""
    say(f"starting {', '.join(topology.containers)}")
    try:
        start(topology)
        use(topology)
        for name, container in topology.containers.items():
            code = container.stop()
            say(f"{name} ended with {code}")
            if name != "proxy" and code:
                raise AssertionError(f"{name} ended with {code}:\n{container.text()[-3000:]}")
    finally:
        for container in topology.containers.values():
            container.kill()


def start(topology: Topology) -> None:
    for name, container in topology.containers.items():
        container.start()
        wait_until(partial(is_healthy, container, topology.healthcheck(name)), f"{name} is healthy", 120, 1)
        refused = container.run(["/bin/sh", "-c", "echo x > /written"])
        assert "Read-only file system" in refused.stderr, refused
        say(f"{name} is healthy, and its root is read-only")


def is_healthy(container: Container, check: list[str]) -> bool:
    assert container.is_running(), container.text()[-3000:]
    return container.run(check).returncode == 0


def use(topology: Topology) -> None:
    with httpx.Client(base_url=topology.url, timeout=60, trust_env=False) as http:
        login = http.post("/auth/token", data={"username": "test", "password": "password"}).raise_for_status()
        http.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
        page = http.get("/", headers={"Accept": "text/html"}).raise_for_status().text
        script = "/assets/" + page.partition(' src="/assets/')[2].partition('"')[0]
        assert "immutable" in http.get(script).raise_for_status().headers["cache-control"], script
        made = http.post(
            "/files", headers=TUS | {"Upload-Length": str(len(CSV)), "Upload-Metadata": "filename bWFueS5jc3Y="}
        )
        where = made.raise_for_status().headers["location"]
        assert where.startswith(topology.url), where
        half = len(CSV) // 2
        http.patch(where, headers=TUS | OCTETS | {"Upload-Offset": "0"}, content=CSV[:half]).raise_for_status()
        if "api-2" in topology.containers:
            topology.containers["api-1"].kill()
            say("half of a file is there, and api-1 is killed")
        offset = int(http.head(where, headers=TUS).raise_for_status().headers["upload-offset"])
        assert offset == half, (offset, half)
        http.patch(where, headers=TUS | OCTETS | {"Upload-Offset": str(half)}, content=CSV[half:]).raise_for_status()
        file_id = where.rpartition("/")[2]
        entry = entry_when(http, file_id, seconds=120)
        assert (entry["status"], entry["row_count"]) == ("done", ROWS), entry
        assert http.get(f"/files/{file_id}/content").content == CSV
        assert http.get(f"/datasets/{file_id}/export", params={"format": "csv"}).content == CSV
        say(f"{entry['name']} is a table of {ROWS} rows, read back equal")


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
