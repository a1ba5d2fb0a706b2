"""The subcommands, as Typer knows them; each is loaded when it is called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from parquay import __version__
from parquay.cli.failure import Failure
from parquay.cli.option_groups import spread

COMMANDS = {
    "serve": "serve:serve",
    "worker": "serve:worker",
    "login": "login:login",
    "upload": "remote:upload",
    "fetch": "fetch:fetch",
    "sync": "sync:sync",
    "files": "remote:files",
    "download": "file_commands:download",
    "delete": "file_commands:delete",
    "share": "file_commands:share",
    "link": "file_commands:link",
    "request": "request:request",
    "sql": "sql:sql",
    "convert": "convert:convert",
    "fsck": "upkeep:fsck",
    "gc": "upkeep:gc",
    "backup": "backups:backup",
    "restore": "backups:restore",
}
"""Commands in the order of the help: module and function."""
COMPLETING = "_PARQUAY_COMPLETE"
"""The variable by which a shell asks what could come next."""
GROUPS = {"table": "table:tables", "user": "admin:users"}
"""Commands that have commands of their own."""


def application(named: str) -> typer.Typer:
    """The commands; only the one that is `named` if there is such a one, since each brings libraries that take time."""
    app = typer.Typer(
        name="parquay",
        help="Resumable uploads that land as tables.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    known = named in {*COMMANDS, *GROUPS, version.__name__}
    for name, place in COMMANDS.items():
        if name == named or not known:
            app.command(name)(spread(_found(place)))
    for name, place in GROUPS.items():
        if name == named or not known:
            app.add_typer(_found(place), name=name)
    app.command()(version)
    app.callback()(_nothing)
    return app


def _shown(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit


def _nothing(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_shown, help="Print the version.")
    ] = False,
) -> None:
    # With a callback a command that is alone is still called by its name.
    return


def _found(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"parquay.cli.{module}"), name)


def version() -> None:
    """Print the version."""
    typer.echo(f"parquay {__version__}")


def _named(arguments: Sequence[str]) -> str:
    """Return the command that is meant, also where a shell asks what could come next; empty where that may be any."""
    words = os.environ.get("COMP_WORDS", "").split()[1:-1] if COMPLETING in os.environ else arguments
    return words[0] if words else ""


def run(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name and return its exit code.

    Raises:
        Failure: wrong usage, as one line.
        KeyboardInterrupt: Ctrl-C.
    """
    try:
        return int(application(_named(arguments))(args=arguments, standalone_mode=False) or 0)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as wrong:
        message = wrong.format_message()
        raise Failure(message and f"{message} (see --help)", wrong.exit_code) from None
