"""`parquay serve` and `parquay worker`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from parquay.cli.failure import Failure
from parquay.cli.parent import end_with_parent
from parquay.settings import PREFIX, Settings, load

Child = Annotated[bool, typer.Option("--child", hidden=True)]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: PARQUAY_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; default: PARQUAY_PORT.")] = None,
    with_parent: Annotated[int | None, typer.Option("--with-parent", hidden=True)] = None,
    child: Child = False,
) -> None:
    """Serve the API and the web client, with local workers, in the foreground."""
    from parquay.server import serve as server

    settings = _settings(host=host, port=port)
    if with_parent is not None:
        end_with_parent(with_parent)
    raise typer.Exit(server.serve_child(settings) if child else server.serve(settings))


def worker(
    check: Annotated[
        bool, typer.Option("--check", help="Start none: exit 0 when a worker of this machine is at work, else 1.")
    ] = False,
    child: Child = False,
) -> None:
    """Run a conversion worker on the catalog and the data directory of this machine's settings."""
    if check:
        from parquay.storage.local.heartbeat import is_beating

        if not is_beating(_settings().root):
            raise Failure("no worker of this machine is at work")
        return
    from parquay.server.work import work

    raise typer.Exit(work(_settings(), child=child))


def _settings(**given: str | int | None) -> Settings:
    """Return the settings. What the command line gives replaces the variable, also for child processes."""
    for name, value in given.items():
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)
    return load()
