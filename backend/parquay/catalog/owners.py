"""Names of processes that own leases, from which another process of the same machine sees that an owner is gone.

A name is ``host/boot/pid namespace:pid:start:token``, and ``~pid:start`` of the server behind it for a server's
child. A process number alone is given again, and means another process
in another container, so the name carries the boot, the namespace and the time of the process's start as well. Whoever
shares boot and namespace with an owner can look for it; of all others nothing is known, and time decides.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

from parquay.ids import new_id

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
_UNTOLD = "name-"
"""Before the host's name where the system does not tell boots apart, such as macOS."""
_ENDED = "ZX"
"""States of a process that has ended, and waits for its parent to hear of it."""


def this_process(server: int | None = None) -> str:
    """Return a new name of an owner in this process; each call returns another one. ``server``: its parent process."""
    name = f"{socket.gethostname()}/{_boot()}/{_namespace()}:{_identity(os.getpid())}:{new_id()}"
    return name if server is None else f"{name}~{_identity(server)}"


def shown(owner: str) -> str:
    """The machine and the process of a name, for people. Pure."""
    place, _, process = owner.partition(":")
    return f"{place.partition('/')[0]}, {process.partition(':')[0]}"


def _identity(pid: int) -> str:
    return f"{pid}:{_started(pid) or ''}"


def ended_with_its_server(owner: str) -> bool:
    """Tell whether the process of ``owner`` is gone, and its server or machine with it: not by its own work."""
    name, _, server = owner.partition("~")
    if _location(name)[0] != _boot():
        return name.startswith(f"{socket.gethostname()}/") and is_dead(name, one_machine=True)
    pid, _, started = server.partition(":")
    return is_dead(name) and pid.isdecimal() and not _runs(int(pid), started)


def _location(owner: str) -> tuple[str, str]:
    """The boot and the namespace of a name. Pure."""
    boot, _, namespace = owner.partition(":")[0].partition("/")[2].partition("/")
    return boot, namespace


def is_dead(owner: str, *, one_machine: bool = False) -> bool:
    """Tell whether the process of ``owner`` is gone; False when that cannot be seen from here.

    ``one_machine``: all owners run on this machine, so those of another boot are gone with it.
    """
    boot, namespace = _location(owner)
    pid, _, rest = owner.partition(":")[2].partition(":")
    if not boot or not pid.isdecimal():
        return False
    if boot != _boot():
        return one_machine and not boot.startswith(_UNTOLD)
    return namespace == _namespace() and not _runs(int(pid), rest.partition(":")[0])


def _runs(pid: int, started: str) -> bool:
    """Tell whether the process ``pid`` that started at ``started`` (clock ticks after the boot) still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's
    found = _started(pid)
    return found is None or not started or found == started


def _started(pid: int) -> str | None:
    """Return when a process started, 'ended' once it has ended; None where the system does not tell."""
    with suppress(OSError):
        # The name of the program, in brackets, may hold anything; the fields behind it are state, parent, ...
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return "ended" if fields[0] in _ENDED else fields[19]
    return None


@cache
def _boot() -> str:
    with suppress(OSError):
        return _BOOT.read_text(encoding="ascii").strip()
    return f"{_UNTOLD}{socket.gethostname()}"


@cache
def _namespace() -> str:
    with suppress(OSError):
        return str(_NAMESPACE.readlink()).strip("pid:[]")
    return ""
