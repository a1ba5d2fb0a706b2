"""Object stores that speak S3, on a free loopback port each; they end when their test process does.

`strict` is moto: strict in what it takes, gone with its process. `lasting` is MiniStack, whose objects survive kill -9.
`careless` is nanio, which ignores conditions.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
from botocore.config import Config

from live_server import free_port, wait_until

READY_SECONDS = 60
KEY, SECRET, REGION = "parquay", "parquay-secret", "us-east-1"

ACCESS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}
"""The usual variables, as somebody sets them who starts a server on one of these."""

WATCHED = """
"$@" </dev/null &
read -r signal
kill -9 $! 2>/dev/null
wait $!
"""
"""Runs a program until the pipe to this shell ends, whatever ended it."""


class S3Server:
    """One object store, which may be killed and started again."""

    def __init__(self, kind: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = Path(tempfile.mkdtemp(prefix="parquay-s3-"))
        self._command, self._env = COMMANDS[kind](self.port, self._folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def start(self) -> S3Server:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", WATCHED, "sh", *self._command],
                cwd=self._folder,
                env=os.environ | self._env | {"HOME": str(self._folder)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._ready, "ready object store", READY_SECONDS)
        return self

    def kill(self) -> None:
        """Kill it at once. `start` starts it again."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process.communicate()
            self._process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def new_bucket(self) -> str:
        self._count += 1
        name = f"bucket-{self._count}"
        client(self.url).create_bucket(Bucket=name)
        return name

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-4000:]
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            client(self.url).list_buckets()
        except Exception:  # noqa: BLE001  whatever it says while it starts
            return False
        return True


def client(url: str):
    """Another client than ours, to look at what is really there."""
    config = Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20)
    names = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
    return boto3.client("s3", endpoint_url=url, config=config, **names)


def keys_in(url: str, bucket: str, prefix: str = "") -> list[str]:
    """Every key of a bucket."""
    pages = client(url).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for page in pages for each in page.get("Contents", ())]


def _strict(port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    del folder
    return [_program("moto_server"), "-H", "127.0.0.1", "-p", str(port)], {}


def _lasting(port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    env = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "S3_PERSIST": "1",
        "SERVICES": "s3",
        "S3_DATA_DIR": str(folder / "objects"),
    }
    return [_program("ministack")], env | {"STATE_DIR": str(folder / "state")}


def _careless(port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    (folder / "objects").mkdir()
    options = ["--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder / "objects")]
    return [_program("nanio"), "serve", *options], {"NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


COMMANDS = {"strict": _strict, "lasting": _lasting, "careless": _careless}
