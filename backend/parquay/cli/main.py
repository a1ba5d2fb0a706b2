"""The command `parquay`: its subcommands, and how errors leave it.

Exit codes: 0 done; 1 it did not work, with one line on stderr that says why; 2 wrong usage; 130 stopped
by Ctrl-C. Results go to stdout, everything for a person to stderr.
"""

from __future__ import annotations

import sys

import typer

from parquay import __version__
from parquay.cli import admin, convert, remote, serve, table, upkeep
from parquay.cli.failure import Failure
from parquay.errors import ParquayError
from parquay.settings import SettingsError

app = typer.Typer(
    name="parquay",
    help="Resumable uploads that land as tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(remote.upload)
app.command()(remote.files)
app.command()(convert.convert)
app.command()(upkeep.fsck)
app.command()(upkeep.gc)
app.add_typer(table.tables, name="table")
app.add_typer(admin.users, name="user")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"parquay {__version__}")


INTERRUPTED = 130
"""Exit code after Ctrl-C; Typer turns the interruption into it."""


def main() -> int:
    """Run the command line and return the exit code."""
    try:
        code = int(app(standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Failure as failure:
        return _say(str(failure), failure.exit_code)
    except typer.TyperException as wrong:
        message = wrong.format_message()
        return _say(message and f"{message} (see --help)", wrong.exit_code)
    except Exception as error:
        if not _is_expected(error):
            raise
        return _say(_sentence(error), 1)
    return _say("stopped", code) if code == INTERRUPTED else code


def _is_expected(error: Exception) -> bool:
    # The HTTP client's errors are known by their module: a server does not load that client.
    return isinstance(error, ParquayError | SettingsError | OSError) or type(error).__module__ == "httpx"


def _sentence(error: Exception) -> str:
    if isinstance(error, ParquayError):
        return f"{error.detail} ({error.code})"
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _say(message: str, exit_code: int) -> int:
    if message:
        print("parquay:", " ".join(message.split()), file=sys.stderr)  # noqa: T201  the way out for every error
    return exit_code
