"""Apache Arrow: IPC files (Feather) and streams, and Feather's first version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parquay.ingest.formats.registry import FileFormat

if TYPE_CHECKING:
    import pyarrow as pa

_FILE, _OLD = b"ARROW1\0\0", b"FEA1"
_CONTINUATION = b"\xff\xff\xff\xff"
"""What a message of a stream begins with (Arrow columnar format, encapsulated message)."""
_MAX_SCHEMA_BYTES = 64 << 20


def _is_arrow(head: bytes, suffix: str) -> bool:
    return head.startswith((_FILE, _OLD)) or _is_stream(head, suffix)


def _is_stream(head: bytes, suffix: str) -> bool:
    """Whether a first message of a plausible length follows; its length is a multiple of 8, or the name promises it."""
    if not head.startswith(_CONTINUATION) or len(head) < 16:
        return False
    length = int.from_bytes(head[4:8], "little", signed=True)
    return 0 < length <= _MAX_SCHEMA_BYTES and (length % 8 == 0 or suffix in FORMAT.suffixes)


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (it has none)
    import pyarrow as pa

    from parquay.ingest.formats import arrow_table
    from parquay.ingest.formats.limits import Refused

    try:
        with source.open("rb") as file:
            head = file.read(len(_FILE))
        if head.startswith(_OLD):
            table = _old(source)
            return arrow_table.write_plain(table.schema, lambda: iter(table.to_batches()), target)
        with pa.memory_map(str(source)) as mapped:
            schema = (pa.ipc.open_file if head == _FILE else pa.ipc.open_stream)(mapped).schema
            return arrow_table.write_plain(schema, lambda: _batches(mapped, is_file=head == _FILE), target)
    except pa.ArrowMemoryError:
        raise MemoryError from None
    except (pa.ArrowException, OSError) as error:
        raise Refused("broken_file", f"The Arrow file cannot be read: {error}"[:500]) from None


def _batches(mapped: pa.MemoryMappedFile, *, is_file: bool) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    if is_file:
        reader = pa.ipc.open_file(mapped)
        yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        mapped.seek(0)
        yield from pa.ipc.open_stream(mapped)


def _old(source: Path) -> pa.Table:
    from pyarrow import feather

    return feather.read_table(str(source), memory_map=True)


FORMAT = FileFormat(
    name="arrow",
    noun="an Arrow file",
    suffixes=(".arrow", ".arrows", ".feather", ".ipc"),
    magic=_is_arrow,
    open=_open,
)
