"""What one server has alone: its port and its data directory."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator

from parquay.server.address import shown_url
from parquay.settings import Settings, SettingsError


@contextlib.contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Make sure that no other server has the port or the data directory.

    The server's own sockets share their port so that several API processes can listen on it, hence another
    server there would go unnoticed; so would one that writes the same files.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            detail = f"PARQUAY_HOST, PARQUAY_PORT: cannot listen on {shown_url(settings)}: {error.strerror}"
            raise SettingsError(detail) from None
    settings.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(settings.root / "server.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise SettingsError(f"PARQUAY_DATA_DIR: another server is using {settings.root}") from None
    try:
        yield
    finally:
        os.close(handle)
