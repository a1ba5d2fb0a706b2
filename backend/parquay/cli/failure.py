"""How a command says that it did not work."""

from __future__ import annotations


class Failure(Exception):
    """Ends the command with one line on stderr (none when empty) and `exit_code`."""

    def __init__(self, message: str = "", exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
