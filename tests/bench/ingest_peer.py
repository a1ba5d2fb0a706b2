"""One conversion from CSV to Parquet, in a process that does nothing else.

    python tests/bench/ingest_peer.py PEER SOURCE TARGET CODEC

Only what the peer itself needs is loaded, so that the time of the whole process, start-up included, is the peer's own.
"""

from __future__ import annotations

import sys
from typing import Any, cast


def parquay(source: str, target: str, codec: str) -> None:
    # What `parquay convert SOURCE TARGET` does, with a choice of the codec.
    from pathlib import Path

    from parquay import allocator

    allocator.keep()
    with allocator.loading():
        from parquay.columns.parquet.parts import Codec
        from parquay.ingest.convert.convert_file import convert_file

    convert_file(Path(source), Path(target), codec=Codec(codec, level(codec)))


def duckdb(source: str, target: str, codec: str) -> None:
    import duckdb

    told = ", compression_level 1" if codec == "zstd" else ""
    duckdb.sql(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION {codec}{told})")


def polars(source: str, target: str, codec: str) -> None:
    import polars as pl

    lazy = pl.scan_csv(source, infer_schema_length=10_000)
    lazy.sink_parquet(target, compression=cast(Any, codec), compression_level=level(codec))  # polars has the same names


def pyarrow(source: str, target: str, codec: str) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    quoted = pyarrow.csv.ParseOptions(newlines_in_values=True)
    with (
        pyarrow.csv.open_csv(source, parse_options=quoted) as reader,
        pyarrow.parquet.ParquetWriter(
            target, reader.schema, compression=codec, compression_level=level(codec)
        ) as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)


def level(codec: str) -> int | None:
    return 1 if codec == "zstd" else None


PEERS = {each.__name__: each for each in (parquay, duckdb, polars, pyarrow)}

if __name__ == "__main__":
    PEERS[sys.argv[1]](*sys.argv[2:])
