"""The command line. `main` is the entry point."""

import os
import sys

from parquay.cli.main import main as run

__all__ = ["main"]


def main() -> int:
    """Run the command line and return the exit code.

    Once Arrow was loaded the process ends here: a thread of its pools that is still going down while the interpreter is
    taken apart can abort a command whose work is done and on the disk.
    """
    code = run()
    if "pyarrow" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
