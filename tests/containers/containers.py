"""Runs a service of a compose file in the files of its image: on a read-only root, as its user, without rights.

What an engine does besides is left out: networks (everything is on this machine's loopback addresses, each service on a
port of its own) and limits. PostgreSQL, Redis and the object store are those of the tests, not their images.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 30

ENTER = """
root=$1; shift
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
    case $1 in
        tmpfs:*) mount -t tmpfs -o mode=1777 none "$root${1#tmpfs:}" ;;
        *) mount --bind "${1%%:*}" "$root${1#*:}" ;;
    esac
    shift
done
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs --inh-caps=-all chroot --userspec="$USERSPEC" --groups= "$root" "$@"
"""
"""In a mount namespace of its own: put folders and memory where volumes are, make the root read-only, drop all rights."""


@dataclass
class Container:
    """One service in the files of its image.

    Attributes:
        image: folder of the image's files.
        command: what runs, first its program.
        user: numbers of user and group.
        volumes: folders of this machine by their places in the container; None: memory.
    """

    name: str
    image: Path
    command: list[str]
    user: str
    environment: Mapping[str, str]
    volumes: dict[str, Path | None]
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> Container:
        with self.log.open("ab") as log:
            os.fchown(log.fileno(), *map(int, self.user.split(":")))  # as engines do with what a container writes to
            self._process = subprocess.Popen(
                self.entering(self.command), env=self._env(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        return self

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run another command with the same files, as a check of its health does."""
        return subprocess.run(self.entering(command), env=self._env(), text=True, capture_output=True, check=False)

    def kill(self) -> None:
        """End it and all that it started at once, as the end of a machine would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Ask its first process to end, and kill what has not ended in time; return the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        code = self._process.poll()
        self.kill()
        return -signal.SIGKILL if code is None else code

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def entering(self, command: list[str]) -> list[str]:
        """Return the command that runs ``command`` in here."""
        places = [f"tmpfs:{place}" if folder is None else f"{folder}:{place}" for place, folder in self.volumes.items()]
        namespace = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", ENTER, "sh"]
        return [*namespace, str(self.image), *places, "--", *command]

    def _env(self) -> dict[str, str]:
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "USERSPEC": self.user, "HOME": "/", **self.environment}
