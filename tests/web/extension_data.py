"""Bytes to upload, and their checksums."""

from __future__ import annotations

from tus_user import metadata

NAMED = {"Upload_Metadata": metadata(filename="a.csv")}
