"""Builds the images of `docker/Dockerfile` without an engine and without a registry.

The bases are stand-ins that Debian's own packages are put into: their Python, Node.js and nginx are of other releases than
those that the file names, so this proves every line of the file, not the bases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from containers.compose import ROOT

SUITE = "trixie"
BASES = {"PYTHON_IMAGE": "python", "NODE_IMAGE": "node", "GCC_IMAGE": "gcc", "NGINX_IMAGE": "nginx"}
"""Arguments of the file, and the stand-in for each."""

PACKAGES = "python3 python3-pip python3-venv nodejs npm gcc libc6-dev nginx-light wget ca-certificates"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Those that this machine trusts are trusted while the images are built, by each of the programs that fetch something."""
TRUSTING = ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("buildah", "debootstrap")

STAND_IN = f"""
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io {PACKAGES}
apt-get clean
ln -sf python3 /usr/bin/python
rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
grep -q ^nginx: /etc/passwd || useradd --system --uid 101 nginx
"""
"""What differs between Debian's packages and the images that the file builds on."""


@dataclass(frozen=True)
class Built:
    """Folders in which the files of the two images are."""

    parquay: Path
    proxy: Path


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Images:
    """Everything is below ``folder``, which needs 4 GB and a file system under overlayfs; `remove` takes it away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._storage = [
            "--root",
            str(folder / "store"),
            "--runroot",
            str(folder / "run"),
            "--storage-driver",
            "overlay",
        ]
        self._env = os.environ | {"TMPDIR": str(folder)}

    def build(self) -> Built:
        """Build both images, about five minutes."""
        self._make_base()
        return Built(self._built("parquay", []), self._built("proxy", ["--target", "proxy"]))

    def remove(self) -> None:
        if self._folder.exists():
            subprocess.run(["buildah", *self._storage, "rm", "--all"], check=False, capture_output=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make_base(self) -> None:
        system = self._folder / "base"
        _run(["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(system)])
        _run(["chroot", str(system), "sh", "-euc", STAND_IN])
        shutil.copyfile(CERTIFICATES, system / CERTIFICATES.relative_to("/"))
        name = self._buildah("from", "scratch")
        self._buildah("add", "--quiet", name, str(system), "/")
        trusted = [f"--env={each}={CERTIFICATES}" for each in TRUSTING]
        self._buildah("config", f"--env=PATH={PATH}", *trusted, name)
        self._buildah("commit", "--quiet", "--rm", name, "localhost/base")
        shutil.rmtree(system)
        for each in BASES.values():
            self._buildah("tag", "localhost/base", f"localhost/{each}")

    def _built(self, name: str, options: list[str]) -> Path:
        """Build an image and return the folder of its files."""
        bases = [f"--build-arg={argument}=localhost/{base}" for argument, base in BASES.items()]
        how = ["--isolation", "chroot", "--pull-never", "--network", "host", "--layers", "--format", "docker"]
        self._buildah("bud", *how, *bases, *options, "-f", "docker/Dockerfile", "-t", f"localhost/{name}", ".")
        container = self._buildah("from", "--pull-never", f"localhost/{name}")
        return Path(self._buildah("mount", container))

    def _buildah(self, *arguments: str) -> str:
        """Run buildah; return the last line that it says."""
        return _run(["buildah", *self._storage, *arguments], self._env).strip().rpartition("\n")[2]


def _run(command: list[str], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:8])} ...: exit {done.returncode}\n{done.stdout[-6000:]}")
    return done.stdout
