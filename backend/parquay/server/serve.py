"""`parquay serve`: the API in this process, more API processes and conversion workers as children."""

from __future__ import annotations

import contextlib
import os
import resource

from parquay import allocator, telemetry, wiring
from parquay.server.api_process import ApiProcess
from parquay.server.certificate import certificate_of
from parquay.server.lock import only_server
from parquay.settings import Settings
from parquay.storage.local.private import OTHERS
from parquay.wiring import Services

MAX_PIECE_BYTES, MAX_FREED_BYTES = 4 << 20, 64 << 20
"""Bytes of the largest freed piece of memory that the C library keeps, and of all that it keeps.

Its own rule would also keep those of a password hash (19 MiB).
"""

ARENAS = 2
"""Of the C library: the interpreter lets one thread run at a time, and beside it those that send and write."""


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    _begin()
    telemetry.configure_logging(settings.log_level)
    certificate_of(settings)  # what is wrong with it is said before anything begins
    with only_server(settings):
        if code := _migrated_apart(settings):
            return code
        services = wiring.build(settings)
        wiring.prepare(services)
        try:
            _run(services, primary=True)
        finally:
            services.close()
    return 0


def serve_child(settings: Settings) -> int:
    """Serve as one of several API processes, hanging on the first one's pipes; return the exit code."""
    _begin()
    telemetry.configure_logging(settings.log_level)
    services = wiring.build(settings, migrate=False)
    try:
        _run(services, primary=False)
    finally:
        services.close()
    return 0


def _begin() -> None:
    os.umask(OTHERS)
    allocator.keep_pieces(MAX_PIECE_BYTES, MAX_FREED_BYTES)
    allocator.share_arenas(ARENAS)


def _migrated_apart(settings: Settings) -> int:
    """Bring the database to the newest schema in a process that then ends; return its exit code.

    What does that is as large as a tenth of this process, and is never asked again.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    wiring.migrate(settings)
    os._exit(0)


def _run(services: Services, *, primary: bool) -> None:
    import uvloop

    _allow_handles()
    uvloop.run(ApiProcess(services, primary=primary).run())


def _allow_handles() -> None:
    """Let this process open as many files and connections as it may: an upload in progress has three."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(OSError, ValueError):  # some systems name more than they allow
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
