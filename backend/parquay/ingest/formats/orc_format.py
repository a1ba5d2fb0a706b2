"""Apache ORC: read stripe by stripe and written again in plain types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parquay.ingest.formats.registry import FileFormat


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (it has none)
    import pyarrow as pa
    from pyarrow import orc

    from parquay.ingest.formats import arrow_table
    from parquay.ingest.formats.limits import Refused

    try:
        file = orc.ORCFile(str(source))
        stripes = range(file.nstripes)
        return arrow_table.write_plain(file.schema, lambda: (file.read_stripe(i) for i in stripes), target)
    except pa.ArrowMemoryError:
        raise MemoryError from None
    except (pa.ArrowException, OSError) as error:
        raise Refused("broken_file", f"The ORC file cannot be read: {error}"[:500]) from None


FORMAT = FileFormat(
    name="orc",
    noun="an ORC file",
    suffixes=(".orc",),
    magic=lambda head, _suffix: head.startswith(b"ORC"),
    open=_open,
)
