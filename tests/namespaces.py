"""A network namespace of its own for a process, with a link to each service, which can be cut and healed. Needs root.

A cut link swallows what is sent, as a broken network does: nobody is told that a connection is gone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

BLOCK = 1 << 16


def skip_without_namespaces() -> None:
    """Skip a test where nobody may make network namespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root, and the program `ip`")
    probe = f"pq{os.getpid()}probe"
    if subprocess.run(["ip", "netns", "add", probe], check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody make network namespaces")
    _ip("netns", "del", probe)


class Namespace:
    """A namespace whose only ways out are its links."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.within = ["ip", "netns", "exec", name]
        self._links: list[Link] = []

    def link(self, port: int) -> Link:
        """Make a way to a service at 127.0.0.1:`port`."""
        self._links.append(Link(self.name, len(self._links), port))
        return self._links[-1]

    def close(self) -> None:
        for link in self._links:
            link.close()
        _ip("netns", "del", self.name)


@contextmanager
def namespace() -> Iterator[Namespace]:
    name = f"pq{os.getpid()}"
    _ip("netns", "add", name)
    made = Namespace(name)
    try:
        yield made
    finally:
        made.close()


class Link:
    """A pair of interfaces, ours and the namespace's, and what forwards connections from ours to a service."""

    def __init__(self, name: str, number: int, port: int) -> None:
        self._ours, theirs = f"{name}h{number}", f"{name}n{number}"
        # Of the addresses for benchmarks of networks (RFC 2544), which nobody has at home.
        net = f"198.19.{os.getpid() % 250}.{8 * number}"
        self.address = net.rpartition(".")[0] + f".{8 * number + 1}"
        guest = net.rpartition(".")[0] + f".{8 * number + 2}"
        _ip("link", "add", self._ours, "type", "veth", "peer", "name", theirs)
        _ip("link", "set", theirs, "netns", name)
        _ip("addr", "add", f"{self.address}/29", "dev", self._ours)
        _ip("link", "set", self._ours, "up")
        _ip("-n", name, "addr", "add", f"{guest}/29", "dev", theirs)
        _ip("-n", name, "link", "set", theirs, "up")
        self._port = port
        self._listening = socket.create_server((self.address, 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        _ip("link", "set", self._ours, "down")

    def heal(self) -> None:
        _ip("link", "set", self._ours, "up")

    def close(self) -> None:
        self._listening.close()
        _ip("link", "del", self._ours)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self._listening.accept()
                threading.Thread(target=_forward, args=(one, self._port), daemon=True).start()


def _forward(one: socket.socket, port: int) -> None:
    with one, suppress(OSError), socket.create_connection(("127.0.0.1", port)) as other:
        back = threading.Thread(target=_pump, args=(other, one), daemon=True)
        back.start()
        _pump(one, other)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Forward what comes until the end, and then the end."""
    with suppress(OSError):
        while block := source.recv(BLOCK):
            target.sendall(block)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
