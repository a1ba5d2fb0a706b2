"""The command line. `main` is the entry point."""

from parquay.cli.main import main

__all__ = ["main"]
