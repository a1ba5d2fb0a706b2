"""Apache Parquet: read page by page and written again in plain types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parquay.ingest.formats.registry import FileFormat


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (it has none)
    from parquay.ingest.formats import foreign

    return foreign.read_parquet(source, target)


FORMAT = FileFormat(
    name="parquet",
    noun="a Parquet file",
    suffixes=(".parquet", ".pq"),
    magic=lambda head, _suffix: head.startswith(b"PAR1"),
    open=_open,
)
