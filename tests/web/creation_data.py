"""Bytes to upload with a creation."""

from __future__ import annotations

RESUMABLE = ("Tus-Resumable", "1.0.0")
