"""Apache Avro object container files: records as rows."""

from __future__ import annotations

import io
import itertools
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from parquay.ingest.formats.limits import Refused
from parquay.ingest.formats.registry import FileFormat

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.ingest.formats.avro_schema import AvroType

BATCH_ROWS = 4096
"""Records that are held as objects at once."""
_CODECS = frozenset({"null", "deflate", "bzip2", "snappy", "xz", "zstandard"})
"""All that the specification knows (Avro 1.12, Required and Optional Codecs)."""


def _open(source: Path, target: Path, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (it has none)
    import fastavro
    import pyarrow as pa

    from parquay.ingest.formats import arrow_table
    from parquay.ingest.formats.avro_schema import Schemas

    # What bytes and numbers mean is told by Arrow's types: those of Python have fewer digits, and other calendars.
    fastavro.read.LOGICAL_READERS.clear()
    fastavro.read.BLOCK_READERS["snappy"] = _snappy_block
    with source.open("rb") as file:
        opened = fastavro.reader(file)
        if opened.codec not in _CODECS:
            raise Refused("unsupported_format", f"An Avro file packed with {opened.codec[:40]!r} cannot be read.")
        schema: Any = fastavro.parse_schema(opened.writer_schema)
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise Refused("no_table", "The Avro file holds no records.")
    schemas = Schemas({schema["name"]: schema})
    columns = {each["name"]: schemas.type_of(each["type"]) for each in schema["fields"]}
    fields = pa.schema([(name, kind.arrow) for name, kind in columns.items()])
    return arrow_table.write_plain(fields, lambda: _batches(source, columns, fields), target)


def _batches(source: Path, columns: Mapping[str, AvroType], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import fastavro
    import pyarrow as pa

    with source.open("rb") as file:
        records: Iterator[Any] = iter(fastavro.reader(file))
        while found := list(itertools.islice(records, BATCH_ROWS)):
            arrays = [
                pa.array([kind.value(each[name]) for each in found], kind.arrow) for name, kind in columns.items()
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _snappy_block(stream: IO[bytes]) -> io.BytesIO:
    """A block, unpacked: its length, its bytes, and the CRC-32 of what they become."""
    import pyarrow as pa

    length = _number(stream)
    packed = stream.read((length >> 1) ^ -(length & 1))
    size = _number(io.BytesIO(packed[:10]))
    found: bytes = pa.decompress(packed[:-4], decompressed_size=size, codec="snappy", asbytes=True)
    if zlib.crc32(found) != int.from_bytes(packed[-4:], "big"):
        raise Refused("broken_file", "The Avro file is damaged: the checksum of a block is not that of its bytes.")
    return io.BytesIO(found)


def _number(stream: IO[bytes]) -> int:
    """A number of seven bits a byte, the lowest first."""
    number = shift = 0
    while shift < 70:
        (byte,) = stream.read(1)
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
        shift += 7
    raise Refused("broken_file", "The Avro file is damaged: a number in it is too long.")


FORMAT = FileFormat(
    name="avro",
    noun="an Avro file",
    suffixes=(".avro",),
    magic=lambda head, _suffix: head.startswith(b"Obj\x01"),
    open=_open,
)
