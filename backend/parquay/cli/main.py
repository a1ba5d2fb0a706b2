"""The command `parquay`: its subcommands, and how errors leave it.

Exit codes: 0 done; 1 it did not work, with one line on stderr that says why; 2 wrong usage; 130 stopped
by Ctrl-C. Results go to stdout, everything for a person to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from parquay.cli.failure import Failure
from parquay.cli.printable import printable
from parquay.errors import ParquayError

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

_EXPECTED = ("parquay.settings", "parquay.client.errors", "httpx")


def main() -> int:
    """Run the command line and return the exit code."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Failure as failure:
        return _say(str(failure), failure.exit_code)
    except Exception as error:
        if not _is_expected(error):
            raise
        return _say(_sentence(error), 1)
    return _say("stopped", code) if code == INTERRUPTED else code


def _run(arguments: Sequence[str]) -> int:
    match arguments:
        case ["convert", source, target] if not source.startswith("-") and not target.startswith("-"):
            # What reads options takes a tenth of a second to load, and there are none.
            from parquay.cli import conversion

            conversion.convert_one(Path(source), target, None, {})
            return 0
        case ["--version"]:
            from parquay.cli import commands

            commands.version()
            return 0
        case _:
            from parquay.cli import commands

            return commands.run(arguments)


def _is_expected(error: Exception) -> bool:
    # Errors of settings and of clients are known by their modules, which most commands do not load.
    return isinstance(error, ParquayError | OSError) or type(error).__module__ in _EXPECTED


def _sentence(error: Exception) -> str:
    if isinstance(error, ParquayError):
        return f"{error.detail} ({error.code})"
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _say(message: str, exit_code: int) -> int:
    if message:
        print("parquay:", printable(" ".join(message.split())), file=sys.stderr)  # noqa: T201  the way out for every error
    return exit_code
