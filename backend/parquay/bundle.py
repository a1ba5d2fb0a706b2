"""Where the files lie that Parquay needs beside its code: the web client as it was built, and the migrations.

An installed wheel holds them below the package; in a clone they are where they are made. Who asks gets a path and need
not know which of the two it is.
"""

from __future__ import annotations

from pathlib import Path

_BUNDLE = Path(__file__).resolve().parent / "_bundle"
"""Only in a wheel; `backend/build_native.py` puts it there."""
_CLONE = Path(__file__).resolve().parents[2]


def web_client() -> Path:
    """Return the folder with the built web client; in a clone that has not built one it is not there."""
    return _BUNDLE / "client" if _BUNDLE.is_dir() else _CLONE / "client" / "dist"


def migrations() -> Path:
    """Return the folder with Alembic's `env.py` and `versions`."""
    return _BUNDLE / "migrations" if _BUNDLE.is_dir() else _CLONE / "backend" / "migrations"
