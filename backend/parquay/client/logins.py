"""Logins that are kept on this machine: for each server an API key of its own, in a file that only its user can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


def config_directory() -> Path:
    """Return the directory for settings of the user, as the XDG base directory specification has it."""
    base = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".config") / "parquay"


class Logins:
    """The kept logins. ``directory``: where their file is, that of the user's settings when left out."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or config_directory()
        self._path = self._directory / "logins.json"

    def token(self, server: str) -> str | None:
        """Return the API key for ``server``, None where none is kept."""
        found = self._read().get(server)
        return found["token"] if found else None

    def key_id(self, server: str) -> str | None:
        """Return the id of the API key for ``server``, by which it can be taken back."""
        found = self._read().get(server)
        return found["id"] if found else None

    def keep(self, server: str, key_id: str, token: str) -> None:
        """Keep the API key ``token`` for ``server``, in place of the one before."""
        self._write({**self._read(), server: {"id": key_id, "token": token}})

    def forget(self, server: str) -> None:
        """Forget the login for ``server``."""
        self._write({name: each for name, each in self._read().items() if name != server})

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self._path.read_text())
            return {name: {"id": str(each["id"]), "token": str(each["token"])} for name, each in found.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # a damaged file costs another login

    def _write(self, logins: Mapping[str, Mapping[str, str]]) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._path.with_suffix(".new")
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(logins, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        made.replace(self._path)
